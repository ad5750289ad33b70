/** What is unusual in a minute of lines: told by its cause, so that one burst is one alert. */
import type { KindRatesView } from '#baselines';
import type { LogMinute, NumberView, Reading } from '#contract';
import { weighLine } from '../line-weight.ts';
import { isShortlyTaught, leapOf } from '../short-history.ts';
import { before, missing, type Recent } from './recent.ts';

export interface Options {
  floorLines: number;
  floorErrors: number;
  quietMinutes: number;
  certainSurprise: number;
}

export type Unusual =
  | { what: 'silence' | 'few' | 'many'; count: number; minutes: number; reading: Reading; template?: string }
  | { what: 'errors'; count: number; reading: Reading }
  | { what: 'burst'; id: string; template: string; count: number; reading: Reading }
  | { what: 'gone'; id: string; text: string; minutes: number; reading: Reading };

/** Surprise from which a value deserves an alarm, as the contract has it. */
const alarming = 0.5;
/** A kind younger than this is told by `log-novelty`, and counts for nothing here. */
const newMs = 30 * 60_000;
/** Of several bursts those with most lines are told. */
const burstLimit = 3;
/** A line of every minute: missed in one of 200, as a task's first and last minute are cut short. */
const everyMinute = 0.995;

export interface Baselines {
  lines: NumberView;
  errors: NumberView;
  kinds: KindRatesView;
}

/** Is the count far above what is usual? The factor keeps out what is only statistically rare, `leap` what a short teaching did not meet. */
function isBurst(reading: Reading, count: number, floor: number, leap: number): boolean {
  return reading.side === 'above' && reading.surprise >= alarming && count >= Math.max(floor, 2 * reading.typical) && (leap === 1 || count >= leap * reading.high);
}

/** Too few lines, in all of the last `quietMinutes` minutes: the first and the last minute of a task are cut short. */
function fewLines(lines: NumberView, minute: LogMinute, recent: Recent, { quietMinutes }: Options): Unusual | undefined {
  const isLow = (count: number, atMs: number): boolean => {
    const { side, surprise } = lines.of(count, atMs);
    return side === 'below' && surprise >= alarming;
  };
  if (!isLow(minute.lines, minute.minuteMs)) return undefined;
  const row = before(recent, minute.minuteMs);
  let minutes = 1;
  while (minutes <= row.length && isLow(row[minutes - 1]!, minute.minuteMs - minutes * 60_000)) minutes += 1;
  if (minutes < quietMinutes) return undefined;
  const isSilent = [minute.lines, ...row.slice(0, minutes - 1)].every((count) => count === 0);
  if (isSilent) minutes = Math.max(minutes, Math.round((minute.minuteMs - recent.heardMs) / 60_000));
  return { what: isSilent ? 'silence' : 'few', count: minute.lines, minutes, reading: lines.of(minute.lines, minute.minuteMs) };
}

/** Kinds of every minute that this task did not write in the last `quietMinutes` minutes. */
function goneOf(kinds: KindRatesView, minute: LogMinute, recent: Recent, { quietMinutes }: Options): Extract<Unusual, { what: 'gone' }>[] {
  const found: Extract<Unusual, { what: 'gone' }>[] = [];
  for (const [id, , lastMs, text] of missing(recent, minute, quietMinutes)) {
    const reading = kinds.of(id, 0, minute.minuteMs);
    if (reading === undefined) continue;
    const isRare = reading.side === 'below' && reading.surprise >= alarming;
    if (isRare || (kinds.presence(id) ?? 0) >= everyMinute) found.push({ what: 'gone', id, text, minutes: (minute.minuteMs - lastMs) / 60_000, reading });
  }
  return found;
}

function burstsOf(kinds: KindRatesView, minute: LogMinute, options: Options): Extract<Unusual, { what: 'burst' }>[] {
  const bursts: Extract<Unusual, { what: 'burst' }>[] = [];
  const leap = leapOf(kinds);
  for (const [id, count] of minute.kinds) {
    if (count < options.floorErrors) continue;
    const template = minute.templates.get(id) ?? '';
    const floor = weighLine(template, undefined).severity === 'low' ? options.floorLines : options.floorErrors;
    if (count < floor || kinds.isNew(id, minute.minuteMs, newMs)) continue;
    const reading = kinds.of(id, count, minute.minuteMs);
    if (reading !== undefined && reading.surprise >= options.certainSurprise && isBurst(reading, count, floor, leap)) bursts.push({ what: 'burst', id, template, count, reading });
  }
  return bursts.sort((left, right) => right.count - left.count || (left.id < right.id ? -1 : 1));
}

/** Lines of kinds that are new, and how many of them look like errors. */
function newLines(kinds: KindRatesView, minute: LogMinute): { lines: number; errors: number } {
  const sum = { lines: 0, errors: 0 };
  for (const [id, count] of minute.kinds) {
    if (!kinds.isNew(id, minute.minuteMs, newMs)) continue;
    sum.lines += count;
    if (weighLine(minute.templates.get(id) ?? '', undefined).severity !== 'low') sum.errors += count;
  }
  return sum;
}

function mostWritten({ kinds, templates }: LogMinute): string | undefined {
  let most: string | undefined;
  let highest = 0;
  let all = 0;
  for (const [id, count] of kinds) {
    all += count;
    if (count > highest || (count === highest && id < (most ?? id))) {
      highest = count;
      most = id;
    }
  }
  return most !== undefined && 2 * highest >= all ? templates.get(most) : undefined;
}

/** All that a minute says; too few lines in all are one answer. */
export function weigh({ lines, errors, kinds }: Baselines, minute: LogMinute, options: Options, recent: Recent, canMiss: boolean): Unusual[] {
  const { minuteMs: atMs } = minute;
  // A minute or two tell nothing of how seldom a minute is quiet.
  if (canMiss && !isShortlyTaught(lines) && !isShortlyTaught(kinds)) {
    const few = lines.isReady ? fewLines(lines, minute, recent, options) : undefined;
    if (few !== undefined) return [few];
    const gone = kinds.isReady ? goneOf(kinds, minute, recent, options) : [];
    if (minute.lines > 0) return [...gone, ...tooMany({ lines, errors, kinds }, minute, options, recent)];
    // Few lines a minute may have no band above zero, but one of every minute is missed.
    const minutes = Math.round((atMs - recent.heardMs) / 60_000);
    if (gone.length === 0 || minutes < options.quietMinutes) return [];
    return [{ what: 'silence', count: 0, minutes, reading: lines.of(0, atMs) }];
  }
  return tooMany({ lines, errors, kinds }, minute, options, recent);
}

/** Of too many the causes first, and the sum only for what they leave. */
function tooMany({ lines, errors, kinds }: Baselines, minute: LogMinute, options: Options, recent: Recent): Unusual[] {
  const { minuteMs: atMs } = minute;
  const found: Unusual[] = [];
  const bursts = kinds.isReady ? burstsOf(kinds, minute, options) : [];
  found.push(...bursts.slice(0, burstLimit));
  const burstLines = bursts.reduce((sum, { count, reading }) => sum + count - reading.typical, 0);
  const fresh = kinds.isReady ? newLines(kinds, minute) : { lines: 0, errors: 0 };

  const errorsLeft = minute.errors - fresh.errors - burstLines;
  if (errors.isReady && errorsLeft > 0) {
    const reading = errors.of(errorsLeft, atMs);
    if (reading.surprise >= options.certainSurprise && isBurst(reading, errorsLeft, options.floorErrors, leapOf(errors))) found.push({ what: 'errors', count: minute.errors, reading });
  }
  const left = minute.lines - fresh.lines - burstLines - (found.some(({ what }) => what === 'errors') ? errorsLeft : 0);
  if (lines.isReady && left > 0) {
    const reading = lines.of(left, atMs);
    // A single minute that is only somewhat above is waited for: a second one in a row tells it.
    const [last = 0] = before(recent, atMs);
    const leap = leapOf(lines);
    const isWitnessed = reading.surprise >= options.certainSurprise || isBurst(lines.of(last, atMs - 60_000), last, options.floorLines, leap);
    if (isBurst(reading, left, options.floorLines, leap) && isWitnessed) {
      const template = mostWritten(minute);
      found.push({ what: 'many', count: minute.lines, minutes: 1, reading, ...(template === undefined ? {} : { template }) });
    }
  }
  return found;
}
