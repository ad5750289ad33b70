/** The same decisions however the walk is cut into steps: competing, crashing and redelivered steps equal one process. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AlertingSettings, JsonValue, PendingAlert } from '#contract';
import { newSilence, Pipeline, type PendingNotification } from '../../../src/alerting/pipeline.ts';
import { seeded } from '../../support/flood.ts';
import { alertOf, hour, matchers, minute, second, settings, startMs } from './making.ts';

const rich: AlertingSettings = settings({
  route: {
    receiver: 'team', groupWaitMs: 20 * second, groupIntervalMs: 2 * minute, repeatIntervalMs: 11 * minute,
    routes: [
      { matchers: matchers('severity=~"high|critical"'), receiver: 'pager', continue: true, groupBy: ['service'] },
      { matchers: matchers('kind="principal"'), groupBy: ['account', 'detector'], muteTimes: ['ten'] },
      { matchers: matchers('detector="log-rate"'), groupBy: ['...'], groupWaitMs: 0 },
    ],
  },
  inhibit: { rules: [{ source: matchers('severity="critical"'), target: matchers('severity="low"'), equal: ['cluster'] }], deployments: true, coverage: true, stories: true },
  muteTimes: { ten: [{ times: [[600, 625]], weekdays: [], daysOfMonth: [], months: [], years: [], location: 'UTC' }] },
  caps: { messagesPerHour: 12, digestAfterMs: 3 * minute },
  resolveAfterMs: 8 * minute,
});

const limits = { alerts: 40, alertsPerIncident: 9, incidents: 15, texts: 12, textsPerIncident: 3, closed: 20, logEntries: 10, silences: 5 };

/** An hour or two of services, tasks and principals, with updates and ends. */
function history(random: () => number): PendingAlert[] {
  const revisions = new Map<string, number>();
  const pending: PendingAlert[] = [];
  let atMs = 0;
  for (let number = 1; number <= 200; number += 1) {
    // Many at one instant, as CloudTrail has them; sometimes a pause.
    if (random() < 0.6) atMs += Math.floor(random() * (random() < 0.05 ? 15 * minute : 40 * second));
    const id = `alert-${Math.floor(random() * 120)}`;
    const revision = (revisions.get(id) ?? 0) + 1;
    revisions.set(id, revision);
    const isPrincipal = random() < 0.2;
    const alert = alertOf(id, {
      revision, atMs: Math.max(0, atMs - 5 * minute), lastMs: atMs, object: id,
      status: revision > 1 && random() < 0.3 ? 'resolved' : 'firing',
      severity: (['low', 'low', 'medium', 'high', 'critical'] as const)[Math.floor(random() * 5)]!,
      detector: ['log-rate', 'log-novelty', 'egress-volume', 'privilege-change'][Math.floor(random() * 4)]!,
      attack: random() < 0.5 ? ['T1048'] : [],
      entity: { kind: isPrincipal ? 'principal' : 'service', name: `name-${Math.floor(random() * 9)}`, instance: random() < 0.5 ? '' : `task-${Math.floor(random() * 6)}`, cluster: `cluster-${Math.floor(random() * 3)}` },
    });
    pending.push({ number, alert, releaseMs: startMs + atMs });
  }
  return pending;
}

const silence = newSilence({ matchers: matchers('service="name-3"'), author: 'mai', reason: 'known', startsMs: startMs, endsMs: startMs + 40 * minute });

function begun(): Pipeline {
  const pipeline = new Pipeline(rich, limits);
  if (!('fault' in silence)) pipeline.silence(silence);
  return pipeline;
}

const endMs = startMs + 3.5 * hour;

function whole(pending: readonly PendingAlert[]): { told: PendingNotification[]; packed: JsonValue; decisions: unknown } {
  const pipeline = begun();
  pipeline.take(pending);
  const told = pipeline.walkTo(endMs);
  return { told, packed: pipeline.pack(), decisions: pending.map(({ alert }) => pipeline.decisionsOf(alert.id)) };
}

/** Equal to the last byte; where not, the place of the first difference, for both are long. */
function same(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left === right) return;
  let at = 0;
  while (left[at] === right[at]) at += 1;
  assert.fail(`${what}: …${left.slice(Math.max(0, at - 150), at + 150)}… is not …${right.slice(Math.max(0, at - 150), at + 150)}…`);
}

describe('50 histories', () => {
  test('have something of everything', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 10; seed += 1) for (const { notification } of whole(history(seeded(seed))).told) seen.add(notification.reason);
    assert.deepEqual([...seen].sort(), ['all alerts resolved', 'digest', 'first notification', 'new alerts added', 'repeat interval elapsed', 'severity rose', 'some alerts resolved'].filter((reason) => seen.has(reason)));
    for (const reason of ['first notification', 'new alerts added', 'all alerts resolved', 'repeat interval elapsed', 'digest']) assert.ok(seen.has(reason), reason);
  });

  test('give the same in steps of any length, with crashes, competitors and redelivery', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = seeded(seed);
      const pending = history(random);
      const expected = whole(pending);
      const told: PendingNotification[] = [];
      // What a store would hold: the state, and the notifications written with it.
      let saved = begun().pack();
      let toMs = startMs;
      while (toMs < endMs) {
        toMs = Math.min(endMs, toMs + Math.floor(random() ** 4 * 80 * minute));
        const step = (): { told: PendingNotification[]; packed: JsonValue } => {
          const pipeline = Pipeline.unpack(rich, JSON.parse(JSON.stringify(saved)) as JsonValue, limits);
          // From before what was walked: what is redelivered is passed over.
          const from = Math.max(0, pipeline.through - Math.floor(random() * 20));
          const given = pending.filter(({ number, releaseMs }) => number > from && releaseMs! <= toMs);
          pipeline.take(given);
          if (random() < 0.3) pipeline.take(given.slice(-5));
          // One after the other, or half of it before the rest is read.
          const half = random() < 0.3 ? pipeline.walkTo(Math.floor((Math.max(pipeline.walkedMs, startMs) + toMs) / 2)) : [];
          return { told: [...half, ...pipeline.walkTo(toMs)], packed: pipeline.pack() };
        };
        const first = step();
        if (random() < 0.3) continue; // It died before it could save.
        const second = random() < 0.3 ? step() : first; // Another did the same; one of them is first.
        same(second, first, 'competitors');
        saved = first.packed;
        told.push(...first.told);
      }
      // The last may have died at the end: the next does it again.
      const last = Pipeline.unpack(rich, saved, limits);
      last.take(pending);
      told.push(...last.walkTo(endMs));
      same(told, expected.told, `notifications of seed ${seed}`);
      same(last.pack(), expected.packed, `state of seed ${seed}`);
      same(pending.map(({ alert }) => last.decisionsOf(alert.id)), expected.decisions, `decisions of seed ${seed}`);
      assert.deepEqual(told.map(({ number }) => number), told.map((_, index) => index + 1));
    }
  });

  test('never use a key and sequence twice', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const { told } = whole(history(seeded(seed)));
      const ids = told.map(({ notification: { key, sequence } }) => `${key} ${sequence}`);
      assert.equal(new Set(ids).size, ids.length, `seed ${seed}`);
      const last = new Map<string, number>();
      for (const { notification: { key, sequence } } of told) {
        assert.equal(sequence, (last.get(key) ?? 0) + 1);
        last.set(key, sequence);
        assert.match(key, /^[0-9a-f]{32}$/);
      }
    }
  });
});

test('an alert that comes again, by number or by revision, changes nothing', () => {
  const pipeline = new Pipeline(rich);
  const alert = alertOf('a');
  pipeline.take([{ number: 1, alert, releaseMs: startMs }]);
  pipeline.walkTo(startMs + second);
  const before = JSON.stringify({ ...(pipeline.pack() as object), through: 0, walkedMs: 0 });
  pipeline.take([{ number: 1, alert: { ...alert, title: 'other' }, releaseMs: startMs + 2 * second }, { number: 2, alert, releaseMs: startMs + 2 * second }]);
  assert.deepEqual(pipeline.walkTo(startMs + 3 * second), []);
  assert.equal(JSON.stringify({ ...(pipeline.pack() as object), through: 0, walkedMs: 0 }), before);
  assert.equal(pipeline.through, 2);
});

test('an alert without a release time has that of its last event, and waits for it; one without any time comes at once', () => {
  const pipeline = new Pipeline(rich);
  pipeline.take([{ number: 1, alert: alertOf('a', { atMs: minute }) }, { number: 2, alert: { ...alertOf('b', { atMs: 2 * minute }), lastSeen: 'never' } }, { number: 3, alert: alertOf('c', { atMs: 0 }), releaseMs: Number.NaN }]);
  pipeline.walkTo(startMs + minute - 1);
  assert.equal(pipeline.through, 0);
  pipeline.walkTo(startMs + minute);
  assert.equal(pipeline.through, 3);
  assert.ok(pipeline.walkTo(startMs + 10 * minute).length > 0);
});
