/** Framing: how a file's bytes are cut into records, decided once from the file's head and from nothing else. */
import { isUtf8 } from 'node:buffer';

/** Longest record that is held, in bytes; larger than any record the formats allow (CloudWatch Logs 1 MB, Kinesis 10 MB). */
export const recordLimitBytes = 16 * 1024 * 1024;

/** Deepest nesting read. The formats need about 20 levels; recursive readers of values break at about 5,000. */
export const depthLimit = 1_000;

/** Bytes looked at before the framing is decided: holds 20 records of every format but for huge ones. */
export const headBytes = 256 * 1024;

/** First lines that are looked at. */
export const headRecords = 20;

/** `json-lines`: a value a line. `json-stream`: one array, one wrapper, or values over many lines. `lines`: text. */
export type Framing = 'json-lines' | 'json-stream' | 'lines';

/** Where a value stands in its file. */
export interface Place {
  /** From 1. */
  line: number;
  /** From 0; counts every value of the file. */
  record: number;
  /** Nothing else stands on its line, and it ends there. */
  isOwnLine: boolean;
}

/** What the framers of JSON tell. */
export interface JsonSink {
  /** `text` is one whole value, not yet parsed, nested no deeper than `depthLimit`. */
  value(text: string, place: Place, hasBadBytes: boolean): void;
  /** Bytes that are no value: why, and how they begin. */
  broken(reason: string, place: Place, beginning: string): void;
}

export const reasons = {
  tooLong: 'longer than 16 MiB: such a record is not read',
  tooDeep: 'nested deeper than 1,000 levels: such a value is not read',
  cutOff: 'cut off: the file ends inside this record',
  notJson: 'not JSON: a JSON value was expected here',
  holdsNul: 'not text: the line holds NUL bytes',
} as const;

const newline = 0x0a;
const openBrace = 0x7b;
const openBracket = 0x5b;

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09;
}

/** Index of the first byte that is no white space, or `end`. */
export function skipSpace(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at] as number)) at++;
  return at;
}

/** True where bytes begin as a JSON object or an array of values do, and text in brackets (`[2024-…] INFO`) does not. */
export function beginsAsJson(bytes: Buffer, start: number, end: number): boolean {
  const at = skipSpace(bytes, start, end);
  if (at >= end) return false;
  const next = skipSpace(bytes, at + 1, end);
  const second = next < end ? String.fromCharCode(bytes[next] as number) : '';
  if (bytes[at] === openBrace) return second === '"' || second === '}' || second === '';
  if (bytes[at] !== openBracket || second === '') return false;
  return second === '{' || second === '[' || second === ']' || second === '"';
}

/** Why these first bytes are no text at all, as a sentence, or undefined where they are. */
export function whyNotText(head: Buffer): string | undefined {
  if (head.length >= 2 && ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)))
    return 'not text in UTF-8: the file is UTF-16; convert it (iconv -f UTF-16 -t UTF-8)';
  const sample = head.subarray(0, 65_536);
  let strange = 0;
  for (const byte of sample) {
    // Tab, newline, return, form feed, escape and backspace stand in logs of terminals.
    if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 0x1b && byte !== 8) strange++;
  }
  const isText = isUtf8(trimmedToCharacter(sample));
  // 2 % of control characters is far above text and far below binary, where they make up a tenth.
  if (strange > sample.length * 0.02) return 'not text: the file holds binary data';
  if (isText) return undefined;
  let high = 0;
  for (const byte of sample) if (byte >= 0x80) high++;
  // Text in an older 8-bit encoding has few bytes above 127; packed or encrypted data has half of them there.
  return high > sample.length * 0.3 ? 'not text: the file holds binary data' : undefined;
}

/** Without the bytes of a character that the end cuts. */
function trimmedToCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
    if (byte < 0x80) break;
  }
  return bytes;
}

/** The framing of a file by its first bytes; `isWhole` where they are all of it. */
export function framingOf(head: Buffer, isWhole: boolean): Framing {
  const lines = firstLines(head, isWhole);
  const whole = lines.filter((line) => line.startsWith('{') && parses(line)).length;
  // The first line may be cut, a banner, or one of many: most lines decide. Text that now and then prints JSON stays text.
  if (lines.length > 1 && whole > 0 && whole >= lines.length / 2) return 'json-lines';
  if (!beginsAsJson(head, 0, head.length)) return 'lines';
  const [first = '', second = ''] = lines;
  // Arrays or batches line by line; a first value on one line followed by text is text.
  if (second === '' || !parses(first)) return 'json-stream';
  if (parses(second)) return 'json-lines';
  return second.startsWith('{') || second.startsWith('[') ? 'json-stream' : 'lines';
}

/** The first whole lines that are not blank, at most `headRecords`, trimmed. */
export function firstLines(head: Buffer, isWhole: boolean): string[] {
  const lines: string[] = [];
  let at = 0;
  while (at < head.length && lines.length < headRecords) {
    const found = head.indexOf(newline, at);
    if (found < 0 && !isWhole) break;
    const end = found < 0 ? head.length : found;
    const line = head.toString('utf8', at, end).trim();
    if (line !== '') lines.push(line);
    at = end + 1;
  }
  return lines;
}

function parses(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
