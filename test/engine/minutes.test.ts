/** Minutes: their ends in the walk, and who is silent in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord } from '#contract';
import { logRecord, metricPoint } from '../support/events.ts';
import { observationsOf, only } from './watching.ts';

const start = Date.UTC(2026, 0, 5);
const minuteMs = 60_000;
const task = (letter: string): string => letter.repeat(32);

function line(minute: number, second = 0, change: Partial<LogRecord> = {}): LogRecord {
  return logRecord({ timeMs: start + minute * minuteMs + second * 1_000, id: `${minute}-${second}-${change.subject?.task ?? ''}`, hasOwnId: true, ...change });
}

test("a minute's end comes before what is released at the same instant, and after all that was before", () => {
  const watched = observationsOf([line(0, 5), line(0, 59), line(1, 0, { templateId: 't2' })]);
  assert.deepEqual(watched.map(({ observation }) => [observation.kind, (observation.minuteMs - start) / minuteMs]), [['log-kind', 0], ['log-minute', 0], ['log-kind', 1], ['log-minute', 1]]);
  assert.deepEqual(only(watched, 'log-minute').map(({ observation }) => observation.lines), [2, 1]);
});

test('a minute of a slow feed ends when it is released, and not when a faster feed is further', () => {
  const slow = line(0, 5, { feed: 'load-balancer', subject: { host: 'slow' } });
  const fast = Array.from({ length: 20 }, (_, minute) => line(minute, 5));
  const ends = only(observationsOf([slow, ...fast]), 'log-minute').map(({ entity }) => entity.owner.name);
  assert.equal(ends.length, 20);
  const kinds = only(observationsOf([slow, ...fast]), 'log-kind').map(({ entity }) => entity.owner.name);
  assert.equal(kinds.indexOf('slow'), 12);
});

const of = (letter: string) => ({ service: 'checkout', cluster: 'shop', task: task(letter), container: 'app' });

/** Minutes, of those asked for, in which a task was told to be silent. */
function silent(lines: readonly LogRecord[], letter: string): number[] {
  return only(observationsOf(lines), 'log-minute')
    .filter(({ entity, observation }) => entity.instance === task(letter) && observation.lines === 0)
    .map(({ observation }) => (observation.minuteMs - start) / minuteMs);
}

test('a service whose only task falls silent while others write is asked about, minute by minute', () => {
  const other = Array.from({ length: 6 }, (_, minute) => line(minute, 1, { subject: { service: 'cart', cluster: 'shop', task: task('b'), container: 'app' } }));
  assert.deepEqual(silent([line(0, 1, { subject: of('a') }), line(1, 1, { subject: of('a') }), ...other], 'a'), [2, 3, 4, 5]);
});

test('nobody is silent where the whole feed is', () => {
  const other = [0, 1, 4, 5].map((minute) => line(minute, 1, { subject: { service: 'cart', cluster: 'shop', task: task('b'), container: 'app' } }));
  assert.deepEqual(silent([line(0, 1, { subject: of('a') }), ...other], 'a'), [1, 4, 5]);
  assert.deepEqual(silent([line(0, 1, { subject: of('a') }), line(30, 1, { subject: of('a') })], 'a'), []);
});

test('a task whose sibling goes on is not known to live, and is not asked about', () => {
  const sibling = Array.from({ length: 5 }, (_, minute) => line(minute, 1, { subject: of('b') }));
  assert.deepEqual(silent([line(0, 1, { subject: of('a') }), ...sibling], 'a'), []);
});

test('after an hour without a line nobody is surprised any more', () => {
  const other = Array.from({ length: 90 }, (_, minute) => line(minute, 1, { subject: { service: 'cart', cluster: 'shop', task: task('b'), container: 'app' } }));
  const minutes = silent([line(0, 1, { subject: of('a') }), ...other], 'a');
  assert.deepEqual([minutes[0], minutes.at(-1), minutes.length], [1, 60, 60]);
});

test('a gap of months is skipped without an end of a minute for each', () => {
  const watched = observationsOf([line(0, 1), line(500_000, 1)]);
  assert.deepEqual(only(watched, 'log-minute').map(({ observation }) => observation.lines), [1, 1]);
});

test('metrics of counters become rates; a reset, a pause and the first reading make none', () => {
  const readings: [minute: number, value: number][] = [[0, 1_000], [1, 7_000], [2, 500], [3, 6_500], [19, 9_999], [20, 15_999], [21, 15_999]];
  const points = readings.map(([minute, value]) => metricPoint({ timeMs: start + minute * minuteMs, value, metric: 'container.network.tx', unit: 'bytes', isCumulative: true, id: `${minute}` }));
  const watched = only(observationsOf(points), 'metric-minute').map(({ observation }) => [(observation.minuteMs - start) / minuteMs, observation.value, observation.unit]);
  assert.deepEqual(watched, [[1, 100, 'bytes/s'], [3, 100, 'bytes/s'], [20, 100, 'bytes/s'], [21, 0, 'bytes/s']]);
});
