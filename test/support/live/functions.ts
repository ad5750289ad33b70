/** Functions that read a stream at once, a shard each, as Lambda runs them: they fail anywhere, and batches come again. */
import assert from 'node:assert/strict';
import { defaultLatenessMs, silentReporter, SinkError, type Alert, type Clock, type Store } from '#contract';
import { deliver, deliveredThrough } from '../../../src/entry/lambda/delivery.ts';
import { closeRounds } from '../../../src/entry/program/live/closer.ts';
import { applyBatch } from '../../../src/entry/program/live/lane.ts';
import { whileLeased } from '../../../src/entry/program/live/lease.ts';
import { closedRound, passedRound } from '../../../src/entry/program/live/passed.ts';
import { beginRound } from '../../../src/entry/program/live/schedule.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { failingAt, Fault, faultPoints, mortal, never, slow, type FaultPoint } from './faults.ts';
import { numbers, startMs, tickText, type Timed } from './recording.ts';
import { ShardedStream, shardWidth } from './stream.ts';
import { alerting, decode, makeWalk } from './whole.ts';

export interface FunctionsSettings {
  seed: number;
  records: readonly Timed[];
  shards: number;
  learnForMs: number;
  tickEveryMs: number;
  /** One closer at a time; else all that could close a round do so at once. */
  isLeased: boolean;
  /** Delivered alerts leave the state on the way. */
  forgetsDelivered: boolean;
}

export interface FunctionsRun {
  store: Store;
  lastTickMs: number;
  /** As the sink got them. */
  delivered: Alert[];
  /** How often each happened: faults by their point, `invocations`, `splits`, … */
  counts: Map<string, number>;
  /** Shards of the start, by task, that held a record of it. */
  shardsOf: Map<string, Set<number>>;
}

/** One invocation in so many fails, and so one round that is closed and one delivery. */
const oneIn = 5;
/** A delivery has 15 s, some hundred alerts of which each takes a turn or two. */
const turnMs = 10;
/** Points of a closer at which it may fail, for each round. */
const pointsOfRound = 3;

export async function runFunctions({ seed, records, shards, learnForMs, tickEveryMs, isLeased, forgetsDelivered }: FunctionsSettings): Promise<FunctionsRun> {
  const next = numbers(seed);
  const kept = memoryStore();
  const stream = new ShardedStream(shards);
  const delivered: Alert[] = [];
  const counts = new Map<string, number>();
  const shardsOf = new Map<string, Set<number>>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  let nowMs = startMs;
  let isCalm = false;
  const fails = (): boolean => !isCalm && next(oneIn) === 0;
  const pick = <One>(list: readonly One[]): One => list[next(list.length)]!;
  const clock: Clock = { now: () => nowMs, sleep: async () => undefined };
  const answering = (): Store => slow(kept, next);
  /** Fails at a point of the step of a key, now and then. */
  const failing = (prefix: string, points: readonly FaultPoint[] = faultPoints): Store => {
    if (!fails()) return answering();
    const point = pick(points);
    return failingAt(answering(), prefix, point);
  };

  const close = async (): Promise<void> => {
    const store = answering();
    const work = (): Promise<unknown> =>
      closeRounds({
        makeWalk,
        alerting,
        store,
        learnForMs,
        hasTime: () => true,
        ...(forgetsDelivered ? { deliveredBelow: async () => (await deliveredThrough(store, [{ name: 'sink' }])) + 1 } : {}),
        at: (point) => {
          if (!isCalm && next(pointsOfRound * oneIn) === 0) throw new Fault(`closer ${point}`);
        },
      });
    if (!isLeased) await work();
    else if ((await passedRound((await closedRound(store)) + 1, store)) !== undefined) await whileLeased({ store, clock, name: 'closer', forMs: tickEveryMs / 2, hasTime: () => true }, async () => void (await work()));
  };

  /** Of deliveries, for which others need not wait: as long as somebody sleeps, each turn of the event loop takes some time. */
  let deliveryMs = startMs;
  const waiting: Clock = {
    now: () => deliveryMs,
    async sleep(ms, signal) {
      for (const untilMs = deliveryMs + ms; deliveryMs < untilMs && signal?.aborted !== true; deliveryMs += turnMs) await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const deliverAll = async (): Promise<void> => {
    const time = { leftMs: () => 60_000, wholeMs: 60_000, has: () => true, hasFor: () => true };
    deliveryMs = Math.max(deliveryMs, nowMs);
    let left = fails() ? 1 + next(12) : Infinity;
    const death = Promise.withResolvers<never>();
    const sink = {
      name: 'sink',
      send: async (alert: Alert): Promise<void> => {
        if (left === 0) return never();
        delivered.push(alert);
        left -= 1;
        if (left === 0) {
          death.reject(new Fault('delivery'));
          return never();
        }
        if (next(40) === 0 && !isCalm) {
          count('no answer');
          throw new SinkError('timeout', 'No answer.', true);
        }
      },
    };
    const store = mortal(answering(), () => left === 0);
    await Promise.race([deliver({ store, sinks: [sink], notifiers: [], alerting, clock: waiting, reporter: silentReporter }, time), death.promise]);
  };

  /** A batch of a shard, then whatever rounds it completes, then their alerts; what fails comes again as a whole. */
  const invoke = async (id: string, isRepeat = false): Promise<void> => {
    const shard = stream.of(id);
    const from = isRepeat ? Math.max(0, shard.done - 1 - next(30)) : shard.done;
    const batch = isRepeat ? shard.records.slice(from, shard.done) : shard.records.slice(from, from + 1 + next(60));
    count(isRepeat ? 'repeats' : 'invocations');
    try {
      const store = failing('lane/');
      const { restFrom, hasMetTick, repeated } = await applyBatch(id, batch, {
        store,
        lateness: defaultLatenessMs,
        decode,
        parentsOf: async (child) => stream.of(child).parents,
        closedRound: () => closedRound(store),
        hasTime: () => next(200) !== 0,
      });
      if (hasMetTick || repeated > 0) {
        await close();
        await deliverAll();
      }
      if (isRepeat) return;
      const end = from + (restFrom === undefined ? batch.length : batch.findIndex(({ sequence }) => sequence === restFrom));
      if (next(12) === 0) count('unacknowledged');
      else shard.done = Math.max(shard.done, end);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      count(error.message.replace(/ of (\w+)\/.*/, ' of $1'));
      count('faults');
    }
  };

  const readSome = async (): Promise<void> => {
    const readable = stream.readable();
    const invocations = readable.slice(0, 1 + next(readable.length + 1)).map(({ id }) => invoke(id));
    if (next(3) === 0) invocations.push(invoke(pick(stream.shards.filter(({ done }) => done > 0).concat(stream.shards[0]!)).id, true));
    await Promise.all(invocations);
  };

  const reshard = (): void => {
    const shard = pick(stream.open);
    const isMerged = next(3) === 0;
    const before = stream.shards.length;
    if (isMerged) stream.merge(shard.id);
    else stream.split(shard.id);
    if (stream.shards.length > before) count(isMerged ? 'merges' : 'splits');
  };

  let lastTickMs = startMs;
  const tick = async (): Promise<void> => {
    nowMs = Math.max(nowMs, lastTickMs) + tickEveryMs;
    let put = 0;
    // A schedule may die with half of its ticks put, and a shard may close between the look and the put.
    const most = fails() ? next(stream.open.length) : Infinity;
    try {
      const round = await beginRound({
        store: failing('round', ['before-parts', 'after-commit']),
        openShards: async () => stream.open.map(({ id }) => id),
        putTick: async (shard, { round: number, timeMs }) => {
          if (put >= most) throw new Fault('schedule');
          put += 1;
          if (next(40) === 0 && stream.open.length < 2 * shards && !isCalm) {
            stream.split(shard);
            count('splits while ticks are put');
          }
          stream.put(tickText(number, timeMs), stream.of(shard).from, timeMs);
        },
        nowMs,
      });
      lastTickMs = round.timeMs;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      count('schedule');
      count('faults');
    }
  };

  const turns = new Map<string, number>();
  for (const [index, record] of records.entries()) {
    while (record.timeMs >= nowMs + tickEveryMs) {
      await tick();
      await readSome();
    }
    // Each task goes round all shards, as a log router chooses partition keys at random.
    const task = /0000000(\d)0000000\1/.exec(record.text)?.[0] ?? 'none';
    const turn = (turns.get(task) ?? 0) + 1;
    turns.set(task, turn);
    const place = turn % shards;
    stream.put(record.text, place * shardWidth + next(shardWidth), record.timeMs);
    shardsOf.set(task, (shardsOf.get(task) ?? new Set()).add(place));
    if (index % Math.floor(records.length / 8) === 5) reshard();
    if (index === Math.floor(records.length / 4) || index === Math.floor(records.length / 2)) {
      stream.split(stream.open[next(shards)]!.id);
      count('splits');
    }
    if (index === Math.floor((records.length * 3) / 4)) {
      const [first] = stream.open.toSorted((left, right) => left.from - right.from);
      stream.merge(first!.id);
      count('merges');
    }
  }
  // Time goes on and is calm: rounds that died are made good by later ones.
  isCalm = true;
  for (let more = 0; more < 2; more += 1) await tick();
  for (let turn = 0; turn < 3_000 && stream.readable().length > 0; turn += 1) await readSome();
  assert.equal(stream.readable().length, 0, 'the stream is not read to its end');
  nowMs += tickEveryMs;
  await deliverAll();
  return { store: kept, lastTickMs, delivered, counts, shardsOf };
}
