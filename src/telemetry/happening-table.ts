/** Everything that can happen: how loud it is, the sentence of its log line, what it counts. One entry each. */
import type { HappeningName, Happenings } from '#contract';
import type { CounterName, HistogramName } from './metric-table.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

type NumberField<Fields> = { [Key in keyof Fields]: Fields[Key] extends number ? Key : never }[keyof Fields];

/** Adds to a counter: a number among the fields, or 1. Labels are the fields of the same name, or fixed. */
export interface Count<Fields> {
  counter: CounterName;
  by?: NumberField<Fields>;
  fixed?: Readonly<Record<string, string>>;
}

export interface HappeningEntry<Fields> {
  level: Level;
  /** Sentence with `{field}` in it. Fields that it does not name are logged beside it all the same. */
  says: string;
  /** The only fields that are logged or counted, whatever is told. */
  fields: readonly (keyof Fields & string)[];
  counts?: readonly Count<Fields>[];
  observes?: readonly { histogram: HistogramName; field: NumberField<Fields>; scale?: number }[];
  /** Told at most once in this time for the same source, sink or detector; the line says how many were left out. */
  everyMs?: number;
}

/** What may happen with every batch is told once in a minute: a log is read by people, and metrics count the rest. */
const minuteMs = 60_000;

export const happeningTable: { readonly [Name in HappeningName]: HappeningEntry<Happenings[Name]> } = {
  started: { level: 'info', says: 'fargazer {version} started: {sources} sources, {detectors} detectors, {sinks} sinks.', fields: ['version', 'sources', 'detectors', 'sinks'] },
  ready: { level: 'info', says: 'Every source was read and the state is loaded, after {tookMs} ms.', fields: ['tookMs'] },
  stopping: { level: 'info', says: 'Stopping ({signal}): no more records are read, what was read is saved.', fields: ['signal'] },
  stopped: { level: 'info', says: 'Stopped after {tookMs} ms; everything is saved.', fields: ['tookMs'] },
  failed: { level: 'error', says: 'fargazer cannot go on ({code}); it goes on from the last saved step when it is started again.', fields: ['code'] },
  'http-listening': { level: 'info', says: 'Health and metrics are at http://{host}:{port}/.', fields: ['host', 'port'] },

  'batch-read': {
    level: 'debug', says: 'Read {records} records from {lane} of {source}.', fields: ['source', 'lane', 'records', 'bytes'],
    counts: [{ counter: 'records', by: 'records' }, { counter: 'readBytes', by: 'bytes' }],
  },
  decoded: {
    level: 'debug', says: 'Decoded {events} events of {source}; {unreadable} records could not be read.', fields: ['source', 'events', 'unreadable'],
    counts: [{ counter: 'events', by: 'events' }, { counter: 'unreadable', by: 'unreadable' }],
  },
  late: { level: 'warn', says: '{records} records of {feed} came after their time was walked; they are counted and listed.', fields: ['feed', 'records'], counts: [{ counter: 'late', by: 'records' }], everyMs: minuteMs },
  'set-aside': { level: 'warn', says: '{records} records were set aside ({reason}).', fields: ['reason', 'records'], counts: [{ counter: 'setAside', by: 'records' }], everyMs: minuteMs },
  'poison-record': { level: 'error', says: 'A record of {lane} in {source} could not be taken in ({code}); it was passed over and counted.', fields: ['source', 'lane', 'code'], counts: [{ counter: 'poison' }], everyMs: minuteMs },
  'lane-begun': { level: 'info', says: 'Reading {lane} of {source}.', fields: ['source', 'lane'], everyMs: minuteMs },
  'lane-failing': { level: 'warn', says: '{lane} of {source} cannot be read ({code}); it is tried again.', fields: ['source', 'lane', 'code'], counts: [{ counter: 'laneFailures' }], everyMs: minuteMs },
  'lane-recovered': { level: 'info', says: '{lane} of {source} is read again, after {afterMs} ms.', fields: ['source', 'lane', 'afterMs'], everyMs: minuteMs },
  'lane-ended': { level: 'info', says: '{lane} of {source} ended; {children} lanes go on in its place.', fields: ['source', 'lane', 'children'], everyMs: minuteMs },
  'lane-left-behind': {
    level: 'error', says: '{lane} of {source} held the walk for {heldMs} ms and is waited for no longer; what it still gives is late.', fields: ['source', 'lane', 'heldMs'],
    counts: [{ counter: 'lanesLeftBehind' }],
  },
  throttled: { level: 'warn', says: '{source} is throttled by its carrier; it waits for {waitMs} ms.', fields: ['source', 'waitMs'], counts: [{ counter: 'throttles' }], everyMs: minuteMs },
  'clock-jumped': { level: 'warn', says: 'The clock jumped by {byMs} ms.', fields: ['byMs'] },

  'step-saved': {
    level: 'debug', says: 'Saved a step of {parts} parts and {bytes} bytes in {tookMs} ms.', fields: ['tookMs', 'bytes', 'parts'],
    counts: [{ counter: 'steps', fixed: { outcome: 'saved' } }],
    observes: [{ histogram: 'stepSeconds', field: 'tookMs', scale: 0.001 }, { histogram: 'stepBytes', field: 'bytes' }],
  },
  'step-failed': {
    level: 'error', says: 'A step could not be saved ({code}); it is tried again in {waitMs} ms, and nothing of it is lost meanwhile.', fields: ['code', 'waitMs'],
    counts: [{ counter: 'steps', fixed: { outcome: 'failed' } }, { counter: 'stepFailures' }], everyMs: minuteMs,
  },
  'step-lost': { level: 'warn', says: 'Another process saved first (attempt {attempt}); its state is loaded and the step is done anew.', fields: ['attempt'], counts: [{ counter: 'steps', fixed: { outcome: 'lost' } }] },
  'parts-swept': { level: 'info', says: 'Deleted {parts} parts of state that nothing names any more.', fields: ['parts'] },
  'bound-reached': { level: 'warn', says: 'The bound {bound} was reached ({count}).', fields: ['bound', 'count'], counts: [{ counter: 'bounds' }], everyMs: minuteMs },
  'detector-quarantined': {
    level: 'error', says: 'The detector {detector} failed for an entity ({code}) and is left out for it.', fields: ['detector', 'code'],
    counts: [{ counter: 'quarantines' }], everyMs: minuteMs,
  },
  'coverage-changed': { level: 'warn', says: '{feed} is {state} for {services} services.', fields: ['feed', 'state', 'services'], everyMs: minuteMs },

  'alert-raised': { level: 'info', says: 'Alert {id}, revision {revision}: {detector}, {severity}.', fields: ['detector', 'severity', 'id', 'revision'], counts: [{ counter: 'alerts' }] },
  delivered: { level: 'debug', says: 'Delivered {alerts} alerts to {sink}.', fields: ['sink', 'alerts'], counts: [{ counter: 'deliveries', by: 'alerts', fixed: { outcome: 'delivered' } }] },
  'delivery-failed': {
    level: 'warn', says: '{sink} did not take an alert ({code}); it is tried again in {waitMs} ms.', fields: ['sink', 'code', 'waitMs'],
    counts: [{ counter: 'deliveries', fixed: { outcome: 'retried' } }], everyMs: minuteMs,
  },
  'delivery-given-up': {
    level: 'error', says: '{sink} refused the alert {id}, revision {revision}, for good ({code}); it is kept as a dead letter.', fields: ['sink', 'code', 'id', 'revision'],
    counts: [{ counter: 'deliveries', fixed: { outcome: 'given-up' } }],
  },
  'delivery-shared': { level: 'warn', says: 'Another process delivers to {sink} too; alerts may arrive twice, under the same id and revision.', fields: ['sink'], everyMs: minuteMs },
  'delivery-recovered': { level: 'info', says: '{sink} takes alerts again.', fields: ['sink'] },
  'delivery-unsaved': { level: 'error', says: 'How far {sink} was delivered could not be read or noted ({code}); it is tried again, and nothing is sent to it until then.', fields: ['sink', 'code'], everyMs: minuteMs },
};

/** An entry as code reads it that does not care which it is. */
export type PlainEntry = HappeningEntry<Record<string, number>>;

export function entryOf(name: HappeningName): PlainEntry {
  return happeningTable[name] as unknown as PlainEntry;
}
