/** The last lines of a replay: what was found, what was read and what was not, how much could be judged, where the report is. */
import { severities, type Alert, type FileReading, type ReplayOutcome } from '#contract';
import { duration, number, quantity, sanitize } from '../../alerting/text.ts';
import { wrap } from '../../alerting/sinks/console/width.ts';
import type { DeliveryCount } from './program.ts';
import { paint, type Terminal } from './terminal.ts';

interface SummaryOptions {
  reportFile?: string;
  deliveries: readonly DeliveryCount[];
  isTeachingAll: boolean;
}

/** Reasons and blind spots shown; the report has them all. */
const mostLines = 4;

/** `1 record`, `1,448 records`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** `2023-07-10 11:55`, in UTC. */
export function utc(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? 'an unknown time' : time.toISOString().slice(0, 16).replace('T', ' ');
}

/** `2023-07-10 11:55 to 13:40 UTC`; the date again where it is another. */
export function spanText({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  const [from, to] = [utc(fromMs), utc(toMs)];
  return `${from} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to} UTC`;
}

/** `file:line` or `file#record`, as `fargazer why` takes it. */
export function placeText({ file, line, record }: { file: string; line?: number; record?: number }): string {
  return `${file}${line === undefined ? (record === undefined ? '' : `#${record}`) : `:${line}`}`;
}

export function summaryText(outcome: ReplayOutcome, terminal: Terminal, options: SummaryOptions): string {
  const paragraphs = [
    foundText(outcome, options),
    readText(outcome),
    ...notReadTexts(outcome.reading),
    ...setAsideTexts(outcome),
    judgedText(outcome, options),
    ...atMost([...outcome.blind, ...quarantineTexts(outcome), ...outcome.bounds], 'more that could not be seen'),
    ...options.deliveries.map(deliveryText),
  ].filter((text) => text !== '');
  const lines = paragraphs.flatMap((text, index) => {
    const [first = '', ...more] = wrap(sanitize(text), terminal.columns, 12);
    return [index === 0 ? paint(terminal, 'bold', first) : first, ...more.map((line) => `  ${line}`)];
  });
  // A path is one word, to be copied; it is never broken.
  if (options.reportFile !== undefined) lines.push(`Report: ${sanitize(options.reportFile)}`);
  return `${lines.join('\n')}\n`;
}

function foundText(outcome: ReplayOutcome, { isTeachingAll }: SummaryOptions): string {
  const stopped = outcome.isInterrupted ? 'Stopped before the end. ' : '';
  if (isTeachingAll) return `${stopped}Everything was taught; nothing was judged.`;
  if (outcome.alerts.length > 0) {
    const owners = new Set(outcome.alerts.map(({ entity }) => JSON.stringify([entity.kind, entity.account, entity.region, entity.cluster, entity.name])));
    return `${stopped}${counted(outcome.alerts.length, 'alert')} (${bySeverity(outcome.alerts)}) about ${number(owners.size)} of ${counted(outcome.entities.length, 'entity', 'entities')}.`;
  }
  if (outcome.span === undefined) return `${stopped}There was nothing to judge.`;
  const isJudged = outcome.entities.some(({ readyFromMs }) => readyFromMs !== undefined);
  const { fromMs, toMs } = outcome.span;
  // What was taught was not judged, and cannot have been unusual.
  const { teachUntilMs = 0 } = outcome;
  const judgedFromMs = teachUntilMs < toMs ? Math.max(fromMs, teachUntilMs) : fromMs;
  return `${stopped}${isJudged ? 'Nothing unusual' : 'No alert'} in ${duration(toMs - judgedFromMs)}.`;
}

function bySeverity(alerts: readonly Alert[]): string {
  return severities
    .toReversed()
    .map((severity) => ({ severity, count: alerts.filter((alert) => alert.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${number(count)} ${severity}`)
    .join(', ');
}

function readText({ records, reading, span, duplicates }: ReplayOutcome): string {
  const bytes = reading.reduce((sum, file) => sum + file.bytes, 0);
  const when = span === undefined ? '' : `, ${spanText(span)}`;
  const twice = duplicates === 0 ? '' : ` ${counted(duplicates, 'record')} came more than once and counted once.`;
  return `Read ${counted(records, 'record')} of ${inputsText(reading)} (${quantity(bytes, 'bytes')})${when}.${twice}`;
}

/** `3 files`, `12 remote objects`, `3 files and 12 remote objects`. */
export function inputsText(reading: readonly FileReading[]): string {
  const objects = reading.filter(({ file }) => /^[a-z0-9-]+:\/\//.test(file)).length;
  const files = reading.filter(({ file }) => file !== '').length - objects;
  if (objects === 0) return counted(files, 'file');
  return `${files === 0 ? '' : `${counted(files, 'file')} and `}${counted(objects, 'remote object')}`;
}

/** What could not be read, with the first place and the reason. */
export function notReadTexts(reading: readonly FileReading[]): string[] {
  const reasons = reading.flatMap(({ unreadable }) => unreadable);
  const total = reasons.reduce((sum, { count }) => sum + count, 0);
  const notes = reading.flatMap(({ file, notes }) => notes.map((note) => (file === '' ? note : `${file}: ${note}`)));
  const texts = reasons.map(({ reason, count, first }) => {
    const more = count > 1 ? ` (and ${number(count - 1)} more like it)` : '';
    return `${placeText(first)}: ${reason.replace(/\.$/, '')}${more}.`;
  });
  return [
    ...(total === 0 ? [] : [`${counted(total, 'record')} could not be read:`]),
    ...atMost(texts, 'more reasons'),
    ...atMost(notes, 'more notes on files'),
  ];
}

function atMost(texts: readonly string[], rest: string): string[] {
  if (texts.length <= mostLines + 1) return [...texts];
  return [...texts.slice(0, mostLines), `And ${number(texts.length - mostLines)} ${rest}.`];
}

function setAsideTexts({ setAside, unattributed }: ReplayOutcome): string[] {
  const parts = [
    [setAside.future, 'dated after 2100 or ahead of their arrival'],
    [setAside.past, 'dated before 2006'],
    [setAside.olderThanState, 'older than the state'],
    [setAside.alreadyRead, 'already in the state'],
    [unattributed, 'of nobody that could be named'],
  ] as const;
  const texts = parts.filter(([count]) => count > 0).map(([count, what]) => `${number(count)} ${what}`);
  return texts.length === 0 ? [] : [`Not judged: ${texts.join('; ')}.`];
}

/** From when and for what share of the time it could judge. */
function judgedText({ entities, teachUntilMs, span }: ReplayOutcome, { isTeachingAll }: SummaryOptions): string {
  if (isTeachingAll || span === undefined || entities.length === 0) return '';
  const taught = teachUntilMs === undefined ? '' : ` Teaching ended at ${utc(teachUntilMs)} UTC.`;
  const ready = entities.filter(({ readyFromMs }) => readyFromMs !== undefined);
  if (ready.length === 0) return `Nothing could be compared with what is usual yet: no baseline is ready. Give more history, or --learn-for a quiet part of it.${taught}`;
  const events = entities.reduce((sum, entity) => sum + entity.events, 0);
  const share = entities.reduce((sum, entity) => sum + entity.judgedShare * entity.events, 0) / Math.max(1, events);
  const from = Math.min(...ready.map(({ readyFromMs }) => readyFromMs ?? Number.POSITIVE_INFINITY));
  return `Judged ${quantity(Math.floor(share * 100), 'percent')} of what was seen, of ${number(ready.length)} of ${counted(entities.length, 'entity', 'entities')}, the first from ${utc(from)} UTC on.${taught}`;
}

function quarantineTexts({ detectors }: ReplayOutcome): string[] {
  return detectors.flatMap(({ quarantined }) => quarantined);
}

function deliveryText({ sink, delivered, failed, skipped, firstFailure }: DeliveryCount): string {
  const lost = failed + skipped;
  const cause = firstFailure === undefined ? '' : `: ${firstFailure.message.replace(/\.$/, '')}`;
  return `${sink}: ${counted(delivered, 'alert')} delivered${lost === 0 ? '' : `, ${number(lost)} not${cause}`}.`;
}
