/**
 * The tape: everything decoded and not walked yet, by feed and minute of event time.
 * Events of one key and minute become one on arrival, in any order; beyond a budget, minutes are packed and go to disk.
 */
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { FargazerEvent, FeedName, Intake, MetricSet, Subject } from '#contract';
import { FargazerError, feedNames } from '#contract';
import { smallestHashes } from './bound.ts';
import { metricsPerMinuteLimit, pruneMetrics } from './metric-sets.ts';
import { compareInFeed, feedIndex, minuteOf } from './order.ts';
import { packPage, unpackPage } from './pack.ts';
import { mergeInto, reductionKey, subjectKey } from './reduce.ts';

/** Kinds of lines, peers or names one subject may have in one minute; beyond, the smallest hashes stay. */
export const keysPerMinuteLimit = 2_048;

export interface TapeSettings {
  /** Events kept as objects before minutes are packed. 240,000 are some 200 MB. */
  liveLimit: number;
  /** Bytes of packed pages in memory before they go to a file. */
  pageBytesLimit: number;
}

export const standardTape: TapeSettings = { liveLimit: 240_000, pageBytesLimit: 96 * 1024 * 1024 };

/** For a walk that never ends: what waits for a slow feed is packed soon, for it waits long. */
export const liveTape: TapeSettings = { liveLimit: 32_000, pageBytesLimit: 512 * 1024 * 1024 };

/** A packed page, in memory or in the file. */
export type PageRef = Buffer | { offset: number; length: number };

interface Bucket {
  feed: FeedName;
  minute: number;
  cells: Map<string, Map<string, FargazerEvent>>;
  /** Metrics have one row a subject, and no cell of their own. */
  sets: Map<string, MetricSet>;
  pages: PageRef[];
}

export interface TapeCounts {
  /** Equal own ids met more than once. */
  duplicates: number;
  /** Events beyond `keysPerMinuteLimit`, dropped from judgement. */
  overflow: number;
}

export class Tape implements Intake {
  generation = 0;
  readonly counts: TapeCounts = { duplicates: 0, overflow: 0 };
  readonly #settings: TapeSettings;
  readonly #buckets = new Map<FeedName, Map<number, Bucket>>(feedNames.map((feed) => [feed, new Map()]));
  #liveCount = 0;
  #pageBytes = 0;
  #file: number | undefined;
  #fileLength = 0;
  #lastBucket: Bucket | undefined;
  #lastSubject: Subject | undefined;
  #lastCells: Map<string, FargazerEvent> | undefined;

  constructor(settings: TapeSettings = standardTape) {
    this.#settings = settings;
  }

  /** Adds an event; gives back the one that now stands for its key and minute. */
  take(event: FargazerEvent): FargazerEvent {
    if (this.#liveCount >= this.#settings.liveLimit) this.seal();
    if (event.kind === 'metrics') return this.#takeSet(this.#bucketOf(event.feed, minuteOf(event.timeMs)), event);
    const cells = this.#cellsOf(event);
    const key = reductionKey(event);
    const known = cells.get(key);
    if (known !== undefined) {
      if (!mergeInto(known, event)) this.counts.duplicates += 1;
      return known;
    }
    cells.set(key, event);
    this.#liveCount += 1;
    if (cells.size > 2 * keysPerMinuteLimit && event.kind !== 'api') this.#prune(cells);
    return event;
  }

  #takeSet({ sets }: Bucket, event: MetricSet): FargazerEvent {
    const key = subjectKey(event.subject);
    const known = sets.get(key);
    if (known === undefined) {
      sets.set(key, event);
      this.#liveCount += 1;
      return event;
    }
    if (!mergeInto(known, event)) this.counts.duplicates += 1;
    else if (known.values.length > 2 * metricsPerMinuteLimit) this.counts.overflow += pruneMetrics(known);
    return known;
  }

  #cellsOf(event: FargazerEvent): Map<string, FargazerEvent> {
    const minute = minuteOf(event.timeMs);
    let bucket = this.#lastBucket;
    if (bucket === undefined || bucket.minute !== minute || bucket.feed !== event.feed) {
      bucket = this.#bucketOf(event.feed, minute);
      this.#lastBucket = bucket;
    } else if (this.#lastSubject === event.subject && this.#lastCells !== undefined) {
      return this.#lastCells;
    }
    const key = subjectKey(event.subject);
    let cells = bucket.cells.get(key);
    if (cells === undefined) {
      cells = new Map();
      bucket.cells.set(key, cells);
    }
    this.#lastSubject = event.subject;
    this.#lastCells = cells;
    return cells;
  }

  #bucketOf(feed: FeedName, minute: number): Bucket {
    const ofFeed = this.#buckets.get(feed)!;
    let bucket = ofFeed.get(minute);
    if (bucket === undefined) {
      bucket = { feed, minute, cells: new Map(), sets: new Map(), pages: [] };
      ofFeed.set(minute, bucket);
    }
    return bucket;
  }

  /** Order-free bound: the same keys stay whatever came first, so the same input gives the same judgement. */
  #prune(cells: Map<string, FargazerEvent>): void {
    const kept = new Set(smallestHashes(cells.keys(), keysPerMinuteLimit));
    for (const [key, event] of cells) {
      if (kept.has(key)) continue;
      cells.delete(key);
      this.counts.overflow += event.count;
      this.#liveCount -= 1;
    }
    this.#changed();
  }

  #changed(): void {
    this.generation += 1;
    this.#lastBucket = undefined;
    this.#lastSubject = undefined;
    this.#lastCells = undefined;
  }

  /** Packs what is live: afterwards all of the tape is pages, which can be saved as they are. */
  seal(): void {
    for (const ofFeed of this.#buckets.values()) {
      for (const bucket of ofFeed.values()) {
        if (bucket.cells.size === 0 && bucket.sets.size === 0) continue;
        this.addPage(bucket.feed, bucket.minute, packPage(events(bucket)));
        bucket.cells = new Map();
        bucket.sets = new Map();
      }
    }
    this.#liveCount = 0;
    this.#changed();
  }

  /** Adds a page packed elsewhere: by a worker, or in an earlier run. */
  addPage(feed: FeedName, minute: number, page: Buffer): void {
    const bucket = this.#bucketOf(feed, minute);
    this.#pageBytes += page.length;
    if (this.#pageBytes <= this.#settings.pageBytesLimit) {
      bucket.pages.push(page);
      return;
    }
    this.#pageBytes -= page.length;
    try {
      this.#file ??= openUnnamed();
      writeSync(this.#file, page, 0, page.length, this.#fileLength);
    } catch (error) {
      throw new FargazerError(
        'temporary-failed',
        `${tmpdir()}: the run needs more than its memory and cannot write there (${error instanceof Error ? error.message : String(error)}). Free the disk, or set TMPDIR to another folder.`,
        { cause: error },
      );
    }
    bucket.pages.push({ offset: this.#fileLength, length: page.length });
    this.#fileLength += page.length;
  }

  /** Every page and whose it is; after `seal` that is all there is. */
  *held(): Generator<{ feed: FeedName; minute: number; page: PageRef }> {
    for (const [feed, ofFeed] of this.#buckets) {
      for (const { minute, pages } of ofFeed.values()) for (const page of pages) yield { feed, minute, page };
    }
  }

  bytesOf(page: PageRef): Buffer {
    if (Buffer.isBuffer(page)) return page;
    const bytes = Buffer.alloc(page.length);
    readSync(this.#file!, bytes, 0, page.length, page.offset);
    return bytes;
  }

  /** The earliest minute a feed has anything of. */
  firstMinute(feed: FeedName): number | undefined {
    let first: number | undefined;
    for (const minute of this.#buckets.get(feed)!.keys()) if (first === undefined || minute < first) first = minute;
    return first;
  }

  /** Minutes of a feed, ascending. */
  minutes(feed: FeedName): number[] {
    return [...this.#buckets.get(feed)!.keys()].sort((left, right) => left - right);
  }

  /** Takes a minute off the tape: its events in the total order, one per key, one per own id. */
  lift(feed: FeedName, minute: number): FargazerEvent[] {
    const ofFeed = this.#buckets.get(feed)!;
    const bucket = ofFeed.get(minute);
    if (bucket === undefined) return [];
    if (bucket.pages.length > 0) {
      for (const page of bucket.pages) {
        for (const event of unpackPage(this.bytesOf(page))) this.#merge(bucket, event);
        if (Buffer.isBuffer(page)) this.#pageBytes -= page.length;
      }
      bucket.pages = [];
    }
    let live = bucket.sets.size;
    for (const set of bucket.sets.values()) this.counts.overflow += pruneMetrics(set);
    for (const cells of bucket.cells.values()) {
      if (cells.size > keysPerMinuteLimit && first(cells)?.kind !== 'api') this.#prune(cells);
      live += cells.size;
    }
    this.#liveCount -= live;
    ofFeed.delete(minute);
    this.#changed();
    return withoutRepeats(events(bucket).sort(compareInFeed), this.counts);
  }

  #merge(bucket: Bucket, event: FargazerEvent): void {
    if (event.kind === 'metrics') {
      this.#takeSet(bucket, event);
      return;
    }
    const subject = subjectKey(event.subject);
    let cells = bucket.cells.get(subject);
    if (cells === undefined) {
      cells = new Map();
      bucket.cells.set(subject, cells);
    }
    const key = reductionKey(event);
    const known = cells.get(key);
    if (known === undefined) {
      cells.set(key, event);
      this.#liveCount += 1;
    } else if (!mergeInto(known, event)) this.counts.duplicates += 1;
  }

  /** Everything left as pages, in feed and minute order; the tape is empty afterwards. */
  *pages(): Generator<{ feed: FeedName; minute: number; page: Buffer }> {
    const feeds = [...this.#buckets.keys()].sort((left, right) => feedIndex(left) - feedIndex(right));
    for (const feed of feeds) {
      for (const minute of this.minutes(feed)) yield { feed, minute, page: packPage(this.lift(feed, minute)) };
    }
  }

  get isEmpty(): boolean {
    for (const ofFeed of this.#buckets.values()) if (ofFeed.size > 0) return false;
    return true;
  }

  close(): void {
    if (this.#file === undefined) return;
    ftruncateSync(this.#file);
    closeSync(this.#file);
    this.#file = undefined;
  }
}

function events(bucket: Bucket): FargazerEvent[] {
  const all: FargazerEvent[] = [];
  for (const set of bucket.sets.values()) all.push(set);
  for (const cells of bucket.cells.values()) for (const event of cells.values()) all.push(event);
  return all;
}

function first(cells: Map<string, FargazerEvent>): FargazerEvent | undefined {
  for (const event of cells.values()) return event;
  return undefined;
}

/** Equal own ids stand side by side in the order, whatever subject a carrier gave them. */
function withoutRepeats(sorted: FargazerEvent[], counts: TapeCounts): FargazerEvent[] {
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

/** The descriptor keeps the file; without a name it goes with the process, however that ends. */
function openUnnamed(): number {
  const path = join(tmpdir(), `fargazer-${randomUUID()}.pages`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return file;
}
