/** A lane by itself: where one begins, and what happens where nobody closes rounds for hours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLatenessMs, fireLensLine, type JsonValue, type Store } from '#contract';
import { walkKey } from '../../../src/engine/checkpoint.ts';
import type { LaneRecord } from '../../../src/engine/rounds.ts';
import { applyBatch, laneKey, mostContributions, type LaneBatchRecord, type LaneSettings } from '../../../src/entry/program/live/lane.ts';
import { beginRound } from '../../../src/entry/program/live/schedule.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { startMs, tickText } from '../../support/live/recording.ts';
import { decode } from '../../support/live/whole.ts';

const minuteMs = 60_000;

function settings(store: Store, closed: number, parents: Record<string, string[]> = {}): LaneSettings {
  return { store, lateness: defaultLatenessMs, decode, parentsOf: async (shard) => parents[shard] ?? [], closedRound: async () => closed, hasTime: () => true };
}

const line = (sequence: number, timeMs: number): LaneBatchRecord => ({ sequence: String(sequence), content: Buffer.from(fireLensLine({ at: timeMs, service: 'cart', task: 1, log: 'GET /cart' })), arrivalMs: timeMs });

async function laneIn(store: Store, shard: string): Promise<LaneRecord> {
  return (await store.item(laneKey(shard)))!.value as unknown as LaneRecord;
}

async function put(store: Store, shard: string, lane: Omit<LaneRecord, 'contributions'>, contributions: LaneRecord['contributions'] = []): Promise<void> {
  await store.commit({ key: laneKey(shard), expected: undefined, value: { ...lane, contributions } as unknown as JsonValue });
}

test('a lane goes on from the nearest lanes before it, however many shards between never held a record', async () => {
  const store = memoryStore();
  await put(store, 'a', { sequence: '5', round: 7, tickMs: startMs });
  await put(store, 'b', { sequence: '6', round: 9, tickMs: startMs + minuteMs });
  const parents = { e: ['d', 'b'], d: ['c'], c: ['a'], f: ['d'], a: ['z'] };
  await applyBatch('e', [line(10, startMs + minuteMs)], settings(store, 3, parents));
  await applyBatch('f', [line(11, startMs + minuteMs)], settings(store, 3, parents));
  const [both, one] = [await laneIn(store, 'e'), await laneIn(store, 'f')];
  assert.deepEqual([both.round, both.tickMs, both.contributions[0]?.after], [9, startMs + minuteMs, [9, 9]]);
  assert.deepEqual([one.round, one.tickMs, one.contributions[0]?.after], [7, startMs, [7, 7]]);
});

test('a lane before which none is known begins where the walk is, and shards that name each other end the search', async () => {
  const store = memoryStore();
  await applyBatch('a', [line(10, startMs)], settings(store, 4, { a: ['b'], b: ['a'] }));
  const { round, tickMs, contributions } = await laneIn(store, 'a');
  assert.deepEqual([round, tickMs, contributions[0]?.after], [4, null, [4, 4]]);
});

test('a lane that nobody closes rounds for leaves records in the stream, and goes on without a tick once they are closed', async () => {
  const store = memoryStore();
  const names = Array.from({ length: mostContributions }, (_, index) => ({ part: index.toString(16).padStart(32, '0'), after: [100 + index, 100 + index] as [number, number] }));
  await put(store, 'a', { sequence: '5', round: 100 + mostContributions, tickMs: startMs }, names);
  const batch = [line(5, startMs), line(6, startMs + 1)];

  const full = await applyBatch('a', batch, settings(store, 100));
  assert.deepEqual([full.isFull, full.restFrom, full.repeated], [true, '6', 1]);
  assert.equal((await laneIn(store, 'a')).sequence, '5');

  // Repeats alone are no sign of it.
  assert.equal((await applyBatch('a', [line(5, startMs)], settings(store, 100))).isFull, false);

  const some = await applyBatch('a', batch, settings(store, 110));
  assert.deepEqual([some.isFull, some.restFrom], [false, undefined]);
  const { sequence, contributions } = await laneIn(store, 'a');
  assert.deepEqual([sequence, contributions.length, contributions[0]?.after], ['6', mostContributions - 10 + 1, [110, 110]]);
});

test('the item of a full lane fits into a step', async () => {
  const store = memoryStore();
  const names = Array.from({ length: mostContributions - 1 }, (_, index) => ({ part: index.toString(16).padStart(32, '0'), after: [999_999_000, 999_999_999] as [number, number] }));
  await put(store, 'a', { sequence: '4'.repeat(56), round: 999_999_999, tickMs: startMs }, names);
  const last = { ...line(6, startMs + 1), sequence: '5'.repeat(56) };
  assert.equal((await applyBatch('a', [last], settings(store, 1))).restFrom, undefined);
  assert.equal((await laneIn(store, 'a')).contributions.length, mostContributions);
});

test('rounds outlive the records of a stream that keeps them for a year', async () => {
  let expiresMs = 0;
  const inner = memoryStore();
  const store: Store = { ...inner, commit: (step) => ((expiresMs = step.expiresMs ?? expiresMs), inner.commit(step)) };
  await inner.commit({ key: walkKey, expected: undefined, value: { live: { round: 41 } } });
  const round = await beginRound({ store, openShards: async () => ['a'], putTick: async () => undefined, nowMs: startMs });
  assert.equal(round.number, 42);
  assert.ok(expiresMs > startMs + 365 * 86_400_000);
  // Its tick is known, and of no other time.
  const tick = (timeMs: number, sequence: string): LaneBatchRecord => ({ sequence, content: Buffer.from(tickText(42, timeMs)), arrivalMs: startMs });
  const outcome = await applyBatch('a', [tick(startMs + 1, '1'), tick(startMs, '2')], settings(inner, 41));
  assert.deepEqual([outcome.badTicks, outcome.hasMetTick, outcome.round], [1, true, 42]);
});
