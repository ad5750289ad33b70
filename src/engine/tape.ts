/**
 * The tape: everything decoded and not walked yet, by feed and minute of event time.
 * Events of one key and minute become one on arrival, in any order; beyond a budget, minutes are packed and go to disk.
 */
import { feedNames, type FargazerEvent, type FeedName, type Intake, type MetricSet, type Subject } from '#contract';
import { metricsPerMinuteLimit, pruneMetrics } from './metric-sets.ts';
import { compareInFeed, feedIndex, minuteOf } from './order.ts';
import { packPage, unpackPage } from './pack.ts';
import { PageStore } from './page-store.ts';
import { events, first, pruneCells, withoutRepeats, type Bucket, type TapeCounts } from './bucket.ts';
import { foreignPage, hashesIn, hashOf, makePages, repeatedHashes, rowsAt, type Page } from './page.ts';
import { mergeInto, reductionKey, subjectKey } from './reduce.ts';
import { standardTape, type TapeSettings } from './tape-settings.ts';

/** Kinds of lines, peers or names one subject may have in one minute; beyond, the smallest hashes stay. */
export const keysPerMinuteLimit = 2_048;

export class Tape implements Intake {
  generation = 0;
  readonly counts: TapeCounts = { duplicates: 0, overflow: 0 };
  readonly #settings: TapeSettings;
  readonly #buckets = new Map<FeedName, Map<number, Bucket>>(feedNames.map((feed) => [feed, new Map()]));
  #liveCount = 0;
  readonly #store: PageStore;
  #lastBucket: Bucket | undefined;
  #lastSubject: Subject | undefined;
  #lastCells: Map<string, FargazerEvent> | undefined;

  constructor(settings: TapeSettings = standardTape) {
    this.#settings = settings;
    this.#store = new PageStore(settings.pageBytesLimit);
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
      bucket = { feed, minute, cells: new Map(), sets: new Map(), pages: [], front: [], isParted: false };
      ofFeed.set(minute, bucket);
    }
    // Whoever asks for it adds to it, perhaps a key that a page has as well.
    bucket.isParted = false;
    return bucket;
  }

  /** Order-free bound: the same keys stay whatever came first, so the same input gives the same judgement. */
  #prune(cells: Map<string, FargazerEvent>): void {
    const { rows, count } = pruneCells(cells, keysPerMinuteLimit);
    this.counts.overflow += count;
    this.#liveCount -= rows;
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
        if (bucket.cells.size === 0 && bucket.sets.size === 0 && bucket.front.length === 0) continue;
        for (const page of makePages(events(bucket))) this.#keep(bucket, page);
        bucket.isParted = false;
        bucket.cells = new Map();
        bucket.sets = new Map();
        bucket.front = [];
      }
    }
    this.#liveCount = 0;
    this.#changed();
  }

  /** Adds a page packed elsewhere: by a worker, or in an earlier run. */
  addPage(feed: FeedName, minute: number, bytes: Buffer): Page {
    const page = foreignPage(bytes);
    this.#keep(this.#bucketOf(feed, minute), page);
    return page;
  }

  #keep(bucket: Bucket, page: Page): void {
    bucket.pages.push(page);
    this.#store.keep(page);
  }

  /** Every page and whose it is; after `seal` that is all there is. */
  *held(): Generator<{ feed: FeedName; minute: number; page: Page }> {
    for (const [feed, ofFeed] of this.#buckets) {
      for (const { minute, pages } of ofFeed.values()) for (const page of pages) yield { feed, minute, page };
    }
  }

  /** A page's packed rows, as `addPage` takes them. */
  bytesOf(page: Page): Buffer {
    return this.#store.read(page).subarray(rowsAt(page));
  }

  /** Minutes of a feed, ascending. */
  minutes(feed: FeedName): number[] {
    return [...this.#buckets.get(feed)!.keys()].sort((left, right) => left - right);
  }

  /** Takes a minute off the tape: its events in the total order, one per key, one per own id. */
  lift(feed: FeedName, minute: number): FargazerEvent[] {
    const bucket = this.#buckets.get(feed)!.get(minute);
    if (bucket === undefined) return [];
    this.#unpackAll(bucket);
    return this.#takeOff(bucket, Infinity);
  }

  /**
   * Takes the next rows of a minute off the tape that are before `limitMs`, in the total order and before all that stay;
   * none where nothing is left before it. A minute of many pages comes a few pages at a time.
   */
  liftNext(feed: FeedName, minute: number, limitMs: number): FargazerEvent[] {
    const bucket = this.#buckets.get(feed)!.get(minute);
    if (bucket === undefined) return [];
    if (!bucket.isParted) this.#part(bucket);
    for (;;) {
      const untilMs = Math.min(limitMs, bucket.pages[0]?.firstMs ?? Infinity);
      const rows = this.#takeOff(bucket, untilMs);
      if (rows.length > 0 || untilMs >= limitMs) return rows;
      for (const event of this.#rowsOn(bucket.pages.shift()!)) {
        if (event.kind === 'metrics') this.counts.overflow += pruneMetrics(event);
        bucket.front.push(event);
        this.#liveCount += 1;
      }
    }
  }

  /** Unpacks what shares a key with anything else of its minute, and puts the other pages in order. */
  #part(bucket: Bucket): void {
    this.#mergeFront(bucket);
    let most = 0;
    for (const cells of bucket.cells.values()) most = Math.max(most, cells.size);
    for (const page of bucket.pages) most += page.most;
    // Which keys of a subject stay must be known before the first of them is walked.
    if (most > keysPerMinuteLimit) this.#unpackAll(bucket);
    else if (bucket.pages.length > 0) {
      const onPages = bucket.pages.map((page) => hashesIn(this.#store.read(page, rowsAt(page)), page.rows));
      const repeated = repeatedHashes([...onPages, Uint32Array.from(events(bucket), hashOf)]);
      if (repeated.size > 0) {
        const shares = bucket.pages.map((_, at) => onPages[at]!.some((hash) => repeated.has(hash)));
        for (const [at, page] of bucket.pages.entries()) if (shares[at]!) this.#unpack(bucket, page);
        bucket.pages = bucket.pages.filter((_, at) => !shares[at]!);
      }
      bucket.pages.sort((left, right) => left.firstMs - right.firstMs);
    }
    bucket.isParted = true;
  }

  #rowsOn(page: Page): FargazerEvent[] {
    return unpackPage(this.#store.take(page));
  }

  #unpack(bucket: Bucket, page: Page): void {
    for (const event of this.#rowsOn(page)) this.#merge(bucket, event);
  }

  /** What was unpacked and not walked may meet its like among what came since. */
  #mergeFront(bucket: Bucket): void {
    const { front } = bucket;
    bucket.front = [];
    this.#liveCount -= front.length;
    for (const event of front) this.#merge(bucket, event);
  }

  #unpackAll(bucket: Bucket): void {
    this.#mergeFront(bucket);
    for (const page of bucket.pages) this.#unpack(bucket, page);
    bucket.pages = [];
    for (const cells of bucket.cells.values()) if (cells.size > keysPerMinuteLimit && first(cells)?.kind !== 'api') this.#prune(cells);
  }

  /** Takes the live rows before `untilMs` off a minute; the minute goes with the last. */
  #takeOff(bucket: Bucket, untilMs: number): FargazerEvent[] {
    if (untilMs === Infinity && bucket.pages.length === 0) return this.#takeAll(bucket);
    const rows: FargazerEvent[] = [];
    if (bucket.front.length > 0) {
      const kept: FargazerEvent[] = [];
      for (const event of bucket.front) (event.timeMs < untilMs ? rows : kept).push(event);
      bucket.front = kept;
    }
    for (const [key, set] of bucket.sets) {
      if (set.timeMs >= untilMs) continue;
      this.counts.overflow += pruneMetrics(set);
      rows.push(set);
      bucket.sets.delete(key);
    }
    for (const [subject, cells] of bucket.cells) {
      for (const [key, event] of cells) {
        if (event.timeMs >= untilMs) continue;
        rows.push(event);
        cells.delete(key);
      }
      if (cells.size === 0) bucket.cells.delete(subject);
    }
    this.#liveCount -= rows.length;
    if (bucket.sets.size === 0 && bucket.cells.size === 0 && bucket.pages.length === 0 && bucket.front.length === 0) this.#buckets.get(bucket.feed)!.delete(bucket.minute);
    this.#changed();
    return withoutRepeats(rows.sort(compareInFeed), this.counts);
  }

  #takeAll(bucket: Bucket): FargazerEvent[] {
    for (const set of bucket.sets.values()) this.counts.overflow += pruneMetrics(set);
    const rows = events(bucket);
    this.#liveCount -= rows.length;
    this.#buckets.get(bucket.feed)!.delete(bucket.minute);
    this.#changed();
    return withoutRepeats(rows.sort(compareInFeed), this.counts);
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
    for (const feed of [...this.#buckets.keys()].sort((left, right) => feedIndex(left) - feedIndex(right))) {
      for (const minute of this.minutes(feed)) yield { feed, minute, page: packPage(this.lift(feed, minute)) };
    }
  }

  get isEmpty(): boolean {
    return [...this.#buckets.values()].every(({ size }) => size === 0);
  }

  close(): void {
    this.#store.close();
  }
}
