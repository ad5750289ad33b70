/** What stays between invocations of one container: settings, the store with its cache, sinks, and how the last ones went. */
import type { AlertingSettings, Clock, DecodeSettings, Notifier, Sink, Store } from '#contract';
import { Checkpoint } from '../../engine/checkpoint.ts';
import type { Lateness } from '../../engine/order.ts';
import { kindsByName, type MakeWalk } from '../program/engine.ts';
import type { LaneSettings } from '../program/live/lane.ts';
import type { DeliverySettings } from './delivery.ts';
import type { Journal } from './journal.ts';
import type { DeadLetterPort, ObjectPort, StreamPort } from './ports.ts';

export interface ConsumerParts {
  store: Store;
  sinks: readonly Sink[];
  notifiers: readonly Notifier[];
  alerting: AlertingSettings;
  clock: Clock;
  makeWalk: MakeWalk;
  /** Of the configuration; those of a state come before them. */
  lateness: Lateness;
  decode: DecodeSettings;
  learnForMs?: number;
  journal: Journal;
  stream: StreamPort;
  objects: ObjectPort;
  deadLetters?: DeadLetterPort;
  /** Bucket of the state. */
  stateBucket?: string;
}

export class Consumer {
  readonly store: Store;
  readonly sinks: readonly Sink[];
  readonly notifiers: readonly Notifier[];
  readonly alerting: AlertingSettings;
  readonly clock: Clock;
  readonly makeWalk: MakeWalk;
  readonly learnForMs?: number;
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
  #lateness: Lateness;
  #isStateKnown = false;

  constructor({ store, sinks, notifiers, alerting, clock, makeWalk, lateness, decode, learnForMs, journal, stream, objects, deadLetters, stateBucket }: ConsumerParts) {
    this.store = store;
    this.sinks = sinks;
    this.notifiers = notifiers;
    this.alerting = alerting;
    this.clock = clock;
    this.makeWalk = makeWalk;
    if (learnForMs !== undefined) this.learnForMs = learnForMs;
    this.journal = journal;
    this.stream = stream;
    this.objects = objects;
    this.deadLetters = deadLetters;
    this.stateBucket = stateBucket;
    this.#lateness = lateness;
    this.#decode = decode;
  }

  get deliverySettings(): Omit<DeliverySettings, 'reporter'> {
    const { store, sinks, notifiers, alerting, clock } = this;
    return { store, sinks, notifiers, alerting, clock };
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
    const { lateness, live } = await Checkpoint.open(this.store, kindsByName);
    if (lateness !== undefined) this.#lateness = lateness;
    this.#isStateKnown = true;
    return (live as { round?: number } | null)?.round ?? 0;
  }
}
