/** Coverage: feeds that fall silent, come late or lose records are told of; those that never promised anything are not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerInsightsLine, fireLensLine, publishedLine, type Alert, type FargazerEvent, type Subject } from '#contract';
import { LiveGate } from '../../src/engine/live-gate.ts';
import { Coverage } from '../../src/engine/coverage.ts';
import type { Walk } from '../../src/engine/run.ts';
import { decodeRecords } from '../support/run-case.ts';
import { walkOf } from './watching.ts';

const startMs = Date.UTC(2026, 0, 5, 8);
const minuteMs = 60_000;

const at = (minute: number): number => startMs + minute * minuteMs + 7_000;
const line = (minute: number, service: string, task: number): string => fireLensLine({ at: at(minute), service, task, log: 'GET /cart took 12 ms' });
const point = (minute: number, service: string, task: number): string => containerInsightsLine({ at: at(minute), service, task });

/** Minutes from the first to before the last, each with what `make` says. */
function minutes(from: number, to: number, make: (minute: number) => string[]): string[] {
  return Array.from({ length: to - from }, (_, index) => make(from + index)).flat();
}

function watched(records: readonly string[], toMinute: number): Walk {
  const walk = walkOf([]);
  walk.state.coverage.isOn = true;
  decodeRecords(records, walk.gate);
  walk.walkTo(startMs + toMinute * minuteMs);
  return walk;
}

const told = (walk: Walk): string[] => walk.state.episodes.alerts(-Infinity, true).map(({ detector, entity, object }: Alert) => `${detector} ${entity.name} ${object}`);
const both = (minute: number): string[] => [line(minute, 'cart', 1), point(minute, 'cart', 1), line(minute, 'checkout', 2), point(minute, 'checkout', 2)];

test('a service whose metrics stop while it goes on logging, and its neighbours send, is told of', () => {
  const records = [...minutes(0, 90, both), ...minutes(90, 130, (minute) => [line(minute, 'cart', 1), line(minute, 'checkout', 2), point(minute, 'checkout', 2)])];
  const walk = watched(records, 133);
  assert.deepEqual(told(walk), ['coverage-silent cart container-insights']);
  const [alert] = walk.state.episodes.alerts(-Infinity, true);
  assert.match(alert!.summary, /No record of Container Insights came for 7 minutes, though the service lives by its other telemetry; the longest pause so far was 1 minute\./);
  assert.equal(walk.state.coverage.rows().find(({ name, feed }) => name === 'cart' && feed === 'container-insights')?.state, 'silent');
});

test('a service that stops altogether is no gap', () => {
  const records = [...minutes(0, 90, both), ...minutes(90, 130, (minute) => [line(minute, 'checkout', 2), point(minute, 'checkout', 2)])];
  assert.deepEqual(told(watched(records, 133)), []);
});

test('a feed that falls silent as a whole is told of, and the alert stays open while it lasts', () => {
  const records = [...minutes(0, 90, both), ...minutes(90, 190, (minute) => [line(minute, 'cart', 1), line(minute, 'checkout', 2)])];
  const walk = watched(records, 190);
  assert.deepEqual(told(walk), ['coverage-silent all telemetry container-insights']);
  const [alert] = walk.state.episodes.alerts(-Infinity, true);
  assert.ok(alert!.revision > 5);
});

test('everything silent at once is told of too, with nothing left to walk', () => {
  const walk = watched(minutes(0, 90, both), 120);
  assert.deepEqual(told(walk).sort(), ['coverage-silent all telemetry container-insights', 'coverage-silent all telemetry firelens']);
});

test('pauses that are usual are no silence', () => {
  const records = [...minutes(0, 400, (minute) => [line(minute, 'cart', 1), line(minute, 'checkout', 2), ...(minute % 10 === 0 ? [point(minute, 'cart', 1)] : [])])];
  assert.deepEqual(told(watched(records, 400)), []);
});

test('what was not known for long is still learning, and says nothing', () => {
  const walk = watched(minutes(0, 20, both), 60);
  assert.deepEqual(told(walk), []);
  assert.equal(walk.state.coverage.rows().every(({ state }) => state === 'learning'), true);
});

test('a service that never sent what its neighbours send is shown as never seen', () => {
  const walk = watched(minutes(0, 130, (minute) => [line(minute, 'cart', 1), line(minute, 'checkout', 2), point(minute, 'checkout', 2)]), 133);
  assert.deepEqual(told(walk), []);
  assert.deepEqual(walk.state.coverage.rows().filter(({ state }) => state === 'never-seen').map(({ name, feed }) => `${name} ${feed}`), ['cart container-insights']);
});

/** Whose a line is, as the decoder says. */
const subjectOf = (record: string): Subject => {
  const events: FargazerEvent[] = [];
  decodeRecords([record], { generation: 0, take: (event) => (events.push(event), event) });
  return events[0]!.subject;
};
const beat = (minute: number, task: number): string =>
  publishedLine({ kind: 'coverage', feed: 'sensor', timeMs: at(minute), id: `${task}/${minute}`, count: 1, subject: subjectOf(line(minute, 'cart', task)), state: 'working', detail: 'the sidecar looks', nextWithinMs: minuteMs });

test('a sidecar that falls silent while its task logs on is told of, of that task alone', () => {
  const logs = minutes(0, 100, (minute) => [line(minute, 'cart', 1), line(minute, 'cart', 2)]);
  const beats = minutes(0, 100, (minute) => [beat(minute, 2), ...(minute < 40 ? [beat(minute, 1)] : [])]);
  const walk = watched([...logs, ...beats], 103);
  const alerts = walk.state.episodes.alerts(-Infinity, true);
  assert.deepEqual(told(walk), ['coverage-silent cart sidecar']);
  assert.equal(alerts[0]!.entity.instance, subjectOf(line(0, 'cart', 1)).task);
  assert.match(alerts[0]!.summary, /said nothing for 5 minutes, though other telemetry of the task still comes; before, it was heard every minute/);
});

test('a sidecar that ends with its task, and one that never gave its word, are no silence', () => {
  const ended = minutes(0, 40, (minute) => [line(minute, 'cart', 1), beat(minute, 1)]);
  const others = minutes(0, 60, (minute) => [line(minute, 'cart', 2)]);
  assert.deepEqual(told(watched([...ended, ...minutes(40, 43, (minute) => [line(minute, 'cart', 1)]), ...others], 63)), []);
});

test('lateness is told of once it lasts five minutes', () => {
  const walk = walkOf([]);
  walk.state.coverage.isOn = true;
  const gate = new LiveGate(walk.tape, walk.settings.lateness, walk.state.marks);
  for (let minute = 0; minute < 6; minute += 1) {
    const tickMs = startMs + (minute + 10) * minuteMs;
    gate.arrive(tickMs, tickMs, 'arrival');
    decodeRecords([line(minute, 'cart', 1)], gate);
    walk.walkTo(tickMs + minuteMs);
    assert.equal(told(walk).length, minute < 4 ? 0 : 1);
  }
  assert.deepEqual(told(walk), ['coverage-late cart firelens']);
  assert.equal(gate.setAside.late, 6);
});

test('coverage passes through a state as it was', () => {
  const walk = watched([...minutes(0, 90, both), ...minutes(90, 130, (minute) => [line(minute, 'cart', 1)]), ...minutes(0, 90, (minute) => [beat(minute, 1)])], 130);
  const packed = walk.state.coverage.pack();
  assert.deepEqual(Coverage.unpack(JSON.parse(JSON.stringify(packed)) as typeof packed).pack(), packed);
});

test('a replay of plain files says nothing of coverage', () => {
  const walk = walkOf([]);
  decodeRecords([...minutes(0, 90, both), ...minutes(90, 190, (minute) => [line(minute, 'cart', 1)])], walk.gate);
  walk.beginTeaching();
  walk.finish();
  assert.deepEqual(told(walk), []);
});
