/** Minutes in the making: what each instance sent through a feed in one minute, until the minute's end is walked. */
import type { Entity, FeedName, LogRecord, MetricSet, Observation } from '#contract';
import { feedNames } from '#contract';
import type { Episode, RawShown } from './episode.ts';
import type { Few } from './few.ts';
import { releaseOfMinuteEnd, type Lateness } from './order.ts';
import type { Instance } from './owners.ts';

/** A kind of line in an instance's minute. */
export interface KindInMinute {
  count: number;
  first: LogRecord;
}

export interface NetworkInMinute {
  sentBytes: number;
  receivedBytes: number;
  flows: number;
  rejectedFlows: number;
  sentByPeer: Few<number> | undefined;
  /** Of the peer that got most. */
  records: RawShown[];
  /** A finding was made of its sum before the minute ended. */
  isTold?: boolean;
  /** It is the rest of a minute in which a teaching ended: what came before this event time has taught. Milliseconds. */
  sinceMs?: number;
}

/** A single or keyed observation that waits for its minute to end before it teaches. */
export interface Waiting {
  observation: Observation;
  /** Alerts the first of the key was filed under. */
  episodes: Episode[];
  /** It has taught already: a teaching ended within its minute. */
  isLearned?: boolean;
}

/** What one instance sent in one minute. */
export interface EntityMinute {
  instance: Instance;
  entity: Entity;
  kinds: Few<KindInMinute> | undefined;
  continuationLines: number;
  metrics: MetricSet | undefined;
  /** Rates of the counters among them, by place; known while the minute is closed. */
  rates?: number[] | undefined;
  network: NetworkInMinute | undefined;
  /** By key: judged once, counted on. */
  waiting: Few<Waiting> | undefined;
}

export interface MinuteState {
  feed: FeedName;
  minute: number;
  entities: Map<Instance, EntityMinute>;
  /** Owners whose records have a known gap in this minute; `*` for all. */
  gaps: Set<string>;
}

interface FeedMinutes {
  open: Map<number, MinuteState>;
  next: number;
}

export class Minutes {
  readonly #lateness: Lateness;
  readonly #feeds = new Map<FeedName, FeedMinutes>();
  /** No minute ends before this release: asked before each row, nearly always in vain. */
  #soonest = -Infinity;
  /** The minute asked last, while it is open. */
  #last: MinuteState | undefined;

  constructor(lateness: Lateness) {
    this.#lateness = lateness;
  }

  /** The state of a minute that is not closed yet. */
  at(feed: FeedName, minute: number): MinuteState {
    const last = this.#last;
    if (last !== undefined && last.minute === minute && last.feed === feed) return last;
    let ofFeed = this.#feeds.get(feed);
    if (ofFeed === undefined) {
      ofFeed = { open: new Map(), next: minute };
      this.#feeds.set(feed, ofFeed);
      this.#soonest = -Infinity;
    }
    let state = ofFeed.open.get(minute);
    if (state === undefined) {
      state = { feed, minute, entities: new Map(), gaps: new Set() };
      ofFeed.open.set(minute, state);
      if (minute < ofFeed.next) {
        ofFeed.next = minute;
        this.#soonest = -Infinity;
      }
    }
    this.#last = state;
    return state;
  }

  /**
   * The next minute's end at or before a release, in order of release; minutes without records are given too
   * while `isWatched` says that somebody may be silent in them.
   */
  shiftUpTo(release: number, isWatched: (feed: FeedName, minute: number) => boolean): MinuteState | undefined {
    if (release < this.#soonest) return undefined;
    let best: FeedName | undefined;
    let bestRelease = Infinity;
    for (const feed of feedNames) {
      const ofFeed = this.#feeds.get(feed);
      if (ofFeed === undefined) continue;
      const end = releaseOfMinuteEnd(ofFeed.next, feed, this.#lateness);
      if (end > release || end >= bestRelease) continue;
      if (!ofFeed.open.has(ofFeed.next) && !isWatched(feed, ofFeed.next)) {
        this.#skip(ofFeed, feed, release);
        const later = releaseOfMinuteEnd(ofFeed.next, feed, this.#lateness);
        if (later > release || later >= bestRelease) continue;
        best = feed;
        bestRelease = later;
        continue;
      }
      best = feed;
      bestRelease = end;
    }
    if (best === undefined) {
      this.#soonest = Infinity;
      for (const [feed, { next }] of this.#feeds) this.#soonest = Math.min(this.#soonest, releaseOfMinuteEnd(next, feed, this.#lateness));
      return undefined;
    }
    const ofFeed = this.#feeds.get(best)!;
    const minute = ofFeed.next;
    const state = this.at(best, minute);
    ofFeed.open.delete(minute);
    this.#last = undefined;
    ofFeed.next = minute + 1;
    return state;
  }

  /** Nobody can be silent: on to the next minute with records, or to the one that the release lies in. */
  #skip(ofFeed: FeedMinutes, feed: FeedName, release: number): void {
    let next = Infinity;
    for (const minute of ofFeed.open.keys()) if (minute < next) next = minute;
    if (next === Infinity) {
      next = release === Infinity ? Number.MAX_SAFE_INTEGER : Math.floor((release - this.#lateness[feed]) / 60_000);
    }
    if (next > ofFeed.next) ofFeed.next = next;
  }

  /** Minutes not closed yet, by feed and minute. */
  all(): MinuteState[] {
    const states: MinuteState[] = [];
    for (const { open } of this.#feeds.values()) states.push(...[...open.values()].sort((left, right) => left.minute - right.minute));
    return states;
  }

  /** The first minute not closed, by feed. */
  nextMinutes(): [FeedName, number][] {
    return [...this.#feeds].map(([feed, { next }]) => [feed, next]);
  }

  setNext(feed: FeedName, minute: number): void {
    this.#soonest = -Infinity;
    const ofFeed = this.#feeds.get(feed);
    if (ofFeed === undefined) this.#feeds.set(feed, { open: new Map(), next: minute });
    else ofFeed.next = minute;
  }

  hasOpenOf(feed: FeedName): boolean {
    return (this.#feeds.get(feed)?.open.size ?? 0) > 0;
  }

  /** Whether any minute still has records that were walked and not closed. */
  get hasOpen(): boolean {
    for (const { open } of this.#feeds.values()) if (open.size > 0) return true;
    return false;
  }
}
