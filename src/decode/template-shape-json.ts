/** The shape of a JSON line: its keys, and the values of those keys that tell the kind; checks that it is JSON. */
import { levelKeySet, tellingKeys } from './template-json.ts';
import { characterClass, digit, letter, space } from './template-mask.ts';

/** Deeper lines have no shape: `JSON.parse` decides about them. */
const depthLimit = 32;
/** What encloses the value at each depth: an object or an array, and how much of it counts. */
const isObjectAt = new Uint8Array(depthLimit);
const roleAt = new Uint8Array(depthLimit);

const highFactor = 0x85ebca6b;
const lowFactor = 0x9e3779b1;
const masked = 0x1_0000;
/** Ends a text, so that a character never passes from one to the next. */
const textEnd = 0x2_0000;
/** Added to brackets, so that none is taken for a character of a text. */
const structure = 0x6_0000;

/** What may come next. */
const firstKey = 0;
const nextKey = 1;
const firstItem = 2;
const anyValue = 3;
const afterValue = 4;

/** How much of a value the shape holds. */
const overlooked = 0;
const asWords = 1;
const asIs = 2;

/** Of numbers and words without quotes. */
const plainWord = 0x4_0000;

/** A key's own hash (31 a step, 32 bits) to how its value counts. Other keys that meet the same hash are merely looked at closer. */
const roles: ReadonlyMap<number, number> = new Map(
  tellingKeys.map((key) => {
    let hash = 0;
    for (let index = 0; index < key.length; index += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
    return [hash, levelKeySet.has(key) ? asIs : asWords];
  }),
);

/** Most keys are told apart by this alone. */
const roleSieve = new Uint8Array(1_024);
for (const hash of roles.keys()) roleSieve[hash >>> 22] = 1;

/**
 * True where `from` (at `{`) to `end` is one JSON object that `JSON.parse` takes, as far as this can say;
 * its hash is then in `out`. One loop over local variables: in the fast path a call a value costs more than the value.
 */
export function hashJson(units: Uint16Array, from: number, end: number, out: { high: number; low: number }): boolean {
  let high = 0x510e527f;
  let low = 0x1f83d9ab;
  let at = from + 1;
  let depth = 0;
  let role = overlooked;
  let phase = firstKey;
  isObjectAt[0] = 1;
  roleAt[0] = overlooked;
  for (;;) {
    let unit = 32;
    while (at < end && ((unit = units[at]!) === 32 || unit === 9 || unit === 10 || unit === 13)) at += 1;
    if (at >= end) return false;
    const isEnd = unit === (isObjectAt[depth] === 1 ? 0x7d : 0x5d) && (phase === afterValue || phase === firstKey || phase === firstItem);
    if (isEnd) {
      at += 1;
      if (depth === 0) break;
      if (roleAt[depth] !== overlooked) {
        high = Math.imul(high ^ (structure + unit), highFactor);
        low = Math.imul(low + structure + unit, lowFactor);
      }
      depth -= 1;
      phase = afterValue;
      continue;
    }
    if (phase === afterValue) {
      if (unit !== 0x2c) return false;
      at += 1;
      phase = isObjectAt[depth] === 1 ? nextKey : anyValue;
      continue;
    }
    const isKey = phase === firstKey || phase === nextKey;
    if (unit === 0x22) {
      // Keys of the line count with digits masked; inside telling values exactly.
      const telling = !isKey ? role : depth === 0 ? asWords : roleAt[depth] === overlooked ? overlooked : asIs;
      let keyHash = 0;
      at += 1;
      if (telling === overlooked) {
        at = afterText(units, at, end);
        if (at < 0) return false;
      } else {
        let highBefore = 0;
        let lowBefore = 0;
        let isToken = false;
        let isMasked = false;
        let isBlank = false;
        for (;;) {
          if (at >= end) return false;
          unit = units[at]!;
          at += 1;
          if (unit === 0x22) break;
          if (unit === 0x5c) {
            unit = at < end ? plain(units[at]!) : 0;
            at += 1;
            if (unit === 0) return false;
          } else if (unit < 32) return false;
          if (isKey) keyHash = (Math.imul(keyHash, 31) + unit) | 0;
          const kind = unit < 128 ? characterClass[unit]! : letter;
          if (telling === asWords && (kind === letter || kind === digit)) {
            isBlank = false;
            if (!isToken) {
              isToken = true;
              isMasked = false;
              highBefore = high;
              lowBefore = low;
            }
            if (isMasked) continue;
            if (kind === digit) {
              isMasked = true;
              high = highBefore;
              low = lowBefore;
              unit = masked;
            }
          } else {
            isToken = false;
            if (telling === asWords && kind === space) {
              if (isBlank) continue;
              isBlank = true;
              unit = 32;
            } else isBlank = false;
          }
          high = Math.imul(high ^ unit, highFactor);
          low = Math.imul(low + unit, lowFactor);
        }
        high = Math.imul(high ^ textEnd, highFactor);
        low = Math.imul(low + textEnd, lowFactor);
      }
      if (!isKey) {
        phase = afterValue;
        continue;
      }
      role = depth > 0 ? roleAt[depth]! : roleSieve[keyHash >>> 22] === 1 ? (roles.get(keyHash) ?? overlooked) : overlooked;
      while (at < end && ((unit = units[at]!) === 32 || unit === 9 || unit === 10 || unit === 13)) at += 1;
      if (at >= end || unit !== 0x3a) return false;
      at += 1;
      phase = anyValue;
      continue;
    }
    if (isKey) return false;
    if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth >= depthLimit) return false;
      at += 1;
      isObjectAt[depth] = unit === 0x7b ? 1 : 0;
      roleAt[depth] = role;
      phase = unit === 0x7b ? firstKey : firstItem;
      if (role !== overlooked) {
        high = Math.imul(high ^ (structure + unit), highFactor);
        low = Math.imul(low + structure + unit, lowFactor);
      }
      continue;
    }
    const start = at;
    at = afterWord(units, at, end);
    if (at < 0) return false;
    if (role !== overlooked) {
      // Levels are told by number too: the only ones that count exactly.
      const last = role === asIs ? at : start + 1;
      const isNumber = unit === 0x2d || (unit >= 0x30 && unit <= 0x39);
      if (isNumber && role !== asIs) {
        high = Math.imul(high ^ plainWord, highFactor);
        low = Math.imul(low + plainWord, lowFactor);
      } else {
        for (let index = start; index < last; index += 1) {
          high = Math.imul(high ^ (plainWord + units[index]!), highFactor);
          low = Math.imul(low + plainWord + units[index]!, lowFactor);
        }
      }
    }
    phase = afterValue;
  }
  for (; at < end; at += 1) if (units[at] !== 32 && units[at] !== 9 && units[at] !== 10 && units[at] !== 13) return false;
  out.high = high | 0;
  out.low = low | 0;
  return true;
}

/** Behind `true`, `false`, `null` or a number; -1 for anything else. */
function afterWord(units: Uint16Array, at: number, end: number): number {
  const unit = units[at]!;
  if (unit !== 0x74 && unit !== 0x66 && unit !== 0x6e) return afterNumber(units, at, end);
  const letters = unit === 0x74 ? 'true' : unit === 0x66 ? 'false' : 'null';
  if (at + letters.length > end) return -1;
  for (let index = 1; index < letters.length; index += 1) if (units[at + index] !== letters.charCodeAt(index)) return -1;
  return at + letters.length;
}

function afterNumber(units: Uint16Array, from: number, end: number): number {
  let at = units[from] === 0x2d ? from + 1 : from;
  at = at < end && units[at] === 0x30 ? at + 1 : afterDigits(units, at, end);
  if (at >= 0 && at < end && units[at] === 0x2e) at = afterDigits(units, at + 1, end);
  if (at >= 0 && at < end && (units[at] === 0x65 || units[at] === 0x45)) {
    const isSigned = at + 1 < end && (units[at + 1] === 0x2b || units[at + 1] === 0x2d);
    at = afterDigits(units, isSigned ? at + 2 : at + 1, end);
  }
  return at;
}

function afterDigits(units: Uint16Array, from: number, end: number): number {
  let at = from;
  while (at < end && units[at]! >= 0x30 && units[at]! <= 0x39) at += 1;
  return at > from ? at : -1;
}

/** What a one-letter escape stands for; 0 for `\u` (left to `JSON.parse`) and for what is none. */
function plain(escape: number): number {
  if (escape === 0x6e || escape === 0x72 || escape === 0x74 || escape === 0x66) return 32;
  return escape === 0x22 || escape === 0x5c || escape === 0x2f ? escape : 0;
}

/** Behind the closing quote of a text of which nothing counts; -1 where it is not sound. */
function afterText(units: Uint16Array, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    const unit = units[at]!;
    if (unit === 0x22) return at + 1;
    if (unit < 32) return -1;
    if (unit !== 0x5c) continue;
    at += 1;
    const escape = at < end ? units[at]! : 0;
    if (plain(escape) !== 0 || escape === 0x62) continue;
    if (escape !== 0x75 || at + 4 >= end) return -1;
    for (const last = at + 4; at < last; at += 1) if (!isHex(units[at + 1]!)) return -1;
  }
  return -1;
}

function isHex(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66) || (unit >= 0x41 && unit <= 0x46);
}
