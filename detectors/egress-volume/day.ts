/** The last 24 hours of one task: what it sent hour by hour, and the liveliest minute of each. */
import type { NetworkMinute } from '#contract';
import { noteMinute, type RecentMinutes } from '../series.ts';

const hourMs = 3_600_000;
export const hoursKept = 24;

/** Bounded: two numbers an hour. Hours are counted since 1970; a slot is its hour's remainder by 24. */
export interface Day {
  /** First and latest hour noted; -1 before any. */
  first: number;
  latest: number;
  sentBytes: number[];
  peakBytes: number[];
  /** What the 24 hours before the latest sum up to, and the minute in which that became known; -1 where none is to be learned. */
  wholeBytes: number;
  wholeMinuteMs: number;
  /** The last minutes, to be drawn; absent before any. */
  recent?: RecentMinutes;
}

export function createDay(): Day {
  const zeros = (): number[] => Array.from({ length: hoursKept }, () => 0);
  return { first: -1, latest: -1, sentBytes: zeros(), peakBytes: zeros(), wholeBytes: 0, wholeMinuteMs: -1 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function noteDay(day: Day, { minuteMs, sentBytes }: NetworkMinute): void {
  noteMinute((day.recent ??= { lastMs: 0, values: [] }), minuteMs, sentBytes);
  const hour = Math.floor(minuteMs / hourMs);
  if (day.first < 0) day.first = hour;
  if (hour > day.latest) {
    // A task less than a day old has no day to teach.
    if (day.latest >= 0 && hour - day.first >= hoursKept) {
      for (let passed = day.latest + 1; passed < Math.min(hour, day.latest + hoursKept); passed += 1) clear(day, passed);
      day.wholeBytes = hour - day.latest > hoursKept ? 0 : sum(day.sentBytes);
      day.wholeMinuteMs = minuteMs;
    }
    for (let passed = Math.max(day.latest + 1, hour - hoursKept + 1); passed <= hour; passed += 1) clear(day, passed);
    day.latest = hour;
  } else if (hour <= day.latest - hoursKept) return;
  const slot = hour % hoursKept;
  day.sentBytes[slot] = day.sentBytes[slot]! + sentBytes;
  day.peakBytes[slot] = Math.max(day.peakBytes[slot]!, sentBytes);
}

function clear(day: Day, hour: number): void {
  day.sentBytes[hour % hoursKept] = 0;
  day.peakBytes[hour % hoursKept] = 0;
}

/** What the task sent in this minute's hour and the 23 before, this minute included, and its liveliest minute in them. */
export function dayWith(day: Day, { minuteMs, sentBytes }: NetworkMinute): { sentBytes: number; peakBytes: number; hours: number } {
  const hour = Math.floor(minuteMs / hourMs);
  let total = sentBytes;
  let peak = sentBytes;
  if (day.latest >= 0) {
    for (let past = Math.max(0, hour - hoursKept + 1); past <= Math.min(hour, day.latest); past += 1) {
      if (past <= day.latest - hoursKept) continue;
      total += day.sentBytes[past % hoursKept]!;
      peak = Math.max(peak, day.peakBytes[past % hoursKept]!);
    }
  }
  return { sentBytes: total, peakBytes: peak, hours: day.first < 0 ? 1 : Math.min(hoursKept, hour - day.first + 1) };
}

/** The day that became whole in this minute; undefined in all other minutes. Hours overlap, so one an hour is enough. */
export function wholeDay({ minuteMs }: NetworkMinute, day: Day | undefined): number | undefined {
  return day !== undefined && day.wholeMinuteMs === minuteMs ? day.wholeBytes : undefined;
}

/** Hour by hour up to this minute's, which includes what it sent; at most 24 values. */
export function hoursWith(day: Day, { minuteMs, sentBytes }: NetworkMinute): { values: number[]; lastMs: number } {
  const hour = Math.floor(minuteMs / hourMs);
  const from = Math.max(hour - hoursKept + 1, day.first < 0 ? hour : Math.min(day.first, hour));
  const values = Array.from({ length: hour - from + 1 }, (_, at) => (from + at <= day.latest && from + at > day.latest - hoursKept ? day.sentBytes[(from + at) % hoursKept]! : 0));
  values[values.length - 1]! += sentBytes;
  return { values, lastMs: hour * hourMs };
}
