/** The MessagePack library, set up for what log routers write and intruders may: event times, byte strings, keys that mean something to JavaScript. */
import { Decoder, ExtData, ExtensionCodec, decodeTimestampToTimeSpec } from '@msgpack/msgpack';

/** A time with nanoseconds: Fluentd's extension 0, or MessagePack's own. */
export class EventTime {
  readonly seconds: number;
  readonly nanoseconds: number;
  constructor(seconds: number, nanoseconds: number) {
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
  }
}

const slots = 256;
const longestKey = 64;

/** Keys of records repeat: each is made a string once. What a log calls `__proto__` is kept under a name that harms nobody. */
class KnownKeys {
  readonly #bytes: (Uint8Array | undefined)[] = Array.from({ length: slots }, () => undefined);
  readonly #texts: string[] = Array.from({ length: slots }, () => '');

  canBeCached(byteLength: number): boolean {
    return byteLength > 0 && byteLength <= longestKey;
  }

  decode(bytes: Uint8Array, at: number, length: number): string {
    const slot = (length * 31 + bytes[at]! * 7 + bytes[at + length - 1]! * 13 + bytes[at + (length >> 1)]!) & (slots - 1);
    const known = this.#bytes[slot];
    if (known !== undefined && known.length === length) {
      let index = 0;
      while (index < length && known[index] === bytes[at + index]) index += 1;
      if (index === length) return this.#texts[slot]!;
    }
    const copy = Buffer.from(bytes.subarray(at, at + length));
    const text = copy.toString();
    const key = text === '__proto__' ? '(__proto__)' : text;
    this.#bytes[slot] = copy;
    this.#texts[slot] = key;
    return key;
  }
}

const codec = new ExtensionCodec<undefined>();
codec.register({
  type: 0,
  encode: () => null,
  decode: (bytes) => (bytes.length === 8 ? new EventTime(wordAt(bytes, 0), wordAt(bytes, 4)) : new ExtData(0, bytes)),
});
codec.register({
  type: -1,
  encode: () => null,
  decode(bytes) {
    if (bytes.length !== 4 && bytes.length !== 8 && bytes.length !== 12) return new ExtData(-1, bytes);
    const { sec, nsec } = decodeTimestampToTimeSpec(bytes);
    return new EventTime(sec, nsec);
  },
});

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Whatever else is a key becomes its text: a record with one is a record. */
const mapKeyConverter = (key: unknown): string => (key instanceof Uint8Array ? Buffer.from(key).toString() : String(key));

/**
 * Texts stay bytes: they are copied into lines as they are, and the salt of a handshake is no text. Only for values that
 * were measured whole: what is announced and does not come would be allocated.
 */
export const decoder = new Decoder({ extensionCodec: codec, rawStrings: true, keyDecoder: new KnownKeys(), mapKeyConverter });

/** A text that should be one; undefined for any other value. */
export function textOf(value: unknown): string | undefined {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length).toString() : undefined;
}
