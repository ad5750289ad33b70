/** Scans bytes for JSON values without holding more than one of them: elements of a big array leave one by one. */
import { JsonString } from './framing-json-string.ts';
import { OpenValue } from './framing-open-value.ts';
import { depthLimit, reasons, type JsonSink } from './framing.ts';

/** Top-level keys under which AWS and Kubernetes put lists of records. */
const wrapperKeys = new Set(['Records', 'Events', 'events', 'items', 'Findings']);

const quote = 0x22;
const newline = 0x0a;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

export interface JsonScanner {
  feed(chunk: Buffer, start: number, end: number): void;
  /** The end of the file: what is open was cut off. */
  end(): void;
  /** Gives up the open value, if there is one, for this reason. */
  abandon(reason: string): void;
  /** A value is open. */
  readonly isOpen: boolean;
  /** A value may begin here: after a colon, after a comma or bracket of an array, or between values. */
  readonly takesValue: boolean;
}

interface ScanStart {
  /** Line of the first byte, from 1. */
  line: number;
  /** Index of the next value; asked for each. */
  nextRecord: () => number;
  /** Takes lists in wrappers and top-level arrays apart. */
  takesApart: boolean;
}

export function jsonScanner(sink: JsonSink, { line: firstLine, nextRecord, takesApart }: ScanStart): JsonScanner {
  /** 1 where the level is an object. */
  const isObject = new Uint8Array(depthLimit + 2);
  let depth = 0;
  /** Depth at which values are emitted: 0, 1 in an array, 2 in the list of a wrapper. */
  let base = 0;
  /** Within the wrapper's object, outside its list. */
  let isInWrapper = false;
  /** A wrapper's list may have begun: the next byte tells. */
  let mayOpenList = false;
  const string = new JsonString();
  let isInScalar = false;
  /** Last byte that was neither space nor within a string. */
  let previous = 0;
  /** Looking for a fresh line that begins as a value. */
  let isLost = false;
  let line = firstLine;
  let isAtLineStart = true;

  const value = new OpenValue(sink, nextRecord);

  const fail = (reason: string): void => {
    value.fail(reason, line);
    leave();
  };

  /** Out of strings, scalars and keys. */
  const leave = (): void => {
    isInScalar = false;
    mayOpenList = false;
    string.close();
  };

  /** After a failure: nothing more of this line, nor of lines that begin otherwise. */
  const lose = (reason: string): void => {
    fail(reason);
    isLost = true;
    depth = base;
    previous = base > 0 ? comma : 0;
  };

  const close = (part: Buffer): void => {
    value.close(part, line);
    leave();
    if (base > 0) value.release(false);
  };

  const endScalar = (chunk: Buffer, start: number, at: number): void => {
    isInScalar = false;
    close(chunk.subarray(start, at));
  };

  const startsValue = (): boolean => {
    // Between values a missing comma is forgiven; deeper than the limit nothing is known.
    if (depth === base || depth > depthLimit) return true;
    return isObject[depth] === 1 ? previous === colon : previous === comma || previous === openBracket;
  };

  /** Directly within an object that itself is in nothing. */
  const isInObjectOfTop = (): boolean => depth === 1 && isObject[1] === 1 && (base === 0 || isInWrapper);

  /** No value is open, and one may be emitted at this depth. */
  const isBetween = (): boolean => !value.isOpen && depth === base && !(isInWrapper && base === 1);

  const feed = (chunk: Buffer, start: number, end: number): void => {
    /** Where the open value begins in this chunk. */
    let from = start;
    for (let at = start; at < end; at++) {
      const byte = chunk[at] as number;
      if (string.isOpen) {
        at = string.pass(chunk, at, end);
        if (at === end) break;
        if (chunk[at] === newline) {
          value.hold(chunk.subarray(from, at));
          lose(reasons.notJson);
          line++;
          isAtLineStart = true;
          continue;
        }
        previous = quote;
        if (value.isOpen && depth === base) close(chunk.subarray(from, at + 1));
        continue;
      }
      if (byte === newline) {
        if (isInScalar) endScalar(chunk, from, at);
        value.release(true);
        line++;
        isAtLineStart = true;
        continue;
      }
      if (byte === 0x20 || byte === 0x0d || byte === 0x09) {
        if (isInScalar) endScalar(chunk, from, at);
        continue;
      }
      if (isLost) {
        if (!isAtLineStart || (byte !== openBrace && byte !== openBracket)) {
          isAtLineStart = false;
          continue;
        }
        isLost = false;
      }
      if (mayOpenList) {
        mayOpenList = false;
        if (byte === openBrace) {
          value.drop();
          leave();
          isInWrapper = true;
          base = depth;
        }
      }
      const isFirst = isAtLineStart;
      if (byte === openBrace || byte === openBracket) {
        if (isInScalar) endScalar(chunk, from, at);
        if (!startsValue()) {
          value.hold(chunk.subarray(from, at));
          // A fresh line that begins with an object is a new record; the one before was cut.
          const isFresh = isFirst && byte === openBrace;
          lose(reasons.notJson);
          if (!isFresh) {
            isAtLineStart = false;
            continue;
          }
          isLost = false;
        }
        if (isBetween()) {
          if (base === 0 && byte === openBracket && takesApart) {
            value.release(false);
            depth = 1;
            base = 1;
            isObject[1] = 0;
            previous = byte;
            isAtLineStart = false;
            continue;
          }
          value.open(line, isFirst && base === 0);
          from = at;
        }
        isAtLineStart = false;
        mayOpenList = byte === openBracket && takesApart && isInObjectOfTop() && previous === colon && wrapperKeys.has(string.key);
        depth++;
        if (depth <= depthLimit) isObject[depth] = byte === openBrace ? 1 : 0;
        else if (value.isOpen && !value.isTooDeep) {
          value.hold(chunk.subarray(from, Math.min(at, from + 400)));
          value.isTooDeep = true;
        }
        previous = byte;
        continue;
      }
      isAtLineStart = false;
      if (byte === closeBrace || byte === closeBracket) {
        if (isInScalar) endScalar(chunk, from, at);
        const fits = depth > 0 && (depth > depthLimit || (isObject[depth] === 1) === (byte === closeBrace));
        if (!fits) {
          value.hold(chunk.subarray(from, at + 1));
          lose(reasons.notJson);
          continue;
        }
        depth--;
        previous = byte;
        if (depth < base) {
          // The list or the wrapper ends here.
          if (isInWrapper && depth === 1) base = 1;
          else {
            base = 0;
            isInWrapper = false;
          }
          continue;
        }
        if (value.isOpen && depth === base) close(chunk.subarray(from, at + 1));
        continue;
      }
      if (byte === quote) {
        if (isInScalar) endScalar(chunk, from, at);
        if (isBetween()) {
          if (base === 0) {
            lose(reasons.notJson);
            continue;
          }
          value.open(line, isFirst && base === 0);
          from = at;
        }
        string.open(depth === 1 && isObject[1] === 1 && (previous === openBrace || previous === comma));
        continue;
      }
      if (byte === comma || byte === colon) {
        if (isInScalar) endScalar(chunk, from, at);
        previous = byte;
        continue;
      }
      if (isBetween()) {
        // No format has bare words, numbers or strings as records; in lists they are counted one by one.
        if (base === 0) {
          lose(reasons.notJson);
          continue;
        }
        value.open(line, isFirst && base === 0);
        from = at;
        isInScalar = true;
      }
      previous = byte;
    }
    value.hold(chunk.subarray(from, end));
  };

  return {
    feed,
    end() {
      if (isInScalar) {
        isInScalar = false;
        close(Buffer.alloc(0));
      }
      if (value.isOpen) fail(reasons.cutOff);
      value.release(true);
    },
    abandon(reason) {
      if (value.isOpen) fail(reason);
      value.release(false);
      depth = 0;
      base = 0;
      isInWrapper = false;
      isLost = false;
      previous = 0;
      isAtLineStart = true;
    },
    get isOpen() {
      return value.isOpen;
    },
    get takesValue() {
      return !string.isOpen && startsValue();
    },
  };
}
