/** Hours of the day and days of the week in a number: how many buckets each lies above or below the whole. */
import { dayMs } from './ballot.ts';

export const hours = 24;
export const weekdays = 7;
const hourMs = 3_600_000;

/** From when hours, and weekdays, can be told from chance: each seen thrice, each seen twice. */
const leastDaysForHours = 3;
const leastDaysForWeekdays = 14;
/** A level that wanders explains 1/n of its variance by any part seen n times; a quarter on top must be won. */
const leastShare = 0.25;
/** A factor of 4,400 up or down: further than that no hour differs. */
export const furthestShift = 60;

/** Sums over what is usual and above zero: by hour, then by weekday, the count and the sum of bucket indices. */
export interface SeasonSums {
  counts: number[];
  steps: number[];
  /** Over all: observations, the sum of their indices and of the squares of these. */
  count: number;
  sum: number;
  squares: number;
}

export interface Season {
  /** Buckets to add, by hour and by weekday; all 0 where not used. */
  hours: readonly number[];
  weekdays: readonly number[];
  /** Where weekdays are used: what they leave of the spread that the hours leave. */
  left: Left | undefined;
}

export interface Left {
  /** Mean bucket. */
  mean: number;
  /** Standard deviation in buckets. */
  deviation: number;
  /** Part of the standard deviation that the weekdays leave, 0 to 1. */
  share: number;
}

export const flat: Season = {
  hours: Array.from({ length: hours }, () => 0),
  weekdays: Array.from({ length: weekdays }, () => 0),
  left: undefined,
};

export function emptySums(): SeasonSums {
  const zeros = (): number[] => Array.from({ length: hours + weekdays }, () => 0);
  return { counts: zeros(), steps: zeros(), count: 0, sum: 0, squares: 0 };
}

/** All numbers of a minute are added and asked at one time, so its hour and weekday are worked out once. */
let placedMs = Number.NaN;
let placedHour = 0;
let placedWeekday = 0;

function place(timeMs: number): void {
  const hour = Math.floor(timeMs / hourMs) % hours;
  const weekday = Math.floor(timeMs / dayMs) % weekdays;
  placedMs = timeMs;
  placedHour = hour < 0 ? hour + hours : hour;
  placedWeekday = weekday < 0 ? weekday + weekdays : weekday;
}

/** Hour of the day in UTC. */
export function hourOf(timeMs: number): number {
  if (timeMs !== placedMs) place(timeMs);
  return placedHour;
}

/** Day of the week, 0 for Thursday (as 1 January 1970 was). */
export function weekdayOf(timeMs: number): number {
  if (timeMs !== placedMs) place(timeMs);
  return placedWeekday;
}

/** The sum of squares that some parts explain. */
function explainedBy({ counts, steps }: SeasonSums, from: number, to: number, mean: number): number {
  let explained = 0;
  for (let at = from; at < to; at += 1) {
    const count = counts[at] as number;
    if (count === 0) continue;
    const effect = (steps[at] as number) / count - mean;
    explained += count * effect * effect;
  }
  return explained;
}

/** The effects of some parts in whole buckets: the array of before where it still holds, `none` where all are 0. */
function shiftsOf(sums: SeasonSums, from: number, mean: number, before: readonly number[], none: readonly number[]): readonly number[] {
  let isSame = true;
  for (let at = 0; isSame && at < before.length; at += 1) isSame = shiftOf(sums, from + at, mean) === before[at];
  if (isSame) return before;
  const shifts = before.map((_, at) => shiftOf(sums, from + at, mean));
  return shifts.every((shift) => shift === 0) ? none : shifts;
}

function shiftOf({ counts, steps }: SeasonSums, at: number, mean: number): number {
  const count = counts[at] as number;
  // Adding 0 makes -0 a 0.
  const effect = count === 0 ? 0 : Math.round((steps[at] as number) / count - mean) + 0;
  return Math.max(-furthestShift, Math.min(furthestShift, effect));
}

/**
 * Additive parts by analysis of variance; in minutes on end hours and weekdays are balanced, so their shares add up.
 * A part is used only where it explains more than a flat or a wandering series would let it.
 */
export function seasonOf(sums: SeasonSums, days: number, before: Season): Season {
  if (days < leastDaysForHours) return flat;
  const { count, sum } = sums;
  if (count === 0) return flat;
  const mean = sum / count;
  const spread = sums.squares - count * mean * mean;
  // Within a bucket or so of the mean there is nothing to gain.
  if (spread < count) return flat;
  const byHour = explainedBy(sums, 0, hours, mean);
  const hasHours = byHour > (leastShare + 1 / days) * spread;
  const left = hasHours ? spread - byHour : spread;
  const canTellWeekdays = days >= leastDaysForWeekdays && left >= count;
  const byWeekday = canTellWeekdays ? explainedBy(sums, hours, hours + weekdays, mean) : 0;
  // A weekday is seen days / 7 times, and half of what is left is noise of the minute.
  const hasWeekdays = canTellWeekdays && byWeekday > (leastShare + weekdays / 2 / days) * left;
  const hourShifts = hasHours ? shiftsOf(sums, 0, mean, before.hours, flat.hours) : flat.hours;
  const weekdayShifts = hasWeekdays ? shiftsOf(sums, hours, mean, before.weekdays, flat.weekdays) : flat.weekdays;
  if (weekdayShifts === flat.weekdays) {
    if (hourShifts === flat.hours) return flat;
    const isSame = hourShifts === before.hours && before.weekdays === flat.weekdays;
    return isSame ? before : { ...flat, hours: hourShifts };
  }
  const share = Math.max(0, 1 - byWeekday / left);
  return {
    hours: hourShifts,
    weekdays: weekdayShifts,
    // Two roundings to whole buckets add a twelfth each.
    left: { mean, deviation: Math.sqrt((share * left) / count + 1 / 6), share: Math.sqrt(share) },
  };
}
