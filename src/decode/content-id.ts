/** A fast hash of a record's content: the last part of the total order key where a record has no id of its own. */

/**
 * 64 bits as 16 lower-case hex digits; equal texts give equal ids. Not cryptographic: two independent multiplicative
 * hashes (the multipliers are those of MurmurHash3's finaliser and of xxHash32) over UTF-16 code units.
 */
export function contentId(text: string): string {
  let high = 0x9e3779b9;
  let low = 0x7f4a7c15 ^ text.length;
  const { length } = text;
  // Two units of 16 bits a step.
  for (let index = 0; index < length; index += 2) {
    const pair = text.charCodeAt(index) | (index + 1 < length ? text.charCodeAt(index + 1) << 16 : 0);
    high = Math.imul(high ^ pair, 0x85ebca6b);
    high ^= high >>> 15;
    low = Math.imul(low + pair, 0x9e3779b1);
    low ^= low >>> 13;
  }
  return hex(high ^ (low >>> 7)) + hex(low);
}

function hex(word: number): string {
  const mixed = Math.imul(word ^ (word >>> 16), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 13)) >>> 0).toString(16).padStart(8, '0');
}
