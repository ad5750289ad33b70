/** An output or a receiver that leaves the configuration while its alerts wait: nothing is held up, and people are told by who is left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentReporter, SinkError, systemClock, type AlertingSettings, type Notifier, type Sink } from '#contract';
import { deliveryKey, readDelivery } from '../../src/alerting/dispatch/index.ts';
import { Checkpoint } from '../../src/engine/checkpoint.ts';
import { deliver, deliveredThrough } from '../../src/entry/lambda/delivery.ts';
import { timeLeft } from '../../src/entry/lambda/time-left.ts';
import { kindsByName } from '../../src/entry/program/engine.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { anAlert } from '../alerting/alert.ts';
import { anIncident, aNotification } from '../alerting/message/stories.ts';
import { alerting as standard, makeWalk } from '../support/live/whole.ts';

const down = (): never => {
  throw new SinkError('unreachable', 'It is down.', true);
};
const time = timeLeft({ requestId: 'one', leftMs: () => 60_000 });

test('alerts that waited for a removed output hold up nobody, and its messages go to the receiver of the root', async () => {
  const store = memoryStore();
  const checkpoint = await Checkpoint.open(store, kindsByName);
  const alerts = ['a', 'b', 'c'].map((id) => anAlert({ id, revision: 1 }));
  const notifications = alerts.map((alert, at) => aNotification([anIncident([alert])], { key: String(at).repeat(32), receiver: 'pagers' }));
  const walk = makeWalk({ teaching: {} });
  await checkpoint.save(walk, { alerts, notifications });
  const sent: string[] = [];
  const sink = (name: string, send: Sink['send'] = async ({ id }) => void sent.push(`${name} ${id}`)): Sink => ({ name, send });
  const notifier = (name: string, notify: Notifier['notify'] = async ({ key }) => void sent.push(`${name} ${key[0]}`)): Notifier => ({ name, notify });
  const before: AlertingSettings = { ...standard, receivers: { pagers: { outputs: ['pager'], sendResolved: true } }, route: { receiver: 'pagers' } };
  const common = { store, clock: systemClock, reporter: silentReporter };

  // `lasting` takes all; `removed` and `pager` are down, and alerts wait for them.
  const first = { ...common, alerting: before, sinks: [sink('lasting'), sink('removed', down)], notifiers: [notifier('pager', down)] };
  await deliver(first, timeLeft({ requestId: 'first', leftMs: () => 4_000 }));
  assert.deepEqual(sent, ['lasting a', 'lasting b', 'lasting c']);
  assert.equal(await deliveredThrough(store, first.sinks), 0);

  // Both leave the configuration; a chat takes the place of the pager.
  const after = { ...common, alerting: { ...before, receivers: { people: { outputs: ['chat'], sendResolved: true } }, route: { receiver: 'people' } }, sinks: [sink('lasting')], notifiers: [notifier('chat')] };
  await deliver(after, time);
  assert.deepEqual(sent.slice(3), ['chat 0', 'chat 1', 'chat 2']);
  assert.equal(await deliveredThrough(store, after.sinks), 3);
  assert.equal(readDelivery((await store.item(deliveryKey('lasting')))!).givenUp, 0);
  // Nothing is kept for who is gone.
  await checkpoint.save(walk, { deliveredBelow: (await deliveredThrough(store, after.sinks)) + 1, notifiedBelow: (await deliveredThrough(store, after.notifiers)) + 1 });
  assert.deepEqual([checkpoint.pending.length, checkpoint.outbox.length], [0, 0]);
});
