/** Delivery: what the closers found goes from the state to every sink, by one invocation at a time. */
import type { Clock, PendingAlert, PendingAlerts, Reporter, Sink, Store } from '#contract';
import { deliveryKey, dispatcher, readDelivery } from '../../alerting/dispatch/index.ts';
import { Checkpoint, StateMoved } from '../../engine/checkpoint.ts';
import { kindsByName } from '../program/engine.ts';
import { whileLeased } from '../program/live/lease.ts';
import type { TimeLeft } from './time-left.ts';

export interface DeliverySettings {
  store: Store;
  sinks: readonly Sink[];
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

/** Every pending alert up to this number was delivered by all sinks, or given up. */
export async function deliveredThrough({ store, sinks }: Pick<DeliverySettings, 'store' | 'sinks'>): Promise<number> {
  let through = Number.MAX_SAFE_INTEGER;
  for (const { name } of sinks) {
    const item = await store.item(deliveryKey(name));
    through = Math.min(through, item === undefined ? 0 : readDelivery(item).through);
  }
  return through;
}

/** Delivers what waits until none does, or the time is over. */
export async function deliver(settings: DeliverySettings, time: TimeLeft): Promise<void> {
  const { store, sinks, clock, reporter } = settings;
  if (sinks.length === 0 || !time.hasFor(shortestMs)) return;
  const waiting = (await Checkpoint.open(store, kindsByName)).pending;
  const last = waiting.at(-1);
  if (last === undefined || last.from + last.count - 1 <= (await deliveredThrough(settings))) return;
  const deadline = (): number => clock.now() + Math.min(longestMs, time.wholeMs / 4, time.leftMs() / 2);
  await whileLeased({ store, clock, name: 'delivery', forMs: longestMs + shortestMs, hasTime: () => time.hasFor(shortestMs) }, async () => {
    // Made anew: how far others came meanwhile stands in the store alone.
    await dispatcher({ store, sinks, pending: pendingIn(store), clock, reporter }).drain(deadline());
  });
}

export function pendingIn(store: Store): PendingAlerts {
  return async (afterNumber) => {
    for (let moves = 0; ; moves += 1) {
      try {
        return await readPending(store, afterNumber);
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
