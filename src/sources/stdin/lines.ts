/** Complete lines out of chunks: blocks of about a mebibyte at most, longer lines as a stream, the last one without a newline at the end. */

const newline = 0x0a;
const blockBytes = 1_048_576;

/** Takes chunks, gives blocks; holds at most a mebibyte and a chunk, however long a line is. */
export class Lines {
  private held: Buffer[] = [];
  private bytes = 0;
  /** Of what is held, up to and with the last newline. */
  private completeBytes = 0;
  private isWithinLongLine = false;
  private readonly more: () => Promise<Buffer | undefined>;

  /** `more` gives the next chunk of a line that is too long to be held, or undefined at the end. */
  constructor(more: () => Promise<Buffer | undefined>) {
    this.more = more;
  }

  take(chunk: Buffer): void {
    const last = chunk.lastIndexOf(newline);
    if (last >= 0) this.completeBytes = this.bytes + last + 1;
    if (chunk.length > 0) this.held.push(chunk);
    this.bytes += chunk.length;
  }

  /** Bytes of the line that is not complete yet. */
  get partialBytes(): number {
    return this.bytes - this.completeBytes;
  }

  /** Bytes that were taken and not given. */
  get heldBytes(): number {
    return this.bytes;
  }

  /** Complete lines; with `isLast` the line without a newline too. Bytes, or a stream where a line is too long. */
  block(isLast: boolean): Buffer | AsyncIterable<Uint8Array> | undefined {
    if (this.completeBytes > 0) return this.cut(this.completeBytes);
    if (isLast && this.bytes > 0) return this.cut(this.bytes);
    if (this.bytes < blockBytes) return undefined;
    this.isWithinLongLine = true;
    return this.longLine();
  }

  /** Passes over what nobody read of a long line. */
  async finish(): Promise<void> {
    if (!this.isWithinLongLine) return;
    for await (const _ of this.longLine());
  }

  private async *longLine(): AsyncGenerator<Uint8Array, void, void> {
    if (this.bytes > 0 && this.completeBytes === 0) yield this.cut(this.bytes);
    while (this.isWithinLongLine) {
      const chunk = await this.more();
      const end = chunk === undefined ? 0 : chunk.indexOf(newline) + 1;
      if (chunk === undefined || end > 0) this.isWithinLongLine = false;
      if (chunk === undefined) return;
      if (end > 0 && end < chunk.length) this.take(chunk.subarray(end));
      yield end > 0 ? chunk.subarray(0, end) : chunk;
    }
  }

  private cut(bytes: number): Buffer {
    const [first] = this.held;
    const whole = this.held.length === 1 && first !== undefined ? first : Buffer.concat(this.held);
    const rest = whole.subarray(bytes);
    this.held = rest.length === 0 ? [] : [rest];
    this.bytes = rest.length;
    this.completeBytes = Math.max(0, this.completeBytes - bytes);
    return whole.subarray(0, bytes);
  }
}
