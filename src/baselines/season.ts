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
  /** Sum of squared indices, over all. */
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
  return { counts: zeros(), steps: zeros(), squares: 0 };
}

/** Hour of the day in UTC. */
export function hourOf(timeMs: number): number {
  const hour = Math.floor(timeMs / hourMs) % hours;
  return hour < 0 ? hour + hours : hour;
}

/** Day of the week, 0 for Thursday (as 1 January 1970 was). */
export function weekdayOf(timeMs: number): number {
  const weekday = Math.floor(timeMs / dayMs) % weekdays;
  return weekday < 0 ? weekday + weekdays : weekday;
}

/** The rounded effects of some parts and the sum of squares that they explain. */
function effects(sums: SeasonSums, from: number, to: number, mean: number): { shifts: number[]; explained: number } {
  const shifts: number[] = [];
  let explained = 0;
  for (let at = from; at < to; at += 1) {
    const count = sums.counts[at] as number;
    const effect = count === 0 ? 0 : (sums.steps[at] as number) / count - mean;
    explained += count * effect * effect;
    shifts.push(Math.max(-furthestShift, Math.min(furthestShift, Math.round(effect))));
  }
  return { shifts, explained };
}

/**
 * Additive parts by analysis of variance; in minutes on end hours and weekdays are balanced, so their shares add up.
 * A part is used only where it explains more than a flat or a wandering series would let it.
 */
export function seasonOf(sums: SeasonSums, days: number): Season {
  if (days < leastDaysForHours) return flat;
  let count = 0;
  let steps = 0;
  for (let at = 0; at < hours; at += 1) {
    count += sums.counts[at] as number;
    steps += sums.steps[at] as number;
  }
  if (count === 0) return flat;
  const mean = steps / count;
  const spread = sums.squares - count * mean * mean;
  // Within a bucket or so of the mean there is nothing to gain.
  if (spread < count) return flat;
  const byHour = effects(sums, 0, hours, mean);
  const hasHours = byHour.explained > (leastShare + 1 / days) * spread;
  const left = hasHours ? spread - byHour.explained : spread;
  if (days < leastDaysForWeekdays || left < count) return hasHours ? { ...flat, hours: byHour.shifts } : flat;
  const byWeekday = effects(sums, hours, hours + weekdays, mean);
  // A weekday is seen days / 7 times, and half of what is left is noise of the minute.
  const hasWeekdays = byWeekday.explained > (leastShare + weekdays / 2 / days) * left;
  if (!hasHours && !hasWeekdays) return flat;
  const share = 1 - byWeekday.explained / left;
  return {
    hours: hasHours ? byHour.shifts : flat.hours,
    weekdays: hasWeekdays ? byWeekday.shifts : flat.weekdays,
    // Two roundings to whole buckets add a twelfth each.
    left: hasWeekdays
      ? { mean, deviation: Math.sqrt(Math.max(0, (share * left) / count) + 1 / 6), share: Math.sqrt(Math.max(0, share)) }
      : undefined,
  };
}
