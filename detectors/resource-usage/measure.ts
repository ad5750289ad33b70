/** The six statistics of a series, and how far the next point takes one of them out of the range it has kept to. */
import { usualAt } from './hour-of-day.ts';
import { place, statistic, statistics } from './series-state.ts';
import type { Numbers } from './series-state.ts';

/** Points before anything can alarm: under sixty (an hour of minutes) extremes are the rule. */
export const warmUpPoints = 60;
/** A range is left by 5 % of its width, and by more while few points made it: 10 points' worth of doubt. */
const margin = 0.05;
const doubtPoints = 10;
/** Weights of a new point in the short (about 10 points) and middle (about 50) averages. */
export const shortWeight = 0.2;
const middleWeight = 0.04;
/** Distances count up to six deviations, so that averages of them tell restlessness, not one outlier's size. */
export const clip = 6;

/** Points after which each statistic has settled and its range begins. */
const settled = [0, 5, 25, 5, 25, 0];

/** The statistics as they are if the point asked about comes next; filled by `measure`, holds until it is called again. */
export const now = new Float64Array(statistics);

/** Below this a difference is rounding. */
function grain(state: Numbers): number {
  return 1e-9 * Math.abs(state[place.level]!) + 1e-12;
}

/** A running average of a ratio, to four decimals: short when stored. */
function follow(average: number, ratio: number, weight: number): number {
  return Math.round((average + weight * (ratio - average)) * 1e4) / 1e4;
}

/** Fills `now` with the statistics as they are if `value` comes next. */
function look(state: Numbers, timeMs: number, value: number): void {
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

/** What was asked last, and its strength: a point is judged and then noted, and need not be measured twice. */
let asked: Numbers | undefined;
const last = { count: 0, timeMs: 1, value: 2, strength: 3 } as const;
/** Numbers in an array are overwritten; in variables each would be a new object. */
const lastAsked = new Float64Array(4);
let strongest = 0;

/** Which statistic `measure` found to be furthest out. */
export function strongestNow(): number {
  return strongest;
}

/** Makes `measure` look again: the state was changed by hand. */
export function forgetAsked(): void {
  asked = undefined;
}

/** How far the strongest statistic is out of its range: 1 just outside its margin, 0 inside. */
export function measure(state: Numbers, timeMs: number, value: number): number {
  const count = state[place.count]!;
  if (state === asked && count === lastAsked[last.count]! && timeMs === lastAsked[last.timeMs]! && value === lastAsked[last.value]!) {
    return lastAsked[last.strength]!;
  }
  look(state, timeMs, value);
  asked = state;
  lastAsked[last.count] = count;
  lastAsked[last.timeMs] = timeMs;
  lastAsked[last.value] = value;
  strongest = 0;
  const strength = count < warmUpPoints ? 0 : furthest(state);
  lastAsked[last.strength] = strength;
  return strength;
}

function furthest(state: Numbers): number {
  let strength = 0;
  for (let index = 0; index < statistics; index += 1) {
    const low = state[place.low + index]!;
    const high = state[place.high + index]!;
    const excess = now[index]! > high ? now[index]! - high : low - now[index]!;
    if (!(excess > 0)) continue;
    const points = pointsOf(state, index);
    if (points < warmUpPoints) continue;
    const smallest = grain(state);
    // A daily wave counts where it explains the better part of what the series does.
    const isIdle = index === statistic.season && state[place.seasonDeviation]! > 0.7 * state[place.plainDeviation]!;
    if (isIdle || excess <= smallest) continue;
    const ratio = excess / Math.max(smallest, (margin + doubtPoints / points) * (high - low));
    if (ratio > strength) {
      strength = ratio;
      strongest = index;
    }
  }
  return strength;
}

/** Points that made the range of a statistic, negative before it has settled. */
export function pointsOf(state: Numbers, index: number): number {
  return index === statistic.season ? state[place.seasonCount]! : state[place.count]! - settled[index]!;
}
