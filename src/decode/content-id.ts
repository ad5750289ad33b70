/** A fast hash of a record's content: the last part of the total order key where a record has no id of its own. */

/** Longer texts get a place of their own. Four bytes a step are read, so the place is of whole words. */
const size = 65_536;
const place = Buffer.alloc(size);
const words = new Int32Array(place.buffer, place.byteOffset, size / 4);

/**
 * 64 bits as 16 lower-case hex digits; equal texts give equal ids. Not cryptographic: two independent multiplicative
 * hashes (the multipliers are those of MurmurHash3's finaliser and of xxHash32) over the text's UTF-8.
 */
export function contentId(text: string): string {
  // A UTF-16 unit has at most three bytes of UTF-8.
  if (3 * text.length + 4 <= size) return idOf(words, place, place.write(text));
  const bytes = Buffer.alloc((Buffer.byteLength(text) + 7) & ~3);
  return idOf(new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), bytes, bytes.write(text));
}

function idOf(units: Int32Array, bytes: Buffer, length: number): string {
  bytes[length] = 0;
  bytes[length + 1] = 0;
  bytes[length + 2] = 0;
  let high = 0x9e3779b9;
  let low = 0x7f4a7c15 ^ length;
  for (let index = 0; 4 * index < length; index += 1) {
    const word = units[index]!;
    high = Math.imul(high ^ word, 0x85ebca6b);
    high ^= high >>> 15;
    low = Math.imul(low + word, 0x9e3779b1);
    low ^= low >>> 13;
  }
  return hex(high ^ (low >>> 7)) + hex(low);
}

/** Numbers beyond 31 bits are slow to print: bytes are looked up instead. */
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(word: number): string {
  const product = Math.imul(word ^ (word >>> 16), 0xc2b2ae35);
  const mixed = product ^ (product >>> 13);
  return hexOfByte[mixed >>> 24]! + hexOfByte[(mixed >>> 16) & 255]! + hexOfByte[(mixed >>> 8) & 255]! + hexOfByte[mixed & 255]!;
}
