/** What waits to be sent: bounded in bytes; beyond them the oldest goes, counted. */

export class ShipQueue {
  dropped = 0;
  readonly #limitBytes: number;
  #waiting: Buffer[] = [];
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get size(): number {
    return this.#waiting.length;
  }

  put(content: Buffer): void {
    this.#waiting.push(content);
    this.#bytes += content.length;
    this.#trim();
  }

  /** The oldest; they count no longer, for the stream may take them yet. */
  take(most: number): Buffer[] {
    const group = this.#waiting.splice(0, most);
    this.#bytes -= sum(group);
    return group;
  }

  /** Taken and refused: they are the oldest again, and go first where newer ones filled their place. */
  giveBack(refused: readonly Buffer[]): void {
    this.#waiting.unshift(...refused);
    this.#bytes += sum(refused);
    this.#trim();
  }

  #trim(): void {
    while (this.#bytes > this.#limitBytes) {
      this.#bytes -= this.#waiting.shift()!.length;
      this.dropped += 1;
    }
  }
}

const sum = (contents: readonly Buffer[]): number => contents.reduce((bytes, { length }) => bytes + length, 0);
