/** The one JSON value a scanner is in: its bytes, bounded, and where it stands. */
import { isUtf8 } from 'node:buffer';
import { beginning } from './framing-lines.ts';
import { reasons, recordLimitBytes, type JsonSink, type Place } from './framing.ts';

export class OpenValue {
  isOpen = false;
  isTooDeep = false;
  readonly #sink: JsonSink;
  readonly #nextRecord: () => number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isTooLong = false;
  #line = 0;
  #isAtLineStart = false;
  /** A whole value whose line is not over yet. */
  #waiting: { text: string; place: Place; hasBadBytes: boolean } | undefined;

  constructor(sink: JsonSink, nextRecord: () => number) {
    this.#sink = sink;
    this.#nextRecord = nextRecord;
  }

  open(line: number, isAtLineStart: boolean): void {
    this.release(false);
    this.isOpen = true;
    this.#line = line;
    this.#isAtLineStart = isAtLineStart;
  }

  /** Keeps a copy of a part; past the bounds only of the beginning. */
  hold(part: Buffer): void {
    if (!this.isOpen || this.#isTooLong || this.isTooDeep || part.length === 0) return;
    this.#heldBytes += part.length;
    this.#isTooLong = this.#heldBytes > recordLimitBytes;
    if (this.#isTooLong) this.#held = [Buffer.from(beginning([...this.#held, part]))];
    else this.#held.push(Buffer.from(part));
  }

  /** The value ends with this part. */
  close(part: Buffer, line: number): void {
    this.hold(part);
    if (this.isTooDeep || this.#isTooLong) {
      this.fail(reasons.tooLong, line);
      return;
    }
    const bytes = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held, this.#heldBytes);
    this.#waiting = { text: bytes.toString(), place: this.#place(line), hasBadBytes: !isUtf8(bytes) };
    this.drop();
  }

  /** Gives up the value; without one, what stands on the line is named. */
  fail(reason: string, line: number): void {
    this.release(false);
    if (!this.isOpen) this.#line = line;
    const why = this.isTooDeep ? reasons.tooDeep : this.#isTooLong ? reasons.tooLong : reason;
    this.#sink.broken(why, this.#place(line), beginning(this.#held));
    this.drop();
  }

  /** Tells the value that waits for its line to end, and whether nothing else stands there. */
  release(isOwnLine: boolean): void {
    if (this.#waiting === undefined) return;
    const { text, place, hasBadBytes } = this.#waiting;
    this.#waiting = undefined;
    this.#sink.value(text, { ...place, isOwnLine: isOwnLine && place.isOwnLine }, hasBadBytes);
  }

  /** Forgets the open value without a word. */
  drop(): void {
    this.isOpen = false;
    this.isTooDeep = false;
    this.#held = [];
    this.#heldBytes = 0;
    this.#isTooLong = false;
  }

  #place(line: number): Place {
    return { line: this.#line, record: this.#nextRecord(), isOwnLine: this.#isAtLineStart && this.#line === line };
  }
}
