/** Rates: counts that spread more than Poisson's raise few false alarms, and silence is judged only where it is rare. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poissonDistribution } from 'simple-statistics';
import { rateGrid, type NumberState } from '#baselines';
import { countRange, countsOf, deviateOf } from '../../src/baselines/negative-binomial.ts';
import { asking, day, gammaOf, minute, poisson, start, uniform, vote } from './numbers.ts';

function taught(days: number, countAt: (at: number) => number): NumberState {
  const state = rateGrid.empty();
  for (let at = 0; at < days * 1_440; at += 1) rateGrid.add(state, countAt(at), vote(start + at * minute, 5));
  rateGrid.endTeaching(state, start + days * day);
  return state;
}

test('the range of a Poisson count is that of simple-statistics', () => {
  for (const mean of [0.3, 2, 9, 40]) {
    const terms = poissonDistribution(mean) as number[];
    const { low, high } = countRange(countsOf(mean, mean), 0.01);
    let below = 0;
    const cumulative = terms.map((term) => (below += term));
    assert.equal(low, cumulative.findIndex((share) => share >= 0.01));
    // simple-statistics ends its table at 0.9999, far beyond.
    assert.equal(high, cumulative.findIndex((share) => 1 - share <= 0.01));
  }
});

test('normal deviates are those of the tables', () => {
  for (const [tail, deviate] of [[0.05, 1.645], [0.025, 1.96], [0.001, 3.09], [1 / 43_200, 4.074]] as const) {
    assert.ok(Math.abs(deviateOf(tail) - deviate) < 2e-3, `${tail}`);
  }
});

test('summed term by term or by the gamma distribution, the ranges meet', () => {
  for (const size of [3, 10, 100]) {
    // Just below and above the mean from which terms are no longer summed.
    let edge = 1;
    while (edge + 10 * Math.sqrt(edge + (edge * edge) / size) <= 200) edge += 0.01;
    const summed = countRange({ mean: edge - 0.02, size }, 1e-4);
    const gamma = countRange({ mean: edge + 0.02, size }, 1e-4);
    assert.ok(Math.abs(summed.high - gamma.high) <= 2 + 0.05 * summed.high, `${size}: ${summed.high} ${gamma.high}`);
    assert.ok(Math.abs(summed.low - gamma.low) <= 2 + 0.25 * summed.low, `${size}: ${summed.low} ${gamma.low}`);
  }
});

test('over-dispersed counts leave the band at most a few times a month', () => {
  for (const [mean, shape] of [[0.5, 2], [4, 1.5], [30, 3], [400, 5], [5_000, 20]] as const) {
    const next = uniform(mean * 10);
    const count = (): number => poisson(next, mean * gammaOf(next, shape));
    const state = taught(2, count);
    const view = rateGrid.view(state, asking(start + 2 * day));
    let outside = 0;
    for (let at = 0; at < 30 * 1_440; at += 1) if (view.of(count(), start + 2 * day).surprise > 0) outside += 1;
    assert.ok(outside <= 6, `${mean}/${shape}: ${outside}`);
    assert.ok(view.of(mean * 12 + 20, start).surprise >= 0.5, `${mean}/${shape} sees a burst: ${JSON.stringify(view.of(mean * 12 + 20, start))}`);
  }
});

test('a Poisson band on the same counts would raise hundreds', () => {
  const next = uniform(11);
  const { high } = countRange(countsOf(30, 30), 1 / 43_200);
  let outside = 0;
  for (let at = 0; at < 30 * 1_440; at += 1) if (poisson(next, 30 * gammaOf(next, 3)) > high) outside += 1;
  assert.ok(outside > 300, String(outside));
});

test('a minute without any is below the band where it was never seen and is too rare, and nowhere else', () => {
  const next = uniform(12);
  for (const [mean, side] of [[1, 'inside'], [8, 'inside'], [40, 'below'], [1_000, 'below']] as const) {
    const state = taught(3, () => poisson(next, mean));
    assert.equal(rateGrid.view(state, asking(start + 3 * day)).of(0, start).side, side, `${mean}`);
  }
});

test('silence that comes every night is usual, silence of one day is not', () => {
  const next = uniform(13);
  const nightly = taught(5, (at) => (at % 1_440 < 60 ? 0 : poisson(next, 100)));
  assert.equal(rateGrid.view(nightly, asking(start + 5 * day)).of(0, start).side, 'inside');
  const state = rateGrid.empty();
  for (let at = 0; at < 6 * 1_440; at += 1) {
    const isOutage = at >= 4 * 1_440 && at < 4 * 1_440 + 120;
    rateGrid.add(state, isOutage ? 0 : poisson(next, 100), vote(start + at * minute, 5));
    rateGrid.endMinute(state, start + (at + 1) * minute);
  }
  assert.equal(rateGrid.view(state, asking(start + 6 * day)).of(0, start).side, 'below');
});

test('the same value of a constant rate is inside, a sixth and thrice of it are not', () => {
  const view = rateGrid.view(taught(3, () => 60), asking(start + 3 * day));
  assert.deepEqual([60, 10, 200].map((count) => view.of(count, start).side), ['inside', 'below', 'above']);
});
