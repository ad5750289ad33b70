/** Groups, repeats, deduplication, inhibition, mute times, silences and ends, as Alertmanager has them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AlertingSettings, PendingAlert, TimeInterval } from '#contract';
import { newSilence, Pipeline } from '../../../src/alerting/pipeline.ts';
import { MuteTimes } from '../../../src/alerting/stages/mute-times.ts';
import { alertOf, lineOf, matchers, minute, pending, plainSettings, second, settings, startMs, type Given } from './making.ts';

const quick = { receiver: 'team', groupBy: ['service' as const], groupWaitMs: 10 * second, groupIntervalMs: 60 * second, repeatIntervalMs: 10 * minute };

/** What is told, line by line, to an hour and a half later. */
function told(given: AlertingSettings, alerts: readonly PendingAlert[], toMs = 90 * minute, before?: (pipeline: Pipeline) => void): string[] {
  const pipeline = new Pipeline(given);
  before?.(pipeline);
  pipeline.take(alerts);
  return pipeline.walkTo(startMs + toMs).map(lineOf);
}

function reasonsOf(pipeline: Pipeline, id: string): string[] {
  return pipeline.decisionsOf(id).map(({ stage, reason }) => `${stage}: ${reason}`);
}

function at(id: string, atMs: number, rest: Given = {}): [ReturnType<typeof alertOf>, number] {
  return [alertOf(id, { atMs, object: id, ...rest }), atMs];
}

describe('a group', () => {
  test('waits for others, then tells them together; what comes later waits for the interval', () => {
    assert.deepEqual(told(plainSettings({ route: quick }), pending([at('a', 0), at('b', 5 * second), at('c', 20 * second)]), 3 * minute), ['10 team first notification #1: a b', '70 team new alerts added #2: a b c']);
  });

  test('is one for each value of its labels', () => {
    assert.deepEqual(told(plainSettings({ route: quick }), pending([at('a', 0), at('b', 0, { entity: { name: 'cart' } })]), minute), ['10 team first notification #1: a', '10 team first notification #1: b']);
    assert.deepEqual(told(plainSettings({ route: { ...quick, groupBy: ['...'] } }), pending([at('a', 0), at('b', 0)]), minute).length, 2);
    assert.deepEqual(told(plainSettings({ route: { ...quick, groupBy: [] } }), pending([at('a', 0), at('b', 0, { entity: { name: 'cart' } })]), minute), ['10 team first notification #1: a b']);
  });

  test('does not wait again where an alert has fired for longer already', () => {
    const pipeline = new Pipeline(plainSettings({ route: quick }));
    pipeline.walkTo(startMs + minute);
    pipeline.take(pending([at('late', 0)]));
    assert.deepEqual(pipeline.walkTo(startMs + 2 * minute).map(lineOf), ['60 team first notification #1: late']);
  });

  test('tells again what still fires after the repeat interval, at one of its own intervals', () => {
    const updates = Array.from({ length: 30 }, (_, index) => at('a', index * minute, { revision: index + 1 }));
    const lines = told(plainSettings({ route: { ...quick, repeatIntervalMs: 150 * second } }), pending(updates), 8 * minute);
    assert.deepEqual(lines, ['10 team first notification #1: a', '190 team repeat interval elapsed #2: a', '370 team repeat interval elapsed #3: a']);
  });

  test('begins with its wait again once it was empty for half a minute', () => {
    const over = { status: 'resolved' as const, revision: 2 };
    const again = (atMs: number): string[] => told(plainSettings({ route: quick }), pending([at('a', 0), at('a', 15 * second, over), at('b', atMs)]), atMs + 2 * minute).slice(2);
    assert.deepEqual(again(75 * second), ['130 team first notification #1: b']);
    assert.deepEqual(again(100 * second), ['110 team first notification #1: b']);
  });
});

describe('an end', () => {
  test('comes after a quiet time, and is told with what it was', () => {
    assert.deepEqual(told(plainSettings({ route: quick }), pending([at('a', 0), at('b', 10 * minute)])).slice(-2), ['1810 team some alerts resolved #4: b (a)', '2410 team all alerts resolved #5: (b)']);
  });

  test('is told at once where it is reported, at the next interval', () => {
    assert.deepEqual(told(plainSettings({ route: quick }), pending([at('a', 0), at('a', 30 * second, { status: 'resolved', revision: 2 })]), 5 * minute), ['10 team first notification #1: a', '70 team all alerts resolved #2: (a)']);
  });

  test('is not told of what was over before it was told', () => {
    assert.deepEqual(told(plainSettings({ route: quick }), pending([at('a', 0), at('a', 5 * second, { status: 'resolved', revision: 2 })]), 5 * minute), []);
  });

  test('is not sent where nobody wants it, but the next begins anew', () => {
    const receivers = { team: { outputs: ['slack'], sendResolved: false } };
    const lines = told(plainSettings({ route: quick, receivers }), pending([at('a', 0), at('a', 30 * second, { status: 'resolved', revision: 2 }), at('b', 4 * minute)]), 6 * minute);
    assert.deepEqual(lines, ['10 team first notification #1: a', '250 team first notification #1: b']);
  });

  test('that is all that was ever heard of an alert is told after the alert', () => {
    assert.deepEqual(told(settings(), pending([at('a', 0, { status: 'resolved', revision: 4 })])), ['30 team first notification #1: a', '1830 team all alerts resolved #2: (a)']);
  });

  test('carries how long it lasted', () => {
    const pipeline = new Pipeline(settings());
    pipeline.take(pending([at('a', 0), at('a', 20 * minute, { revision: 2, atMs: 0, lastMs: 20 * minute } as Given)]));
    const last = pipeline.walkTo(startMs + 90 * minute).at(-1)!.notification;
    assert.deepEqual([last.status, last.incidents[0]!.status, last.incidents[0]!.lastMs - last.incidents[0]!.firstMs], ['resolved', 'resolved', 20 * minute]);
    assert.equal(pipeline.decisionsOf('a').find(({ stage }) => stage === 'resolve')?.detail, 'lasted 3000 s');
  });

  test('of a part is not told while its story goes on', () => {
    const lines = told(settings({ route: { ...quick, groupBy: ['incident'] } }), pending([at('a', 0), at('b', 20 * minute)]), 90 * minute);
    assert.deepEqual(lines.filter((line) => line.includes('resolved')), ['3010 team all alerts resolved #6: (a b)']);
  });
});

describe('inhibition', () => {
  const rules = [{ source: matchers('severity="critical"'), target: matchers('severity=~"low|critical"'), equal: ['cluster' as const] }];
  const given = plainSettings({ route: { ...quick, groupBy: ['...'] }, inhibit: { rules, deployments: false, coverage: false, stories: false } });

  test('keeps back targets while an equal source fires, and tells them when it is over', () => {
    const lines = told(given, pending([at('source', 0, { severity: 'critical' }), at('target', 0, { severity: 'low' }), at('elsewhere', 0, { severity: 'low', entity: { cluster: 'other' } }), at('source', 2 * minute, { severity: 'critical', status: 'resolved', revision: 2 })]), 4 * minute);
    assert.deepEqual(lines, ['10 team first notification #1: source', '10 team first notification #1: elsewhere', '130 team all alerts resolved #2: (source)', '130 team first notification #1: target']);
  });

  test('does not let alerts that are both source and target keep each other back', () => {
    assert.equal(told(given, pending([at('a', 0, { severity: 'critical' }), at('b', 0, { severity: 'critical' })]), minute).length, 2);
  });

  test('names the rule and the source', () => {
    const pipeline = new Pipeline(given);
    pipeline.take(pending([at('source', 0, { severity: 'critical' }), at('target', 0, { severity: 'low' })]));
    pipeline.walkTo(startMs + minute);
    assert.deepEqual(pipeline.decisionsOf('target').at(-1), { timeMs: startMs + 10 * second, lastMs: startMs + 10 * second, times: 1, stage: 'inhibit', reason: 'inhibited', detail: 'inhibit.rules[0], by source' });
  });

  test('by a gap in telemetry: missing lines are explained, other alerts are not', () => {
    const gap: Given = { detector: 'coverage-silent', object: 'firelens', severity: 'medium', attack: [], entity: { instance: '' } };
    const silence: Given = { detector: 'log-rate', object: 'silence', severity: 'medium', attack: [], entity: { instance: '' } };
    const pipeline = new Pipeline(settings({ route: { ...quick, groupBy: ['...'] }, inhibit: { rules: [], deployments: true, coverage: true, stories: false } }));
    pipeline.take(pending([at('gap', 0, gap), at('silence', 0, silence), at('egress', 0), at('elsewhere', 0, { ...silence, entity: { name: 'cart', instance: '' } })]));
    assert.deepEqual(pipeline.walkTo(startMs + minute).map(lineOf).sort(), ['10 team first notification #1: egress', '10 team first notification #1: elsewhere', '10 team first notification #1: gap']);
    assert.ok(reasonsOf(pipeline, 'silence').includes('inhibit: inhibited'));
    const whole = new Pipeline(settings());
    whole.take(pending([at('gap', 0, { ...gap, entity: { name: 'all telemetry', kind: 'cluster', account: '', region: '', cluster: '', instance: '' } }), at('silence', 0, silence)]));
    assert.deepEqual(whole.walkTo(startMs + minute).map(lineOf), ['30 team first notification #1: gap']);
  });

  test('by a deployment: a new program of the new revision, within 15 minutes, unless there is more to the story', () => {
    const deployed = (changes: Given = {}): Given => ({
      detector: 'new-program', severity: 'medium', attack: [], ...changes,
      explanation: { ...alertOf('x').explanation, deployment: `Revision 42 was first seen at ${new Date(startMs).toISOString()}` },
      entity: { revision: '42', ...changes.entity },
    });
    assert.deepEqual(told(settings(), pending([at('early', 14 * minute, deployed())]), 16 * minute), []);
    assert.equal(told(settings(), pending([at('late', 16 * minute, deployed())]), 18 * minute).length, 1);
    assert.equal(told(settings(), pending([at('old', minute, deployed({ entity: { revision: '41' } }))]), 3 * minute).length, 1);
    assert.equal(told(settings(), pending([at('grave', minute, deployed({ severity: 'critical' }))]), 3 * minute).length, 1);
    assert.equal(told(settings(), pending([at('destination', minute, deployed({ detector: 'new-destination' }))]), 3 * minute).length, 1);
    assert.deepEqual(told(settings(), pending([at('program', minute, deployed()), at('egress', 2 * minute)]), 4 * minute), ['150 team first notification #1: egress program']);
  });
});

describe('a mute time', () => {
  const never: TimeInterval = { times: [], weekdays: [], daysOfMonth: [], months: [], years: [], location: 'UTC' };

  test('keeps a route silent, and what still fires is told after it; outside of its active times as well', () => {
    const muteTimes = { ten: [{ ...never, times: [[600, 605] as const] }] };
    const route = { ...quick, routes: [{ matchers: matchers('service="checkout"'), muteTimes: ['ten'] }, { matchers: matchers('service="cart"'), activeTimes: ['ten'] }] };
    const given = plainSettings({ route, muteTimes });
    assert.deepEqual(told(given, pending([at('a', 0), at('b', 0, { entity: { name: 'cart' } }), at('c', 6 * minute, { entity: { name: 'cart', container: 'other' } })]), 8 * minute), ['10 team first notification #1: b', '310 team first notification #1: a']);
  });

  test('is right on both sides of summer time', () => {
    const night = new MuteTimes({ night: [{ ...never, times: [[120, 180]], location: 'Europe/Berlin' }], day: [{ ...never, times: [[480, 1_080]], weekdays: [[1, 5]], location: 'Europe/Berlin' }] });
    const isNight = (iso: string): boolean => night.current(['night'], Date.parse(iso)) !== undefined;
    // On 29 March 2026 the clock goes from 02:00 to 03:00 in Berlin: there is no hour from two to three.
    assert.deepEqual(['2026-03-28T01:30Z', '2026-03-29T00:30Z', '2026-03-29T01:00Z', '2026-03-29T01:30Z', '2026-03-30T00:30Z', '2026-03-30T01:30Z'].map(isNight), [true, false, false, false, true, false]);
    // On 25 October 2026 it goes back: from two to three there are two hours.
    assert.deepEqual(['2026-10-24T00:30Z', '2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-25T02:30Z', '2026-10-26T01:30Z'].map(isNight), [true, true, true, false, true]);
    assert.equal(night.current(['night', 'day'], Date.parse('2026-03-27T07:00Z')), 'day');
    assert.equal(night.current(['night', 'day'], Date.parse('2026-03-30T06:00Z')), 'day');
    assert.equal(night.current(['day'], Date.parse('2026-03-30T05:59Z')), undefined);
    assert.equal(night.current(['day'], Date.parse('2026-03-30T16:00Z')), undefined);
  });

  test('counts days from the end of the month, and clamps to it', () => {
    const month = new MuteTimes({ last: [{ ...never, daysOfMonth: [[-1, -1]] }], late: [{ ...never, daysOfMonth: [[31, 31]] }], end: [{ ...never, daysOfMonth: [[28, 31]], months: [[2, 2]] }] });
    assert.equal(month.current(['last'], Date.UTC(2028, 1, 29, 12)), 'last');
    assert.equal(month.current(['last'], Date.UTC(2028, 1, 28, 12)), undefined);
    assert.equal(month.current(['late'], Date.UTC(2026, 3, 30)), undefined);
    assert.equal(month.current(['end'], Date.UTC(2026, 1, 28)), 'end');
    assert.equal(month.current(['end', 'unknown'], Date.UTC(2026, 2, 28)), undefined);
  });
});

describe('a silence', () => {
  const request = { matchers: matchers('service="checkout"'), author: 'mai', reason: 'migration', startsMs: startMs, endsMs: startMs + 5 * minute };

  test('keeps back what it matches until it ends, with its author and reason', () => {
    const silence = newSilence(request);
    assert.ok(!('fault' in silence));
    const pipeline = new Pipeline(plainSettings({ route: quick }));
    assert.equal(pipeline.silence(silence), true);
    pipeline.take(pending([at('a', 0), at('b', 0, { entity: { name: 'cart' } })]));
    assert.deepEqual(pipeline.walkTo(startMs + 6 * minute).map(lineOf), ['10 team first notification #1: b', '310 team first notification #1: a']);
    const decision = pipeline.decisionsOf('a').find(({ stage }) => stage === 'silence');
    assert.deepEqual([decision?.reason, decision?.times, decision?.detail], ['silenced', 5, `${silence.id}: mai, migration`]);
  });

  test('can be ended early, and is listed', () => {
    const silence = newSilence(request);
    assert.ok(!('fault' in silence));
    const pipeline = new Pipeline(plainSettings({ route: quick }));
    pipeline.silence(silence);
    assert.equal(pipeline.endSilence(silence.id, startMs + 5 * second), true);
    assert.equal(pipeline.endSilence('unknown', startMs), false);
    assert.equal(pipeline.silences()[0]!.endsMs, startMs + 5 * second);
    pipeline.take(pending([at('a', 0)]));
    assert.deepEqual(pipeline.walkTo(startMs + minute).map(lineOf), ['10 team first notification #1: a']);
  });

  for (const [title, changes, fault] of [
    ['without an end', { endsMs: undefined }, /has an end/], ['that ends at infinity', { endsMs: Infinity }, /has an end/], ['that ends before it starts', { endsMs: startMs }, /ends after it starts/],
    ['of ten years', { endsMs: startMs + 3_650 * 24 * 60 * minute }, /a year at most/], ['without an author', { author: ' ' }, /author/], ['without a reason', { reason: '' }, /reason/],
    ['without matchers', { matchers: [] }, /at least one matcher/], ['of everything', { matchers: matchers('service=~".*"', 'task!="x"') }, /silences everything/],
  ] as const) {
    test(`${title} is refused`, () => {
      const made = newSilence({ ...request, ...changes });
      assert.ok('fault' in made);
      assert.match(made.fault, fault);
    });
  }

  test('is known by what it says, and there are only so many', () => {
    const pipeline = new Pipeline(settings(), { silences: 2 });
    const made = [1, 2, 3].map((hours) => newSilence({ ...request, endsMs: startMs + hours * 60 * minute }));
    assert.deepEqual(made.map((one) => !('fault' in one) && pipeline.silence(one)), [true, true, false]);
    assert.equal(pipeline.silence(made[0] as never), true);
    pipeline.walkTo(startMs + 48 * 60 * minute);
    assert.equal(pipeline.silence(made[2] as never), true);
  });
});

test('an alert says what was decided of it, in order', () => {
  const pipeline = new Pipeline(settings());
  pipeline.take(pending([at('a', 0)]));
  pipeline.walkTo(startMs + 90 * minute);
  assert.deepEqual(reasonsOf(pipeline, 'a'), ['incident: begins a story', 'route: to team', 'group: waits 30 s for others', 'deduplicate: first notification', 'deduplicate: nothing new to tell', 'deduplicate: all alerts resolved', 'resolve: over']);
  assert.deepEqual(pipeline.decisionsOf('never'), []);
});
