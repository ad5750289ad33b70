/** The contents of one carrier record, unpacked: JSON a value a line, over many lines, concatenated or in an array; or lines of text. */
import type { Decoder, FargazerEvent, JsonValue, Origin, RawRecord } from '#contract';
import { parsed } from './envelope.ts';
import { isObject } from './fields.ts';
import { plainText } from './formats.ts';
import { beginsAsJson, depthLimit, firstLines, framingOf, headBytes, reasons, recordLimitBytes, whyNotText, type Place } from './framing.ts';
import { isNestedTooDeep, jsonLines } from './framing-json-lines.ts';
import { fireLens } from './log/firelens.ts';
import { recordTime } from './log/firelens-time.ts';
import { timeInFields, timeInLine } from './log-text.ts';
import { firstTimeIn } from './plain-text.ts';
import type { Tally } from './reading.ts';
import { isOwnJsonLog } from './recognise.ts';
import { router, type Router } from './routing.ts';
import type { StreamOptions } from './stream.ts';
import { textLines } from './text-lines.ts';

export interface ContentOptions extends Omit<StreamOptions, 'format'> {
  named: Decoder | undefined;
  tally: Tally;
  /** Where the record stands, without the line. */
  place: string;
  /** Time of what tells none. */
  arrivalMs: number | undefined;
  /** Not empty, without white space at both ends. */
  bytes: Buffer;
  /** Told of each line or value that is no UTF-8 and was read nevertheless. */
  noteBadBytes: () => void;
}

export interface RecordContent {
  /** The events of one line, if it is one whole JSON value; undefined where it is not, and nothing was taken. */
  wholeLine(start: number, end: number, line: number): readonly FargazerEvent[] | undefined;
  /** Everything from an offset on, which stands at the beginning of a line. */
  rest(start: number, firstLine: number): void;
  notes(): string[];
}

/** Keys of values that carry others, whose times are their own. */
const carrierKeys = ['Records', 'records', 'Events', 'events', 'items', 'Findings', 'logEvents', 'sessionResults', 'sessionUpdate', 'awslogs', 'kinesis', 'Sns', 'Message', 'body', 'data'];

/** Opened anew for each record, so that no record's time or header serves another. */
export function recordContent(options: ContentOptions): RecordContent {
  const { file, named, tally, place, arrivalMs, bytes, settings, noteBadBytes } = options;
  const routes = router(options, tally, named);
  const isOneLine = !bytes.includes(0x0a);
  /** A line of plain text told a time: those behind it that tell none belong to it, as in a file. */
  let hasTold = false;

  const originOf = (line: number, record?: number): Origin => ({
    file,
    ...(isOneLine ? {} : { line }),
    ...(record === undefined ? {} : { record }),
    eventId: place,
  });

  const arrived = (record: RawRecord, hasOwnTime: boolean): RawRecord => {
    if (arrivalMs !== undefined && !hasOwnTime) record.carrierTimeMs = arrivalMs;
    return record;
  };

  const takeValue = (text: string, value: JsonValue, origin: Origin): void => {
    if (Array.isArray(value) && named?.accepts?.(value) !== true) {
      value.forEach((element, record) => takeOne(JSON.stringify(element), element, { ...origin, record }));
      return;
    }
    takeOne(text, value, origin);
  };

  const takeOne = (text: string, value: JsonValue, origin: Origin): void => {
    const tells = arrivalMs !== undefined && tellsTime(value);
    if (tells && fireLens.accepts?.(value) !== true) hasTold = true;
    routes.value({ ...arrived({ text, origin }, tells), value });
  };

  const takeText = (text: string, line: number): void => {
    hasTold ||= timeInLine(text) !== undefined;
    routes.decodeBy(plainText, arrived({ text, origin: originOf(line) }, hasTold));
  };

  const takeJson = (start: number, firstLine: number): void => {
    let isOwnLog: boolean | undefined;
    const before = firstLine - 1;
    const placeOf = ({ line, record, isOwnLine }: Place): Origin => originOf(line + before, isOwnLine ? undefined : record);
    const lines = jsonLines({
      whole(text, line, hasBadBytes) {
        const value = parsed(text);
        if (value === undefined) return false;
        if (hasBadBytes) noteBadBytes();
        takeValue(text, value, originOf(line + before));
        return true;
      },
      value(text, at, hasBadBytes) {
        const value = parsed(text);
        if (hasBadBytes) noteBadBytes();
        if (value === undefined) routes.unreadable(reasons.notJson, placeOf(at), text);
        else takeValue(text, value, placeOf(at));
      },
      broken: (reason, at, beginning) => routes.unreadable(ofRecord(reason), placeOf(at), beginning),
      text(text, line) {
        isOwnLog ??= named === undefined && isOwnJsonLog(firstLines(bytes.subarray(0, headBytes), true));
        if (isOwnLog) takeText(text, line + before);
        return isOwnLog;
      },
      isLineByLine: () => false,
    });
    lines.block(bytes, start, bytes.length);
    lines.end();
  };

  const takeLines = (): void => {
    const first = bytes.subarray(0, headBytes);
    const why = whyNotText(first);
    if (why !== undefined) {
      routes.unreadable(ofRecord(why), originOf(1), '');
      return;
    }
    const told = firstTimeIn(firstLines(first, true));
    routes.tellFirstTime(told);
    const placed: Router = {
      ...routes,
      decodeBy: (decoder, { text, origin }) => routes.decodeBy(decoder, arrived({ text, origin: originOf(origin.line ?? 1) }, told !== undefined)),
      unreadable: (reason, { line = 1 }, raw) => routes.unreadable(reason, originOf(line), raw),
    };
    const lines = textLines({ file, settings, intake: options.intake }, placed, named, noteBadBytes);
    lines.block(bytes, 0, bytes.length);
    lines.end();
  };

  return {
    wholeLine(start, end, line) {
      if (end - start > recordLimitBytes || (bytes[start] !== 0x7b && bytes[start] !== 0x5b)) return undefined;
      if (end - start > 2 * depthLimit && isNestedTooDeep(bytes, start, end)) return undefined;
      const text = bytes.toString('utf8', start, end);
      const value = parsed(text);
      if (value === undefined) return undefined;
      routes.forget();
      takeValue(text, value, originOf(line));
      return routes.decoded;
    },
    rest(start, firstLine) {
      if (start > 0 || isJson(bytes, named)) takeJson(start, firstLine);
      else takeLines();
    },
    notes: () => routes.notes(),
  };
}

/** Decided by these bytes alone: a record that begins as JSON is JSON, one whose lines mostly are is too. */
export function isJson(bytes: Buffer, named: Decoder | undefined): boolean {
  if (named?.framing === 'json') return true;
  if (named !== undefined && named.accepts === undefined) return false;
  return beginsAsJson(bytes, 0, bytes.length) || framingOf(bytes.subarray(0, headBytes), true) === 'json-lines';
}

/** Logs that tell a time themselves keep it; all other formats ask for that of the carrier only where their own is missing. */
function tellsTime(value: JsonValue): boolean {
  if (!isObject(value) || carrierKeys.some((key) => Object.hasOwn(value, key))) return false;
  if (fireLens.accepts?.(value) === true) {
    if (recordTime(value) !== undefined) return true;
    return typeof value.log === 'string' ? timeInLine(value.log) !== undefined : timeInFields(value) !== undefined;
  }
  return plainText.accepts?.(value) === true && timeInFields(value) !== undefined;
}

/** Reasons of framing speak of files. */
function ofRecord(reason: string): string {
  return reason.replace('the file is UTF-16; convert it (iconv -f UTF-16 -t UTF-8)', 'the record is UTF-16').replace('the file', 'the record');
}
