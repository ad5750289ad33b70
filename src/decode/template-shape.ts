/**
 * The shape of a line: a 64-bit hash over everything that its kind depends on, in one pass over its bytes as they
 * stand in a JSON text. Lines of one shape have one kind; one kind may have many shapes: bytes beyond ASCII are
 * compared as they are. So a kind is made once a shape, not once a line.
 */
import { byteClass, closing, escaping, forbidden, highFactor, lowFactor, masked, meaningOf } from './template-bytes.ts';
import { digit, letter, lineLimit, space } from './template-mask.ts';
import { hashJson } from './template-shape-json.ts';

/** Longest line whose shape is taken, in bytes as escaped; longer ones are rare and read as they come. */
export const shapeLimit = 8_192;

/** The last shape taken: two halves of 32 bits. Written by `takeShape` alone. */
export const shape = { high: 0, low: 0 };

/** Stands for klog's level and day, which are no character. */
const klog = 0x2_0000;

/**
 * Takes the shape of the JSON text whose first byte is at `at` (behind the opening quote); `end` bounds the look.
 * Where its closing quote stands, or -1 for a text that has no shape: it is not sound, too long, or holds `\u`.
 */
export function takeShape(bytes: Uint8Array, at: number, end: number): number {
  const last = Math.min(end, at + shapeLimit);
  const first = afterBlanks(bytes, at, last);
  if (bytes[first] === 0x7b) {
    const second = afterBlanks(bytes, first + 1, last);
    // What opens like an object is JSON, or `JSON.parse` must say that it is not: no shape of a text for it.
    if (bytes[second] === 0x7d || bytes[second] === 0x5c) return hashJson(bytes, first, last, shape);
  }
  return hashText(bytes, at, Math.min(end, at + lineLimit));
}

/** Escaped as in JSON, into `scratch`; false where the text has a control character that JSON writes as `\u`, or is too long. */
export function shapeOfText(text: string): boolean {
  const { length } = text;
  if (length > shapeLimit) return false;
  let at = 0;
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 128) {
      scratch[at] = 0x80 | (unit >>> 14);
      scratch[at + 1] = 0x80 | ((unit >>> 7) & 127);
      scratch[at + 2] = 0x80 | (unit & 127);
      at += 3;
    } else if (unit === 0x22 || unit === 0x5c) {
      scratch[at] = 0x5c;
      scratch[at + 1] = unit;
      at += 2;
    } else if (unit < 32) {
      const escape = escapes[unit]!;
      if (escape === 0) return false;
      scratch[at] = 0x5c;
      scratch[at + 1] = escape;
      at += 2;
    } else {
      scratch[at] = unit;
      at += 1;
    }
  }
  scratch[at] = 0x22;
  return takeShape(scratch, 0, at + 1) === at;
}

/** A Buffer like the chunks, so that the loops over it are compiled once. */
const scratch = Buffer.alloc(3 * shapeLimit + 1);
const escapes = new Uint8Array(32);
for (const [unit, escape] of [[8, 'b'], [9, 't'], [10, 'n'], [12, 'f'], [13, 'r']] as const) escapes[unit] = escape.charCodeAt(0);

function hashText(bytes: Uint8Array, from: number, end: number): number {
  let high = 0x3c6ef372;
  let low = 0x2545f491;
  let index = from;
  let isBlank = false;
  if (isKlog(bytes, from)) {
    high ^= klog + bytes[from]!;
    low += klog + bytes[from]!;
  }
  while (index < end) {
    let unit = bytes[index]!;
    let kind = byteClass[unit]!;
    if (kind >> 1 === 1) {
      // A token has a hash of its own, so that the processor need not wait for the one before.
      let tokenHigh = 0x51;
      let tokenLow = 0x51;
      while (kind === letter) {
        tokenHigh = Math.imul(tokenHigh ^ unit, highFactor);
        tokenLow = Math.imul(tokenLow + unit, lowFactor);
        index += 1;
        unit = bytes[index]!;
        kind = byteClass[unit]!;
      }
      if (kind === digit) {
        do {
          index += 1;
          kind = byteClass[bytes[index]!]!;
        } while (kind >> 1 === 1);
        tokenHigh = masked;
        tokenLow = masked;
      }
      high = Math.imul(high ^ tokenHigh, highFactor);
      high ^= high >>> 15;
      low = Math.imul(low + tokenLow, lowFactor);
      low ^= low >>> 13;
      isBlank = false;
      continue;
    }
    if (kind === closing) {
      shape.high = high | 0;
      shape.low = low | 0;
      return index;
    }
    if (kind === escaping) {
      index += 1;
      unit = bytes[index]!;
      kind = meaningOf(unit);
    }
    if (kind === forbidden) return -1;
    index += 1;
    if (kind === space) {
      if (isBlank) continue;
      unit = 32;
    }
    isBlank = kind === space;
    high = Math.imul(high ^ unit, highFactor);
    high ^= high >>> 15;
    low = Math.imul(low + unit, lowFactor);
    low ^= low >>> 13;
  }
  return -1;
}

/** Where JSON's white space ends, in escaped text. */
function afterBlanks(bytes: Uint8Array, from: number, end: number): number {
  let index = from;
  while (index < end) {
    const unit = bytes[index]!;
    const next = bytes[index + 1]!;
    if (unit === 32) index += 1;
    else if (unit === 0x5c && (next === 0x6e || next === 0x72 || next === 0x74)) index += 2;
    else return index;
  }
  return index;
}

/** `I0102 `: as `template.ts` knows it. */
function isKlog(bytes: Uint8Array, from: number): boolean {
  const first = bytes[from]!;
  if (!(first === 0x49 || first === 0x57 || first === 0x45 || first === 0x46) || bytes[from + 5] !== 32) return false;
  for (let index = from + 1; index < from + 5; index += 1) if (byteClass[bytes[index]!] !== digit) return false;
  return true;
}
