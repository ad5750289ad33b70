/** Packed values: whatever JSON can say comes back equal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packValue, unpackValue } from '../../src/engine/packed-value.ts';

test('a value comes back equal, to the last bit of a number', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(fc.tuple(value, fc.double(), fc.maxSafeInteger(), fc.string({ unit: 'binary' })), (given) => {
      assert.deepEqual(unpackValue(packValue(given)), given);
    }),
  );
});

test('texts come back equal once too many were met to be told by number', () => {
  for (let index = 0; index < 70_000; index += 1) packValue(`text ${index}`);
  for (const text of ['a new one', 'één', '日本', '\u0000', '\ud800']) assert.equal(unpackValue(packValue(text)), text);
});

test('the past of a task takes a fraction of its objects', () => {
  const past = { lines: [1, 2, 3], ids: ['a', 'b', 'c'], last: [29_000_000, 29_000_001, 29_000_002], peak: Array.from({ length: 24 }, () => 0) };
  assert.ok(packValue(past).length < 64);
});
