/** Delivery: what the closers found goes from the state to every sink, by one invocation at a time. */
import type { AlertingSettings, Clock, Deliverable, Notifier, PendingAlert, PendingAlerts, Reporter, Sink, Store } from '#contract';
import { deliveryKey, dispatcher, orderOfAlert, orderOfSending, readDelivery } from '../../alerting/dispatch/index.ts';
import { notifierOutlet, type Sending } from '../../alerting/dispatch/notifier-outlet.ts';
import { outputsOf } from '../../alerting/receivers.ts';
import { Checkpoint, StateMoved, type PendingBatch } from '../../engine/checkpoint.ts';
import { keepingLetters } from '../program/alerts/letters.ts';
import { kindsByName } from '../program/engine.ts';
import { whileLeased } from '../program/live/lease.ts';
import type { TimeLeft } from './time-left.ts';

export interface DeliverySettings {
  store: Store;
  /** They get every alert. */
  sinks: readonly Sink[];
  /** They get what the alerting pipeline decided. */
  notifiers: readonly Notifier[];
  alerting: AlertingSettings;
  clock: Clock;
  reporter: Reporter;
}

/** A receiver that does not answer must not eat the time of the closers; what is left is delivered a minute later. */
const longestMs = 20_000;
/** Less is not worth beginning: an answer of a receiver takes as long. */
const shortestMs = 1_000;
/** Alerts read at once. */
const mostRead = 500;
/** Closers that replace what is being read, in a row. */
const mostMoves = 5;

/** Everything pending up to this number was delivered by all outputs named, or given up. */
export async function deliveredThrough(store: Store, outputs: readonly { name: string }[]): Promise<number> {
  let through = Number.MAX_SAFE_INTEGER;
  for (const { name } of outputs) {
    const item = await store.item(deliveryKey(name));
    through = Math.min(through, item === undefined ? 0 : readDelivery(item).through);
  }
  return through;
}

/** Delivers what waits until none does, or the time is over. */
export async function deliver(settings: DeliverySettings, time: TimeLeft): Promise<void> {
  const { store, sinks, notifiers, alerting, clock, reporter } = settings;
  if (!time.hasFor(shortestMs)) return;
  const { pending, outbox } = await Checkpoint.open(store, kindsByName);
  const isLeft = async (batches: readonly PendingBatch[], outputs: readonly { name: string }[]): Promise<boolean> => {
    const last = batches.at(-1);
    return outputs.length > 0 && last !== undefined && last.from + last.count - 1 > (await deliveredThrough(store, outputs));
  };
  if (!(await isLeft(pending, sinks)) && !(await isLeft(outbox, notifiers))) return;
  const deadline = (): number => clock.now() + Math.min(longestMs, time.wholeMs / 4, time.leftMs() / 2);
  await whileLeased({ store, clock, name: 'delivery', forMs: longestMs + shortestMs, hasTime: () => time.hasFor(shortestMs) }, async () => {
    const outlets = notifiers.map((notifier) => notifierOutlet(notifier, { store, isFor: (receiver) => outputsOf(alerting, receiver).outputs.includes(notifier.name) }));
    const untilMs = deadline();
    // Made anew: how far others came meanwhile stands in the store alone.
    await Promise.all([
      dispatcher({ store, sinks: sinks.map((sink) => keepingLetters(sink, store)), pending: pendingIn(store, readPending), orderOf: orderOfAlert, clock, reporter }).drain(untilMs),
      dispatcher({ store, sinks: outlets.map((outlet) => keepingLetters(outlet, store)), pending: pendingIn(store, readOutbox), orderOf: orderOfSending, clock, reporter }).drain(untilMs),
    ]);
  });
}

type ReadPending<Item extends Deliverable> = (store: Store, afterNumber: number) => Promise<PendingAlert<Item>[]>;

function pendingIn<Item extends Deliverable>(store: Store, read: ReadPending<Item>): PendingAlerts<Item> {
  return async (afterNumber) => {
    for (let moves = 0; ; moves += 1) {
      try {
        return await read(store, afterNumber);
      } catch (error) {
        if (!(error instanceof StateMoved) || moves >= mostMoves) throw error;
      }
    }
  };
}

async function readPending(store: Store, afterNumber: number): Promise<PendingAlert[]> {
  const checkpoint = await Checkpoint.open(store, kindsByName);
  const found: PendingAlert[] = [];
  for (const batch of checkpoint.pending) {
    if (batch.from + batch.count - 1 <= afterNumber) continue;
    found.push(...(await checkpoint.alertsOf(batch)).filter(({ number }) => number > afterNumber));
    if (found.length >= mostRead) break;
  }
  return found;
}

async function readOutbox(store: Store, afterNumber: number): Promise<PendingAlert<Sending>[]> {
  const checkpoint = await Checkpoint.open(store, kindsByName);
  const found: PendingAlert<Sending>[] = [];
  for (const batch of checkpoint.outbox) {
    if (batch.from + batch.count - 1 <= afterNumber) continue;
    for (const { number, notification } of await checkpoint.notificationsOf(batch)) {
      if (number > afterNumber) found.push({ number, alert: { id: notification.key, revision: notification.sequence, notification } });
    }
    if (found.length >= mostRead) break;
  }
  return found;
}
