/** The resource-usage detector: how the band, the task's own past and its siblings are weighed, and what is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context, Evidence, MetricMinute, NumberView } from '#contract';
import { resourceUsage } from '../../detectors/resource-usage/detector.ts';
import { amount, range, resourceOf } from '../../detectors/resource-usage/resources.ts';
import { createSeries, notePoint } from '../../detectors/resource-usage/series-model.ts';
import type { SeriesState } from '../../detectors/resource-usage/series-model.ts';
import { amongSiblings } from '../../detectors/resource-usage/siblings.ts';
import { gaussians } from './resource-usage-noise.ts';

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 2, 2);

/** A band from `low` to `high` whose surprise is 0.5 at a tenth beyond an edge, 0.75 at three tenths. */
function band(low: number, high: number): NumberView {
  const surprise = (beyond: number): number => beyond / (beyond + 0.1);
  return {
    isReady: true,
    isBorrowed: false,
    history: { sinceMs: 1, untilMs: 2, count: 500, days: 21, tasks: 140 },
    of: (value) => ({
      low,
      high,
      typical: (low + high) / 2,
      side: value > high ? 'above' : value < low ? 'below' : 'inside',
      surprise: value > high ? surprise((value - high) / high) : value < low ? surprise((low - value) / low) : 0,
    }),
  };
}

function observation(changes: Partial<MetricMinute>): MetricMinute {
  const value = changes.value ?? 0.2;
  const timeMs = changes.timeMs ?? startMs + 600 * minuteMs;
  return {
    kind: 'metric-minute',
    metric: 'container.cpu.utilization',
    unit: 'ratio',
    value,
    minimum: value,
    maximum: value,
    siblings: [],
    timeMs,
    minuteMs: timeMs,
    count: 1,
    records: [],
    ...changes,
  };
}

/** Ten hours of one task at a level with one percent of noise. */
function past(level: number, hours = 10): SeriesState {
  const next = gaussians(17);
  const series = createSeries();
  for (let minute = 0; minute < hours * 60; minute += 1) notePoint(series, startMs + minute * minuteMs, level * (1 + 0.01 * next()));
  return series;
}

function judge(view: NumberView, observed: MetricMinute, trace: SeriesState = createSeries(), options: object = {}, isComplete = true): Evidence | undefined {
  const context = { trace, name: 'checkout', isComplete, isAllowed: () => false } as unknown as Context<SeriesState>;
  return resourceUsage.judge({ usual: view }, observed, resourceUsage.options.parse(options), context) as Evidence | undefined;
}

test('a minute far above the band is told with the share of CPU and what is usual', () => {
  const evidence = judge(band(0.08, 0.3), observation({ value: 0.92 }), past(0.2));
  assert.equal(evidence?.title, 'checkout used 92 % of its CPU, usually 8 to 30 %');
  assert.match(evidence?.summary ?? '', /21 days, 140 tasks/);
  assert.equal(evidence?.object, 'cpu');
  assert.deepEqual(evidence?.attack, ['T1496']);
  assert.ok((evidence?.score ?? 0) >= 0.5);
});

test('a minute just outside the band needs a second witness: the minute before, or the own past', () => {
  const view = band(0.2, 0.6);
  const observed = observation({ value: 0.72 });
  assert.equal(judge(view, observed, createSeries()), undefined);
  const lasting = createSeries();
  notePoint(lasting, observed.timeMs - minuteMs, 0.71);
  assert.ok(judge(view, observed, lasting) !== undefined);
  const stale = createSeries();
  notePoint(stale, observed.timeMs - 30 * minuteMs, 0.71);
  assert.equal(judge(view, observed, stale), undefined);
  assert.ok(judge(view, observed, past(0.3)) !== undefined);
});

test('changes below the floor of their unit are no news', () => {
  assert.equal(judge(band(0.001, 0.01), observation({ value: 0.08 }), past(0.005)), undefined);
  assert.ok(judge(band(0.001, 0.01), observation({ value: 0.08 }), past(0.005), { shareFloor: 0.01 }) !== undefined);
  const traffic = observation({ metric: 'container.network.tx', unit: 'bytes/s', value: 90_000 });
  assert.equal(judge(band(100, 1_000), traffic, past(500)), undefined);
  assert.ok(judge(band(100, 1_000), { ...traffic, value: 4_000_000 }, past(500)) !== undefined);
});

test('inside the band the own past is heard only when it is loud, and never when the siblings do the same', () => {
  const view = band(0.05, 0.9);
  assert.equal(judge(view, observation({ value: 0.21 }), past(0.2)), undefined);
  const loud = judge(view, observation({ value: 0.7 }), past(0.2));
  assert.equal(loud?.severity, 'low');
  assert.match(loud?.title ?? '', /^checkout used 70 % of its CPU, this task was at /);
  assert.equal(judge(view, observation({ value: 0.7, siblings: [0.68, 0.69, 0.71, 0.72] }), past(0.2)), undefined);
});

test('a task that leaves its siblings inside the band is told with where they are', () => {
  const evidence = judge(band(0.05, 0.9), observation({ value: 0.7, siblings: [0.19, 0.2, 0.2, 0.21, 0.22] }), past(0.2));
  assert.equal(evidence?.title, 'checkout used 70 % of its CPU in one task, its siblings are at 19 to 22 %');
  assert.equal(evidence?.about, 'instance');
});

test('a task that always differed from its siblings stays quiet', () => {
  assert.equal(judge(band(0.05, 0.9), observation({ value: 0.7, siblings: [0.19, 0.2, 0.2, 0.21, 0.22] }), past(0.7)), undefined);
});

test('what all tasks of a service do is one alert about the service', () => {
  const evidence = judge(band(0.05, 0.3), observation({ value: 0.9, siblings: [0.85, 0.9, 0.92] }), past(0.2));
  assert.equal(evidence?.about, 'owner');
});

test('a fall below the band is news only where nothing was lost and the task itself used to do more', () => {
  const view = band(0.3, 0.5);
  assert.equal(judge(view, observation({ value: 0.01 }), past(0.4))?.severity, 'low');
  assert.equal(judge(view, observation({ value: 0.01 }), past(0.4), {}, false), undefined);
  assert.equal(judge(view, observation({ value: 0.01 }), past(0.01)), undefined);
  assert.equal(judge(view, observation({ value: 0.01, metric: 'container.memory.utilization' }), past(0.4)), undefined);
});

test('memory that stands still is no flat line, CPU that does is', () => {
  const still = (metric: string): boolean => {
    const trace = past(0.4);
    return Array.from({ length: 40 }, (_, minute) => startMs + (600 + minute) * minuteMs).some((timeMs) => {
      const found = judge(band(0.1, 0.9), observation({ value: 0.4, timeMs, metric }), trace);
      notePoint(trace, timeMs, 0.4);
      return found !== undefined && /stood still at 40 %/.test(found.title);
    });
  };
  assert.equal(still('container.cpu.utilization'), true);
  assert.equal(still('container.memory.utilization'), false);
});

test('titles stay under 120 characters whatever the service is called', () => {
  const context = { trace: past(0.2), name: 'x'.repeat(400), isComplete: true, isAllowed: () => false } as unknown as Context<SeriesState>;
  const evidence = resourceUsage.judge({ usual: band(0.1, 0.3) }, observation({ value: 0.99 }), resourceUsage.options.parse({}), context) as Evidence;
  assert.ok(evidence.title.length < 120);
});

test('a metric that is no resource is told by its name', () => {
  const observed = observation({ metric: 'container.pids', unit: 'count', value: 400 });
  assert.equal(judge(band(3, 5), observed, past(4))?.title, 'checkout had container.pids at 400, usually 3 to 5');
  assert.equal(judge(band(3, 5), observed, past(4))?.object, 'container.pids');
});

test('unknown options are rejected', () => {
  assert.equal(resourceUsage.options.safeParse({ cpuFlor: 1 }).success, false);
});

test('amounts are shown in three digits with the unit once', () => {
  assert.equal(amount(0.9234, 'ratio'), '92.3 %');
  assert.equal(amount(41_400_000, 'bytes'), '41.4 MB');
  assert.equal(amount(999_999, 'bytes/s'), '1 MB a second');
  assert.equal(amount(512, 'cpu-units'), '50 %');
  assert.equal(amount(1_448, 'count'), '1,450');
  assert.equal(range(0.08, 0.3, 'ratio'), '8 to 30 %');
  assert.equal(range(900, 3_100_000, 'bytes/s'), '900 bytes a second to 3.1 MB a second');
  assert.equal(range(5, 5, 'ratio'), 'about 500 %');
});

test('metrics of the formats read are recognised as what they measure', () => {
  const expected = [
    ['container.cpu.usage', 'cpu-units', 'cpu'],
    ['task.memory.utilization', 'ratio', 'memory'],
    ['container.network.rx', 'bytes/s', 'network received'],
    ['task.network.tx', 'bytes/s', 'network sent'],
    ['container.storage.read', 'bytes/s', 'disk read'],
    ['task.ephemeral_storage.usage', 'bytes', 'disk'],
    ['container.cpu.throttled', 'count/s', 'other'],
    ['requests', 'count', 'other'],
  ] as const;
  for (const [metric, unit, resource] of expected) assert.equal(resourceOf(metric, unit), resource, metric);
});

test('two siblings are too few to compare with, and equal ones leave room for a tenth', () => {
  assert.equal(amongSiblings(1, [1, 2]), undefined);
  assert.equal(amongSiblings(10, [5, 5, 5])?.distance, 10);
  assert.equal(amongSiblings(5, [1, 5, 9])?.distance, 0);
});
