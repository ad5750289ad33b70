/** Sets of metrics: added up in any order, and bounded whatever came first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MetricSet } from '#contract';
import { addMetrics, metricsPerMinuteLimit, pruneMetrics } from '../../src/engine/metric-sets.ts';
import { metricPoint } from '../support/events.ts';

const anySet = fc
  .record({ metric: fc.constantFrom('a', 'b', 'c', 'd'), at: fc.nat(3), value: fc.nat(5) })
  .map(({ metric, at, value }) => ({ metric, timeMs: at, value }));

function sumOf(points: readonly { metric: string; timeMs: number; value: number }[]): Pick<MetricSet, 'list' | 'values' | 'spans'> {
  const [first, ...rest] = points.map((point) => metricPoint(point));
  addMetrics(first!, metricPoint(points[0]!));
  for (const one of rest) addMetrics(first!, one);
  const { list, values, spans } = first!;
  return { list, values, spans };
}

test('readings add up to the last value and the range, whatever came first', () => {
  const sum = sumOf([{ metric: 'b', timeMs: 2, value: 4 }, { metric: 'a', timeMs: 1, value: 9 }, { metric: 'b', timeMs: 3, value: 1 }, { metric: 'b', timeMs: 1, value: 7 }]);
  assert.deepEqual([sum.list.metrics, sum.values, sum.spans], [['a', 'b'], [9, 1], [9, 9, 1, 0, 1, 7, 3, 0]]);
  fc.assert(
    fc.property(fc.array(anySet, { minLength: 1, maxLength: 12 }), (points) => {
      assert.deepEqual(sumOf(points.toReversed()), sumOf(points));
    }),
    { numRuns: 200 },
  );
});

test('of too many metrics the same ones stay, whatever came first', () => {
  const points = Array.from({ length: metricsPerMinuteLimit + 40 }, (_, at) => ({ metric: `m${at}`, timeMs: at, value: at }));
  const keep = (given: typeof points): unknown => {
    const set = { ...metricPoint(), ...sumOf(given) };
    assert.equal(pruneMetrics(set), 40);
    assert.equal(set.spans!.length, 4 * metricsPerMinuteLimit);
    return [set.list, set.values];
  };
  assert.deepEqual(keep(points.toReversed()), keep(points));
});
