/** Episodes: findings of one fingerprint at most 30 quiet minutes apart are one alert under one id. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownerKey, type Entity } from '#contract';
import { Episodes, quietMs, type Finding } from '../../src/engine/episodes.ts';

const start = Date.UTC(2026, 0, 5);
const entity: Entity = { owner: { kind: 'service', account: '1', region: 'r', cluster: 'shop', name: 'checkout' }, container: 'app', instance: 'task-1', phase: 'run' };

function finding(minute: number, change: Partial<Finding> = {}, object = 'peer', score = 0.6): Finding {
  const evidence = { object, title: `t${minute}`, summary: 's', observed: 1, expected: 0, unit: '', score, quiet: 'q', lookFirst: 'l', ...change.evidence };
  return { detector: 'd', ownerKey: ownerKey((change.entity ?? entity).owner), severity: 'low', attack: ['T1'], entity, timeMs: start + minute * 60_000, count: 1, records: [], view: undefined, deployment: undefined, ...change, evidence };
}
const alertsOf = (episodes: Episodes) => episodes.alerts(Infinity, true);

test('findings up to 30 minutes apart are one alert, whose revision and count grow', () => {
  const episodes = new Episodes();
  for (const minute of [0, 30, 60]) episodes.add(finding(minute, { count: 2, severity: minute === 30 ? 'high' : 'low', attack: [`T${minute}`] }));
  const [alert, ...more] = alertsOf(episodes);
  assert.deepEqual(more, []);
  assert.deepEqual([alert!.revision, alert!.count, alert!.severity, alert!.attack], [3, 6, 'high', ['T0', 'T30', 'T60']]);
  assert.deepEqual([alert!.firstSeen, alert!.lastSeen], [new Date(start).toISOString(), new Date(start + 3_600_000).toISOString()]);
});

test('after more than 30 quiet minutes it is another alert', () => {
  const episodes = new Episodes();
  episodes.add(finding(0));
  episodes.add(finding(0, { timeMs: start + quietMs + 1 }));
  const ids = alertsOf(episodes).map(({ id }) => id);
  assert.equal(new Set(ids).size, 2);
});

test('the id is of detector, entity, object and start, and of nothing else', () => {
  const idOf = (one: Finding): string => {
    const episodes = new Episodes();
    episodes.add(one);
    return alertsOf(episodes)[0]!.id;
  };
  const id = idOf(finding(0));
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.equal(idOf(finding(0, { severity: 'critical', count: 9, records: [{ origin: { file: 'x' }, raw: 'x' }], attack: [] })), id);
  const others = [finding(1), finding(0, { detector: 'e' }), finding(0, {}, 'other'), finding(0, { entity: { ...entity, instance: 'task-2' } }), finding(0, { entity: { ...entity, container: 'sidecar' } }), finding(0, { entity: { ...entity, owner: { ...entity.owner, cluster: 'bank' } } })].map(idOf);
  assert.equal(new Set([id, ...others]).size, 7);
});

test('what is true of the owner is one alert for all its tasks', () => {
  const episodes = new Episodes();
  const about = { about: 'owner' } as Finding['evidence'];
  episodes.add(finding(0, { evidence: about }));
  episodes.add(finding(1, { evidence: about, entity: { ...entity, instance: 'task-2' } }));
  const [alert, ...more] = alertsOf(episodes);
  assert.deepEqual([more.length, alert!.revision, alert!.entity.instance], [0, 2, '']);
});

test('it shows the strongest evidence, and at most five records', () => {
  const episodes = new Episodes();
  for (const [minute, score] of [[0, 0.6], [1, 0.9], [2, 0.7]] as const) episodes.add(finding(minute, { records: Array.from({ length: 3 }, (_, at) => ({ origin: { file: 'f', line: minute * 3 + at + 1 }, raw: 'raw' })) }, 'peer', score));
  const [alert] = alertsOf(episodes);
  assert.deepEqual([alert!.title, alert!.evidence.score, alert!.evidence.records.map(({ line }) => line)], ['t1', 0.9, [1, 2, 3, 4, 5]]);
  assert.equal(episodes.alerts(Infinity, false)[0]!.evidence.records[0]!.raw, undefined);
});

test('it is firing while 30 minutes have not passed, and resolved then', () => {
  const episodes = new Episodes();
  episodes.add(finding(0));
  assert.equal(episodes.alerts(start + quietMs, true)[0]!.status, 'firing');
  assert.equal(episodes.alerts(start + quietMs + 1, true)[0]!.status, 'resolved');
});

test('an open episode goes on after a checkpoint under its id, and is shown again only when it changed', () => {
  const first = new Episodes();
  first.add(finding(0));
  const second = Episodes.unpack(JSON.parse(JSON.stringify(first.pack())));
  assert.deepEqual(alertsOf(second), []);
  second.add(finding(20));
  assert.deepEqual([alertsOf(second)[0]!.id, alertsOf(second)[0]!.revision], [alertsOf(first)[0]!.id, 2]);
});

test('it shows at most the last 60 values of a series, finite and with four digits, and none where nothing can be drawn', () => {
  const values = Array.from({ length: 70 }, (_, at) => at + 1 / 3);
  const shown = (series: NonNullable<Finding['evidence']['series']>): unknown => {
    const episodes = new Episodes();
    episodes.add(finding(0, { evidence: { series } as Finding['evidence'] }));
    return episodes.alerts(0, true)[0]!.evidence.series;
  };
  const series = { unit: 'lines/min', startMs: start, stepMs: 60_000, values, low: 0, high: NaN };
  const told = shown(series) as { values: number[] };
  assert.deepEqual({ ...told, values: told.values.length }, { unit: 'lines/min', start: new Date(start + 600_000).toISOString(), stepSeconds: 60, values: 60, low: 0, high: null });
  assert.deepEqual([told.values[0], told.values.at(-1)], [10.33, 69.33]);
  assert.equal(shown({ ...series, values: [] }), undefined);
  assert.equal(shown({ ...series, stepMs: 0 }), undefined);
  assert.equal(shown({ ...series, startMs: Infinity }), undefined);
});
