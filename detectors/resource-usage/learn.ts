/** How a series takes in a point: averages, deviations and ranges move on, and one point moves each only so far. */
import { isSeasonKnown, learnHour } from './hour-of-day.ts';
import { clip, now, pointsOf, shortWeight, warmUpPoints } from './measure.ts';
import { place, statistic, statistics } from './series-state.ts';
import type { Numbers } from './series-state.ts';

/** Levels follow in about 1,000 points. */
const longWeight = 1 / 1_000;
/** One point widens a range by at most twice its width: no single value blinds the rest. */
const stretchLimit = 2;
/** Ranges shrink to a half in about 22,000 points (15 days of minutes). */
const forgetting = 1 / 64_000;
/** The share of what is outside that a range takes in at once: averages creep out in small steps, which must add up. */
const paces = [1, 1, 0.25, 0.5, 1, 1];

function widen(state: Numbers, index: number, isFree: boolean): void {
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

/** Widens the ranges to what `measure` has just found. */
export function learnRanges(state: Numbers, timeMs: number): void {
  const hasSeason = isSeasonKnown(state, timeMs);
  for (let index = 0; index < statistics; index += 1) {
    if (index === statistic.season && !hasSeason) continue;
    const points = pointsOf(state, index);
    if (points < 0) continue;
    const low = state[place.low + index]!;
    const high = state[place.high + index]!;
    const value = now[index]!;
    if (points === 0) state[place.low + index] = state[place.high + index] = value;
    else if (points >= warmUpPoints && value >= low && value <= high) {
      // Within its range, as nearly always: it only shrinks.
      const shrink = forgetting * (high - low);
      state[place.low + index] = low + shrink;
      state[place.high + index] = high - shrink;
    } else widen(state, index, points < warmUpPoints);
  }
}

/** Moves the averages on; after the warm-up one point counts for at most `clip` deviations of each. */
export function learnAverages(state: Numbers, timeMs: number, value: number): void {
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

function learnSeason(state: Numbers, fromHour: number, fromLevel: number): void {
  const count = state[place.seasonCount]! + 1;
  const weight = Math.max(1 / count, longWeight);
  const season = state[place.seasonDeviation]!;
  const plain = state[place.plainDeviation]!;
  const isFree = count <= warmUpPoints;
  state[place.seasonDeviation]! += weight * (Math.min(fromHour, isFree || season === 0 ? Infinity : clip * season) - season);
  state[place.plainDeviation]! += weight * (Math.min(fromLevel, isFree || plain === 0 ? Infinity : clip * plain) - plain);
  state[place.seasonCount] = count;
}
