/** A bucket of the tape: what one feed sent in one minute of event time. */
import type { FargazerEvent, FeedName, MetricSet } from '#contract';
import { smallestHashes } from './bound.ts';
import type { Page } from './page.ts';

export interface Bucket {
  feed: FeedName;
  minute: number;
  cells: Map<string, Map<string, FargazerEvent>>;
  /** Metrics have one row a subject, and no cell of their own. */
  sets: Map<string, MetricSet>;
  pages: Page[];
  /** Unpacked rows that share no key with anything else of the minute. */
  front: FargazerEvent[];
  /** No key of a page is on another, or among the live rows: each can be unpacked by itself. */
  isParted: boolean;
}

export interface TapeCounts {
  /** Equal own ids met more than once. */
  duplicates: number;
  /** Events beyond `keysPerMinuteLimit`, dropped from judgement. */
  overflow: number;
}

/** Its rows that are not on pages. */
export function events(bucket: Bucket): FargazerEvent[] {
  const all = bucket.front.slice();
  for (const set of bucket.sets.values()) all.push(set);
  for (const cells of bucket.cells.values()) for (const event of cells.values()) all.push(event);
  return all;
}

/** Any one of cells. */
export function first(cells: Map<string, FargazerEvent>): FargazerEvent | undefined {
  for (const event of cells.values()) return event;
  return undefined;
}

/** Equal own ids stand side by side in the order, whatever subject a carrier gave them. */
export function withoutRepeats(sorted: FargazerEvent[], counts: TapeCounts): FargazerEvent[] {
  let kept = 0;
  for (const event of sorted) {
    const before = sorted[kept - 1];
    if (before !== undefined && event.hasOwnId && before.hasOwnId && before.id === event.id && before.timeMs === event.timeMs) {
      counts.duplicates += 1;
      continue;
    }
    sorted[kept++] = event;
  }
  sorted.length = kept;
  return sorted;
}

/** Leaves the cells with the smallest hashes; gives the rows and records that went. */
export function pruneCells(cells: Map<string, FargazerEvent>, limit: number): { rows: number; count: number } {
  const kept = new Set(smallestHashes(cells.keys(), limit));
  const gone = { rows: 0, count: 0 };
  for (const [key, event] of cells) {
    if (kept.has(key)) continue;
    cells.delete(key);
    gone.rows += 1;
    gone.count += event.count;
  }
  return gone;
}
