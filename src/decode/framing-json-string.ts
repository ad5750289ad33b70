/** Passes over the strings of JSON in bytes, across chunks, and remembers the last key of a top-level object. */

const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;

/** Characters of a key that are kept: one more than the longest that is asked for. */
const keyCharacters = 9;

export class JsonString {
  isOpen = false;
  /** The last string opened as a key; cut to 9 characters. */
  key = '';
  #isEscaped = false;
  #isKey = false;

  open(isKey: boolean): void {
    this.isOpen = true;
    this.#isKey = isKey;
    if (isKey) this.key = '';
  }

  close(): void {
    this.isOpen = false;
    this.#isEscaped = false;
    this.#isKey = false;
  }

  /** Index of the quote that ends the string, of a newline, which no string may hold, or `end`. */
  pass(chunk: Buffer, start: number, end: number): number {
    let at = start;
    let isAfterBackslash = this.#isEscaped;
    for (; at < end; at++) {
      const byte = chunk[at];
      if (byte === newline) break;
      if (isAfterBackslash) isAfterBackslash = false;
      else if (byte === backslash) isAfterBackslash = true;
      else if (byte === quote) break;
    }
    this.#isEscaped = isAfterBackslash && at === end;
    if (this.#isKey && this.key.length < keyCharacters) this.key += chunk.toString('latin1', start, Math.min(at, start + keyCharacters));
    if (at < end) this.close();
    return at;
  }
}
