/** Recent values that alerts draw: rows in order, gaps as gaps, bounded. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { alertSchema, type LogMinute } from '#contract';
import { cases as egressCases } from '../../detectors/egress-volume/cases.ts';
import { egressVolume } from '../../detectors/egress-volume/detector.ts';
import { cases as logCases } from '../../detectors/log-rate/cases.ts';
import { logRate } from '../../detectors/log-rate/detector.ts';
import { createRecent, noteRecent } from '../../detectors/log-rate/recent.ts';
import { tell as tellLines } from '../../detectors/log-rate/tell.ts';
import { cases as resourceCases } from '../../detectors/resource-usage/cases.ts';
import { resourceUsage } from '../../detectors/resource-usage/detector.ts';
import { minuteSeries, noteMinute, type RecentMinutes } from '../../detectors/series.ts';
import { runWhole } from '../support/run-case.ts';

const minuteMs = 60_000;
const band = { unit: 'bytes/min', low: 1, high: 9 };
const at = (minute: number): { minuteMs: number } => ({ minuteMs: minute * minuteMs });

function rowOf(minutes: readonly (readonly [minute: number, value: number])[]): RecentMinutes {
  const recent: RecentMinutes = { lastMs: 0, values: [] };
  for (const [minute, value] of minutes) noteMinute(recent, minute * minuteMs, value);
  return recent;
}

describe('recent minutes', () => {
  it('are a row up to the minute that is judged, with gaps where nothing is known', () => {
    const recent = rowOf([[100, 1], [101, 2], [103, 4]]);
    assert.deepEqual(minuteSeries(recent, at(105), 90, band).series, { unit: 'bytes/min', startMs: 100 * minuteMs, stepMs: minuteMs, values: [1, 2, null, 4, null, 90], low: 1, high: 9 });
  });

  it('count a minute once that is judged before and after it was noted', () => {
    const recent = rowOf([[100, 1], [101, 2]]);
    assert.deepEqual(minuteSeries(recent, at(101), 7, band).series?.values, [1, 7]);
    assert.deepEqual(rowOf([[100, 1], [101, 2], [101, 3]]).values, [1, 5]);
  });

  it('say nothing where nothing is known before, and of late or far minutes', () => {
    assert.deepEqual(minuteSeries(undefined, at(1), 1, band), {});
    assert.deepEqual(minuteSeries(rowOf([]), at(1), 1, band), {});
    assert.deepEqual(minuteSeries(rowOf([[100, 1]]), at(99), 1, band), {});
    assert.deepEqual(minuteSeries(rowOf([[100, 1]]), at(200), 1, band), {});
    assert.deepEqual(rowOf([[100, 1], [90, 5]]).values, [1]);
  });

  it('stay bounded, in JSON too, and end at the last minute, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.nat(1_000_000))), (minutes) => {
        const recent = JSON.parse(JSON.stringify(rowOf(minutes))) as RecentMinutes;
        assert.ok(recent.values.length <= 20);
        if (minutes.length > 0) assert.notEqual(recent.values.at(-1), null);
        const { series } = minuteSeries(recent, at(420), 1, band);
        if (series !== undefined) assert.equal(series.startMs + (series.values.length - 1) * minuteMs, 420 * minuteMs);
      }),
    );
  });
});

describe('severe lines', () => {
  const reading = { low: 0, high: 2, typical: 1, surprise: 0.9, side: 'above' } as const;
  const minuteOf = (minute: number, errors: number): LogMinute => ({ ...at(minute), timeMs: minute * minuteMs, kind: 'log-minute', count: errors, records: [], lines: 50, errors, kinds: new Map(), templates: new Map() }) as unknown as LogMinute;
  const history = { sinceMs: 0, untilMs: 1, count: 1, days: 1, tasks: 1 };

  it('are drawn with those of the minutes before, also by a trace that an earlier version stored', () => {
    const recent = createRecent();
    delete recent.errors;
    for (const minute of [100, 101, 102]) noteRecent(recent, minuteOf(minute, minute - 100));
    const { series } = tellLines({ what: 'errors', count: 40, reading }, { name: 'checkout', instance: '', minute: minuteOf(103, 40), recent, history, isDeployed: false });
    assert.deepEqual(series, { unit: 'errors/min', startMs: 100 * minuteMs, stepMs: minuteMs, values: [0, 1, 2, 40], low: 0, high: 2 });
  });
});

describe('the alerts of numbers', () => {
  const drawn = [
    ['egress-volume', egressCases.flatMap((story) => runWhole(egressVolume, story)), ['bytes/min', 'bytes/h']],
    ['log-rate', logCases.flatMap((story) => runWhole(logRate, story)), ['lines/min']],
    ['resource-usage', resourceCases.flatMap((story) => runWhole(resourceUsage, story)), ['bytes/s', 'cpu-units']],
  ] as const;
  for (const [name, alerts, units] of drawn) {
    it(`of ${name} bring what was before, and end with what is told`, () => {
      const withSeries = alerts.filter(({ evidence }) => evidence.series !== undefined);
      assert.ok(withSeries.length > 0);
      for (const unit of units) assert.ok(withSeries.some(({ evidence }) => evidence.series!.unit === unit), unit);
      for (const alert of withSeries) {
        assert.deepEqual(alertSchema.parse(alert), alert);
        const { observed, series } = alert.evidence;
        const last = series!.values.at(-1)!;
        assert.ok(series!.unit === 'bytes/h' || Math.abs(last - Number(observed)) <= Math.abs(last) / 1_000, `${alert.title}: ${last}, ${observed}`);
        const endMs = Date.parse(series!.start) + (series!.values.length - 1) * series!.stepSeconds * 1_000;
        assert.ok(endMs <= Date.parse(alert.lastSeen) + minuteMs && endMs > Date.parse(alert.firstSeen) - 3_600_000, alert.title);
      }
    });
  }
});
