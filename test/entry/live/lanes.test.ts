/** Many functions at once, each with a shard, give what one process gives: through splits, merges, crashes and repeats. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '#contract';
import { defaultLatenessMs } from '#contract';
import { closedRound, closeRounds } from '../../../src/entry/program/live/closer.ts';
import { applyBatch } from '../../../src/entry/program/live/lane.ts';
import { beginRound } from '../../../src/entry/program/live/schedule.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { Fault, faulty } from '../../support/live/faults.ts';
import { numbers, recording, startMs, tickText } from '../../support/live/recording.ts';
import { ShardedStream } from '../../support/live/stream.ts';
import { alerting, baselines, decode, lastOfEach, makeWalk, pendingIn, replayed, stored } from '../../support/live/whole.ts';

const learnForMs = 20 * 60_000;
const minutes = 100;

interface Run {
  store: Store;
  lastTickMs: number;
  faults: number;
}

/** Puts a recording into a stream at speed while functions read it, each failing at one step in `oneIn`. */
async function run(seed: number, records: ReturnType<typeof recording>, shards: number, oneIn: number): Promise<Run> {
  const next = numbers(seed);
  const store = memoryStore();
  const stream = new ShardedStream(shards);
  let faults = 0;
  let lastTickMs = startMs;
  const settings = (): Parameters<typeof applyBatch>[2] => {
    const failing = faulty(store, next, oneIn);
    return {
      store: failing,
      lateness: defaultLatenessMs,
      decode,
      parentsOf: async (shard) => stream.of(shard).parents,
      closedRound: () => closedRound(failing),
      hasTime: () => next(200) !== 0,
    };
  };
  const close = (): Promise<unknown> => closeRounds({ makeWalk, alerting, store: faulty(store, next, oneIn), learnForMs, hasTime: () => true });

  /** One invocation: a batch of a shard, then whatever rounds it completes. */
  const invoke = async (id: string): Promise<void> => {
    const shard = stream.of(id);
    const batch = shard.records.slice(shard.done, shard.done + 1 + next(60));
    try {
      const { restFrom, round } = await applyBatch(id, batch, settings());
      shard.done += restFrom === undefined ? batch.length : batch.findIndex(({ sequence }) => sequence === restFrom);
      if (round > 0) await close();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // The whole batch comes again.
      faults += 1;
    }
  };
  const drain = async (): Promise<void> => {
    const readable = stream.readable();
    await Promise.all(readable.slice(0, 1 + next(readable.length + 1)).map(({ id }) => invoke(id)));
  };
  const schedule = async (nowMs: number): Promise<void> => {
    try {
      const round = await beginRound({
        store: faulty(store, next, oneIn),
        openShards: async () => stream.open.map(({ id }) => id),
        putTick: async (shard, { round: number, timeMs }) => {
          // A shard may close between the look and the put.
          if (next(20) === 0 && stream.open.length < 24) stream.split(shard);
          stream.put(tickText(number, timeMs), stream.of(shard).from, timeMs);
        },
        nowMs,
      });
      lastTickMs = round.timeMs;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      faults += 1;
    }
  };

  let tickMs = startMs;
  for (const record of records) {
    while (record.timeMs >= tickMs + 60_000) {
      tickMs += 60_000;
      await schedule(tickMs);
      await drain();
    }
    stream.put(record.text, next(shards * 1_000), record.timeMs);
    if (next(records.length) < 3) stream.split(stream.open[next(stream.open.length)]!.id);
    if (next(records.length) < 2) stream.merge(stream.open[next(stream.open.length)]!.id);
  }
  for (let more = 0; more < 5; more += 1) {
    tickMs += 60_000;
    await schedule(tickMs);
  }
  for (let turn = 0; turn < 3_000 && stream.readable().length > 0; turn += 1) await drain();
  assert.equal(stream.readable().length, 0, 'the stream is not read to its end');
  await closeRounds({ makeWalk, alerting, store, learnForMs, hasTime: () => true });
  return { store, lastTickMs, faults };
}

test('sixteen shards read at once, with splits, merges and faults, equal one process', async () => {
  let found = 0;
  let faults = 0;
  for (let seed = 1; seed <= 6; seed += 1) {
    const records = recording(seed, 400, minutes);
    const { store, lastTickMs, faults: met } = await run(seed, records, 16, 15);
    const whole = replayed(records, lastTickMs, learnForMs);
    assert.deepEqual(lastOfEach(await pendingIn(store)), lastOfEach(whole.state.episodes.alerts(-Infinity, true)), `seed ${seed}`);
    assert.deepEqual(baselines(await stored(store)), baselines(whole), `seed ${seed}`);
    found += whole.state.episodes.alerts(-Infinity, true).length;
    faults += met;
  }
  assert.ok(found > 500, `only ${found} alerts were compared`);
  assert.ok(faults > 100, `only ${faults} faults were met`);
});
