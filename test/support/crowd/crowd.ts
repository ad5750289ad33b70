/**
 * A crowd of functions over one stream, as Lambda runs them: sixteen containers take batches of all shards at once, and
 * fail anywhere; batches come again, shards split and merge, several close the same round, and people silence alerts.
 */
import assert from 'node:assert/strict';
import { FargazerError, type AlertingSettings, type Store } from '#contract';
import type { StreamPort } from '../../../src/entry/lambda/ports.ts';
import type { MakeWalk } from '../../../src/entry/program/engine.ts';
import { addSilence, expireSilence } from '../../../src/entry/program/alerts/silences.ts';
import { eventRecord } from '../lambda/mapping.ts';
import { numbers, startMs } from '../live/recording.ts';
import { ShardedStream, shardWidth, type Shard } from '../live/stream.ts';
import { Container, type World } from './container.ts';
import { Killed } from './fate.ts';
import type { Arriving } from './material.ts';
import { Received } from './outputs.ts';
import { hastyFrom, knownFrom, notifierNames } from './settings.ts';

export interface CrowdSettings {
  seed: number;
  records: readonly Arriving[];
  store: Store;
  alerting: AlertingSettings;
  makeWalk: MakeWalk;
  learnForMs: number;
  tickEveryMs: number;
  /** Event time that goes on behind the last record, in which what was told ends. */
  quietMs: number;
  /** Clocks differ by minutes: leases hold nobody off, and closers compete for each round. */
  areClocksApart: boolean;
}

export interface CrowdRun {
  received: Received;
  lastTickMs: number;
  /** How often each happened: failures by their point, `invocations`, `splits`, and what the journal said. */
  counts: Map<string, number>;
  /** Shards of the start that held a record of a task, by task. */
  shardsOf: Map<string, Set<number>>;
}

export const shardCount = 16;
const containerCount = 16;
/** Splits that nobody counts on end where so many are open. */
const mostShards = 20;
/** So much do clocks differ where they do, by container. */
const apartMs = [0, 180_000, 360_000, 540_000];
const minuteMs = 60_000;
/** Turns of reading between two ticks, at most: enough for most of what comes again. */
const mostTurns = 12;

export async function runCrowd(settings: CrowdSettings): Promise<CrowdRun> {
  const crowd = new Crowd(settings);
  await crowd.live();
  return crowd;
}

class Crowd implements CrowdRun {
  readonly received = new Received(notifierNames);
  readonly counts = new Map<string, number>();
  readonly shardsOf = new Map<string, Set<number>>();
  lastTickMs = startMs;
  readonly #settings: CrowdSettings;
  readonly #world: World;
  readonly #stream = new ShardedStream(shardCount);
  readonly #containers: Container[];
  readonly #scheduler: Container;
  readonly #givenUp = new Set<Promise<unknown>>();
  #silence = '';

  constructor(settings: CrowdSettings) {
    this.#settings = settings;
    const { seed, store, alerting, makeWalk, learnForMs, areClocksApart } = settings;
    const count = (what: string): void => void this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    this.#world = { next: numbers(seed), nowMs: startMs, isCalm: false, count, closing: new Set(), store, stream: this.#port(), received: this.received, alerting, makeWalk, learnForMs };
    this.#containers = Array.from({ length: containerCount }, (_, index) => new Container(this.#world, areClocksApart ? apartMs[index % apartMs.length]! : 0));
    this.#scheduler = new Container(this.#world, 0);
  }

  #pick<One>(list: readonly One[]): One {
    return list[this.#world.next(list.length)]!;
  }

  #port(): StreamPort {
    const stream = this.#stream;
    return {
      name: 'telemetry',
      shards: async () => stream.shards.map(({ id, parents, isClosed, from }) => ({ id, parents, isOpen: !isClosed, startingHashKey: `${from}` })),
      putUnder: async (hashKey, content) => {
        // A shard may close between the look and the put.
        if (!this.#world.isCalm && this.#world.next(60) === 0 && stream.open.length < mostShards) {
          stream.split(stream.open.find(({ from }) => String(from) === hashKey)?.id ?? stream.open[0]!.id);
          this.#world.count('splits while ticks are put');
        }
        stream.put(Buffer.from(content).toString(), Number(hashKey), this.#world.nowMs);
      },
      putMany: async () => {
        throw new Error('nothing but ticks is put by the functions');
      },
    };
  }

  async live(): Promise<void> {
    const { records, tickEveryMs, quietMs } = this.#settings;
    const { next, store } = this.#world;
    this.#silence = (await addSilence(store, knownFrom(startMs + 30 * minuteMs), startMs)).id;
    const turns = new Map<string, number>();
    for (const [index, record] of records.entries()) {
      while (record.arrivalMs >= this.#world.nowMs + tickEveryMs) await this.#minute();
      // Each task goes round all shards, as a log router chooses partition keys at random.
      const task = /0000000(\d)0000000\1/.exec(record.text)?.[0] ?? 'none';
      const turn = (turns.get(task) ?? 0) + 1;
      turns.set(task, turn);
      const place = turn % shardCount;
      this.#stream.put(record.text, place * shardWidth + next(shardWidth), record.arrivalMs);
      this.shardsOf.set(task, (this.shardsOf.get(task) ?? new Set()).add(place));
      const quarter = Math.floor(records.length / 4);
      if (index === quarter || index === 2 * quarter) this.#reshard('splits');
      if (index === 3 * quarter) this.#reshard('merges');
      if (index % 97 === 13) this.#reshard(next(3) === 0 ? 'merges' : 'splits');
    }
    for (let at = 0; at < quietMs / 2; at += tickEveryMs) await this.#minute();
    while (this.#givenUp.size > 0) await Promise.all(this.#givenUp);
    // It becomes calm: rounds that nobody completed are made good by later ones.
    this.#world.isCalm = true;
    for (let at = 0; at < quietMs / 2; at += tickEveryMs) await this.#minute();
    assert.equal(this.#stream.readable().length, 0, 'the stream is not read to its end');
  }

  #reshard(how: 'splits' | 'merges'): void {
    const before = this.#stream.shards.length;
    if (how === 'splits') this.#stream.split(this.#pick(this.#stream.open).id);
    // The last in the order of keys has no neighbour behind it.
    else this.#stream.merge(this.#pick(this.#stream.open.toSorted((left, right) => left.from - right.from).slice(0, -1)).id);
    if (this.#stream.shards.length > before) this.#world.count(how);
  }

  /** The schedule comes, while functions read or before they do. */
  async #minute(): Promise<void> {
    const { next } = this.#world;
    this.#world.nowMs += this.#settings.tickEveryMs;
    await this.#people();
    const ticking = this.#tick();
    if (this.#world.isCalm || next(2) === 0) await ticking;
    // Sometimes functions lag behind, and several rounds are closed at once.
    const turns = this.#world.isCalm || next(4) > 0 ? mostTurns : 1;
    for (let turn = 0; turn < turns && this.#stream.readable().length > 0; turn += 1) await this.#readSome();
    await ticking;
  }

  async #people(): Promise<void> {
    const { store, nowMs } = this.#world;
    const { tickEveryMs } = this.#settings;
    const isMinute = (minute: number): boolean => nowMs >= startMs + minute * minuteMs && nowMs - tickEveryMs < startMs + minute * minuteMs;
    if (isMinute(56)) this.#silence = (await addSilence(store, hastyFrom(nowMs), nowMs)).id;
    if (isMinute(78)) await expireSilence(store, this.#silence, nowMs);
  }

  async #tick(): Promise<void> {
    const { count, nowMs } = this.#world;
    count('schedules');
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
    await this.#scheduler.invoke(event, 'schedule').answer.then(() => (this.lastTickMs = nowMs), this.#orMishap);
  }

  readonly #orMishap = (error: unknown): void => {
    if (!(error instanceof Killed) && !(error instanceof FargazerError && error.code === 'store-failed')) throw error;
  };

  async #readSome(): Promise<void> {
    const { next } = this.#world;
    const readable = this.#stream.readable();
    const some = next(2) === 0 ? readable : readable.slice(0, 1 + next(readable.length + 1));
    const invocations = some.map((shard) => this.#take(shard));
    const read = this.#stream.shards.filter(({ done }) => done > 0);
    if (read.length > 0 && next(3) === 0) invocations.push(this.#takeAgain(this.#pick(read)));
    await Promise.all(invocations);
  }

  /** A batch of a shard, given to whoever is free; what is not done with comes again. */
  async #take(shard: Shard): Promise<void> {
    const { next, count, isCalm } = this.#world;
    const from = shard.done;
    const to = Math.min(shard.records.length, from + 1 + next(60));
    const done = await this.#invoke(shard, from, to);
    if (done === undefined) return;
    if (!isCalm && next(12) === 0) count('batches that nobody heard were done');
    else shard.done = Math.max(shard.done, done);
  }

  /** Somebody goes on with a batch who is not heard of any more. */
  #letGo(work: Promise<unknown>): void {
    this.#world.count('invocations given up while they went on');
    const late = work.then(() => undefined, this.#orMishap).finally(() => this.#givenUp.delete(late));
    this.#givenUp.add(late);
  }

  /** Some of what was done with comes again, while the shard is read on. */
  async #takeAgain(shard: Shard): Promise<void> {
    this.#world.count('batches redelivered');
    await this.#invoke(shard, Math.max(0, shard.done - 1 - this.#world.next(30)), shard.done);
  }

  /** Gives the place up to which the batch is done with; undefined where nobody says, or is free, or it stalls: then it goes on, and the batch comes again. */
  async #invoke({ id, records }: Shard, from: number, to: number): Promise<number | undefined> {
    const container = this.#containers.filter(({ isBusy }) => !isBusy);
    if (container.length === 0) return undefined;
    this.#world.count('invocations');
    const batch = records.slice(from, to);
    const Records = batch.map(({ sequence, content, arrivalMs }) => eventRecord(id, { SequenceNumber: sequence, Data: content, PartitionKey: 'any', ApproximateArrivalTimestamp: new Date(arrivalMs) }));
    try {
      const { answer, stall } = this.#pick(container).invoke({ Records }, 'batch');
      const told = await Promise.race([answer as Promise<{ batchItemFailures: { itemIdentifier: string }[] }>, stall]);
      if (told === undefined) return void this.#letGo(answer);
      const { batchItemFailures: [failed] } = told;
      return failed === undefined ? to : from + batch.findIndex(({ sequence }) => sequence === failed.itemIdentifier);
    } catch (error) {
      this.#orMishap(error);
      return undefined;
    }
  }
}
