/** A notifier gets the receipt of the message before, also after a restart, and only what is for its receivers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { SinkError, type JsonValue, type Notification, type Notifier, type Store } from '#contract';
import { notifierOutlet, receiptsKey, type Sending } from '../../../src/alerting/dispatch/notifier-outlet.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';

function sending(key: string, sequence: number, receiver = 'people'): Sending {
  const notification: Notification = {
    key, sequence, receiver, reason: 'first notification', status: 'firing', timeMs: 0, groupLabels: {}, incidents: [], incidentCount: 0,
  };
  return { id: key, revision: sequence, notification };
}

function noting(): { notifier: Notifier; calls: [string, number, JsonValue | undefined][] } {
  const calls: [string, number, JsonValue | undefined][] = [];
  const notifier: Notifier = {
    name: 'noting',
    async notify({ key, sequence }, receipt) {
      calls.push([key, sequence, receipt]);
      return { message: `${key} ${(receipt as { message: string } | undefined)?.message ?? sequence}`.slice(0, 40) };
    },
  };
  return { notifier, calls };
}

test('the second notification of a key comes with the receipt of the first', async () => {
  const { notifier, calls } = noting();
  const outlet = notifierOutlet(notifier, { store: memoryStore(), isFor: () => true });
  for (const each of [sending('a', 1), sending('b', 1), sending('a', 2)]) await outlet.send(each);
  assert.deepEqual(calls, [['a', 1, undefined], ['b', 1, undefined], ['a', 2, { message: 'a 1' }]]);
});

test('receipts outlive the process, and two processes keep each other\'s', async () => {
  const store = memoryStore();
  const { notifier, calls } = noting();
  const one = notifierOutlet(notifier, { store, isFor: () => true });
  const two = notifierOutlet(notifier, { store, isFor: () => true });
  await one.send(sending('a', 1));
  await two.send(sending('b', 1));
  await one.send(sending('c', 1));
  const later = notifierOutlet(notifier, { store, isFor: () => true });
  for (const key of ['a', 'b', 'c']) await later.send(sending(key, 2));
  assert.deepEqual(calls.slice(3).map(([, , receipt]) => receipt), [{ message: 'a 1' }, { message: 'b 1' }, { message: 'c 1' }]);
});

test('receipts of keys that are under way at once are all kept, by one process and by two', async () => {
  const inner = memoryStore();
  // Each write takes a while, in which others come.
  const store: Store = { ...inner, commit: async (step) => (await turn(), inner.commit(step)) };
  const { notifier, calls } = noting();
  const outlets = [notifierOutlet(notifier, { store, isFor: () => true }), notifierOutlet(notifier, { store, isFor: () => true })];
  await Promise.all(['a', 'b', 'c', 'd'].map((key) => outlets[0]!.send(sending(key, 1))));
  await Promise.all([outlets[0]!.send(sending('e', 1)), outlets[1]!.send(sending('f', 1)), outlets[0]!.send(sending('g', 1))]);
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const later = notifierOutlet(notifier, { store, isFor: () => true });
  await Promise.all(keys.map((key) => later.send(sending(key, 2))));
  assert.deepEqual(calls.slice(keys.length).map(([key, , receipt]) => [key, receipt]), keys.map((key) => [key, { message: `${key} 1` }]));
});

test('a store that cannot say what was sent before is asked again, and nothing is sent until then', async () => {
  const store = memoryStore();
  const { notifier, calls } = noting();
  let isDown = true;
  const outlet = notifierOutlet(notifier, { store: { ...store, item: async (key) => (isDown ? Promise.reject(new Error('down')) : store.item(key)) }, isFor: () => true });
  await assert.rejects(outlet.send(sending('a', 1)), (error: unknown) => error instanceof SinkError && error.isRetryable);
  isDown = false;
  await outlet.send(sending('a', 1));
  assert.equal(calls.length, 1);
});

test('takes as many at once as its notifier', () => {
  const outlet = (concurrency?: number) => notifierOutlet({ ...noting().notifier, ...(concurrency === undefined ? {} : { concurrency }) }, { store: memoryStore(), isFor: () => true });
  assert.deepEqual([outlet(7).concurrency, outlet().concurrency], [7, undefined]);
});

test('what is for other receivers is passed over', async () => {
  const { notifier, calls } = noting();
  await notifierOutlet(notifier, { store: memoryStore(), isFor: (receiver) => receiver === 'people' }).send(sending('a', 1, 'machines'));
  assert.deepEqual(calls, []);
});

test('a damaged item of receipts is begun anew', async () => {
  const store = memoryStore();
  await store.commit({ key: receiptsKey('noting'), value: { version: 7, receipts: 'x' }, expected: undefined });
  const { notifier, calls } = noting();
  const outlet = notifierOutlet(notifier, { store, isFor: () => true });
  await outlet.send(sending('a', 1));
  await outlet.send(sending('a', 2));
  assert.deepEqual(calls.map(([, , receipt]) => receipt), [undefined, { message: 'a 1' }]);
});

test('a failure is that of the notifier, and keeps no receipt', async () => {
  const store = memoryStore();
  const outlet = notifierOutlet({ name: 'noting', notify: () => Promise.reject(new Error('down')) }, { store, isFor: () => true });
  await assert.rejects(outlet.send(sending('a', 1)), /down/);
  assert.equal(await store.item(receiptsKey('noting')), undefined);
});

test('what was kept early outlives a process that ends before the notifier does', async () => {
  const store = memoryStore();
  const calls: (JsonValue | undefined)[] = [];
  const notifier: Notifier = {
    name: 'noting',
    async notify(_, receipt, keep) {
      calls.push(receipt);
      await keep?.({ message: 'gone' });
      return new Promise<undefined>(() => undefined);
    },
  };
  void notifierOutlet(notifier, { store, isFor: () => true }).send(sending('a', 1));
  while ((await store.item(receiptsKey('noting'))) === undefined) await new Promise(setImmediate);
  void notifierOutlet(notifier, { store, isFor: () => true }).send(sending('a', 1));
  while (calls.length < 2) await new Promise(setImmediate);
  assert.deepEqual(calls, [undefined, { message: 'gone' }]);
});

test('what is returned in the end takes the place of what was kept early', async () => {
  const store = memoryStore();
  const notifier: Notifier = {
    name: 'noting',
    async notify(_, receipt, keep) {
      await keep?.({ message: 'early' });
      return receipt === undefined ? { message: 'whole' } : undefined;
    },
  };
  const outlet = notifierOutlet(notifier, { store, isFor: () => true });
  const kept = async (): Promise<JsonValue | undefined> => (((await store.item(receiptsKey('noting')))?.value ?? {}) as { receipts?: JsonValue }).receipts;
  await outlet.send(sending('a', 1));
  assert.deepEqual(await kept(), [['a', { message: 'whole' }]]);
  await outlet.send(sending('a', 2));
  assert.deepEqual(await kept(), []);
});
