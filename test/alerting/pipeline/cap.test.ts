/** Stage cap: so many messages an hour and route, and one digest that counts the rest. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Notification, PendingAlert, Severity } from '#contract';
import { newSilence, Pipeline } from '../../../src/alerting/pipeline.ts';
import { alertOf, hour, matchers, minute, pending, second, settings, startMs, type Given } from './making.ts';

/** Alerts of services of their own, so that each is a message of its own. */
function services(from: number, count: number, atMs: number, severity: Severity = 'low', rest: Given = {}): PendingAlert[] {
  return pending(Array.from({ length: count }, (_, index) => alertOf(`s${from + index}`, { atMs, severity, entity: { name: `service-${from + index}`, instance: '' }, ...rest })), from);
}

const capped = settings({ caps: { messagesPerHour: 8, digestAfterMs: 5 * minute } });

function sum(of: Partial<Record<Severity, number>>): number {
  return Object.values(of).reduce((total, count) => total + count, 0);
}

function digestsIn(told: readonly { notification: Notification }[]): Notification[] {
  return told.map(({ notification }) => notification).filter(({ reason }) => reason === 'digest');
}

describe('a route', () => {
  test('tells no more than its cap, then one digest with true counts', () => {
    const pipeline = new Pipeline(capped);
    pipeline.take(services(1, 100, 0));
    const told = pipeline.walkTo(startMs + 20 * minute);
    const [digest] = digestsIn(told);
    // A quarter is kept for what is graver.
    assert.deepEqual([told.length, digestsIn(told).length], [7, 1]);
    assert.deepEqual([digest!.digest!.bySeverity, digest!.digest!.byName.length, digest!.incidentCount, digest!.incidents.length], [{ low: 94 }, 20, 94, 10]);
    assert.equal(digest!.timeMs - startMs, 30 * second + 5.5 * minute);
    assert.equal(digest!.digest!.sinceMs - startMs, 30 * second);
  });

  test('keeps a quarter for high and critical', () => {
    const pipeline = new Pipeline(capped);
    pipeline.take([...services(1, 50, 0), ...services(51, 4, second, 'critical')]);
    const told = pipeline.walkTo(startMs + 20 * minute);
    assert.equal(told.filter(({ notification }) => notification.incidents[0]?.severity === 'critical' && notification.reason !== 'digest').length, 2);
    assert.deepEqual(digestsIn(told)[0]!.digest!.bySeverity, { low: 44, critical: 2 });
    // The gravest first.
    assert.equal(digestsIn(told)[0]!.incidents[0]!.severity, 'critical');
  });

  test('has one digest an hour, however long a storm lasts, and none is forgotten', () => {
    const pipeline = new Pipeline(settings({ caps: { messagesPerHour: 4, digestAfterMs: 5 * minute }, resolveAfterMs: 2 * minute, receivers: { team: { outputs: [], sendResolved: false } } }));
    const all = Array.from({ length: 240 }, (_, index) => services(index * 5 + 1, 5, index * minute)).flat();
    pipeline.take(all);
    const told = pipeline.walkTo(startMs + 6 * hour);
    const digests = digestsIn(told);
    assert.deepEqual(digests.map(({ timeMs }) => Math.round((timeMs - startMs) / minute)), [6, 66, 126, 186, 246]);
    const inMessages = told.filter(({ notification }) => notification.reason === 'first notification').length;
    assert.equal(digests.reduce((total, { digest }) => total + sum(digest!.bySeverity), 0) + inMessages, all.length);
    assert.equal(new Set(digests.map(({ key }) => key)).size, digests.length);
    for (let hours = 0; hours < 5; hours += 1) {
      const inHour = told.filter(({ notification: { timeMs, reason } }) => reason !== 'digest' && timeMs > startMs + hours * hour && timeMs <= startMs + (hours + 1) * hour);
      assert.ok(inHour.length <= 4, `${inHour.length} in hour ${hours}`);
    }
  });

  test('tells an end of what it told, when there is room again', () => {
    const pipeline = new Pipeline(settings({ caps: { messagesPerHour: 4, digestAfterMs: 5 * minute } }));
    pipeline.take(services(1, 4, 0, 'critical'));
    const ends = pipeline.walkTo(startMs + 3 * hour).filter(({ notification }) => notification.status === 'resolved');
    assert.equal(ends.length, 4);
    assert.ok(ends.every(({ notification }) => notification.timeMs >= startMs + hour && notification.sequence === 2));
    assert.ok(pipeline.decisionsOf('s1').some(({ reason }) => reason === 'waits for room'));
  });

  test('does not tell the end of what was told in a digest only', () => {
    const pipeline = new Pipeline(capped);
    pipeline.take(services(1, 20, 0));
    const told = pipeline.walkTo(startMs + 3 * hour);
    assert.deepEqual([told.filter(({ notification }) => notification.status === 'resolved').length, digestsIn(told).length], [6, 1]);
    assert.deepEqual(pipeline.decisionsOf('s20').map(({ stage, reason }) => `${stage}: ${reason}`).slice(3), ['cap: counted in the digest', 'deduplicate: nothing new to tell', 'cap: not sent', 'resolve: over']);
  });

  test('has a digest that waits while its route is muted', () => {
    const muteTimes = { ten: [{ times: [[602, 630] as const], weekdays: [], daysOfMonth: [], months: [], years: [], location: 'UTC' }] };
    const pipeline = new Pipeline(settings({ caps: { messagesPerHour: 1, digestAfterMs: 5 * minute }, muteTimes, route: { receiver: 'team', routes: [{ muteTimes: ['ten'] }] } }));
    pipeline.take(services(1, 5, 0));
    assert.deepEqual(digestsIn(pipeline.walkTo(startMs + hour)).map(({ timeMs }) => Math.floor((timeMs - startMs) / minute)), [30]);
  });
});

describe('where there is no room', () => {
  test('alerts of a known story are counted in it, and told with it', () => {
    const pipeline = new Pipeline(settings(), { alertsPerIncident: 10 });
    const alerts = (from: number, count: number, atMs: number): PendingAlert[] => pending(Array.from({ length: count }, (_, index) => alertOf(`a${from + index}`, { atMs, object: `${from + index}` })), from);
    pipeline.take([...alerts(1, 25, 0), ...alerts(26, 15, minute)]);
    const told = pipeline.walkTo(startMs + 10 * minute).map(({ notification: { reason, incidents } }) => `${reason} ${incidents[0]!.alertCount}`);
    assert.deepEqual(told, ['first notification 25', 'new alerts added 40']);
    assert.deepEqual(pipeline.decisionsOf('a40').map(({ stage, reason }) => `${stage}: ${reason}`), ['cap: counted in its group']);
  });

  test('alerts of further stories are counted in the digest of their route, but for what is silenced', () => {
    const pipeline = new Pipeline(settings(), { incidents: 3 });
    const silence = newSilence({ matchers: matchers('service="service-9"'), author: 'mai', reason: 'known', startsMs: startMs, endsMs: startMs + hour });
    pipeline.silence(silence as never);
    pipeline.take(services(1, 10, 0));
    const told = pipeline.walkTo(startMs + 20 * minute);
    assert.deepEqual([told.length, digestsIn(told)[0]!.digest!.bySeverity], [4, { low: 6 }]);
    assert.deepEqual(pipeline.decisionsOf('s9').map(({ reason }) => reason), ['silenced']);
    assert.deepEqual(pipeline.decisionsOf('s10').map(({ reason }) => reason), ['counted in the digest']);
  });

  test('an update of an alert that was only counted is not counted again', () => {
    const pipeline = new Pipeline(settings(), { incidents: 1 });
    pipeline.take([...services(1, 5, 0), ...services(2, 4, second).map(({ alert }, index) => ({ number: 6 + index, alert: { ...alert, revision: 2 }, releaseMs: startMs + second }))]);
    assert.deepEqual(digestsIn(pipeline.walkTo(startMs + hour)).map(({ digest }) => digest!.bySeverity), [{ low: 4 }]);
  });
});
