/** Stage incident: which alerts are one story, how it is told, and how grave it is. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Alert } from '#contract';
import { Pipeline } from '../../../src/alerting/pipeline.ts';
import { storySeverity } from '../../../src/alerting/stages/story.ts';
import { kindOf, tacticOf } from '../../../src/alerting/stages/tactics.ts';
import { detectors } from '../../../detectors/index.ts';
import { alertOf, hour, minute, pending, second, settings, startMs, type Given } from './making.ts';

const taskA = 'a'.repeat(32);
const taskB = 'b'.repeat(32);

function at(id: string, atMs: number, rest: Given = {}): Alert {
  return alertOf(id, { atMs, object: id, ...rest });
}

/** Ids of alerts by story, in order of the first. */
function stories(alerts: readonly Alert[]): string[] {
  const pipeline = new Pipeline(settings());
  pipeline.take(pending(alerts));
  pipeline.walkTo(Math.max(...alerts.map(({ lastSeen }) => Date.parse(lastSeen))));
  const byIncident = new Map<string, string[]>();
  for (const { id } of alerts) {
    const incident = pipeline.incidentOf(id) ?? 'none';
    byIncident.set(incident, [...(byIncident.get(incident) ?? []), id]);
  }
  return [...byIncident.values()].map((ids) => ids.join(' '));
}

const principal = (name: string, instance = '', attack = ['T1078']): Given => ({ detector: 'privilege-change', attack, entity: { kind: 'principal', name, instance, cluster: '', region: '', container: '' } });

describe('one story', () => {
  test('are alerts of one task at most 30 minutes apart', () => {
    assert.deepEqual(stories([at('a', 0, { entity: { instance: taskA } }), at('b', 30 * minute, { entity: { instance: taskA } }), at('c', 60 * minute + 1, { entity: { instance: taskA } })]), ['a b', 'c']);
  });

  test('are not two tasks of one service, unless something is true of the service as a whole', () => {
    assert.deepEqual(stories([at('a', 0, { entity: { instance: taskA } }), at('b', 1, { entity: { instance: taskB } })]), ['a', 'b']);
    assert.deepEqual(stories([at('whole', 0, { entity: { instance: '' } }), at('a', 1, { entity: { instance: taskA } }), at('b', 2, { entity: { instance: taskB } })]), ['whole a b']);
    assert.deepEqual(stories([at('a', 0, { entity: { instance: taskA } }), at('whole', 1, { entity: { instance: '' } })]), ['a whole']);
  });

  test('are a task and the role session that is named by it, and the principals it goes on to', () => {
    assert.deepEqual(
      stories([at('shell', 0, { entity: { instance: taskA } }), at('secret', 2 * minute, principal('role/task', taskA)), at('user', 4 * minute, principal('user/new'))]),
      ['shell secret user'],
    );
  });

  test('are principals of one account whose acts serve an attack, and no others', () => {
    assert.deepEqual(stories([at('a', 0, principal('user/one')), at('b', 1, principal('role/two'))]), ['a b']);
    assert.deepEqual(stories([at('a', 0, principal('user/one', '', [])), at('b', 1, principal('role/two', '', []))]), ['a', 'b']);
    assert.deepEqual(stories([at('a', 0, principal('user/one')), at('b', 1, { ...principal('role/two'), entity: { ...principal('role/two').entity, account: '999999999999' } })]), ['a', 'b']);
  });

  test('are records that know the account and those that do not', () => {
    assert.deepEqual(stories([at('flow', 0, { entity: { account: '', region: '', instance: '' } }), at('log', 1, { entity: { instance: '' } })]), ['flow log']);
    assert.deepEqual(stories([at('log', 0, { entity: { instance: '' } }), at('flow', 1, { entity: { account: '', region: '', instance: '' } })]), ['log flow']);
    assert.deepEqual(stories([at('staging', 0, { entity: { account: '1', instance: '' } }), at('live', 1, { entity: { account: '2', instance: '' } })]), ['staging', 'live']);
  });

  test('does not go on for more than a day', () => {
    const alerts = Array.from({ length: 60 }, (_, index) => at(`a${index}`, index * 29 * minute));
    assert.deepEqual(stories(alerts).map((ids) => ids.split(' ').length), [50, 10]);
  });

  test('is told in order of what happened, whatever came first', () => {
    const pipeline = new Pipeline(settings());
    const [late, early] = [at('late', 5 * minute), at('early', 0)];
    pipeline.take([{ number: 1, alert: late, releaseMs: startMs + 15 * minute }, { number: 2, alert: early, releaseMs: startMs + 15 * minute + second }]);
    const [first] = pipeline.walkTo(startMs + 16 * minute);
    assert.deepEqual(first!.notification.incidents[0]!.alerts.map(({ id, incident }) => [id, incident === pipeline.incidentOf(id)]), [['early', true], ['late', true]]);
  });

  test('shows the graver parts where there are many, and counts all', () => {
    const pipeline = new Pipeline(settings());
    const alerts = Array.from({ length: 40 }, (_, index) => at(`a${index}`, index * second, { severity: index === 35 ? 'critical' : 'low' }));
    pipeline.take(pending(alerts));
    const { incidents } = pipeline.walkTo(startMs + 2 * hour).at(-1)!.notification;
    assert.deepEqual([incidents[0]!.alertCount, incidents[0]!.alerts.length, incidents[0]!.alerts.some(({ id }) => id === 'a35')], [40, 20, true]);
  });
});

describe('severity of a story', () => {
  test('is that of its gravest part where its parts say the same', () => {
    assert.equal(storySeverity('medium', 5, ['exfiltration'], ['network']), 'medium');
    assert.equal(storySeverity('low', 2, [], ['log lines']), 'low');
  });

  test('is one step graver where two tactics or two kinds of evidence meet, two where three tactics and two kinds do', () => {
    assert.equal(storySeverity('medium', 2, ['execution', 'exfiltration'], ['network']), 'high');
    assert.equal(storySeverity('low', 2, [], ['log lines', 'resources']), 'medium');
    assert.equal(storySeverity('low', 3, ['execution', 'discovery', 'exfiltration'], ['log lines', 'network']), 'high');
    assert.equal(storySeverity('high', 3, ['execution', 'discovery', 'exfiltration'], ['log lines', 'network']), 'critical');
    assert.equal(storySeverity('critical', 3, ['execution', 'discovery'], ['log lines', 'network']), 'critical');
  });

  test('is that of the alert where it is one alone', () => {
    assert.equal(storySeverity('low', 1, ['execution', 'exfiltration', 'impact'], ['network']), 'low');
  });

  test('is told when it rises without a new alert', () => {
    const pipeline = new Pipeline(settings());
    const quiet = at('a', 0, { severity: 'low' });
    pipeline.take(pending([quiet, [{ ...quiet, revision: 2, severity: 'high' }, 2 * minute]]));
    assert.deepEqual(pipeline.walkTo(startMs + 10 * minute).map(({ notification: { reason, incidents } }) => `${reason} ${incidents[0]!.severity}`), ['first notification low', 'severity rose high']);
  });

  test('knows the tactics of all techniques that detectors name', () => {
    const named = new Set(detectors.flatMap(({ attack }) => attack));
    assert.deepEqual([...named].filter((technique) => tacticOf(technique) === undefined), []);
    assert.equal(tacticOf('T1048.003'), 'exfiltration');
    assert.equal(tacticOf('constructor'), undefined);
  });

  test('takes detectors of the same telemetry for one kind', () => {
    assert.equal(kindOf('log-rate'), kindOf('log-novelty'));
    assert.notEqual(kindOf('egress-volume'), kindOf('resource-usage'));
    assert.equal(kindOf('new-one'), 'new-one');
  });
});
