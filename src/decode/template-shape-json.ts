/** The shape of a JSON line within a JSON text: its keys, and the values of those keys that tell the kind. */
import { byteClass, closing, escaping, forbidden, highFactor, lowFactor, masked, meaningOf } from './template-bytes.ts';
import { levelKeySet, tellingKeys } from './template-json.ts';
import { digit, letter, space } from './template-mask.ts';

/** Deeper lines have no shape: `JSON.parse` decides about them. */
const depthLimit = 32;
/** What encloses the value at each depth: an object or an array, and how much of it counts. */
const isObjectAt = new Uint8Array(depthLimit);
const roleAt = new Uint8Array(depthLimit);

/** What may come next. */
const firstKey = 0;
const nextKey = 1;
const firstItem = 2;
const anyValue = 3;
const afterValue = 4;

/** How much of a value the shape holds: nothing, its words, or its words and numbers as they are. */
const overlooked = 0;
const asWords = 1;
const asNumbers = 2;

/** Marks beyond all characters, so that neither the end of a text nor a bracket nor a number is taken for one. */
const textEnd = 0x2_0000;
const plainWord = 0x4_0000;
const bracket = 0x6_0000;

/** How a value counts, by the hash of its key. Another key that meets the same hash is merely looked at closer. */
const roles = new Map<number, number>();
/** Most keys are told apart by this alone. */
const roleSieve = new Uint8Array(1_024);
for (const key of tellingKeys) {
  let hash = 0x51;
  // Keys that tell are one token each, without digits.
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), highFactor);
  roles.set(hash, levelKeySet.has(key) ? asNumbers : asWords);
  roleSieve[hash >>> 22] = 1;
}

/**
 * For `from` at `{` within a JSON text: where the text's closing quote stands if what is between is one JSON object,
 * its hash then in `out`; -1 if it is none, or one that only `JSON.parse` can judge. One loop over local variables:
 * in the fast path a call a value would cost more than the value.
 */
export function hashJson(bytes: Uint8Array, from: number, end: number, out: { high: number; low: number }): number {
  let high = 0x510e527f;
  let low = 0x1f83d9ab;
  let at = from + 1;
  let depth = 0;
  let role = overlooked;
  let phase = firstKey;
  isObjectAt[0] = 1;
  roleAt[0] = overlooked;
  while (at < end) {
    let unit = bytes[at]!;
    if (unit === 32) {
      at += 1;
      continue;
    }
    if (unit === 0x5c) {
      at += 1;
      unit = bytes[at]!;
      if (unit === 0x6e || unit === 0x72 || unit === 0x74) {
        at += 1;
        continue;
      }
      if (unit !== 0x22) return -1;
    } else if (unit === 0x22) return -1;
    if (phase === afterValue && unit === 0x2c) {
      at += 1;
      phase = isObjectAt[depth] === 1 ? nextKey : anyValue;
      continue;
    }
    if (unit === (isObjectAt[depth] === 1 ? 0x7d : 0x5d) && (phase === afterValue || phase === firstKey || phase === firstItem)) {
      at += 1;
      if (depth === 0) {
        out.high = high | 0;
        out.low = low | 0;
        return afterAll(bytes, at, end);
      }
      if (roleAt[depth] !== overlooked) {
        high = Math.imul(high ^ (bracket + unit), highFactor);
        low = Math.imul(low + bracket + unit, lowFactor);
      }
      depth -= 1;
      phase = afterValue;
      continue;
    }
    if (phase === afterValue) return -1;
    const isKey = phase === firstKey || phase === nextKey;
    if (unit === 0x22) {
      at += 1;
      let keyHash = 0;
      if (isKey ? depth > 0 && roleAt[depth] === overlooked : role === overlooked) {
        at = afterText(bytes, at, end);
        if (at < 0) return -1;
      } else {
        let isBlank = false;
        for (;;) {
          if (at >= end) return -1;
          unit = bytes[at]!;
          let kind = byteClass[unit]!;
          if (kind >> 1 === 1) {
            let tokenHigh = 0x51;
            let tokenLow = 0x51;
            while (kind === letter) {
              tokenHigh = Math.imul(tokenHigh ^ unit, highFactor);
              tokenLow = Math.imul(tokenLow + unit, lowFactor);
              at += 1;
              unit = bytes[at]!;
              kind = byteClass[unit]!;
            }
            if (kind === digit) {
              do {
                at += 1;
                kind = byteClass[bytes[at]!]!;
              } while (kind >> 1 === 1);
              tokenHigh = masked;
              tokenLow = masked;
            }
            keyHash = tokenHigh;
            high = Math.imul(high ^ tokenHigh, highFactor);
            high ^= high >>> 15;
            low = Math.imul(low + tokenLow, lowFactor);
            low ^= low >>> 13;
            isBlank = false;
            continue;
          }
          if (kind === closing || kind === forbidden) return -1;
          at += 1;
          if (kind === escaping) {
            unit = bytes[at]!;
            at += 1;
            if (unit === 0x22) break;
            if (unit === 0x5c) {
              // An escape of the inner text; what it escapes may itself be escaped in the outer one.
              unit = bytes[at]!;
              at += 1;
              if (unit === 0x5c) {
                unit = bytes[at]!;
                at += 1;
                if (meaningOf(unit) !== 0) return -1;
              } else if (unit === 0x22) return -1;
              kind = meaningOf(unit);
            } else kind = unit === 0x2f ? 0 : forbidden;
            if (kind === forbidden) return -1;
          }
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
        high = Math.imul(high ^ textEnd, highFactor);
        high ^= high >>> 15;
        low = Math.imul(low + textEnd, lowFactor);
        low ^= low >>> 13;
      }
      if (!isKey) {
        phase = afterValue;
        continue;
      }
      role = depth > 0 ? roleAt[depth]! : roleSieve[keyHash >>> 22] === 1 ? (roles.get(keyHash) ?? overlooked) : overlooked;
      at = afterColon(bytes, at, end);
      if (at < 0) return -1;
      phase = anyValue;
      continue;
    }
    if (isKey) return -1;
    if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth >= depthLimit) return -1;
      at += 1;
      isObjectAt[depth] = unit === 0x7b ? 1 : 0;
      // Numbers of a level count where they stand for it themselves.
      roleAt[depth] = role === overlooked ? overlooked : asWords;
      phase = unit === 0x7b ? firstKey : firstItem;
      role = roleAt[depth]!;
      if (role !== overlooked) {
        high = Math.imul(high ^ (bracket + unit), highFactor);
        low = Math.imul(low + bracket + unit, lowFactor);
      }
      continue;
    }
    const start = at;
    at = afterWord(bytes, at, end);
    if (at < 0) return -1;
    const last = role === asNumbers ? at : role === overlooked ? start : start + 1;
    for (let index = start; index < last; index += 1) {
      const isNumber = role !== asNumbers && (bytes[index] === 0x2d || byteClass[bytes[index]!] === digit);
      unit = plainWord + (isNumber ? 0 : bytes[index]!);
      high = Math.imul(high ^ unit, highFactor);
      high ^= high >>> 15;
      low = Math.imul(low + unit, lowFactor);
      low ^= low >>> 13;
    }
    phase = afterValue;
  }
  return -1;
}

/** The outer text's closing quote, with nothing but white space before it. */
function afterAll(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    const unit = bytes[at]!;
    if (unit === 0x22) return at;
    if (unit === 32) continue;
    at += 1;
    if (unit !== 0x5c || !(bytes[at] === 0x6e || bytes[at] === 0x72 || bytes[at] === 0x74)) return -1;
  }
  return -1;
}

function afterColon(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (; at < end; at += 1) {
    const unit = bytes[at]!;
    if (unit === 0x3a) return at + 1;
    if (unit === 32) continue;
    at += 1;
    if (unit !== 0x5c || !(bytes[at] === 0x6e || bytes[at] === 0x72 || bytes[at] === 0x74)) return -1;
  }
  return -1;
}

/** Behind `true`, `false`, `null` or a number; -1 for anything else. */
function afterWord(bytes: Uint8Array, at: number, end: number): number {
  const unit = bytes[at]!;
  if (unit !== 0x74 && unit !== 0x66 && unit !== 0x6e) return afterNumber(bytes, at, end);
  const letters = unit === 0x74 ? 'true' : unit === 0x66 ? 'false' : 'null';
  if (at + letters.length > end) return -1;
  for (let index = 1; index < letters.length; index += 1) if (bytes[at + index] !== letters.charCodeAt(index)) return -1;
  return at + letters.length;
}

function afterNumber(bytes: Uint8Array, from: number, end: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  at = at < end && bytes[at] === 0x30 ? at + 1 : afterDigits(bytes, at, end);
  if (at >= 0 && bytes[at] === 0x2e) at = afterDigits(bytes, at + 1, end);
  if (at >= 0 && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    const isSigned = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d;
    at = afterDigits(bytes, isSigned ? at + 2 : at + 1, end);
  }
  return at;
}

function afterDigits(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && byteClass[bytes[at]!] === digit) at += 1;
  return at > from ? at : -1;
}

/** Behind the closing quote (escaped, in the outer text) of a text of which nothing counts; -1 where it is not sound. */
function afterText(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const kind = byteClass[bytes[at]!]!;
    at += 1;
    if (kind < closing) continue;
    if (kind !== escaping) return -1;
    let unit = bytes[at]!;
    at += 1;
    if (unit === 0x22) return at;
    if (unit === 0x2f) continue;
    if (unit !== 0x5c) return -1;
    unit = bytes[at]!;
    at += 1;
    if (unit === 0x5c) {
      if (meaningOf(bytes[at]!) !== 0) return -1;
      at += 1;
    } else if (unit === 0x75) {
      for (const last = at + 4; at < last; at += 1) if (at >= end || !isHex(bytes[at]!)) return -1;
    } else if (unit === 0x22 || meaningOf(unit) === forbidden) return -1;
  }
  return -1;
}

function isHex(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66) || (unit >= 0x41 && unit <= 0x46);
}
