/**
 * The shape of a line: a 64-bit hash over everything that its kind depends on, in one pass over its characters.
 * Lines of one shape have one kind; one kind may have many shapes. So a kind is made once a shape, not once a line.
 */
import { hashJson } from './template-shape-json.ts';
import { characterClass, digit, letter, lineLimit, space } from './template-mask.ts';

/** Longest line whose shape is taken, in characters (longer JSON lines are rare, and read as they come). */
export const shapeLimit = 8_192;

/** The line's characters, one a cell: UTF-16 units, or UTF-8 bytes (beyond ASCII both are letters, and finer is allowed). */
export const units = new Uint16Array(shapeLimit);

/** The last shape taken: two halves of 32 bits. Written by `takeShape` alone. */
export const shape = { high: 0, low: 0 };

const highFactor = 0x85ebca6b;
const lowFactor = 0x9e3779b1;
/** Stand for what is no character: a masked token, klog's level and day. */
const masked = 0x1_0000;
const klog = 0x2_0000;

/** Takes the shape of the first `length` units; false where this line has none that is sound. */
export function takeShape(length: number): boolean {
  const first = afterBlanks(0, length);
  if (first < length && units[first] === 0x7b) {
    const second = afterBlanks(first + 1, length);
    // What opens like an object is JSON, or `JSON.parse` must say that it is not: no shape of a text for it.
    if (second < length && (units[second] === 0x22 || units[second] === 0x7d)) return hashJson(units, first, length, shape);
  }
  if (length > lineLimit) return false;
  hashText(length);
  return true;
}

/** Where JSON's white space ends. */
function afterBlanks(from: number, length: number): number {
  let index = from;
  while (index < length && (units[index] === 32 || units[index] === 9 || units[index] === 10 || units[index] === 13)) index += 1;
  return index;
}

function isTokenUnit(unit: number): boolean {
  if (unit >= 128) return true;
  const kind = characterClass[unit]!;
  return kind === letter || kind === digit;
}

function hashText(length: number): void {
  let high = 0x3c6ef372;
  let low = 0x2545f491;
  let index = 0;
  if (isKlog(length)) {
    high = Math.imul(high ^ (klog + units[0]!), highFactor);
    low = Math.imul(low + klog + units[0]!, lowFactor);
  }
  while (index < length) {
    const unit = units[index]!;
    const kind = unit < 128 ? characterClass[unit]! : letter;
    if (kind === letter || kind === digit) {
      const highBefore = high;
      const lowBefore = low;
      let isMasked = kind === digit;
      let next = unit;
      while (!isMasked) {
        high = Math.imul(high ^ next, highFactor);
        low = Math.imul(low + next, lowFactor);
        index += 1;
        if (index >= length) break;
        next = units[index]!;
        const nextKind = next < 128 ? characterClass[next]! : letter;
        if (nextKind === letter) continue;
        isMasked = nextKind === digit;
        if (!isMasked) break;
      }
      if (!isMasked) continue;
      do index += 1;
      while (index < length && isTokenUnit(units[index]!));
      high = Math.imul(highBefore ^ masked, highFactor);
      low = Math.imul(lowBefore + masked, lowFactor);
      continue;
    }
    index += 1;
    let mixing = unit;
    if (kind === space) {
      mixing = 32;
      while (index < length && units[index]! < 128 && characterClass[units[index]!] === space) index += 1;
    }
    high = Math.imul(high ^ mixing, highFactor);
    low = Math.imul(low + mixing, lowFactor);
  }
  shape.high = high | 0;
  shape.low = low | 0;
}

/** `I0102 `: as `template.ts` knows it. */
function isKlog(length: number): boolean {
  const first = units[0]!;
  if (length < 6 || units[5] !== 32 || !(first === 0x49 || first === 0x57 || first === 0x45 || first === 0x46)) return false;
  for (let index = 1; index < 5; index += 1) if (units[index]! < 0x30 || units[index]! > 0x39) return false;
  return true;
}
