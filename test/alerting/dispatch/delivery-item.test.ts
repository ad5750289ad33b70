/** What a store keeps of one sink: read whatever was written, and put together from what two writers know. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '#contract';
import { deliveryKey, nothingDelivered, readDelivery, saveDelivery, windowAlerts, withProgress, type Delivery, type Progress } from '../../../src/alerting/dispatch/delivery-item.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';

const progress = (changes: Partial<Progress>): Progress => ({ through: 0, ahead: [], doubts: [], attempts: 0, retryAtMs: 0, ...changes });
const saved = (changes: Partial<Delivery>): Delivery => ({ ...nothingDelivered, ...changes });

test('comes back as it was saved', async () => {
  const store = memoryStore();
  const delivery: Delivery = { through: 4, ahead: [6, 9], deadLetters: [{ id: 'a', revision: 2, code: 'gone', atMs: 7 }], givenUp: 3, doubts: [[5, 8]], attempts: 2, retryAtMs: 99 };
  await saveDelivery(store, 'one', delivery, undefined);
  assert.deepEqual(readDelivery((await store.item(deliveryKey('one')))!), delivery);
});

test('an item of the version before has nothing ahead', () => {
  assert.deepEqual(readDelivery({ version: 'x', value: { version: 1, through: 5, deadLetters: [], givenUp: 2, attempts: 1, retryAtMs: 7 } }), saved({ through: 5, givenUp: 2, attempts: 1, retryAtMs: 7 }));
});

test('what is damaged ahead is left out, and no list is longer than the window', () => {
  const wild: JsonValue = { version: 1, through: 10, ahead: [12, 'x', 11, 12, -1, 3, 1.5, null], doubts: [[13, 2], [14], 'x', [15, -1], [16, 'x']] };
  const { ahead, doubts } = readDelivery({ version: 'x', value: wild });
  assert.deepEqual([ahead, doubts], [[11, 12], [[13, 2]]]);
  const numbers = Array.from({ length: 5_000 }, (_, at) => 11 + at);
  const long = readDelivery({ version: 'x', value: { version: 1, through: 10, ahead: numbers, doubts: numbers.map((number) => [number, 1]) } });
  assert.deepEqual([long.ahead.length, long.doubts.length], [windowAlerts, windowAlerts]);
});

test('two writers forget nothing that either did, and stay within the window that both look at', () => {
  // Each did some of the first alerts behind the last that it did all of, as queues do.
  const writer = fc.record({ done: fc.integer({ min: 0, max: 300 }), isDone: fc.func(fc.boolean()) }).map(({ done, isDone }) => ({
    through: done,
    ahead: Array.from({ length: windowAlerts - 1 }, (_, at) => done + 2 + at).filter((number) => isDone(number)),
  }));
  fc.assert(
    fc.property(writer, writer, (one, other) => {
      const both = withProgress(saved(one), progress(other), []);
      const has = ({ through, ahead }: { through: number; ahead: readonly number[] }, number: number): boolean => number <= through || ahead.includes(number);
      for (let number = 1; number < 700; number += 1) assert.equal(has(both, number), has(one, number) || has(other, number), String(number));
      assert.ok(both.ahead.length <= windowAlerts);
      assert.deepEqual(both.ahead, both.ahead.toSorted((left, right) => left - right));
    }),
  );
});

test('of an alert that failed the last writer knows best, and of one that is done nobody cares', () => {
  const both = withProgress(saved({ through: 3, ahead: [6], doubts: [[4, 8], [5, 2], [7, 1]] }), progress({ through: 4, ahead: [8], doubts: [[5, 3], [6, 1], [9, 1]] }), []);
  assert.deepEqual(both.doubts.toSorted(), [[5, 3], [7, 1], [9, 1]]);
});

test('how the receiver does is known by who saves', () => {
  const both = withProgress(saved({ attempts: 5, retryAtMs: 1_000 }), progress({ attempts: 0, retryAtMs: 0 }), []);
  assert.deepEqual([both.attempts, both.retryAtMs], [0, 0]);
});
