/** What the engine makes of what the sensor saw. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineDetector, type Detector, type FargazerEvent, type NetworkActivity } from '#contract';
import { readFileSync } from 'node:fs';
import { packPage, unpackPage } from '../../src/engine/pack.ts';
import { eventsOf } from '../support/run-case.ts';
import { observationsOf, only, walkOf } from './watching.ts';

const lines = readFileSync(new URL('../decode/samples/fargazer-events/events.ndjson', import.meta.url), 'utf8').trimEnd().split('\n');
const events = eventsOf(lines);

function connections(parts: Partial<NetworkActivity>[]): FargazerEvent[] {
  const base = events.find((event): event is NetworkActivity => event.kind === 'network')!;
  return parts.map((part, index) => ({ ...base, id: `c/${index}`, timeMs: base.timeMs + index, ...part }));
}

test('what the sensor saw is told at once, each with its whole activity', () => {
  const watched = observationsOf(events);

  assert.deepEqual(only(watched, 'process').map(({ observation }) => observation.activity.activity), ['launch', 'launch', 'inject', 'busy']);
  assert.equal(only(watched, 'socket')[0]!.observation.activity.localPort, 4444);
  assert.equal(only(watched, 'file')[0]!.observation.activity.path, '/etc/passwd');
  assert.ok(only(watched, 'process').every(({ entity }) => entity.owner.name === 'checkout' && entity.container === 'app'));
});

test('a connection is named by what was looked up before it, and each of its events is judged', () => {
  const seen = only(observationsOf(events), 'connection').map(({ observation }) => observation);

  assert.deepEqual(seen.map(({ activity, peer, sentBytes, isLocal }) => [activity, peer, sentBytes, isLocal]), [
    ['open', 'example.com', 0, false],
    ['close', 'example.com', 41_000_000, false],
    ['open', '0:0:0::/48', 0, true],
  ]);
  assert.equal(seen[0]!.program!.path, '/usr/local/bin/node');
});

test('what stays within the task is no destination and no traffic of its network', () => {
  const watched = observationsOf(events);

  assert.deepEqual(only(watched, 'destination').map(({ observation }) => observation.peer), ['example.com']);
  const [minute] = only(watched, 'network-minute');
  assert.deepEqual([minute!.observation.flows, minute!.observation.sentBytes], [1, 41_000_000]);
});

test('the same sighting again in a minute is counted, a sighting that differs is told', () => {
  const [launch] = events.filter((event) => event.kind === 'process');
  const again = (id: string, userId: number): FargazerEvent => ({ ...launch!, id, userId, timeMs: launch!.timeMs + 1 }) as FargazerEvent;

  const told = only(observationsOf([launch!, again('b', 1000), again('c', 1000), again('d', 0)]), 'process');

  assert.deepEqual(told.map(({ observation }) => [observation.activity.userId, observation.count]), [[1000, 3], [0, 1]]);
});

/** Says something once a minute's sum is over a bound. */
const over: Detector = defineDetector({
  id: 'over', title: 'over', severity: 'low', attack: [], reads: 'network-minute', scope: 'owner', options: z.strictObject({}), baseline: {}, judgesEarly: true,
  trace: { create: () => ({ noted: 0 }), note: (trace: { noted: number }) => void (trace.noted += 1) },
  judge: (_views, { sentBytes }, _options, { trace }) =>
    sentBytes > 1_000 ? { object: 'sent', title: 't', summary: `noted ${trace.noted}`, observed: sentBytes, expected: 0, unit: 'bytes', score: Math.min(0.99, 0.5 + sentBytes / 10_000), quiet: 'q', lookFirst: 'l' } : undefined,
}) as unknown as Detector;

test('a sum that is over its band before the minute ends is told then, once, and the minute\'s end tells the whole', () => {
  const walk = walkOf([over]);
  const told: number[] = [];
  walk.judges.onJudged = ({ evidence }) => evidence.forEach(({ observed }) => told.push(observed as number));
  for (const event of connections([{}, { activity: 'traffic', clientSentBytes: 900 }, { activity: 'traffic', clientSentBytes: 900 }, { activity: 'close', clientSentBytes: 900 }])) walk.gate.take(structuredClone(event));

  walk.beginTeaching();
  walk.finish();

  assert.deepEqual(told, [1_800, 2_700]);
  const [alert] = walk.state.episodes.alerts(Infinity, true);
  assert.equal(alert!.evidence.observed, 2_700);
  assert.equal(alert!.summary, 'noted 0', 'a sum that still grows is noted in no trace');
});

test('while it is taught a sum is not told before its minute ends', () => {
  const walk = walkOf([over], { teaching: { only: true } });
  for (const event of connections([{ activity: 'close', clientSentBytes: 90_000 }])) walk.gate.take(structuredClone(event));

  walk.beginTeaching();
  walk.finish();

  assert.deepEqual(walk.state.episodes.alerts(Infinity, true), []);
});

test('a teaching that ends within a minute parts its sum: what came before is taught, what comes after is judged at once', () => {
  const minuteMs = Math.floor(events[0]!.timeMs / 60_000 + 1) * 60_000;
  const walk = walkOf([over], { teaching: { forMs: 19_000 } });
  const told: unknown[] = [];
  walk.judges.onJudged = ({ observation, verdict, evidence }) => told.push([verdict, (observation as { sentBytes: number }).sentBytes, evidence.length]);
  const at = (second: number, clientSentBytes: number): Partial<NetworkActivity> => ({ activity: 'traffic', clientSentBytes, timeMs: minuteMs + second * 1_000, id: `t/${second}` });
  for (const event of connections([at(1, 700), at(19, 800), at(21, 900), at(30, 300)])) walk.gate.take(structuredClone(event));

  walk.beginTeaching();
  walk.finish();

  assert.deepEqual(told, [['taught', 1_500, 0], ['quiet', 900, 0], ['alert', 1_200, 1], ['alert', 1_200, 1]]);
});

test('what waits packed comes back as it was, whatever its kind', () => {
  assert.deepEqual(unpackPage(packPage(events)), events);
});
