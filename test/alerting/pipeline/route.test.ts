/** Stage route: the tree of routes, as Alertmanager walks it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Alert, RouteOptions } from '#contract';
import { Pipeline } from '../../../src/alerting/pipeline.ts';
import { RouteTree } from '../../../src/alerting/stages/route-tree.ts';
import { alertOf, matchers, settings, type Given } from './making.ts';

const tree: RouteOptions = {
  receiver: 'root',
  routes: [
    { matchers: matchers('severity="critical"'), receiver: 'pager', continue: true },
    {
      matchers: matchers('service=~"pay.*"'),
      receiver: 'payments',
      routes: [{ matchers: matchers('kind="principal"'), receiver: 'identity' }, { matchers: matchers('detector="log-rate"') }],
    },
    { matchers: matchers('service="payroll"'), receiver: 'never' },
    { matchers: matchers('task=""'), receiver: 'owners' },
  ],
};

function pathsOf(given: Given): string[] {
  return new Pipeline(settings({ route: tree })).routesOf(alertOf('a', given)).map(({ path, receiver }) => `${path} ${receiver}`);
}

describe('an alert', () => {
  test('takes the first child that matches, and its child before itself', () => {
    assert.deepEqual(pathsOf({ entity: { name: 'payments', kind: 'principal' } }), ['route.routes[1].routes[0] identity']);
    assert.deepEqual(pathsOf({ entity: { name: 'payments' }, detector: 'log-rate' }), ['route.routes[1].routes[1] payments']);
    assert.deepEqual(pathsOf({ entity: { name: 'payments' } }), ['route.routes[1] payments']);
  });

  test('goes on to later siblings where a route says continue', () => {
    assert.deepEqual(pathsOf({ entity: { name: 'payments' }, severity: 'critical' }), ['route.routes[0] pager', 'route.routes[1] payments']);
    assert.deepEqual(pathsOf({ severity: 'critical' }), ['route.routes[0] pager']);
  });

  test('stays at the root where no child matches', () => {
    assert.deepEqual(pathsOf({}), ['route root']);
  });

  test('stops at the first match, so a later route that also matches is not asked', () => {
    assert.deepEqual(pathsOf({ entity: { name: 'payroll' } }), ['route.routes[1] payments']);
  });

  test('matches a label that it lacks as the empty text', () => {
    assert.deepEqual(pathsOf({ entity: { instance: '' } }), ['route.routes[3] owners']);
  });
});

describe('a route', () => {
  const whole = new RouteTree({
    receiver: 'root', groupBy: ['cluster'], groupWaitMs: 1, groupIntervalMs: 2, repeatIntervalMs: 3, muteTimes: ['never'],
    routes: [{ groupWaitMs: 9, routes: [{ receiver: 'leaf', groupBy: ['...'] }] }, { groupBy: [] }],
  });

  test('inherits receiver, grouping and waits, but no mute times', () => {
    const [child, sibling] = whole.root.children;
    const leaf = child!.children[0]!;
    assert.deepEqual([child!.receiver, child!.groupBy, child!.groupWaitMs, child!.groupIntervalMs, child!.muteTimes], ['root', ['cluster'], 9, 2, []]);
    assert.deepEqual([leaf.receiver, leaf.groupBy, leaf.groupWaitMs, leaf.repeatIntervalMs], ['leaf', undefined, 9, 3]);
    assert.deepEqual(sibling!.groupBy, ['cluster']);
  });

  test('keeps its identity when it is moved or waits otherwise, and loses it with its receiver', () => {
    const one: RouteOptions = { receiver: 'root', routes: [{ matchers: matchers('kind="host"'), receiver: 'hosts' }, { matchers: matchers('kind="stream"') }] };
    const moved: RouteOptions = { receiver: 'root', routes: [{ matchers: matchers('kind="stream"') }, { matchers: matchers('kind="host"'), receiver: 'hosts', groupWaitMs: 7 }] };
    const other: RouteOptions = { receiver: 'root', routes: [{ matchers: matchers('kind="host"'), receiver: 'others' }] };
    const [hosts] = new RouteTree(one).root.children;
    assert.equal(new RouteTree(moved).root.children[1]!.id, hosts!.id);
    assert.notEqual(new RouteTree(other).root.children[0]!.id, hosts!.id);
    const twins = new RouteTree({ receiver: 'root', routes: [{ matchers: [] }, { matchers: [] }] }).root.children;
    assert.notEqual(twins[0]!.id, twins[1]!.id);
  });
});

test('a severity that rose with the story reaches another receiver, and the first keeps its message', () => {
  const pipeline = new Pipeline(settings({ route: { receiver: 'team', routes: [{ matchers: matchers('severity=~"high|critical"'), receiver: 'pager', continue: true }, { receiver: 'team' }] } }));
  const quiet: Alert = alertOf('a', { severity: 'low', detector: 'log-novelty', attack: [] });
  const loud: Alert = alertOf('b', { severity: 'medium', attack: ['T1048'], atMs: 120_000 });
  pipeline.take([{ number: 1, alert: quiet, releaseMs: Date.parse(quiet.firstSeen) }, { number: 2, alert: loud, releaseMs: Date.parse(loud.firstSeen) }]);
  const told = pipeline.walkTo(Date.parse(loud.firstSeen) + 600_000).map(({ notification: { receiver, reason, incidents } }) => `${receiver} ${reason} ${incidents[0]!.severity} ${incidents[0]!.alerts.map(({ id }) => id).join('')}`);
  assert.deepEqual(told, ['team first notification low a', 'pager first notification high ab', 'team new alerts added high ab']);
});
