/** The one total order: release, then full-precision time, then the record's own id or content hash. */
import { defaultLatenessMs, feedNames, type FargazerEvent, type FeedName } from '#contract';

export const minuteLengthMs = 60_000;

export type Lateness = Readonly<Record<FeedName, number>>;

export const standardLateness: Lateness = defaultLatenessMs;

/** Release time of an event: event time plus its feed's lateness, milliseconds. */
export function releaseOf(event: FargazerEvent, lateness: Lateness): number {
  return event.timeMs + lateness[event.feed];
}

/** Ticks of a clock are this far apart: what is told is told at one, and a record is late by the last one before it arrived. */
export const tickLengthMs = 50;

/** Number of the minute an event time lies in. */
export function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / minuteLengthMs);
}

/** Release of a minute's end: before events of the same instant. */
export function releaseOfMinuteEnd(minute: number, feed: FeedName, lateness: Lateness): number {
  return (minute + 1) * minuteLengthMs + lateness[feed];
}

/** Of two events of one feed: negative where `left` comes first. */
export function compareInFeed(left: FargazerEvent, right: FargazerEvent): number {
  if (left.timeMs !== right.timeMs) return left.timeMs - right.timeMs;
  if (left.timeNs !== right.timeNs) return left.timeNs - right.timeNs;
  if (left.id !== right.id) return left.id < right.id ? -1 : 1;
  return compareShown(left, right);
}

/** Of two records equal in the whole key: which is shown. Decides no id and no judgement of different content. */
function compareShown(left: FargazerEvent, right: FargazerEvent): number {
  if (left.raw !== right.raw) return left.raw < right.raw ? -1 : 1;
  const here = left.origin;
  const there = right.origin;
  if (here.file !== there.file) return here.file < there.file ? -1 : 1;
  return (here.line ?? here.record ?? 0) - (there.line ?? there.record ?? 0);
}

const feedIndexes = new Map<FeedName, number>(feedNames.map((name, index) => [name, index]));

/** Place of a feed in the fixed list, the last resort of the order. */
export function feedIndex(feed: FeedName): number {
  return feedIndexes.get(feed) ?? feedNames.length;
}

/** Of two events of different feeds, by the whole key. */
export function compareAcross(left: FargazerEvent, right: FargazerEvent, lateness: Lateness): number {
  return (
    releaseOf(left, lateness) - releaseOf(right, lateness) ||
    compareInFeed(left, right) ||
    feedIndex(left.feed) - feedIndex(right.feed)
  );
}
