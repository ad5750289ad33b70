/** Records out of a body of JSON, as it comes: an array, lines, or objects one after the other, each copied as it stands onto a line of its own. */
import type { Inbox } from './inbox.ts';

const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
const carriageReturn = 0x0d;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;

/** A longer record is left out: half an object is none. */
const recordLimitBytes = 1_048_576;
/** Records are parsed until one is found that is JSON; the decoder parses them all. */
const parseLimit = 64;

export class JsonValues {
  /** At least one record was JSON, or the body held an array without any. */
  isReadable = false;
  readonly #inbox: Inbox;
  #seen = 0;
  /** 1 within an array of records. */
  #base = 0;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  /** A raw line break within the record, which becomes a space. */
  #hasBreak = false;
  #isTooLong = false;
  /** Of a record that began in an earlier chunk. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #parts: Buffer[] = [];
  #count = 0;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  take(bytes: Buffer): void {
    let start = this.#isOpen ? 0 : -1;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at]!;
      if (this.#isInText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#isInText = false;
        else if (byte === newline) {
          // No text of JSON goes over a line's end: this record is broken, and the next begins here.
          if (start >= 0) this.#lose('are no JSON');
          this.#reset();
          start = -1;
        }
      } else if (byte === quote) this.#isInText = true;
      else if (byte === openObject || byte === openArray) {
        if (this.#depth === 0 && byte === openArray && this.#base === 0) this.#base = 1;
        if (byte === openObject && this.#depth === this.#base) start = at;
        this.#depth += 1;
      } else if (byte === closeObject || byte === closeArray) {
        if (this.#depth > 0) this.#depth -= 1;
        if (start >= 0 && this.#depth === this.#base) {
          this.#end(bytes.subarray(start, at + 1));
          start = -1;
        } else if (this.#depth === 0) {
          this.#base = 0;
          this.isReadable ||= this.#seen === 0;
        }
      } else if (byte === newline || byte === carriageReturn) this.#hasBreak = true;
    }
    if (start >= 0) this.#hold(bytes.subarray(start));
    this.#flush();
  }

  /** The body is over. */
  end(): void {
    if (this.#isOpen) this.#lose('were cut off: the body ended within them');
    this.#reset();
  }

  get #isOpen(): boolean {
    return this.#heldBytes > 0;
  }

  #hold(bytes: Buffer): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > recordLimitBytes) {
      this.#isTooLong = true;
      this.#held = [];
    } else this.#held.push(Buffer.from(bytes));
  }

  #end(bytes: Buffer): void {
    const isTooLong = this.#isTooLong || this.#heldBytes + bytes.length > recordLimitBytes;
    const whole = this.#held.length === 0 || isTooLong ? bytes : Buffer.concat([...this.#held, bytes]);
    const hasBreak = this.#hasBreak;
    const base = this.#base;
    this.#reset();
    this.#base = base;
    this.#depth = base;
    if (isTooLong) return this.#lose('were longer than a mebibyte');
    if (!this.isReadable && this.#seen < parseLimit) {
      if (!isJson(whole)) return this.#lose('are no JSON');
      this.isReadable = true;
    }
    this.#seen += 1;
    if (!this.#inbox.isRoomy) {
      this.#flush();
      if (!this.#inbox.keeps()) return;
    }
    this.#parts.push(hasBreak ? onOneLine(whole) : whole, lineEnd);
    this.#count += 1;
  }

  #lose(reason: string): void {
    this.#seen += 1;
    this.#inbox.lose(reason, 1);
  }

  #flush(): void {
    if (this.#count > 0) this.#inbox.put(Buffer.concat(this.#parts), this.#count);
    this.#parts = [];
    this.#count = 0;
  }

  #reset(): void {
    this.#depth = this.#base;
    this.#isInText = false;
    this.#isEscaped = false;
    this.#hasBreak = false;
    this.#isTooLong = false;
    this.#held = [];
    this.#heldBytes = 0;
  }
}

const lineEnd = Buffer.from('\n');

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function onOneLine(bytes: Buffer): Buffer {
  const line = Buffer.from(bytes);
  for (let at = 0; at < line.length; at += 1) if (line[at] === newline || line[at] === carriageReturn) line[at] = 0x20;
  return line;
}
