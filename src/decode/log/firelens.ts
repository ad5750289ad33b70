/** FireLens (Fluent Bit on ECS, and the log router of EKS Fargate): a JSON record a line of a container. */
import type { Decoded, Decoder, DecodeSettings, DecoderRun, JsonObject, JsonValue, LogRecord, Origin, RawRecord, Subject } from '#contract';
import { contentId } from '../content-id.ts';
import { isObject, numberOf, ownField } from '../fields.ts';
import { type Instant, instantOf } from '../instant.ts';
import { timeInFields, timeInLine } from '../log-text.ts';
import { shortenRaw } from '../mask.ts';
import { type LineKind, fieldsKind, lineKind } from '../template.ts';
import { carrierKeys, fireLensSubject } from './firelens-subject.ts';
import { recordTime, timeKeys } from './firelens-time.ts';

/** A run that the fast path shares: both move the last time seen on. */
export interface FireLensRun extends DecoderRun {
  /** Time of the last record that told one, milliseconds; for those that follow and do not. */
  lastTimeMs: number | undefined;
  /** Lines of a container runtime of which pieces came and the end has not, by stream: id of the line, pieces so far. */
  readonly openPieces: Map<string, { id: string; count: number }>;
}

/** Where nothing tells a time, records are put a millisecond apart from here: the earliest time the engine accepts. */
const placeStartMs = Date.UTC(2006, 0, 1);
/** Streams with an open line that are remembered; the oldest is given up. */
const openLimit = 1_024;
/** Joined lines have 16 KiB a piece; a piece itself never is longer than the router's buffer. */
const pieceLimit = 65_536;

export const fireLens: Decoder = {
  id: 'firelens',
  title: 'FireLens records (Fluent Bit on ECS and EKS Fargate)',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html',
  feed: 'firelens',
  framing: 'json',
  recognise(head) {
    return head.some(({ value }) => value !== undefined && isFireLens(value)) ? 1 : 0;
  },
  accepts: isFireLens,
  open: openFireLens,
};

/** As `fireLens.open`, with what the fast path needs. */
export function openFireLens(_settings: DecodeSettings = {}): FireLensRun {
  const run: FireLensRun = {
    lastTimeMs: undefined,
    openPieces: new Map(),
    decode: (record) => decode(record, run),
  };
  return run;
}

/** ECS metadata or a kubernetes object beside a line; Container Insights has the latter too, and a `Type`. */
function isFireLens(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  const has = (key: string): boolean => Object.hasOwn(value, key);
  if (has('ecs_task_arn') || (has('container_id') && has('container_name'))) return true;
  if (has('log') && has('ecs_task_definition')) return true;
  return has('log') && isObject(ownField(value, 'kubernetes'));
}

function decode(record: RawRecord, run: FireLensRun): Decoded {
  const { value } = record;
  if (value === undefined || !isObject(value)) return { unreadable: 'a FireLens record must be a JSON object' };
  const line = lineOf(value);
  if (line === undefined) return { unreadable: 'a FireLens record must have its line in `log` as text, or its fields at the top level' };
  const told = recordTime(value) ?? line.time;
  const time = told ?? otherTime(record, value, line.text, run);
  if (told !== undefined) run.lastTimeMs = told.timeMs;
  const kind = line.text === undefined ? fieldsKind(line.fields) : lineKind(line.text);
  const event = fireLensEvent(record.text, record.origin, time, fireLensSubject(value), kind);
  const piece = line.text === undefined ? undefined : pieceOf(value, line, event, run);
  if (piece !== undefined) event.piece = piece;
  return { events: [event] };
}

/** The event of one record; the fast path makes its events here too. `suspected` as in `shortenRaw`. */
export function fireLensEvent(text: string, origin: Origin, time: Instant, subject: Subject, kind: LineKind, suspected?: number): LogRecord {
  const event: LogRecord = {
    kind: 'log',
    feed: 'firelens',
    timeMs: time.timeMs,
    timeNs: time.timeNs,
    id: contentId(text),
    hasOwnId: false,
    count: 1,
    subject,
    origin,
    raw: shortenRaw(text, suspected),
    templateId: kind.templateId,
    template: kind.template,
    isContinuation: kind.isContinuation,
  };
  if (kind.severityText !== undefined) event.severityText = kind.severityText;
  return event;
}

type Line =
  | { text: string; time?: Instant; cri?: { stream: string; isPartial: boolean } }
  /** Fluent Bit's JSON parser took `log` apart: the line is what the carrier did not add. */
  | { text: undefined; fields: JsonObject; time?: undefined };

function lineOf(value: JsonObject): Line | undefined {
  const log = ownField(value, 'log');
  if (typeof log === 'string') return isRouterForm(value) ? criLine(log) : { text: log };
  const fields = Object.create(null) as JsonObject;
  let count = 0;
  for (const key of Object.keys(value)) {
    if (key !== 'log' && (carrierKeys.has(key) || (timeKeys as readonly string[]).includes(key))) continue;
    if (key === 'log' && !isObject(log)) continue;
    fields[key] = value[key] ?? null;
    count += 1;
  }
  return count === 0 ? undefined : { text: undefined, fields };
}

/** Without ECS metadata, `log` may hold the raw line of the container runtime. */
export function isRouterForm(value: JsonObject): boolean {
  return Object.hasOwn(value, 'kubernetes') || !(Object.hasOwn(value, 'container_id') || Object.hasOwn(value, 'ecs_task_arn'));
}

/** CRI log format: `time stream P|F text`; P is a piece. */
const cri = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,20}) (stdout|stderr) ([PF])(?::\S{0,40})?(?: |$)/;

function criLine(log: string): Line {
  const found = cri.exec(log);
  const time = found === null ? undefined : instantOf(found[1]);
  return found === null || time === undefined ? { text: log } : { text: log.slice(found[0].length), time, cri: { stream: found[2] ?? '', isPartial: found[3] === 'P' } };
}

/** In this order: the carrier's time, the time in the line, the last time seen, the place. */
function otherTime(record: RawRecord, value: JsonObject, line: string | undefined, run: FireLensRun): Instant {
  if (record.carrierTimeMs !== undefined) return { timeMs: record.carrierTimeMs, timeNs: 0 };
  const inLine = line === undefined ? timeInFields(value) : timeInLine(line);
  if (inLine !== undefined) {
    run.lastTimeMs = inLine.timeMs;
    return inLine;
  }
  const place = record.origin.record ?? record.origin.line ?? 0;
  return { timeMs: run.lastTimeMs ?? placeStartMs + place, timeNs: 0 };
}

/** A line that Docker or the container runtime cut, by the fields of Fluent Bit's partial-message mode or by CRI's tag. */
function pieceOf(value: JsonObject, line: Line & { text: string }, event: LogRecord, run: FireLensRun): LogRecord['piece'] {
  const partial = ownField(value, 'partial_message');
  const text = line.text.slice(0, pieceLimit);
  if (partial === 'true' || partial === true) {
    const id = ownField(value, 'partial_id');
    return {
      id: typeof id === 'string' ? id.slice(0, 128) : '',
      ordinal: Math.max(0, Math.trunc(numberOf(ownField(value, 'partial_ordinal')) ?? 0)),
      isLast: String(ownField(value, 'partial_last') ?? 'false') === 'true',
      text,
    };
  }
  return line.cri === undefined ? undefined : criPiece(line.cri, text, event, run);
}

/** CRI numbers no pieces: they follow one another in their stream, and the first record that is no piece ends the line. */
function criPiece(cri: { stream: string; isPartial: boolean }, text: string, event: LogRecord, { openPieces }: FireLensRun): LogRecord['piece'] {
  const stream = `${event.subject.namespace ?? ''}/${event.subject.pod ?? ''}/${event.subject.container ?? ''}/${cri.stream}`;
  const open = openPieces.get(stream) ?? { id: `${stream}/${event.timeMs}.${event.timeNs}`, count: 0 };
  if (!cri.isPartial && open.count === 0) return undefined;
  open.count += 1;
  openPieces.delete(stream);
  if (cri.isPartial) {
    if (openPieces.size >= openLimit) for (const oldest of openPieces.keys()) { openPieces.delete(oldest); break; }
    openPieces.set(stream, open);
  }
  return { id: open.id, ordinal: open.count, isLast: !cri.isPartial, text };
}
