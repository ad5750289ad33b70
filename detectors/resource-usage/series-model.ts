/**
 * The recent past of one series as a bounded trace, and how unusual the next point is against it.
 *
 * Six statistics are watched at once, each against the range it has kept to so far; a point is unusual when one of
 * them leaves its range by a margin. Records get rare by themselves in whatever keeps to its habits (the n-th of n
 * like values is a new extreme with a chance of 2/n, whatever their distribution: F. G. Foster and A. Stuart,
 * "Distribution-free tests in time-series based on the breaking of records", JRSS B 16, 1954), so no distribution is
 * assumed and no threshold has a unit. What lasts becomes the new habit: it alarms once, then is learned.
 */
import { isSeasonKnown, learnHour, usualAt } from './hour-of-day.ts';
import { isFlat, isLeaking, noteStretch, startStretch } from './stretches.ts';
import { place, statistic, statistics } from './series-state.ts';
import type { SeriesState } from './series-state.ts';

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

/** Points before anything can alarm: under sixty (an hour of minutes) extremes are the rule. */
const warmUpPoints = 60;
/** A range is left by 5 % of its width, and by more while few points made it: 10 points' worth of doubt. */
const margin = 0.05;
const doubtPoints = 10;
/** After an alarm, points for which only something `worseFactor` times as strong alarms again. */
const restPoints = 30;
const worseFactor = 4;
/** One point stretches a range to at most five times its width (twice on its side): no single value blinds the rest. */
const stretchLimit = 2;
/** Ranges shrink to a half in about 22,000 points (15 days of minutes), levels follow in about 1,000. */
const forgetting = 1 / 64_000;
const longWeight = 1 / 1_000;
/** Weights of a new point in the short (about 10 points) and middle (about 50) averages. */
const shortWeight = 0.2;
const middleWeight = 0.04;
/** Distances count up to six deviations, so that averages of them tell restlessness, not one outlier's size. */
const clip = 6;
/** Beyond this no telemetry makes sense; keeps differences finite. */
const largest = 1e100;

/** Points after which each statistic has settled and its range begins. */
const settled = [0, 5, 25, 5, 25, 0];
/** The share of what is outside that a range takes in at once: averages creep out in small steps, which must add up. */
const paces = [1, 1, 0.25, 0.5, 1, 1];
const kinds: readonly SeriesKind[] = ['spike', 'spike', 'shift', 'shift', 'shift', 'spike'];

const now = new Float64Array(statistics);

export function createSeries(): SeriesState {
  return Array.from({ length: place.hours }, () => 0);
}

function bounded(value: number): number {
  return Math.max(-largest, Math.min(largest, value));
}

/** Below this a difference is rounding. */
function grain(state: SeriesState): number {
  return 1e-9 * Math.abs(state[place.level]!) + 1e-12;
}

/** A running average of a ratio, to four decimals: short when stored. */
function follow(average: number, ratio: number, weight: number): number {
  return Math.round((average + weight * (ratio - average)) * 1e4) / 1e4;
}

/** Fills `now` with the statistics as they are if `value` comes next. */
function look(state: SeriesState, timeMs: number, value: number): void {
  const smallest = grain(state);
  const distance = Math.abs(value - state[place.level]!) / Math.max(state[place.deviation]!, smallest);
  const jump = Math.abs(value - state[place.last]!) / Math.max(state[place.jump]!, smallest);
  const short = state[place.short]!;
  const middle = state[place.middle]!;
  now[statistic.value] = value;
  now[statistic.drift] = (1 - shortWeight) * (value - short);
  now[statistic.level] = middle + middleWeight * (value - middle);
  now[statistic.activity] = follow(state[place.activity]!, Math.min(distance, clip), shortWeight);
  now[statistic.jumpiness] = follow(state[place.jumpiness]!, Math.min(jump, clip), middleWeight);
  now[statistic.season] = state.length > place.hours ? value - usualAt(state, timeMs) : 0;
}

/** The strongest statistic: 1 where it is just outside its margin. Fills `now`; the statistic is left in `strongest`. */
let strongest = 0;
function strengthOf(state: SeriesState, timeMs: number, value: number): number {
  look(state, timeMs, value);
  const count = state[place.count]!;
  strongest = 0;
  if (count < warmUpPoints) return 0;
  const smallest = grain(state);
  let strength = 0;
  for (let index = 0; index < statistics; index += 1) {
    const isSeason = index === statistic.season;
    const points = isSeason ? state[place.seasonCount]! : count - settled[index]!;
    if (points < warmUpPoints) continue;
    // A daily wave counts where it explains the better part of what the series does.
    if (isSeason && state[place.seasonDeviation]! > 0.7 * state[place.plainDeviation]!) continue;
    const low = state[place.low + index]!;
    const high = state[place.high + index]!;
    const excess = Math.max(now[index]! - high, low - now[index]!);
    if (excess <= smallest) continue;
    const ratio = excess / Math.max(smallest, (margin + doubtPoints / points) * (high - low));
    if (ratio > strength) {
      strength = ratio;
      strongest = index;
    }
  }
  return strength;
}

/** True where a strength alarms: not in the rest after an alarm, unless it is far worse. */
function isAlarm(state: SeriesState, strength: number): boolean {
  return strength >= 1 && (state[place.rest]! <= 0 || strength >= worseFactor * state[place.lastStrength]!);
}

function runKind(state: SeriesState, value: number): SeriesKind {
  if (state[place.count]! < warmUpPoints) return 'none';
  return isLeaking(state, value) ? 'leak' : isFlat(state, value) ? 'flat-line' : 'none';
}

function kindOf(state: SeriesState): SeriesKind {
  const isCalmer = now[statistic.jumpiness]! < state[place.low + statistic.jumpiness]!;
  return strongest === statistic.jumpiness && isCalmer ? 'flat-line' : kinds[strongest]!;
}

/** How unusual `value` is as the next point; the state is left as it is. Never throws; 0 for what is no number. */
export function scorePoint(state: SeriesState, timeMs: number, value: number): SeriesReading {
  const low = state[place.low]!;
  const high = state[place.high]!;
  if (!Number.isFinite(value)) return { score: 0, kind: 'none', expectedLow: low, expectedHigh: high, typical: state[place.level]! };
  const given = bounded(value);
  const strength = strengthOf(state, timeMs, given);
  const run = runKind(state, given);
  const hasAlarm = isAlarm(state, strength);
  const score = strength / (1 + strength);
  return {
    score: hasAlarm ? score : run === 'none' ? Math.min(score, 0.49) : 0.5,
    kind: hasAlarm ? kindOf(state) : run,
    expectedLow: low,
    expectedHigh: high,
    typical: state[place.seasonCount]! >= warmUpPoints ? usualAt(state, timeMs) : state[place.level]!,
  };
}

/** Moves the averages on; after the warm-up one point counts for at most `clip` deviations of each. */
function learn(state: SeriesState, timeMs: number, value: number): void {
  const count = state[place.count]! + 1;
  const isFree = count <= warmUpPoints;
  const weight = Math.max(1 / count, longWeight);
  const deviation = state[place.deviation]!;
  const offset = value - state[place.level]!;
  const limit = isFree || deviation === 0 ? Infinity : clip * deviation;
  const bound = Math.max(-limit, Math.min(limit, offset));
  if (isSeasonKnown(state, timeMs)) learnSeason(state, Math.abs(now[statistic.season]!), Math.abs(offset));
  learnHour(state, timeMs, value, clip * Math.max(state[place.seasonDeviation]!, 0.1 * deviation));
  state[place.level]! += weight * bound;
  state[place.deviation]! += weight * (Math.abs(bound) - deviation);
  const jump = state[place.jump]!;
  const moved = Math.abs(value - state[place.last]!);
  state[place.jump]! += weight * (Math.min(moved, isFree || jump === 0 ? Infinity : clip * jump) - jump);
  state[place.short]! += shortWeight * (value - state[place.short]!);
  state[place.middle] = now[statistic.level]!;
  state[place.activity] = now[statistic.activity]!;
  state[place.jumpiness] = now[statistic.jumpiness]!;
  state[place.last] = value;
  state[place.lastMs] = timeMs;
  state[place.count] = count;
}

function learnSeason(state: SeriesState, fromHour: number, fromLevel: number): void {
  const count = state[place.seasonCount]! + 1;
  const weight = Math.max(1 / count, longWeight);
  const season = state[place.seasonDeviation]!;
  const plain = state[place.plainDeviation]!;
  const isFree = count <= warmUpPoints;
  state[place.seasonDeviation]! += weight * (Math.min(fromHour, isFree || season === 0 ? Infinity : clip * season) - season);
  state[place.plainDeviation]! += weight * (Math.min(fromLevel, isFree || plain === 0 ? Infinity : clip * plain) - plain);
  state[place.seasonCount] = count;
}

function widen(state: SeriesState, index: number, isFree: boolean): void {
  const low = state[place.low + index]!;
  const high = state[place.high + index]!;
  const value = now[index]!;
  const width = high - low;
  const limit = isFree || width <= 0 ? Infinity : stretchLimit * width;
  const pace = isFree || width <= 0 ? 1 : paces[index]!;
  const shrink = isFree ? 0 : forgetting * width;
  state[place.low + index] = value < low ? low - Math.min(limit, pace * (low - value)) : low + shrink;
  state[place.high + index] = value > high ? high + Math.min(limit, pace * (value - high)) : high - shrink;
}

/** Adds a point to the past. Points that are no numbers add nothing. */
export function notePoint(state: SeriesState, timeMs: number, value: number): void {
  if (!Number.isFinite(value) || !Number.isFinite(timeMs)) return;
  const given = bounded(value);
  const count = state[place.count]!;
  if (count === 0) {
    state[place.firstMs] = state[place.lastMs] = timeMs;
    state[place.last] = state[place.level] = state[place.short] = state[place.middle] = given;
    startStretch(state, given);
  }
  const strength = strengthOf(state, timeMs, given);
  const alarmed = isAlarm(state, strength) ? strength : runKind(state, given) === 'none' ? 0 : 1;
  for (let index = 0; index < statistics; index += 1) {
    const isSeason = index === statistic.season;
    if (isSeason && !isSeasonKnown(state, timeMs)) continue;
    const points = isSeason ? state[place.seasonCount]! : count - settled[index]!;
    if (points < 0) continue;
    if (points === 0) state[place.low + index] = state[place.high + index] = now[index]!;
    else widen(state, index, points < warmUpPoints);
  }
  if (alarmed > 0) {
    state[place.rest] = restPoints;
    state[place.lastStrength] = alarmed;
  } else if (state[place.rest]! > 0) state[place.rest]! -= 1;
  noteStretch(state, given);
  learn(state, timeMs, given);
}
