/**
 * Decoded MessagePack as bytes of JSON. Texts stay the bytes they came as and are copied, with what JSON escapes
 * escaped: to make strings of them and bytes of these again costs twice what the decoding does.
 */
import { EventTime } from './message-pack.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openObject = 0x7b;
const closeObject = 0x7d;
const newline = 0x0a;
const hexDigits = Buffer.from('0123456789abcdef');
/** One letter behind a backslash, by byte; 0 for those that JSON writes as `\u00xx`. */
const letters = Uint8Array.from({ length: 32 }, (_, byte) => ({ 8: 0x62, 9: 0x74, 10: 0x6e, 12: 0x66, 13: 0x72 })[byte] ?? 0);

const firstCapacityBytes = 65_536;
/** Names of fields are few and repeat; whoever invents them fills this and no more. */
const nameLimit = 1_024;
/** Of a record that is cut. */
const cutFields = 64;
const cutNameCharacters = 256;
const cutLogBytes = 131_072;
const cutTextBytes = 2_048;

type Fields = Readonly<Record<string, unknown>>;

export class JsonWriter {
  length = 0;
  #bytes = Buffer.allocUnsafeSlow(firstCapacityBytes);
  readonly #names = new Map<string, Buffer>();
  #isFirst = true;

  open(): void {
    this.#byte(openObject);
    this.#isFirst = true;
  }

  close(): void {
    this.#byte(closeObject);
    this.#byte(newline);
  }

  fields(record: Fields): void {
    for (const name in record) {
      this.#name(name);
      this.#value(record[name]);
    }
  }

  /** The beginning of the line and the short fields beside it. */
  shortened(record: Fields): void {
    for (const name of Object.keys(record).slice(0, cutFields)) {
      const value = record[name];
      if (name.length > cutNameCharacters || (typeof value === 'object' && value !== null && !(value instanceof Uint8Array))) continue;
      this.#name(name);
      if (value instanceof Uint8Array) this.#text(beginningOf(value, name === 'log' ? cutLogBytes : cutTextBytes));
      else this.#value(value);
    }
  }

  text(name: string, value: string): void {
    this.#name(name);
    this.#text(Buffer.from(value));
  }

  /** A value that is JSON already, in ASCII. */
  raw(name: string, value: string): void {
    this.#name(name);
    this.#ascii(value);
  }

  /** What was written; the writer begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.length));
    this.length = 0;
    // One long line leaves no large buffer behind.
    if (this.#bytes.length > 16 * firstCapacityBytes) this.#bytes = Buffer.allocUnsafeSlow(firstCapacityBytes);
    return taken;
  }

  #name(name: string): void {
    if (this.#isFirst) this.#isFirst = false;
    else this.#byte(comma);
    let bytes = this.#names.get(name);
    if (bytes === undefined) {
      bytes = Buffer.from(`${JSON.stringify(name)}:`);
      if (this.#names.size < nameLimit && name.length <= cutNameCharacters) this.#names.set(name, bytes);
    }
    this.#reserve(bytes.length);
    const to = this.#bytes;
    let at = this.length;
    for (let index = 0; index < bytes.length; index += 1) to[at++] = bytes[index]!;
    this.length = at;
  }

  #value(value: unknown): void {
    if (value instanceof Uint8Array) this.#text(value);
    else if (typeof value === 'number') this.#ascii(Number.isFinite(value) ? String(value) : 'null');
    else if (typeof value === 'boolean') this.#ascii(value ? 'true' : 'false');
    else if (value instanceof EventTime) this.#ascii(String(value.seconds + value.nanoseconds / 1e9));
    else if (Array.isArray(value)) this.#list(value as unknown[]);
    else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
      this.open();
      this.fields(value as Fields);
      this.#byte(closeObject);
      this.#isFirst = false;
    } else this.#ascii('null');
  }

  #list(values: readonly unknown[]): void {
    this.#ascii('[');
    for (const [index, value] of values.entries()) {
      if (index > 0) this.#byte(comma);
      this.#value(value);
    }
    this.#ascii(']');
  }

  #text(from: Uint8Array): void {
    // An escaped byte takes six.
    this.#reserve(6 * from.length + 2);
    const to = this.#bytes;
    let at = this.length;
    to[at++] = quote;
    for (let index = 0; index < from.length; index += 1) {
      const byte = from[index]!;
      if (byte > backslash || (byte >= 32 && byte !== quote && byte !== backslash)) to[at++] = byte;
      else {
        to[at++] = backslash;
        const letter = byte >= 32 ? byte : letters[byte]!;
        if (letter !== 0) to[at++] = letter;
        else {
          to[at++] = 0x75;
          to[at++] = 0x30;
          to[at++] = 0x30;
          to[at++] = hexDigits[byte >> 4]!;
          to[at++] = hexDigits[byte & 15]!;
        }
      }
    }
    to[at++] = quote;
    this.length = at;
  }

  #ascii(text: string): void {
    this.#reserve(text.length);
    const to = this.#bytes;
    for (let index = 0; index < text.length; index += 1) to[this.length++] = text.charCodeAt(index);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = byte;
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(needed)));
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
  }
}

/** No character of UTF-8 is cut in two. */
function beginningOf(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes.length <= limit) return bytes;
  let end = limit;
  while (end > limit - 4 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
