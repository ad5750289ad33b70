/** What a series remembers, as numbers at named places of one array: 8 bytes each in memory, plain JSON as stored. */

/** At most `place.hours + 24` numbers, all finite, each at its place; doubles side by side, which is what keeps a task small. */
export type Numbers = number[];

/**
 * The trace of a series. Of a young one the points themselves, time and value in turn: many tasks end after a few
 * minutes, and a flood of them must stay small. The array is replaced when the series has grown: one that grows in
 * place reserves room for twice as many.
 */
export interface SeriesState {
  numbers: Numbers;
  /** The last values, a step apart; absent while young, and of what nobody draws. */
  recent?: { stepMs: number; values: Numbers };
}

/** Points kept as they are before the places are made of them. */
const youngPoints = 5;

/** Statistics that are watched, each with a low and a high. */
export const statistic = {
  /** The value itself. */
  value: 0,
  /** The value less the average of about the last ten. */
  drift: 1,
  /** The average of about the last fifty. */
  level: 2,
  /** How far, in deviations, about the last ten were from the long-run level. */
  activity: 3,
  /** How much, in usual jumps, about the last fifty moved from one to the next. */
  jumpiness: 4,
  /** The value less what is usual at its hour of the day. */
  season: 5,
} as const;
export const statistics = 6;

/** Averages are in the value's unit, `activity` and `jumpiness` are ratios, times are milliseconds. */
export const place = {
  count: 0,
  firstMs: 1,
  lastMs: 2,
  last: 3,
  /** Long-run level, mean distance from it, mean jump from point to point. */
  level: 4,
  deviation: 5,
  jump: 6,
  short: 7,
  middle: 8,
  activity: 9,
  jumpiness: 10,
  /** Points judged by hour of day, and the mean distance from the hour's level and from the long-run level over them. */
  seasonCount: 11,
  seasonDeviation: 12,
  plainDeviation: 13,
  /** Points left in which only something far worse alarms, and how strong the last alarm was. */
  rest: 14,
  lastStrength: 15,
  /** Stretches of points, for leaks (`stretches.ts`). */
  stretchPoints: 16,
  floor: 17,
  lastFloor: 18,
  rises: 19,
  longestRises: 20,
  ceiling: 21,
  /** How often the last value has come again without a change, and the most so far. */
  repeats: 22,
  longestRepeats: 23,
  /** The running hour, for the hours of the day (`hour-of-day.ts`). */
  hour: 24,
  hourPoints: 25,
  hourSum: 26,
  hoursSeen: 27,
  hourOrigin: 28,
  hourUnit: 29,
  low: 30,
  high: 36,
  /** 24 levels, from six hours on. */
  hours: 42,
} as const;

export function isYoung({ numbers }: SeriesState): boolean {
  return numbers.length < place.hours;
}

/** True once a young series has as many points as are kept as they are. */
export function isGrown({ numbers }: SeriesState): boolean {
  return numbers.length >= 2 * youngPoints;
}

/** Time and value of the last point; NaN where there is none. */
export function lastMs(state: SeriesState): number {
  return isYoung(state) ? (state.numbers.at(-2) ?? NaN) : state.numbers[place.lastMs]!;
}

export function lastValue(state: SeriesState): number {
  return isYoung(state) ? (state.numbers.at(-1) ?? NaN) : state.numbers[place.last]!;
}
