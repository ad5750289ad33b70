/** Mode `ship` of the sidecar: what goes to the stream, and what happens where the stream takes nothing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FargazerError, fireLensLine, publishedLine, systemClock, taskId, type FargazerEvent, type LiveRecord, type LiveSource } from '#contract';
import { ShipQueue } from '../../src/entry/program/sidecar/ship-queue.ts';
import { ship } from '../../src/entry/program/sidecar/shipper.ts';
import type { StreamWriter } from '../../src/sources/kinesis/put.ts';
import { eventsOf } from '../support/run-case.ts';

const subject = { account: '1', region: 'r', cluster: 'shop', service: 'checkout', task: taskId(1) };
const nowMs = Math.floor(Date.now() / 60_000) * 60_000;

const launch = publishedLine({
  kind: 'process', feed: 'sensor', timeMs: nowMs, id: 's/1', subject, activity: 'launch', pid: 7, program: { path: '/tmp/.x', name: '.x' }, lineage: [], arguments: ['/tmp/.x'],
  userId: 0, realUserId: 0, parentUserId: 0, executable: 'writable-place', foundBy: 'proc',
});
const logs = Array.from({ length: 500 }, (_, at) => fireLensLine({ at: nowMs + at, service: 'checkout', task: 1, log: `payment ${at} of card 4111111111111111 done in ${at} ms` }));

function source(records: readonly string[]): LiveSource {
  return {
    name: 'task',
    async *read(_resume, signal) {
      yield { lane: 'task', position: null, records: records.map((text, at): LiveRecord => ({ content: Buffer.from(text), place: String(at), arrivalMs: nowMs })) };
      await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
    },
    health: () => [],
  };
}

async function shipped(records: readonly string[], putMany: StreamWriter['putMany'], forMs = 700): Promise<{ result: { sent: number; dropped: number }; troubles: string[] }> {
  const troubles: string[] = [];
  const stop = new AbortController();
  setTimeout(() => stop.abort(), forMs);
  const result = await ship({ source: source(records), writer: { putMany, close: () => undefined }, subject: () => subject, start: 'x', clock: systemClock, onTrouble: (sentence) => troubles.push(sentence) }, stop.signal, 300);
  return { result, troubles };
}

function decoded(contents: readonly Uint8Array[]): FargazerEvent[] {
  return eventsOf(contents.flatMap((content) => Buffer.from(content).toString().trimEnd().split('\n')));
}

test('what the sensor saw goes as it is, lines as kinds with their counts and no secrets, and it says that it lives', async () => {
  const put: Uint8Array[] = [];

  const { result } = await shipped([launch, ...logs], async (entries) => entries.map(({ content }) => void put.push(content)));

  const events = decoded(put);
  assert.equal(events.find(({ kind }) => kind === 'process')?.id, 's/1');
  const kinds = events.filter((event) => event.kind === 'log');
  assert.equal(kinds.reduce((sum, { count }) => sum + count, 0), 500);
  assert.ok(kinds.length < 10, `${kinds.length} kinds`);
  assert.ok(events.some((event) => event.kind === 'coverage' && event.state === 'working'));
  assert.doesNotMatch(put.map((content) => Buffer.from(content).toString()).join(''), /4111111111111111/);
  assert.equal(result.dropped, 0);
  assert.ok(put.reduce((sum, { length }) => sum + length, 0) < 20_000, 'far less than the lines themselves');
});

test('what a stream refused is sent again, once each', async () => {
  const put: string[] = [];
  let calls = 0;

  const { result, troubles } = await shipped([launch], async (entries) => {
    calls += 1;
    if (calls === 1) throw new FargazerError('output-failed', 'The stream telemetry took nothing (ProvisionedThroughputExceededException).');
    if (calls === 2) return entries.map(() => 'InternalFailure');
    return entries.map(({ content }) => void put.push(Buffer.from(content).toString()));
  }, 1_600);

  assert.equal(put.filter((text) => text.includes('"s/1"')).length, 1);
  assert.match(troubles.join(), /took nothing/);
  assert.equal(result.dropped, 0);
});

test('a stream that takes nothing holds no more than its bound, and what was dropped is counted', async () => {
  const many = Array.from({ length: 9_000 }, (_, at) => launch.replace('s/1', `s/${at}`).replace('"arguments":["/tmp/.x"]', `"arguments":["${'x'.repeat(200)}${at}"]`));

  const { result } = await shipped(many, () => Promise.reject(new FargazerError('output-failed', 'The stream took nothing (TimeoutError).')));

  assert.equal(result.sent, 0);
  assert.ok(result.dropped > 20, `${result.dropped} records of 25 kB`);
});

test('while a group is under way the oldest goes all the same: what the stream takes at last is the newest, whole and in order', async () => {
  const many = Array.from({ length: 9_000 }, (_, at) => launch.replace('s/1', `s/${at}`).replace('"arguments":["/tmp/.x"]', `"arguments":["${'x'.repeat(200)}${at}"]`));
  const ids: number[] = [];
  let calls = 0;

  const { result } = await shipped(many, async (entries) => {
    calls += 1;
    if (calls === 1) {
      // Everything came meanwhile.
      await systemClock.sleep(300);
      return entries.map(() => 'InternalFailure');
    }
    for (const { content } of entries) for (const [, id] of Buffer.from(content).toString().matchAll(/"id":"s\/(\d+)"/g)) ids.push(Number(id));
    return entries.map(() => undefined);
  }, 1_600);

  assert.equal(ids.at(-1), 8_999);
  assert.ok(ids[0]! > 100 && ids.length < 8_000, `${ids.length} from ${ids[0]} on`);
  assert.deepEqual(ids, Array.from({ length: ids.length }, (_, at) => ids[0]! + at));
  assert.ok(result.dropped > 20);
});

describe('what waits', () => {
  const of = (...numbers: number[]): Buffer[] => numbers.map((number) => Buffer.alloc(10, number));
  const numbersIn = (queue: ShipQueue): number[] => queue.take(100).map((content) => content[0]!);

  test('is bounded: the oldest goes', () => {
    const queue = new ShipQueue(35);
    for (const content of of(1, 2, 3, 4, 5)) queue.put(content);
    assert.equal(queue.dropped, 2);
    assert.deepEqual(numbersIn(queue), [3, 4, 5]);
  });

  test('what comes back refused is the oldest, and goes where newer ones took its place', () => {
    const queue = new ShipQueue(35);
    for (const content of of(1, 2, 3)) queue.put(content);
    const taken = queue.take(2);
    for (const content of of(4, 5)) queue.put(content);
    assert.equal(queue.dropped, 0, 'what is under way has room of its own');
    queue.giveBack(taken);
    assert.equal(queue.dropped, 2);
    assert.deepEqual(numbersIn(queue), [3, 4, 5]);
  });

  test('what alone is over the bound is dropped, and what follows is kept', () => {
    const queue = new ShipQueue(35);
    queue.put(Buffer.alloc(40));
    for (const content of of(1)) queue.put(content);
    assert.equal(queue.dropped, 1);
    assert.deepEqual(numbersIn(queue), [1]);
  });
});
