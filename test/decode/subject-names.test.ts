/** Subjects and lists of metrics that many records share. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricPoints } from '../../src/decode/metric-point.ts';
import { SubjectNames } from '../../src/decode/subject-names.ts';

test('equal names are one object, and every name tells subjects apart', () => {
  const subjects = new SubjectNames();
  const names = { task: 't', container: 'app', service: 'web', revision: '1', host: '' };
  const first = subjects.of('t', names);
  assert.deepEqual(first, { task: 't', container: 'app', service: 'web', revision: '1' });
  assert.equal(subjects.of('t', { ...names }), first);
  for (const name of ['account', 'region', 'cluster', 'service', 'family', 'revision', 'container', 'namespace', 'workload', 'pod', 'host'] as const) {
    assert.notEqual(subjects.of('t', { ...names, [name]: 'other' }), first, name);
  }
});

test('more subjects of a task than are kept are still told apart', () => {
  const subjects = new SubjectNames();
  const all = Array.from({ length: 40 }, (_, index) => subjects.of('t', { task: 't', container: `c${index}` }).container);
  assert.equal(new Set(all).size, 40);
});

test('sets of the same metrics share one list, in whatever order they were added', () => {
  const subject = { name: 's' };
  const set = (...metrics: string[]): { list: unknown; values: number[] } => {
    const points = new MetricPoints('series', { text: 'x', origin: { file: 'f' } }, { timeMs: 1, timeNs: 0 });
    for (const [at, metric] of metrics.entries()) points.add(subject, metric, '1', at);
    points.add(subject, 'none', '1', Number.NaN);
    const [event, ...more] = points.finish();
    assert.ok(event?.kind === 'metrics' && more.length === 0);
    return event;
  };
  const ordered = set('a', 'b', 'c');
  const turned = set('c', 'a', 'b');
  assert.equal(turned.list, ordered.list);
  assert.deepEqual([ordered.values, turned.values], [[0, 1, 2], [1, 2, 0]]);
});
