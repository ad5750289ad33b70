/** Habits: how a feed uses to come, and when its silence or lateness is more than a pause. */
import type { FeedName } from '#contract';
import { quietMs } from './episodes.ts';
import { minuteLengthMs, type Lateness } from './order.ts';

/** How one feed uses to come: of a service, or of all together. */
export interface Habit {
  firstMinute: number;
  lastMinute: number;
  /** Minutes with records. */
  minutes: number;
  /** Longest pause between two of them, minutes; the longest that is usual. */
  longestGap: number;
  /** Minutes with late records, of the last ten. */
  lateMinutes: number[];
  /** Last minute with a certain gap. */
  lossyMinute: number | null;
  isSilent: boolean;
}

/** A habit is known after that many minutes with records, over twice as long. */
const knownMinutes = 30;
/** Nobody is silent before this, however regular. */
const leastSilenceMinutes = 5;
/** And three times the longest pause so far: half of it again may be chance, three times is not. */
const pausesAllowed = 3;
const longestPauseMinutes = 24 * 60;
/** Lateness waits for five minutes of it, of the last ten. */
export const lateMinutesNeeded = 5;
export const lateWindowMinutes = 10;
/** A silence that lasts keeps its alert open. */
export const keepOpenMs = quietMs / 3;

export function newHabit(minute: number): Habit {
  return { firstMinute: minute, lastMinute: minute, minutes: 1, longestGap: 1, lateMinutes: [], lossyMinute: null, isSilent: false };
}

export function isKnown({ minutes, firstMinute, lastMinute }: Habit): boolean {
  return minutes >= knownMinutes && lastMinute - firstMinute >= 2 * knownMinutes;
}

export function silentAfter({ longestGap }: Habit): number {
  return Math.min(longestPauseMinutes, Math.max(leastSilenceMinutes, pausesAllowed * longestGap));
}

export function hear(habit: Habit, minute: number): void {
  if (minute <= habit.lastMinute) return;
  // A silence that was told is no habit.
  if (!habit.isSilent) habit.longestGap = Math.min(longestPauseMinutes, Math.max(habit.longestGap, minute - habit.lastMinute));
  habit.lastMinute = minute;
  habit.minutes += 1;
  habit.isSilent = false;
}

/** A feed was heard in a minute, perhaps for the first time. */
export function hearOf(feeds: Map<FeedName, Habit>, feed: FeedName, minute: number): void {
  const habit = feeds.get(feed);
  if (habit === undefined) feeds.set(feed, newHabit(minute));
  else hear(habit, minute);
}

/** First time after `afterMs` at which the silence of a feed is told: when it is too long, and at even distances from then on. */
export function dueOf(feed: FeedName, habit: Habit, afterMs: number, lateness: Lateness): number {
  const firstMs = (habit.lastMinute + silentAfter(habit) + 1) * minuteLengthMs + lateness[feed];
  if (firstMs > afterMs) return firstMs;
  return firstMs + Math.ceil((afterMs - firstMs + 1) / keepOpenMs) * keepOpenMs;
}

const feedTitles: Partial<Record<FeedName, string>> = {
  firelens: 'FireLens logs', log: 'logs', 'container-insights': 'Container Insights', 'task-metadata': 'task metadata', 'flow-log': 'VPC flow logs',
  'resolver-log': 'name queries', cloudtrail: 'CloudTrail', 'kubernetes-audit': 'the Kubernetes audit log', 'ecs-event': 'ECS events', guardduty: 'GuardDuty findings', sensor: 'the sensor', 'load-balancer': 'load balancer logs',
};

/** What people call a feed. */
export function feedTitle(feed: FeedName): string {
  return feedTitles[feed] ?? feed;
}
