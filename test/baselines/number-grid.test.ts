/** Bands of numbers: what votes span, what history widens, what hours and weekdays move. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { quantileSorted } from 'simple-statistics';
import { quantityGrid, type NumberState } from '#baselines';
import { bucketOf, highEdge, lowEdge, middleOf } from '../../src/baselines/grid.ts';
import { asking, day, gaussian, minute, start, uniform, vote } from './numbers.ts';

/** Learns a minute's value of one task after another; gives how many minutes lay outside, by day, once ready. */
function walk(state: NumberState, days: number, valueAt: (at: number) => number, from = 0): number[] {
  const outside = Array.from({ length: days }, () => 0);
  for (let at = from * 1_440; at < (from + days) * 1_440; at += 1) {
    const timeMs = start + at * minute;
    const value = valueAt(at);
    const view = quantityGrid.view(state, asking(timeMs));
    const dayAt = Math.floor(at / 1_440) - from;
    if (view.isReady && view.of(value, timeMs).surprise > 0) outside[dayAt] = (outside[dayAt] as number) + 1;
    quantityGrid.add(state, value, vote(timeMs, 7));
    quantityGrid.endMinute(state, timeMs + minute);
  }
  return outside;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

test('a bucket holds the values between its edges, to 7 % of its middle', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-8, max: 1e17, noNaN: true }), fc.boolean(), (size, isNegative) => {
      const value = isNegative ? -size : size;
      const bucket = bucketOf(value);
      assert.ok(lowEdge(bucket) <= value * (1 + Math.sign(value) * 1e-8) && value * (1 - Math.sign(value) * 1e-8) <= highEdge(bucket));
      assert.ok(Math.abs(middleOf(bucket) / value - 1) < 0.0726);
    }),
  );
});

test('the counts 0 to 7 have a bucket each', () => {
  const buckets = [0, 1, 2, 3, 4, 5, 6, 7].map((count) => bucketOf(count));
  assert.equal(new Set(buckets).size, 8);
  assert.equal(highEdge(bucketOf(1)), 1);
});

test('a steady number is ready after an hour and some minutes, at twice the width that it has later', () => {
  const state = quantityGrid.empty();
  walk(state, 1, (at) => (at < 81 ? 100 : Number.NaN));
  const early = quantityGrid.view(state, asking(start + 81 * minute));
  assert.equal(early.isReady, true);
  const first = early.of(100, start);
  walk(state, 3, () => 100, 1);
  const later = quantityGrid.view(state, asking(start + 4 * day)).of(100, start);
  assert.ok(first.low < 60 && first.high > 170 && first.high < 250, JSON.stringify(first));
  assert.ok(later.low > 70 && later.high < 140 && later.side === 'inside', JSON.stringify(later));
});

test('59 minutes, or a number that grows from hour to hour, are not ready', () => {
  const short = quantityGrid.empty();
  for (let at = 0; at < 500; at += 1) quantityGrid.add(short, 5, vote(start + (at % 59) * minute));
  quantityGrid.endMinute(short, start + day);
  const growing = quantityGrid.empty();
  for (let at = 0; at < 600; at += 1) {
    quantityGrid.add(growing, 100 * 1.5 ** (at / 60), vote(start + at * minute));
    quantityGrid.endMinute(growing, start + at * minute);
  }
  assert.deepEqual([short, growing].map((state) => quantityGrid.view(state, asking(start + day)).isReady), [false, false]);
});

test('ready stays ready, and a merge keeps the earlier of two', () => {
  const state = quantityGrid.empty();
  walk(state, 1, () => 100);
  for (let at = 0; at < 5_000; at += 1) quantityGrid.add(state, 1.3 ** (at % 100), vote(start + day + at * minute, 8));
  quantityGrid.endMinute(state, start + 5 * day);
  assert.equal(quantityGrid.view(state, asking(start + 5 * day)).isReady, true);
  const other = quantityGrid.empty();
  quantityGrid.add(other, 3, vote(start + 2 * day));
  quantityGrid.endTeaching(other, start + 2 * day);
  const merged = quantityGrid.merge(other, state);
  assert.equal(quantityGrid.view(merged, asking(start + day)).isReady, true);
});

test("one task's huge values on one day never move the band", () => {
  const state = quantityGrid.empty();
  const next = uniform(1);
  walk(state, 4, () => 100 * Math.exp(0.1 * gaussian(next)));
  const before = quantityGrid.view(state, asking(start + 4 * day)).of(100, start);
  for (let at = 0; at < 100_000; at += 1) quantityGrid.add(state, 1e6 * (1 + next()), vote(start + 4 * day + at, 66));
  const after = quantityGrid.view(state, asking(start + 5 * day)).of(1e6, start);
  assert.equal(after.side, 'above');
  assert.ok(after.surprise > 0.9);
  assert.deepEqual([after.low, after.high], [before.low, before.high]);
});

test('a level held on three days is usual from then on', () => {
  const state = quantityGrid.empty();
  walk(state, 4, () => 100);
  const outside = walk(state, 4, () => 300, 4);
  assert.ok(outside[0] === 1_440 && outside[1] === 1_440 && (outside[2] as number) < 10 && outside[3] === 0, String(outside));
});

test('a band reaches past what a short history has seen, for noise of any width', () => {
  for (const width of [0.02, 0.1, 0.3, 0.6]) {
    const next = uniform(3);
    const state = quantityGrid.empty();
    const outside = walk(state, 28, () => 100 * Math.exp(width * gaussian(next)));
    assert.ok(sum(outside) <= 4, `${width}: ${outside}`);
    const { low, high } = quantityGrid.view(state, asking(start + 28 * day)).of(100, start);
    const rare = Math.exp(4.07 * width);
    // Once in a month of minutes a normal distribution leaves 4.07 deviations; the grid rounds up by two buckets.
    assert.ok(high >= 100 * rare && high <= 100 * rare * 1.15 ** 3 * Math.exp(width), `${width}: ${high}`);
    assert.ok(low <= 100 / rare && low >= 100 / rare / 1.15 ** 3 / Math.exp(width), `${width}: ${low}`);
  }
});

test('the middle is the median, as simple-statistics has it, to a bucket', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
      const state = quantityGrid.empty();
      for (const value of values) quantityGrid.add(state, value, vote(start));
      const { typical } = quantityGrid.view(state, asking(start)).of(1, start);
      const sorted = values.toSorted((left, right) => left - right);
      const low = sorted[Math.ceil(sorted.length / 2) - 1] as number;
      assert.ok(Math.abs(typical / low - 1) < 0.08, `${typical} for ${quantileSorted(sorted, 0.5)}`);
    }),
  );
});

test('an isolated extreme seen while learning is inside, and does not stretch the band far beyond itself', () => {
  const state = quantityGrid.empty();
  const next = uniform(4);
  walk(state, 2, (at) => (at % 600 === 30 ? 5_000 : 100 * Math.exp(0.05 * gaussian(next))));
  const view = quantityGrid.view(state, asking(start + 2 * day));
  assert.equal(view.of(5_000, start).side, 'inside');
  assert.ok(view.of(5_000, start).high < 5_000 * 1.15 ** 4);
});

test('zero, and the other sign, are judged as what they are', () => {
  const state = quantityGrid.empty();
  walk(state, 1, (at) => (at % 3 === 0 ? 0 : 50));
  const some = quantityGrid.view(state, asking(start + day));
  assert.equal(some.of(0, start).side, 'inside');
  assert.equal(some.of(-1, start).side, 'below');
  const zeros = quantityGrid.empty();
  walk(zeros, 1, () => 0);
  const none = quantityGrid.view(zeros, asking(start + day));
  assert.deepEqual([none.of(0, start).side, none.of(1, start).side, none.of(-1, start).side], ['inside', 'above', 'below']);
  const negative = quantityGrid.empty();
  walk(negative, 1, () => -50);
  const minus = quantityGrid.view(negative, asking(start + day));
  assert.deepEqual([minus.of(-50, start).side, minus.of(-1, start).side, minus.of(-999, start).side], ['inside', 'above', 'below']);
});

test('a new revision widens the band by a bucket on each side', () => {
  const state = quantityGrid.empty();
  walk(state, 4, () => 100);
  const plain = quantityGrid.view(state, asking(start + 4 * day)).of(100, start);
  const wide = quantityGrid.view(state, asking(start + 4 * day, () => true, true)).of(100, start);
  assert.ok(Math.abs(wide.high / plain.high - 1.15) < 1e-9);
  assert.ok(Math.abs(plain.low / wide.low - 1.15) < 1e-9);
});

const daily = (at: number): number => Math.exp(0.9 * Math.sin((at / 1_440) * 2 * Math.PI));

test('with days of history the band follows the hour: the level of noon is an alarm at midnight', () => {
  const state = quantityGrid.empty();
  const next = uniform(5);
  const outside = walk(state, 10, (at) => 100 * daily(at) * Math.exp(0.1 * gaussian(next)));
  assert.ok(sum(outside) <= 3, String(outside));
  const view = quantityGrid.view(state, asking(start + 10 * day));
  assert.equal(view.of(240, start + 10 * day + 6 * 60 * minute).side, 'inside');
  assert.ok(view.of(240, start + 10 * day + 18 * 60 * minute).surprise >= 0.5);
  assert.equal(view.of(40, start + 10 * day + 18 * 60 * minute).side, 'inside');
  assert.ok(view.of(40, start + 10 * day + 6 * 60 * minute).surprise >= 0.5);
});

test('with weeks of history the band follows the weekday', () => {
  const state = quantityGrid.empty();
  const next = uniform(6);
  const weekly = (at: number): number => 1_000 * (Math.floor(at / 1_440) % 7 > 4 ? 0.2 : 1) * daily(at) * Math.exp(0.1 * gaussian(next));
  walk(state, 21, weekly);
  const outside = walk(state, 14, weekly, 21);
  assert.ok(sum(outside) <= 5, String(outside));
  const view = quantityGrid.view(state, asking(start + 35 * day));
  const noon = 12 * 60 * minute;
  assert.equal(view.of(1_000, start + 35 * day + noon).side, 'inside');
  assert.ok(view.of(1_000, start + 40 * day + noon).surprise >= 0.5, JSON.stringify(view.of(1_000, start + 40 * day + noon)));
});

test('a flat or wandering number has no hours and no weekdays', () => {
  const next = uniform(7);
  let level = 0;
  for (const valueAt of [
    () => 100 * Math.exp(0.3 * gaussian(next)),
    () => {
      level = 0.99 * level + 0.05 * gaussian(next);
      return 100 * Math.exp(level);
    },
  ]) {
    const state = quantityGrid.empty();
    for (const days of [4, 11, 6]) {
      walk(state, days, valueAt, state.ledger.days.length);
      const view = quantityGrid.view(state, asking(start + 30 * day));
      const bands = Array.from({ length: 7 * 24 }, (_, hour) => JSON.stringify(view.of(100, start + hour * 60 * minute)));
      assert.equal(new Set(bands).size, 1);
    }
  }
});

test('with hours in play, what is kept between askings answers as a state fresh from the store', () => {
  const next = uniform(8);
  const state = quantityGrid.empty();
  for (let at = 0; at < 17 * 1_440; at += 1) {
    const timeMs = start + at * minute;
    const level = Math.floor(at / 1_440) % 7 > 4 ? 30 : 100;
    quantityGrid.view(state, asking(timeMs)).of(1, timeMs);
    quantityGrid.add(state, level * daily(at) * Math.exp(0.2 * gaussian(next)), vote(timeMs, 1 + (at % 5)));
    quantityGrid.endMinute(state, timeMs);
    if (at % 397 !== 0) continue;
    const fresh = quantityGrid.unpack(quantityGrid.pack(state));
    for (const hour of [0, 7, 100]) {
      const then = timeMs + hour * 60 * minute;
      assert.deepEqual(quantityGrid.view(state, asking(timeMs)).of(500, then), quantityGrid.view(fresh, asking(timeMs)).of(500, then));
    }
  }
});

test('a person accepts or forgets a value; what is no number is refused', () => {
  const state = quantityGrid.empty();
  walk(state, 4, () => 100);
  assert.equal(quantityGrid.view(state, asking(start + 4 * day)).of(900, start).side, 'above');
  assert.equal(quantityGrid.accept(state, '900', start), true);
  assert.equal(quantityGrid.view(state, asking(start + 4 * day)).of(900, start).side, 'inside');
  assert.equal(quantityGrid.forget(state, '900'), true);
  assert.equal(quantityGrid.view(state, asking(start + 4 * day)).of(900, start).side, 'above');
  for (const text of ['', 'many', 'Infinity', 'NaN']) assert.equal(quantityGrid.accept(state, text, start), false);
  assert.equal(quantityGrid.forget(state, '1e9'), false);
});

test('a flood of numbers of any size stays within the grid', () => {
  const state = quantityGrid.empty();
  const next = uniform(9);
  for (let at = 0; at < 100_000; at += 1) {
    quantityGrid.add(state, (next() - 0.5) * 10 ** (next() * 600 - 300), vote(start + at * 1_000, at));
  }
  assert.ok(Object.keys(state.buckets).length <= 893);
  assert.ok(deflateRawSync(JSON.stringify(quantityGrid.pack(state))).length < 64 * 1_024);
});

test('two weeks of minutes of one series pack under two kilobytes', () => {
  for (const width of [0.1, 0.4, 0.7]) {
    const next = uniform(10);
    const state = quantityGrid.empty();
    for (let at = 0; at < 14 * 1_440; at += 1) {
      quantityGrid.add(state, 100 * daily(at) * Math.exp(width * gaussian(next)), vote(start + at * minute, 1 + (at % 40) * 7_919));
    }
    const bytes = deflateRawSync(JSON.stringify(quantityGrid.pack(state))).length;
    assert.ok(bytes < 2_048, `${width}: ${bytes}`);
  }
});
