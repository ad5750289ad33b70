/** A storm, and the stories of `replay-data`: what people get. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PendingAlert, Severity } from '#contract';
import { Pipeline, type PendingNotification } from '../../../src/alerting/pipeline.ts';
import { alertOf, hour, minute, settings, startMs, storyUpdates } from './making.ts';

const findings = 100_000;

function storm(entityOf: (at: number) => { name: string; instance: string }, count = findings): PendingAlert[] {
  return Array.from({ length: count }, (_, at) => {
    const atMs = Math.floor((at / count) * minute);
    return { number: at + 1, alert: alertOf(`storm-${at}`, { atMs, object: `object ${at}`, severity: at % 20 === 0 ? 'high' : 'low', entity: entityOf(at) }), releaseMs: startMs + atMs };
  });
}

/** All alerts that people know of when they have the digest: from the messages before it, and counted in it. */
function countedIn(told: readonly PendingNotification[]): number {
  const latest = new Map<string, number>();
  for (const { notification: { reason, incidents, digest } } of told) {
    if (reason === 'digest') return [...latest.values(), ...Object.values(digest!.bySeverity)].reduce((sum, count) => sum + count, 0);
    for (const { id, alertCount } of incidents) latest.set(id, alertCount);
  }
  return Number.NaN;
}

describe('100,000 findings in a minute over 50 services', () => {
  for (const [title, entityOf] of [
    ['one task each', (at: number) => ({ name: `service-${at % 50}`, instance: '' })],
    ['each finding of a task of its own', (at: number) => ({ name: `service-${at % 50}`, instance: at.toString(16).padStart(32, '0') })],
  ] as const) {
    test(`${title}: at most the cap and one digest, with true counts, and bounded memory`, () => {
      const pipeline = new Pipeline(settings({ caps: { messagesPerHour: 20, digestAfterMs: 5 * minute } }));
      const pending = storm(entityOf);
      const told: PendingNotification[] = [];
      let largest = 0;
      for (let second = 1; second <= 60; second += 1) {
        const toMs = startMs + second * 1_000;
        // What lies ahead of the walk waits, so all could be given at once; a live walk gets it as it comes.
        pipeline.take(pending.slice(Math.floor(((second - 1) / 60) * findings), Math.floor((second / 60) * findings)));
        told.push(...pipeline.walkTo(toMs));
        if (second % 30 === 0) largest = Math.max(largest, JSON.stringify(pipeline.pack()).length);
      }
      assert.equal(pipeline.through, findings);
      told.push(...pipeline.walkTo(startMs + 25 * minute));
      const digests = told.filter(({ notification }) => notification.reason === 'digest');
      assert.ok(told.length - digests.length <= 20, `${told.length} messages`);
      assert.equal(digests.length, 1);
      assert.ok(largest < 16_000_000, `${largest} bytes of state`);
      assert.equal(countedIn(told), findings);
      assert.equal(digests[0]!.notification.digest!.byName.length, 20);
    });
  }

  test('is forgotten when it is over', () => {
    const pipeline = new Pipeline(settings());
    pipeline.take(storm((at) => ({ name: `service-${at % 50}`, instance: `${at % 5_000}` }), 20_000));
    pipeline.walkTo(startMs + 12 * hour);
    const { alerts, incidents, groups, log, ties } = pipeline.pack() as Record<string, unknown[]>;
    assert.deepEqual([alerts, incidents, groups, log, ties].map((list) => list!.length), [0, 0, 0, 0, 0]);
  });
});

describe('the stories of replay-data', () => {
  const expected: Readonly<Record<string, [messages: number, severity: Severity, alerts: number][]>> = {
    // The whole intrusion is one.
    'cloudtrail-intrusion': [[5, 'critical', 23]],
    'kubernetes-intrusion': [[5, 'critical', 4]],
    'fargate-exfiltration': [[3, 'critical', 4]],
    'command-and-control': [[3, 'medium', 2]],
    // A line that was new an hour before, the fault itself, and a neighbour that felt it.
    'container-fault': [[2, 'medium', 1], [3, 'high', 3], [2, 'low', 1]],
    'quiet-day': [],
  };

  for (const [story, threads] of Object.entries(expected)) {
    test(`${story}: one thread for each incident, told to its end`, () => {
      const pipeline = new Pipeline(settings());
      pipeline.take(storyUpdates(story));
      const told = pipeline.walkTo(Number.MAX_SAFE_INTEGER / 1_000);
      const byKey = Map.groupBy(told.map(({ notification }) => notification), ({ key }) => key);
      const found = [...byKey.values()].map((messages) => [messages.length, messages.at(-1)!.incidents[0]!.severity, messages.at(-1)!.incidents[0]!.alertCount]);
      assert.deepEqual(found, threads);
      for (const messages of byKey.values()) {
        assert.equal(new Set(messages.flatMap(({ incidents }) => incidents.map(({ id }) => id))).size, 1);
        assert.deepEqual([messages[0]!.reason, messages.at(-1)!.reason, messages.at(-1)!.status], ['first notification', 'all alerts resolved', 'resolved']);
        const times = messages.at(-1)!.incidents[0]!.alerts.map(({ firstSeen }) => firstSeen);
        assert.deepEqual(times, times.toSorted());
      }
    });
  }
});
