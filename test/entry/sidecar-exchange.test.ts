/** Baselines between the sidecars of a service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, systemClock, taskId, type Detector, type Owner, type ProcessSeen, type Store } from '#contract';
import { joinPieces } from '../../src/decode/log/join-pieces.ts';
import { engineSettings } from '../../src/engine/settings.ts';
import { Walk } from '../../src/engine/run.ts';
import { Exchange } from '../../src/entry/program/sidecar/exchange.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { eventsOf } from '../support/run-case.ts';
import { publishedLine } from '#contract';

const service: Owner = { kind: 'service', account: '1', region: 'r', cluster: 'c', name: 'checkout' };
const isOurs = ({ name }: Owner): boolean => name === 'checkout';
const hour = 3_600_000;
const day = 24 * hour;
const nowMs = Date.UTC(2026, 10, 24, 12);

const programs: Detector = defineDetector({
  id: 'programs', title: 'p', severity: 'low', attack: [], reads: 'process', scope: 'owner', options: z.strictObject({}),
  baseline: { programs: seen(({ activity }: ProcessSeen) => activity.program.path) },
  judge: ({ programs: known }, { activity }) => (known.of(activity.program.path).isUsual ? undefined : { object: activity.program.path, title: 't', summary: 's', observed: activity.program.path, expected: '', unit: '', score: 0.9, quiet: 'q', lookFirst: 'l' }),
}) as unknown as Detector;

function walk(): Walk {
  return new Walk(engineSettings({ detectors: [{ detector: programs, options: {} }] }), joinPieces);
}

function launch(task: number, path: string, timeMs: number, n: number): string {
  return publishedLine({
    kind: 'process', feed: 'sensor', timeMs, id: `${task}/${n}`, subject: { account: '1', region: 'r', cluster: 'c', service: 'checkout', task: taskId(task) }, activity: 'launch', pid: n, program: { path, name: path.split('/').at(-1)! },
    lineage: [], arguments: [], userId: 0, realUserId: 0, parentUserId: 0, executable: 'file', foundBy: 'proc',
  });
}

function exchange(store: Store, task: number, atMs: number, sinceMs = atMs): Exchange {
  let asked = 0;
  return new Exchange(store, { service, task: taskId(task), start: `${atMs}`, clock: { ...systemClock, now: () => (asked++ === 0 ? sinceMs : atMs) } });
}

/** A task runs programs for an hour, and gives what it learned. */
async function lives(store: Store, task: number, atMs: number, paths: readonly string[]): Promise<void> {
  const own = exchange(store, task, atMs, atMs - hour);
  const live = walk();
  own.apply(live, [], isOurs);
  const lines = Array.from({ length: 240 }, (_, at) => launch(task, paths[at % paths.length]!, atMs - hour + at * 15_000, at));
  for (const event of eventsOf(lines)) live.gate.take(event);
  live.finish();
  assert.equal(await own.give(), true);
}

async function alertsOfNewTask(store: Store, paths: readonly string[]): Promise<string[]> {
  const own = exchange(store, 99, nowMs);
  const live = walk();
  own.apply(live, await own.load(assert.fail), isOurs);
  for (const event of eventsOf(paths.map((path, at) => launch(99, path, nowMs + at * 1_000, at)))) live.gate.take(event);
  live.finish();
  return live.state.episodes.alerts(Infinity, true).map(({ object }) => object).sort();
}

test('a new task judges from its first second by what three tasks of two days gave, and a novelty of one is none', async () => {
  const store = memoryStore();
  for (const [at, task] of [1, 2, 3].entries()) await lives(store, task, nowMs - (3 - at) * day, ['/bin/app', '/bin/worker']);

  assert.deepEqual(await alertsOfNewTask(store, ['/bin/app', '/bin/worker', '/tmp/.x']), ['/tmp/.x']);
});

test('whoever holds the role of one task adds one vote, however often and under whatever days it gives', async () => {
  const store = memoryStore();
  for (const [at, task] of [1, 2, 3].entries()) await lives(store, task, nowMs - (3 - at) * day, ['/bin/app']);
  for (const start of [1, 2, 3, 4]) await lives(store, 7, nowMs - 2 * hour - start, ['/bin/app', '/tmp/.x']);

  assert.deepEqual(await alertsOfNewTask(store, ['/bin/app', '/tmp/.x']), ['/tmp/.x']);
});

test('votes for another service, of another version or that are no votes add nothing', async () => {
  const store = memoryStore();
  await lives(store, 1, nowMs - day, ['/bin/app']);
  const [item] = await store.items((await keysOf(store))[0]!);
  assert.ok(item !== undefined);
  await store.commit({ key: item.key.replace(/[^/]+$/, 'other'), value: { fargazer: 'votes', version: 9, timeMs: nowMs, part: 'x' }, expected: undefined });
  await store.commit({ key: item.key.replace(/[^/]+$/, 'broken'), value: { fargazer: 'votes', version: 1, sinceMs: nowMs, timeMs: nowMs + 30 * day, part: (item.value as { part: string }).part }, expected: undefined });
  const own = exchange(store, 99, nowMs);

  assert.equal((await own.load(assert.fail)).length, 1);
  assert.equal(own.apply(walk(), await own.load(assert.fail), () => false), 0);
});

async function keysOf(store: Store): Promise<string[]> {
  const probe = exchange(store, 99, nowMs);
  await probe.load(assert.fail);
  // The prefix is the service's, whoever asks.
  return [probe.prefix];
}

test('a store that fails costs what it would have told, and is said', async () => {
  const troubles: string[] = [];
  const store = { ...memoryStore(), place: 'the table x', items: () => Promise.reject(new Error('The table x did not answer.')) } as unknown as Store;

  assert.deepEqual(await exchange(store, 1, nowMs).load((sentence) => troubles.push(sentence)), []);
  assert.match(troubles.join(''), /The table x did not answer\. What other tasks learned is not known here/);
});

test('a store that does not answer is waited for three seconds, and said', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const troubles: string[] = [];
  const store = { ...memoryStore(), place: 'the table x', items: () => new Promise(() => undefined) } as unknown as Store;

  const loading = exchange(store, 1, nowMs).load((sentence) => troubles.push(sentence));
  context.mock.timers.tick(2_999);
  await Promise.resolve();
  assert.deepEqual(troubles, []);
  context.mock.timers.tick(1);

  assert.deepEqual(await loading, []);
  assert.match(troubles.join(''), /the table x did not answer within 3 s: what other tasks learned is not known here/);
});
