/** The series model: what alarms, what stays quiet, and that its state is bounded plain JSON. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSeries, notePoint, scorePoint } from '../../detectors/resource-usage/series-model.ts';
import type { SeriesState } from '../../detectors/resource-usage/series-model.ts';
import { gaussians } from './resource-usage-noise.ts';

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 2, 2);

interface Alarm {
  at: number;
  kind: string;
}

function walk(values: readonly number[], stepMs = minuteMs, state: SeriesState = createSeries()): Alarm[] {
  return values.flatMap((value, at) => {
    const { score, kind } = scorePoint(state, startMs + at * stepMs, value);
    notePoint(state, startMs + at * stepMs, value);
    return score >= 0.5 ? [{ at, kind }] : [];
  });
}

function noisy(seed: number, length: number, shape: (at: number) => number = () => 50, spread = 3): number[] {
  const next = gaussians(seed);
  return Array.from({ length }, (_, at) => shape(at) + spread * next());
}

const seeds = [1, 2, 3, 4, 5];

test('an alarm is raised at a spike and at its first minute', () => {
  for (const seed of seeds) {
    const alarms = walk(noisy(seed, 1_100, (at) => (at === 1_000 ? 85 : 50)));
    assert.ok(alarms.some(({ at, kind }) => at === 1_000 && kind === 'spike'), `seed ${seed}: ${JSON.stringify(alarms)}`);
  }
});

test('a level shift alarms within five minutes, and then is learned', () => {
  for (const seed of seeds) {
    const alarms = walk(noisy(seed, 2_000, (at) => (at < 1_000 ? 50 : 80)));
    assert.ok(alarms.some(({ at }) => at >= 1_000 && at < 1_005), `seed ${seed}`);
    assert.ok(alarms.filter(({ at }) => at >= 1_000).length <= 8, `seed ${seed}: ${JSON.stringify(alarms)}`);
  }
});

test('a shift of two deviations is found within a quarter of an hour', () => {
  const found = seeds.filter((seed) => walk(noisy(seed, 1_100, (at) => (at < 1_000 ? 50 : 56))).some(({ at }) => at >= 1_000 && at < 1_015));
  assert.ok(found.length >= 4, `found for seeds ${found.join()}`);
});

test('a noisy series that turns flat alarms as a flat line within three quarters of an hour', () => {
  for (const seed of seeds) {
    const values = noisy(seed, 1_100).map((value, at) => (at < 1_000 ? value : 50));
    assert.ok(walk(values).some(({ at, kind }) => at >= 1_000 && at < 1_045 && kind === 'flat-line'), `seed ${seed}`);
  }
});

test('a slow leak is found, though no single minute is unusual', () => {
  for (const seed of seeds) {
    const alarms = walk(noisy(seed, 3_000, (at) => 200 + Math.max(0, at - 1_000) * 0.02, 0.2));
    const first = alarms.find(({ at }) => at >= 1_000);
    assert.ok(first !== undefined && first.at < 1_200, `seed ${seed}: ${JSON.stringify(first)}`);
    assert.ok(alarms.some(({ kind }) => kind === 'leak'), `seed ${seed}`);
  }
});

test('a change of variance and a change of period alarm within half an hour', () => {
  for (const seed of seeds) {
    const next = gaussians(seed);
    const restless = Array.from({ length: 1_100 }, (_, at) => 50 + (at < 1_000 ? 3 : 12) * next());
    assert.ok(walk(restless).some(({ at }) => at >= 1_000 && at < 1_030), `variance, seed ${seed}`);
    const wave = noisy(seed, 2_000, (at) => 50 + 10 * Math.sin((2 * Math.PI * at) / (at < 1_500 ? 30 : 8)), 1);
    assert.ok(walk(wave).some(({ at }) => at >= 1_500 && at < 1_530), `period, seed ${seed}`);
  }
});

test('a missing peak of a daily wave is found by its hour', () => {
  const wave = (at: number): number => 50 + 20 * Math.sin((2 * Math.PI * at) / 24);
  for (const seed of seeds) {
    const alarms = walk(noisy(seed, 1_100, (at) => (at >= 1_013 && at < 1_023 ? 70 : wave(at)), 1), 60 * minuteMs);
    assert.ok(alarms.some(({ at }) => at >= 1_013 && at < 1_023), `seed ${seed}`);
  }
});

test('noise that keeps to its habits alarms at about one point in a thousand, whatever its distribution', () => {
  const next = gaussians(7);
  const shapes: Record<string, () => number> = { gaussian: next, uniform: () => (next() + 6) % 1, skewed: () => Math.exp(next()) };
  for (const [name, shape] of Object.entries(shapes)) {
    const alarms = walk(Array.from({ length: 14 * 1_440 }, shape));
    assert.ok(alarms.length <= 40, `${name}: ${alarms.length} in 20,160 points`);
    assert.ok(alarms.filter(({ at }) => at > 7 * 1_440).length <= 20, `${name}, second week`);
  }
});

test('nothing alarms in the first hour, nor ever in a constant series', () => {
  assert.deepEqual(walk(noisy(1, 60, (at) => (at % 7) * 100)), []);
  assert.deepEqual(walk(Array.from({ length: 5_000 }, () => 42)), []);
});

test('the same series in another unit, from another zero or upside down scores the same', () => {
  const values = noisy(3, 1_500, (at) => (at < 1_200 ? 50 : 65));
  const plain = walk(values);
  assert.ok(plain.length > 0);
  for (const [factor, offset] of [
    [1_024, 0],
    [1, 512],
    [-1, 0],
  ] as const) {
    const changed = walk(values.map((value) => value * factor + offset));
    assert.deepEqual(changed, plain);
  }
});

test('a state passed through JSON half-way goes on as if it had not been', () => {
  const values = noisy(5, 6_000, (at) => 50 + 20 * Math.sin((2 * Math.PI * at) / 288));
  const whole = createSeries();
  let halved = createSeries();
  values.forEach((value, at) => {
    const timeMs = startMs + at * 5 * minuteMs;
    if (at % 500 === 250) halved = JSON.parse(JSON.stringify(halved)) as SeriesState;
    assert.deepEqual(scorePoint(halved, timeMs, value), scorePoint(whole, timeMs, value));
    notePoint(whole, timeMs, value);
    notePoint(halved, timeMs, value);
  });
});

test('any input leaves a state that is finite and bounded, and a score from 0 to 1', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, Number.NaN, Infinity), fc.integer({ min: 0, max: 9 }));
  const step = fc.oneof(fc.constantFrom(0, minuteMs, 60 * minuteMs, -5 * minuteMs), fc.integer({ min: -1e12, max: 1e12 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(value, step), { maxLength: 300 }), (points) => {
      const state = createSeries();
      let timeMs = startMs;
      for (const [given, forwardMs] of points) {
        timeMs += forwardMs;
        const { score, expectedLow, expectedHigh, typical } = scorePoint(state, timeMs, given);
        assert.ok(score >= 0 && score <= 1);
        assert.ok([expectedLow, expectedHigh, typical].every(Number.isFinite));
        notePoint(state, timeMs, given);
      }
      assert.ok(state.numbers.every(Number.isFinite));
      assert.ok(JSON.stringify(state).length < 1_700);
    }),
    { numRuns: 200 },
  );
});

test('the state of an ordinary series stays under a kibibyte as JSON after two weeks', () => {
  const state = createSeries();
  walk(noisy(2, 14 * 288, (at) => 37.5 + 11 * Math.sin((2 * Math.PI * at) / 288)), 5 * minuteMs, state);
  assert.ok(JSON.stringify(state).length <= 1_024, String(JSON.stringify(state).length));
});

test('judging leaves the state as it is', () => {
  const state = createSeries();
  walk(noisy(4, 500), minuteMs, state);
  const before = JSON.stringify(state);
  scorePoint(state, startMs + 500 * minuteMs, 1_000);
  assert.equal(JSON.stringify(state), before);
});

test('what is learned is the same whether points are judged before or not', () => {
  const values = noisy(6, 800, (at) => (at < 500 ? 50 : 70));
  const judged = createSeries();
  walk(values, minuteMs, judged);
  const unjudged = createSeries();
  values.forEach((value, at) => notePoint(unjudged, startMs + at * minuteMs, value));
  assert.deepEqual(judged, unjudged);
});

test('series judged in turns do not mix', () => {
  const [left, right] = [noisy(8, 300), noisy(9, 300, () => 7)];
  const alone = [createSeries(), createSeries()] as const;
  const turns = [createSeries(), createSeries()] as const;
  walk(left, minuteMs, alone[0]);
  walk(right, minuteMs, alone[1]);
  left.forEach((value, at) => {
    const timeMs = startMs + at * minuteMs;
    scorePoint(turns[0], timeMs, value);
    scorePoint(turns[1], timeMs, right[at]!);
    notePoint(turns[0], timeMs, value);
    notePoint(turns[1], timeMs, right[at]!);
  });
  assert.deepEqual(turns, alone);
});
