/** The bytes of one FireLens line: where its two varying values stand, and what they say. */
import { instantOf } from '../instant.ts';
import { instantOfEpoch, timeKeys } from './firelens-time.ts';

/** Time just read; written by `readTime` alone. */
export const time = { timeMs: 0, timeNs: 0 };

/** The minute last read as text, `YYYY-MM-DDTHH:MM:`, and its start. */
const minuteText = new Uint8Array(17);
let minuteStartMs = 0;

/** Powers of ten are exact as doubles up to 22; a fraction has at most nine digits here. */
const powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/**
 * Reads the time at `at`: within quotes (`at` is behind the opening one) or a number. Where it ends, or -1 for every
 * form that is not among the usual ones (the slow way knows more of them).
 */
export function readTime(chunk: Buffer, at: number, end: number, isText: boolean): number {
  return isText ? readIso(chunk, at, end) : readNumber(chunk, at, end);
}

function readIso(chunk: Buffer, at: number, end: number): number {
  if (at + 20 > end) return -1;
  let difference = 0;
  for (let index = 0; index < 17; index += 1) difference |= chunk[at + index]! ^ minuteText[index]!;
  if (difference !== 0) {
    const startMs = minuteOf(chunk.toString('latin1', at, at + 17));
    if (Number.isNaN(startMs)) return -1;
    for (let index = 0; index < 17; index += 1) minuteText[index] = chunk[at + index]!;
    minuteStartMs = startMs;
  }
  const tens = chunk[at + 17]! - 48;
  const ones = chunk[at + 18]! - 48;
  if (!(tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9)) return -1;
  let index = at + 19;
  // Nine digits fit into 31 bits.
  let fraction = 0;
  if (chunk[index] === 0x2e || chunk[index] === 0x2c) {
    let figures = 0;
    for (index += 1; index < end && figures < 10; index += 1, figures += 1) {
      const figure = chunk[index]! - 48;
      if (!(figure >= 0 && figure <= 9)) break;
      if (figures < 9) fraction = (fraction * 10 + figure) | 0;
    }
    if (figures < 1 || figures > 9) return -1;
    for (; figures < 9; figures += 1) fraction = (fraction * 10) | 0;
  }
  if (chunk[index] === 0x5a) index += 1;
  if (index >= end || chunk[index] !== 0x22) return -1;
  const milliseconds = (fraction / 1_000_000) | 0;
  time.timeMs = minuteStartMs + ((tens * 10 + ones) * 1_000 + milliseconds);
  time.timeNs = fraction - milliseconds * 1_000_000;
  return index;
}

function minuteOf(text: string): number {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:$/.test(text)) return Number.NaN;
  return instantOf(`${text}00Z`)?.timeMs ?? Number.NaN;
}

function readNumber(chunk: Buffer, at: number, end: number): number {
  let index = at;
  let digits = 0;
  let fraction = -1;
  for (; index < end; index += 1) {
    const figure = chunk[index]! - 48;
    if (figure >= 0 && figure <= 9) digits = digits * 10 + figure;
    else if (chunk[index] === 0x2e && fraction < 0) fraction = index;
    else break;
  }
  const figures = fraction < 0 ? 0 : index - fraction - 1;
  // Below 2^53 and with an exact power of ten one division rounds as JSON.parse does.
  if (digits > Number.MAX_SAFE_INTEGER || index === at || chunk[at] === 0x30 || fraction === at || figures > 9) return -1;
  if ((fraction >= 0 && figures === 0) || index >= end || (chunk[index]! | 32) === 0x65) return -1;
  const instant = instantOfEpoch(digits / powers[figures]!);
  if (instant === undefined) return -1;
  time.timeMs = instant.timeMs;
  time.timeNs = instant.timeNs;
  return index;
}

/** The closing quote; whether the escapes between are sound is for `JSON.parse` to say. */
export function endOfText(chunk: Buffer, at: number, end: number): number {
  for (let index = at; index < end; index += 1) {
    const byte = chunk[index]!;
    if (byte === 0x22) return index;
    if (byte === 0x5c) index += 1;
    else if (byte < 32) return -1;
  }
  return -1;
}

/** A field of the line at its top level, by the positions of its bytes. */
export interface Field {
  key: string;
  keyAt: number;
  valueAt: number;
  valueEnd: number;
}

/** Fields of a line that `JSON.parse` took as an object; undefined where a key is written with escapes or twice. */
export function fieldsOfLine(chunk: Buffer, start: number, end: number): Field[] | undefined {
  const fields: Field[] = [];
  const seen = new Set<string>();
  let at = skipBlanks(chunk, start, end) + 1;
  for (;;) {
    const keyAt = skipBlanks(chunk, at, end);
    if (chunk[keyAt] !== 0x22) return undefined;
    const keyEnd = endOfText(chunk, keyAt + 1, end);
    if (keyEnd < 0) return undefined;
    const key = chunk.toString('utf8', keyAt + 1, keyEnd);
    if (key.includes('\\') || seen.has(key) || fields.length >= 64) return undefined;
    seen.add(key);
    const colon = skipBlanks(chunk, keyEnd + 1, end);
    if (chunk[colon] !== 0x3a) return undefined;
    const valueAt = skipBlanks(chunk, colon + 1, end);
    const valueEnd = endOfValue(chunk, valueAt, end);
    if (valueEnd < 0) return undefined;
    fields.push({ key, keyAt, valueAt, valueEnd });
    const next = skipBlanks(chunk, valueEnd, end);
    if (chunk[next] === 0x7d) return skipBlanks(chunk, next + 1, end) === end ? fields : undefined;
    if (chunk[next] !== 0x2c) return undefined;
    at = next + 1;
  }
}

/** The time field that counts: the first by precedence that is there. */
export function timeField(fields: readonly Field[]): Field | undefined {
  for (const key of timeKeys) {
    const field = fields.find((candidate) => candidate.key === key);
    if (field !== undefined) return field;
  }
  return undefined;
}

function endOfValue(chunk: Buffer, at: number, end: number): number {
  let depth = 0;
  for (let index = at; index < end; index += 1) {
    const byte = chunk[index]!;
    if (byte === 0x22) {
      index = endOfText(chunk, index + 1, end);
      if (index < 0) return -1;
      if (depth === 0) return index + 1;
    } else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return index;
      depth -= 1;
      if (depth === 0) return index + 1;
    } else if (depth === 0 && (byte === 0x2c || byte <= 32)) return index;
  }
  return -1;
}

function skipBlanks(chunk: Buffer, at: number, end: number): number {
  let index = at;
  while (index < end && (chunk[index] === 32 || chunk[index] === 9 || chunk[index] === 10 || chunk[index] === 13)) index += 1;
  return index;
}
