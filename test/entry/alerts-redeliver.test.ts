/** Dead letters are kept with their content and sent again; tests go the way of real messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SinkError, type Alert, type JsonValue, type Notification, type Notifier, type Sink, type Store } from '../../src/contract/index.ts';
import { dispatcher } from '../../src/alerting/dispatch/index.ts';
import { deliveryKey, readDelivery } from '../../src/alerting/dispatch/delivery-item.ts';
import { notifierOutlet, type Sending } from '../../src/alerting/dispatch/notifier-outlet.ts';
import { Pipeline } from '../../src/alerting/pipeline.ts';
import { loadConfig } from '../../src/config/index.ts';
import { alerts as program } from '../../src/entry/alerts.ts';
import { plugins } from '../../src/entry/plugins.ts';
import { keepingLetters, lettersOf } from '../../src/entry/program/alerts/letters.ts';
import { redeliver } from '../../src/entry/program/alerts/redeliver.ts';
import { sendTests } from '../../src/entry/program/alerts/trial.ts';
import { openWalk } from '../../src/entry/program/engine.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { anAlert } from '../alerting/alert.ts';
import { alertOf, minute, settings, startMs } from '../alerting/pipeline/making.ts';
import { openReceiver } from '../alerting/receiver.ts';
import { openHttpService } from '../alerting/stand-ins/http-service.ts';

const signal = new AbortController().signal;
const output = { write: () => undefined, columns: 80, hasColour: false, timeZone: 'UTC' };

interface Moody {
  sink: Sink;
  sent: string[];
  /** From now on; undefined takes everything. */
  mood: ((alert: Alert) => SinkError | undefined) | undefined;
}

function moody(name = 'moody'): Moody {
  const bench: Moody = {
    sent: [],
    mood: undefined,
    sink: {
      name,
      async send(alert) {
        const failure = bench.mood?.(alert);
        if (failure !== undefined) throw failure;
        bench.sent.push(alert.id);
      },
    },
  };
  return bench;
}

const refuses = (pattern: RegExp) => (alert: Alert): SinkError | undefined => (pattern.test(alert.id) ? new SinkError('rejected', 'It is not what I want.', false) : undefined);

/** Delivers alerts through the real dispatcher, as live runs do. */
async function dispatch(store: Store, sink: Sink, alerts: readonly Alert[]): Promise<void> {
  const pending = async (after: number) => alerts.map((alert, at) => ({ number: at + 1, alert })).filter(({ number }) => number > after);
  await dispatcher({ store, sinks: [keepingLetters(sink, store)], pending }).drain(Date.now() + 5_000);
}

async function deadIn(store: Store, name: string): Promise<string[]> {
  const item = await store.item(deliveryKey(name));
  return item === undefined ? [] : readDelivery(item).deadLetters.map(({ id }) => id);
}

const three = ['one', 'two', 'three'].map((id) => anAlert({ id }));

test('what was refused for good is kept with its content, sent again, and dead no more', async () => {
  const store = memoryStore();
  const bench = moody();
  bench.mood = refuses(/one|three/);
  await dispatch(store, bench.sink, three);
  assert.deepEqual([bench.sent, await deadIn(store, 'moody')], [['two'], ['one', 'three']]);
  assert.deepEqual([...(await lettersOf(store, 'moody')).values()].map(({ content, code }) => [content, code]), [[three[0], 'rejected'], [three[2], 'rejected']]);
  bench.mood = undefined;
  const rows = await redeliver({ store, sinks: [bench.sink], notifiers: [], signal });
  assert.deepEqual(rows, [{ output: 'moody', delivered: 2, superseded: 0, lost: 0, failed: 0, skipped: 0 }]);
  assert.deepEqual(bench.sent, ['two', 'one', 'three']);
  assert.deepEqual([await deadIn(store, 'moody'), (await lettersOf(store, 'moody')).size], [[], 0]);
  assert.deepEqual(await redeliver({ store, sinks: [bench.sink], notifiers: [], signal }), [{ output: 'moody', delivered: 0, superseded: 0, lost: 0, failed: 0, skipped: 0 }]);
});

test('what is refused once more stays dead, and the others are sent', async () => {
  const store = memoryStore();
  const bench = moody();
  bench.mood = refuses(/./);
  await dispatch(store, bench.sink, three);
  bench.mood = refuses(/one/);
  const [row] = await redeliver({ store, sinks: [bench.sink], notifiers: [], signal });
  assert.deepEqual(row, { output: 'moody', delivered: 2, superseded: 0, lost: 0, failed: 1, skipped: 0, firstFailure: { message: 'It is not what I want.', isForAll: false } });
  assert.deepEqual([await deadIn(store, 'moody'), [...(await lettersOf(store, 'moody')).keys()]], [['one'], ['2 one']]);
});

test('an output that is down is not asked for every letter', async () => {
  const store = memoryStore();
  const bench = moody();
  bench.mood = refuses(/./);
  await dispatch(store, bench.sink, three);
  let asked = 0;
  bench.mood = () => ((asked += 1), new SinkError('unreachable', 'It is down.', true));
  const [row] = await redeliver({ store, sinks: [bench.sink], notifiers: [], signal });
  assert.equal(asked, 1);
  assert.deepEqual([row?.failed, row?.skipped, (await deadIn(store, 'moody')).length], [1, 2, 3]);
});

test('a letter whose content was not kept is lost, is said to be, and stays on the list', async () => {
  const store = memoryStore();
  await store.commit({ key: deliveryKey('moody'), value: { version: 1, through: 9, deadLetters: [{ id: 'gone', revision: 1, code: 'rejected', atMs: 1 }], givenUp: 1, attempts: 0, retryAtMs: 0 }, expected: undefined });
  const [row] = await redeliver({ store, sinks: [moody().sink], notifiers: [], signal });
  assert.deepEqual([row?.lost, row?.delivered, await deadIn(store, 'moody')], [1, 0, ['gone']]);
});

test('what fails and is delivered later is no letter', async () => {
  const store = memoryStore();
  const bench = moody();
  let failures = 1;
  bench.mood = () => (failures-- > 0 ? new SinkError('unreachable', 'Not now.', true, 1) : undefined);
  const kept = keepingLetters(bench.sink, store);
  await assert.rejects(kept.send(three[0]!));
  assert.equal((await lettersOf(store, 'moody')).size, 1);
  await kept.send(three[0]!);
  assert.equal((await lettersOf(store, 'moody')).size, 0);
});

test('letters are as many as dead letters, the newest; what is too large, and a store that fails, cost a content alone', async () => {
  const store = memoryStore();
  const bench = moody();
  bench.mood = refuses(/./);
  let nowMs = 0;
  const kept = keepingLetters(bench.sink, store, { now: () => (nowMs += 1), sleep: async () => undefined });
  for (let at = 0; at < 130; at += 1) await assert.rejects(kept.send(anAlert({ id: `a${at}` })), SinkError);
  const names = [...(await lettersOf(store, 'moody')).keys()];
  assert.equal(names.length, 100);
  assert.ok(names.includes('2 a129') && names.includes('2 a30') && !names.includes('2 a29'));
  await assert.rejects(kept.send(anAlert({ id: 'large', summary: 'x'.repeat(300_000) })), SinkError);
  assert.equal((await lettersOf(store, 'moody')).size, 100);
  const failing = keepingLetters(bench.sink, { ...store, commit: async () => { throw new Error('disk'); } });
  await assert.rejects(failing.send(anAlert({ id: 'b' })), (error: unknown) => error instanceof SinkError && error.code === 'rejected');
});

test('two processes that keep letters of one output lose none', async () => {
  const store = memoryStore();
  const bench = moody();
  bench.mood = refuses(/./);
  const [left, right] = [keepingLetters(bench.sink, store), keepingLetters(bench.sink, store)];
  for (const [at, kept] of [left, right, left, right, right, left].entries()) {
    // Tried again as queues do, for a place may be taken by the other.
    for (let attempt = 0; attempt < 2; attempt += 1) await assert.rejects(kept.send(anAlert({ id: `a${at}` })));
  }
  assert.deepEqual([...(await lettersOf(store, 'moody')).values()].map(({ content }) => content.id).toSorted(), ['a0', 'a1', 'a2', 'a3', 'a4', 'a5']);
});

test('what fails at once keeps all its contents, and what passes beside it loses none', async () => {
  const store = memoryStore();
  const bench = moody();
  bench.mood = refuses(/./);
  const kept = keepingLetters({ ...bench.sink, concurrency: 3 }, store);
  assert.equal(kept.concurrency, 3);
  const named = ['a', 'b', 'c', 'd', 'e', 'f'];
  await Promise.allSettled(named.map((id) => kept.send(anAlert({ id }))));
  assert.deepEqual([...(await lettersOf(store, 'moody')).values()].map(({ content }) => content.id).toSorted(), named);
  bench.mood = refuses(/[a-c]/);
  await Promise.allSettled(named.map((id) => kept.send(anAlert({ id }))));
  assert.deepEqual([...(await lettersOf(store, 'moody')).values()].map(({ content }) => content.id).toSorted(), ['a', 'b', 'c']);
});

function sending(key: string, sequence: number): Sending {
  const notification: Notification = { key, sequence, receiver: 'people', reason: 'first notification', status: 'firing', timeMs: 0, groupLabels: {}, incidents: [], incidentCount: 0 };
  return { id: key, revision: sequence, notification };
}

test('of the messages of one key only the newest is sent again, with the receipt of the one that arrived', async () => {
  const store = memoryStore();
  const calls: [number, JsonValue | undefined][] = [];
  let isDown = false;
  const notifier: Notifier = {
    name: 'chat',
    async notify({ sequence }, receipt) {
      if (isDown) throw new SinkError('rejected', 'No.', false);
      calls.push([sequence, receipt]);
      return { message: sequence };
    },
  };
  const items = [1, 2, 3].map((sequence) => sending('k'.repeat(32), sequence));
  const outlet = keepingLetters(notifierOutlet(notifier, { store, isFor: () => true }), store);
  await outlet.send(items[0]!);
  isDown = true;
  const pending = async (after: number) => items.map((alert, at) => ({ number: at + 1, alert })).filter(({ number }) => number > Math.max(1, after));
  await dispatcher<Sending>({ store, sinks: [outlet], pending }).drain(Date.now() + 5_000);
  isDown = false;
  const [row] = await redeliver({ store, sinks: [], notifiers: [notifier], signal });
  assert.deepEqual(row, { output: 'chat', delivered: 1, superseded: 1, lost: 0, failed: 0, skipped: 0 });
  assert.deepEqual(calls, [[1, undefined], [3, { message: 1 }]]);
  assert.deepEqual(await deadIn(store, 'chat'), []);
});

test('a message that has gone on since it died is left as it is', async () => {
  const store = memoryStore();
  const { walk, checkpoint } = await openWalk(loadConfig('', 'f', plugins, {}), { teaching: {} }, store);
  const pipeline = new Pipeline(settings());
  pipeline.take([{ number: 1, alert: alertOf('a1') }, { number: 2, alert: alertOf('a2', { atMs: 2 * minute }) }]);
  const told = pipeline.walkTo(startMs + 10 * minute).map(({ notification }) => notification);
  assert.deepEqual(told.map(({ sequence }) => sequence), [1, 2]);
  await checkpoint.save(walk, { notifications: told, alerting: pipeline.pack() });
  const sent: number[] = [];
  const notifier: Notifier = { name: 'chat', notify: async ({ sequence }) => void sent.push(sequence) };
  const letter = (at: number): JsonValue => ({ id: told[at]!.key, revision: told[at]!.sequence, code: 'rejected', atMs: 1 });
  const died = async (letters: JsonValue[]) => store.commit({ key: deliveryKey('chat'), value: { version: 1, through: 2, deadLetters: letters, givenUp: 1, attempts: 0, retryAtMs: 0 }, expected: (await store.item(deliveryKey('chat')))?.version });
  await died([letter(0)]);
  assert.equal((await redeliver({ store, sinks: [], notifiers: [notifier], signal }))[0]?.superseded, 1);
  // The newest is sent, from what still waits for other outputs.
  await died([letter(1)]);
  assert.equal((await redeliver({ store, sinks: [], notifiers: [notifier], signal }))[0]?.delivered, 1);
  assert.deepEqual(sent, [2]);
});

test('whoever delivers at the same moment and the list of dead letters keep each other', async () => {
  const store = memoryStore();
  const bench = moody();
  bench.mood = refuses(/one/);
  await dispatch(store, bench.sink, three);
  bench.mood = undefined;
  let races = 2;
  const shared: Store = {
    ...store,
    async commit(step) {
      if (step.key === deliveryKey('moody') && races-- > 0) {
        const item = await store.item(step.key);
        await store.commit({ ...step, value: { ...(item!.value as Record<string, JsonValue>), through: 40 }, expected: item!.version });
      }
      return store.commit(step);
    },
  };
  await redeliver({ store: shared, sinks: [bench.sink], notifiers: [], signal });
  assert.deepEqual(readDelivery((await store.item(deliveryKey('moody')))!), { through: 40, ahead: [], deadLetters: [], givenUp: 1, doubts: [], attempts: 0, retryAtMs: 0 });
});

test('a test goes through the real output, is marked, and its answer is told without secrets', async (t) => {
  const slack = await openHttpService(() => ({ status: 200, body: 'ok' }));
  t.after(() => slack.close());
  const path = '/services/T000/B000/hunter2hunter2hunter2';
  const config = loadConfig(`sinks:\n  slack: { url: "${slack.origin}${path}", allowPrivate: true }\n  jsonl:\n`, 'fargazer.yaml', plugins, {});
  const ask = () => program.test(config, { sink: 'slack', output, onRow: () => undefined });
  const [row] = await ask();
  assert.ok(row?.isDelivered === true && row.says === 'took the test', JSON.stringify(row));
  assert.equal(slack.requests.length, 1);
  assert.match(slack.requests[0]?.body ?? '', /\bTest\b/);
  for (const [fault, code] of [[{ status: 404, body: `no_service ${path}` }, 'gone'], [{ status: 500, body: `broken at ${path}` }, undefined], ['reset', undefined]] as const) {
    slack.fault = fault;
    const [failed] = await ask();
    assert.equal(failed?.isDelivered, false);
    if (code !== undefined) assert.equal(failed?.code, code);
    assert.doesNotMatch(JSON.stringify(failed), /hunter2/);
  }
  await assert.rejects(program.test(config, { sink: 'slak', output, onRow: () => undefined }), /has no output slak; did you mean slack\?/);
  await assert.rejects(program.test(loadConfig('', 'f', plugins, {}), { output, onRow: () => undefined }), /names no output/);
});

test('every output is tested, a failing one does not stop the others, and what stays open is closed', async () => {
  const told: string[] = [];
  let isClosed = false;
  const pagerduty: Notifier = {
    name: 'pagerduty',
    async notify({ reason, status, sequence }, receipt) {
      told.push(`${reason} ${status} ${sequence} ${JSON.stringify(receipt) ?? 'first'}`);
      return { page: 1 };
    },
    close: async () => void (isClosed = true),
  };
  const broken = moody('broken');
  broken.mood = () => new SinkError('denied', 'The key s3cr3t-s3cr3t is wrong.', false);
  const rows = await sendTests({ sinks: [broken.sink, moody('fine').sink], notifiers: [pagerduty], nowMs: Date.UTC(2026, 2, 3), redact: (text) => text.replaceAll('s3cr3t-s3cr3t', '[secret]') });
  assert.deepEqual(rows.map(({ output: name, isDelivered, says }) => [name, isDelivered, says]), [
    ['broken', false, 'The key [secret] is wrong.'], ['fine', true, 'took the test'], ['pagerduty', true, 'took the test, and that it is over'],
  ]);
  assert.deepEqual(told, ['test firing 1 first', 'test resolved 2 {"page":1}']);
  assert.ok(isClosed);
});

test('a sink for programs gets an alert that is marked as a test', async (t) => {
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  const config = loadConfig(`sinks:\n  webhook: { url: "${receiver.url}", secret: "whsec_${Buffer.alloc(32, 7).toString('base64')}", allowPrivate: true }\n`, 'fargazer.yaml', plugins, {});
  const rows = await program.test(config, { output, onRow: () => undefined });
  assert.ok(rows.every(({ isDelivered }) => isDelivered), JSON.stringify(rows));
  assert.match(receiver.received[0]?.body ?? '', /"detector":"fargazer-test"/);
  assert.match(receiver.received[0]?.body ?? '', /"title":"Test: nothing happened"/);
});
