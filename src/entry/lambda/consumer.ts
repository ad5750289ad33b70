/** What stays between invocations of one container: settings, the store with its cache, closers once they were needed, and how the last ones went. */
import type { Clock, DecodeSettings, Store } from '#contract';
import { lastHeader, latenessIn } from '../../engine/checkpoint-header.ts';
import type { Lateness } from '../../engine/order.ts';
import type { LaneSettings } from '../program/live/lane.ts';
import { passedRound, roundIn } from '../program/live/passed.ts';
import type { Closers } from './closers.ts';
import type { Journal } from './journal.ts';
import type { DeadLetterPort, ObjectPort, StreamPort } from './ports.ts';

export interface ConsumerParts {
  store: Store;
  clock: Clock;
  /** Of the configuration; those of a state come before them. */
  lateness: Lateness;
  decode: DecodeSettings;
  /** Loads what closing and delivering need; asked again where it failed. */
  openClosers: () => Promise<Closers>;
  journal: Journal;
  stream: StreamPort;
  objects: ObjectPort;
  deadLetters?: DeadLetterPort;
  /** Bucket of the state. */
  stateBucket?: string;
}

export class Consumer {
  readonly store: Store;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly stream: StreamPort;
  readonly objects: ObjectPort;
  readonly deadLetters: DeadLetterPort | undefined;
  readonly stateBucket: string | undefined;
  /** Rounds are known to wait, which no tick may tell of again. */
  owesClosing = false;
  /** In a row, by this container. */
  closerFailures = 0;
  readonly #decode: DecodeSettings;
  readonly #openClosers: () => Promise<Closers>;
  #closers: Closers | undefined;
  #lateness: Lateness;
  #isStateKnown = false;

  constructor({ store, clock, lateness, decode, openClosers, journal, stream, objects, deadLetters, stateBucket }: ConsumerParts) {
    this.store = store;
    this.clock = clock;
    this.journal = journal;
    this.stream = stream;
    this.objects = objects;
    this.deadLetters = deadLetters;
    this.stateBucket = stateBucket;
    this.#lateness = lateness;
    this.#decode = decode;
    this.#openClosers = openClosers;
  }

  /** Undefined where no round has passed and nothing was left to deliver: most who meet a tick are not the last to. */
  async closersIfDue(): Promise<Closers | undefined> {
    if (this.#closers === undefined) {
      const { live, pending, outbox } = (await lastHeader(this.store)) ?? {};
      const isWaiting = (pending?.batches.length ?? 0) + (outbox?.batches.length ?? 0) > 0;
      if (!isWaiting && (await passedRound(roundIn(live) + 1, this.store)) === undefined) return undefined;
    }
    return (this.#closers ??= await this.#openClosers());
  }

  /** Before the first batch of a container. Throws `state-newer`: nothing is added to what a newer version goes on with. */
  async refuseNewerState(): Promise<void> {
    if (!this.#isStateKnown) await this.#readState();
  }

  laneSettings(hasTime: () => boolean, readObject: NonNullable<LaneSettings['readObject']>): LaneSettings {
    return {
      store: this.store,
      lateness: this.#lateness,
      decode: this.#decode,
      parentsOf: async (shard) => (await this.stream.shards()).find(({ id }) => id === shard)?.parents ?? [],
      // Asked before the commit of each batch that met a tick: a version that came since is seen here.
      closedRound: () => this.#readState(),
      hasTime,
      readObject,
    };
  }

  /** The round walked through. Lateness belongs to a state, not to who reads it. */
  async #readState(): Promise<number> {
    this.#isStateKnown = false;
    const header = await lastHeader(this.store);
    this.#lateness = latenessIn(header) ?? this.#lateness;
    this.#isStateKnown = true;
    return roundIn(header?.live);
  }
}
