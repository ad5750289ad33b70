/** Parts kept in memory between steps and invocations: their names are their content, so none is ever stale. */

/** Marks kept at most; one takes some hundred bytes. */
const mostMarks = 20_000;

export class PartCache {
  readonly #mostBytes: number;
  /** The least recently used first. */
  readonly #parts = new Map<string, Uint8Array>();
  readonly #marks = new Map<string, string>();
  #bytes = 0;

  /** `mostBytes` of parts are kept, the most recently used ones. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A copy: what a caller does with it is his. */
  get(name: string): Uint8Array | undefined {
    const bytes = this.#parts.get(name);
    if (bytes === undefined) return undefined;
    this.#parts.delete(name);
    this.#parts.set(name, bytes);
    return new Uint8Array(bytes);
  }

  /** `mark` names the one writing of the part that stands in the store; it outlives the bytes in the cache. */
  put(name: string, bytes: Uint8Array, mark: string): void {
    this.#marks.delete(name);
    this.#marks.set(name, mark);
    for (const old of this.#marks.keys()) {
      if (this.#marks.size <= mostMarks) break;
      this.#marks.delete(old);
    }
    // A part as large as the cache would only push out all others.
    if (this.#parts.has(name) || bytes.length > this.#mostBytes / 2) return;
    // Not by slice, which of a Buffer is no copy.
    this.#parts.set(name, new Uint8Array(bytes));
    this.#bytes += bytes.length;
    for (const [old, { length }] of this.#parts) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#parts.delete(old);
      this.#bytes -= length;
    }
  }

  markOf(name: string): string | undefined {
    return this.#marks.get(name);
  }

  drop(name: string): void {
    this.#marks.delete(name);
    this.#bytes -= this.#parts.get(name)?.length ?? 0;
    this.#parts.delete(name);
  }
}
