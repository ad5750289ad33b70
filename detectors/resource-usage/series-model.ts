/**
 * The recent past of one series as a bounded trace, and how unusual the next point is against it.
 *
 * Six statistics are watched at once, each against the range it has kept to so far; a point is unusual when one of
 * them leaves its range by a margin. Records get rare by themselves in whatever keeps to its habits (the n-th of n
 * like values is a new extreme with a chance of 2/n, whatever their distribution: F. G. Foster and A. Stuart,
 * "Distribution-free tests in time-series based on the breaking of records", JRSS B 16, 1954), so no distribution is
 * assumed and no threshold has a unit. What lasts becomes the new habit: it alarms once, then is learned.
 */
import { usualAt } from './hour-of-day.ts';
import { learnAverages, learnRanges } from './learn.ts';
import { forgetAsked, measure, now, strongestNow, warmUpPoints } from './measure.ts';
import { isGrown, isYoung, place, statistic } from './series-state.ts';
import type { Numbers, SeriesState } from './series-state.ts';
import { isFlat, isLeaking, noteStretch, startStretch } from './stretches.ts';

export type { SeriesState } from './series-state.ts';
export type SeriesKind = 'spike' | 'shift' | 'flat-line' | 'leak' | 'none';

export interface SeriesReading {
  /** 0 to 1; 0.5 and above is an alarm. Below half while it learns, and after an alarm unless it gets far worse. */
  score: number;
  kind: SeriesKind;
  /** The range that single values have kept to. */
  expectedLow: number;
  expectedHigh: number;
  /** The long-run level; for series with a daily wave, of that hour of the day. */
  typical: number;
}

/** After an alarm, points for which only something `worseFactor` times as strong alarms again. */
const restPoints = 30;
const worseFactor = 4;
/** Beyond this no telemetry makes sense; keeps differences finite. */
const largest = 1e100;

const kinds: readonly SeriesKind[] = ['spike', 'spike', 'shift', 'shift', 'shift', 'spike'];

/** Copied, an array takes no more room than it has numbers. */
const unset: Numbers = Array.from({ length: place.hours }, () => 0);

export function createSeries(): SeriesState {
  return { numbers: [] };
}

function bounded(value: number): number {
  return Math.max(-largest, Math.min(largest, value));
}

/** True where a strength alarms: not in the rest after an alarm, unless it is far worse. */
function isAlarm(state: Numbers, found: number): boolean {
  return found >= 1 && (state[place.rest]! <= 0 || found >= worseFactor * state[place.lastStrength]!);
}

function runKind(state: Numbers, value: number): SeriesKind {
  if (state[place.count]! < warmUpPoints) return 'none';
  return isLeaking(state, value) ? 'leak' : isFlat(state, value) ? 'flat-line' : 'none';
}

function kindOf(state: Numbers): SeriesKind {
  const isCalmer = now[statistic.jumpiness]! < state[place.low + statistic.jumpiness]!;
  const strongest = strongestNow();
  return strongest === statistic.jumpiness && isCalmer ? 'flat-line' : kinds[strongest]!;
}

/** Whether `scorePoint` would be below 0.5; the quick way for the many that are. */
export function isOrdinary(series: SeriesState, timeMs: number, value: number): boolean {
  if (isYoung(series) || !Number.isFinite(value) || !Number.isFinite(timeMs)) return true;
  const given = bounded(value);
  const state = series.numbers;
  return !isAlarm(state, measure(state, timeMs, given)) && runKind(state, given) === 'none';
}

/** How unusual `value` is as the next point; the state is left as it is. Never throws; 0 for what is no number. */
export function scorePoint(series: SeriesState, timeMs: number, value: number): SeriesReading {
  if (isYoung(series)) return youngReading(series);
  const state = series.numbers;
  const low = state[place.low]!;
  const high = state[place.high]!;
  if (!Number.isFinite(value) || !Number.isFinite(timeMs)) return { score: 0, kind: 'none', expectedLow: low, expectedHigh: high, typical: state[place.level]! };
  const given = bounded(value);
  const found = measure(state, timeMs, given);
  const run = runKind(state, given);
  const hasAlarm = isAlarm(state, found);
  const score = found / (1 + found);
  return {
    score: hasAlarm ? score : run === 'none' ? Math.min(score, 0.49) : 0.5,
    kind: hasAlarm ? kindOf(state) : run,
    expectedLow: low,
    expectedHigh: high,
    typical: state[place.seasonCount]! >= warmUpPoints ? usualAt(state, timeMs) : state[place.level]!,
  };
}

function youngReading({ numbers }: SeriesState): SeriesReading {
  const values = numbers.filter((_, at) => at % 2 === 1);
  const isEmpty = values.length === 0;
  return {
    score: 0,
    kind: 'none',
    expectedLow: isEmpty ? 0 : Math.min(...values),
    expectedHigh: isEmpty ? 0 : Math.max(...values),
    typical: values.at(-1) ?? 0,
  };
}

/** Adds a point to the past. Points that are no numbers add nothing. */
export function notePoint(series: SeriesState, timeMs: number, value: number): void {
  if (!Number.isFinite(value) || !Number.isFinite(timeMs)) return;
  const given = bounded(value);
  if (!isYoung(series)) note(series.numbers, timeMs, given);
  else if (!isGrown(series)) series.numbers.push(timeMs, given);
  else {
    const points = series.numbers;
    series.numbers = unset.slice();
    for (let at = 0; at < points.length; at += 2) note(series.numbers, points[at]!, points[at + 1]!);
    note(series.numbers, timeMs, given);
  }
}

function note(state: Numbers, timeMs: number, given: number): void {
  const count = state[place.count]!;
  if (count === 0) {
    state[place.firstMs] = state[place.lastMs] = timeMs;
    state[place.last] = state[place.level] = state[place.short] = state[place.middle] = given;
    startStretch(state, given);
    forgetAsked();
  }
  const found = measure(state, timeMs, given);
  const alarmed = isAlarm(state, found) ? found : runKind(state, given) === 'none' ? 0 : 1;
  learnRanges(state, timeMs);
  if (alarmed > 0) {
    state[place.rest] = restPoints;
    state[place.lastStrength] = alarmed;
  } else if (state[place.rest]! > 0) state[place.rest]! -= 1;
  noteStretch(state, given);
  learnAverages(state, timeMs, given);
}
