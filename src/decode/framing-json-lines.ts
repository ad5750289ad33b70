/** Frames JSON that stands a value a line; lines that hold several values, or a part of one, go through the scanner. */
import { isUtf8 } from 'node:buffer';
import { jsonScanner, type JsonScanner } from './framing-json-scan.ts';
import type { LineSink } from './framing-lines.ts';
import { depthLimit, isSpace, reasons, recordLimitBytes, type JsonSink, type Place } from './framing.ts';

/** Whole lines, each ended by a newline. */
export interface LineBlock {
  bytes: Buffer;
  start: number;
  end: number;
  firstLine: number;
  /** Takes one line the ordinary way. */
  takeLine: (start: number, end: number, line: number) => void;
}

export interface JsonLinesSink extends JsonSink {
  /** One line that begins and ends as an object; false where it is no whole value after all. */
  whole(text: string, line: number, hasBadBytes: boolean): boolean;
  /** A line that does not begin as JSON; false where text has no business in the file. */
  text(text: string, line: number): boolean;
  /** From now on every record of the file stands on a line: what is open at its end is broken. */
  isLineByLine(): boolean;
  /** The fast way, where `isLineByLine`: takes a whole block and returns its lines, or undefined. What it does not know goes through `takeLine`. */
  takeBlock?(block: LineBlock): number | undefined;
}

export interface JsonLines extends LineSink {
  end(): void;
}

const openBrace = 0x7b;
const closeBrace = 0x7d;

export function jsonLines(sink: JsonLinesSink): JsonLines {
  let line = 0;
  let isBlockUtf8 = true;
  /** Scans a value that goes over several lines, or a line of several values; absent in between. */
  let scanner: JsonScanner | undefined;
  /** Lines within an open value that may turn out to be records of their own. */
  let kept: { text: string; line: number; hasBadBytes: boolean }[] = [];

  const place = (at: number): Place => ({ line: at, record: 0, isOwnLine: true });
  const hasBadBytes = (bytes: Buffer, start: number, end: number): boolean => !isBlockUtf8 && !isUtf8(bytes.subarray(start, end));

  const giveUp = (reason: string): void => {
    const lines = kept;
    kept = [];
    scanner?.abandon(reason);
    scanner = undefined;
    for (const inner of lines) sink.whole(inner.text, inner.line, inner.hasBadBytes);
  };

  const takeLine = (bytes: Buffer, start: number, lineEnd: number): void => {
    if (lineEnd - start > recordLimitBytes) {
      if (scanner !== undefined) giveUp(reasons.notJson);
      sink.broken(reasons.tooLong, place(line), bytes.toString('utf8', start, start + 400));
      return;
    }
    let from = start;
    let end = lineEnd;
    while (end > from && isSpace(bytes[end - 1] as number)) end--;
    if (bytes[from] === 0xef) from = pastMark(bytes, from, end);
    while (from < end && isSpace(bytes[from] as number)) from++;
    if (from === end) return;
    const isObject = bytes[from] === openBrace;
    if (scanner !== undefined) {
      if (isObject && from === start && !scanner.takesValue) giveUp(reasons.notJson);
      else {
        if (isObject && from === start && bytes[end - 1] === closeBrace)
          kept.push({ text: bytes.toString('utf8', from, end), line, hasBadBytes: hasBadBytes(bytes, from, end) });
        scan(bytes, start, lineEnd);
        return;
      }
    }
    if (bytes[from] !== openBrace && bytes[from] !== 0x5b) {
      const holdsNul = bytes.subarray(from, end).includes(0);
      if (!holdsNul && sink.text(bytes.toString('utf8', start, end), line)) return;
      sink.broken(holdsNul ? reasons.holdsNul : reasons.notJson, place(line), bytes.toString('utf8', from, Math.min(end, from + 400)));
      return;
    }
    // A level takes two bytes: shorter lines cannot be too deep.
    if (end - from > 2 * depthLimit && isNestedTooDeep(bytes, from, end)) {
      sink.broken(reasons.tooDeep, place(line), bytes.toString('utf8', from, from + 400));
      return;
    }
    const text = bytes.toString('utf8', from, end);
    if (sink.whole(text, line, hasBadBytes(bytes, from, end))) return;
    let record = 0;
    scanner = jsonScanner(sink, { line, nextRecord: () => record++, takesApart: false });
    scan(bytes, start, lineEnd);
  };

  const scan = (bytes: Buffer, start: number, end: number): void => {
    scanner?.feed(bytes, start, end);
    if (scanner?.isOpen === true && sink.isLineByLine()) giveUp(bytes[end - 1] === 0x0a ? reasons.notJson : reasons.cutOff);
    else if (scanner?.isOpen === false) {
      scanner.end();
      scanner = undefined;
      kept = [];
    }
  };

  return {
    block(bytes, start, end) {
      let at = start;
      isBlockUtf8 = isUtf8(bytes.subarray(start, end));
      if (isBlockUtf8 && sink.takeBlock !== undefined && scanner === undefined && bytes[end - 1] === 0x0a && sink.isLineByLine()) {
        const firstLine = line + 1;
        const takeOne = (from: number, to: number, at: number): void => {
          line = at;
          takeLine(bytes, from, bytes.indexOf(0x0a, to) + 1);
        };
        const lines = sink.takeBlock({ bytes, start, end, firstLine, takeLine: takeOne });
        if (lines !== undefined) {
          line = firstLine + lines - 1;
          return;
        }
      }
      while (at < end) {
        const found = bytes.indexOf(0x0a, at);
        const next = found < 0 || found >= end ? end : found + 1;
        line++;
        takeLine(bytes, at, next);
        at = next;
      }
    },
    tooLong(beginning) {
      if (scanner !== undefined) giveUp(reasons.notJson);
      line++;
      sink.broken(reasons.tooLong, place(line), beginning);
    },
    end() {
      if (scanner !== undefined) giveUp(reasons.cutOff);
    },
  };
}

/** Past a byte order mark, which may stand within a file that was put together of several. */
function pastMark(bytes: Buffer, start: number, end: number): number {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? start + 3 : start;
}

/** Counts levels without recursion; braces within strings are passed over. */
export function isNestedTooDeep(bytes: Buffer, start: number, end: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (isInString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) isInString = false;
    } else if (byte === 0x22) isInString = true;
    else if (byte === openBrace || byte === 0x5b) {
      if (++depth > depthLimit) return true;
    } else if (byte === closeBrace || byte === 0x5d) depth--;
  }
  return false;
}
