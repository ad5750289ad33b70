/** How many in this second: counted, begun anew, and not held up by a clock that jumps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PerSecond } from '../../src/sensor/per-second.ts';

test('counts within a second from its first, and remembers what the one before came to', () => {
  const rate = new PerSecond();
  assert.deepEqual([5_400, 5_900, 6_399].map((nowMs) => rate.add(nowMs)), [1, 2, 3]);
  assert.equal(rate.isOver(6_399), false);
  assert.equal(rate.isOver(6_400), true);
  assert.equal(rate.add(9_000), 1);
  assert.equal(rate.before, 3);
});

test('begins anew where the clock is set back or ahead', () => {
  const rate = new PerSecond();
  for (let at = 0; at < 50; at += 1) rate.add(1_000_000);
  assert.equal(rate.add(10), 1);
  assert.equal(rate.add(9e12), 1);
});
