/** Records on which our own code throws are found and set aside; the store's failures are nobody's fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLatenessMs, FargazerError, fireLensLine } from '#contract';
import { applyIsolating } from '../../../src/entry/lambda/isolate.ts';
import { applyBatch, laneKey, type LaneSettings } from '../../../src/entry/program/live/lane.ts';
import type { LaneRecord } from '../../../src/engine/rounds.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { decode } from '../../support/live/whole.ts';

const records = Array.from({ length: 100 }, (_, index) => ({
  sequence: String(1_000 + index),
  content: Buffer.from(fireLensLine({ at: Date.UTC(2026, 0, 5), service: 'cart', task: 1, log: `line ${index}` })),
  arrivalMs: Date.UTC(2026, 0, 5),
}));

const settings = (): LaneSettings => ({ store: memoryStore(), lateness: defaultLatenessMs, decode, parentsOf: async () => [], closedRound: async () => 0, hasTime: () => true });

/** Our code with a defect that some records meet. */
function defective(...bad: string[]): { apply: typeof applyBatch; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    apply: async (shard, given, to) => {
      calls += 1;
      for (const { sequence } of given) if (bad.includes(sequence)) throw new TypeError('top secret is not a function');
      return applyBatch(shard, given, to);
    },
  };
}

test('the records that throw are found, wherever they stand, and the others are applied in one step', async () => {
  for (const bad of [['1000'], ['1099'], ['1042'], ['1000', '1001', '1050', '1099'], []]) {
    const to = settings();
    const { apply, calls } = defective(...bad);
    const { outcome, poison } = await applyIsolating('s', records, to, apply);
    assert.deepEqual(poison.map(({ sequence }) => sequence), bad);
    assert.ok(poison.every(({ code }) => code === 'TypeError'));
    assert.equal(outcome.reading.records, 100 - bad.length);
    const lane = (await to.store.item(laneKey('s')))?.value as unknown as LaneRecord;
    assert.equal(lane.contributions.length, 1);
    // Halving a hundred takes seven tries.
    assert.ok(calls() <= 1 + bad.length * 10, `${calls()} tries`);
  }
});

test('nothing is saved while it is looked for', async () => {
  const to = settings();
  const versions: string[] = [];
  const { apply } = defective('1050');
  const store = { ...to.store, commit: async (step: Parameters<typeof to.store.commit>[0]) => (versions.push(step.key), to.store.commit(step)) };
  await applyIsolating('s', records, { ...to, store }, apply);
  assert.deepEqual(versions, [laneKey('s')]);
});

test('a store that fails is told as it is', async () => {
  const to = settings();
  const store = { ...to.store, commit: async () => Promise.reject(new FargazerError('store-failed', 'down')) };
  await assert.rejects(applyIsolating('s', records, { ...to, store }), (error) => error instanceof FargazerError && error.code === 'store-failed');
});

test('code that is broken for every record is no fault of single ones', async () => {
  const broken = async (): Promise<never> => Promise.reject(new TypeError('broken'));
  await assert.rejects(applyIsolating('s', records, settings(), broken), /broken/);
  let isFirst = true;
  const once: typeof applyBatch = (shard, given, to) => {
    if (!isFirst) return applyBatch(shard, given, to);
    isFirst = false;
    return Promise.reject(new RangeError('once'));
  };
  await assert.rejects(applyIsolating('s', records, settings(), once), /once/, 'what does not come again is tried by Lambda');
});
