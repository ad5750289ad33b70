/** Dead letters sent again: what came of each, and those that arrived are dead no more. */
import { createHash } from 'node:crypto';
import { FargazerError, SinkError, type Alert, type Deliverable, type Notifier, type Sink, type Store } from '#contract';
import { deliveryKey, readDelivery, type DeadLetter } from '../../../alerting/dispatch/index.ts';
import { saveDelivery } from '../../../alerting/dispatch/delivery-item.ts';
import { notifierOutlet, type Sending } from '../../../alerting/dispatch/notifier-outlet.ts';
import type { RedeliveryRow } from '../../cli/alerts-program.ts';
import { letterName, lettersOf } from './letters.ts';
import { alertingIn, unmoved } from './state-of-alerting.ts';

export interface RedeliverySettings {
  store: Store;
  sinks: readonly Sink[];
  notifiers: readonly Notifier[];
  signal: AbortSignal;
  onRow?: (row: RedeliveryRow) => void;
}

const mostRaces = 20;

/** Each output by itself, its letters one after another, the oldest first; ends early where an output fails as a whole. */
export async function redeliver({ store, sinks, notifiers, signal, onRow }: RedeliverySettings): Promise<RedeliveryRow[]> {
  const source = await sourceOf(store);
  const rows: RedeliveryRow[] = [];
  const outlets: { name: string; send(content: Deliverable): Promise<void> }[] = [
    ...sinks.map((sink) => ({ name: sink.name, send: (content: Deliverable) => sink.send(content as Alert) })),
    ...notifiers.map((notifier) => {
      const outlet = notifierOutlet(notifier, { store, isFor: () => true });
      return { name: notifier.name, send: (content: Deliverable) => outlet.send(content as Sending) };
    }),
  ];
  for (const { name, send } of outlets) {
    const item = await store.item(deliveryKey(name));
    const kept = await lettersOf(store, name);
    const dead = item === undefined ? [] : readDelivery(item).deadLetters;
    const row: RedeliveryRow = { output: name, delivered: 0, superseded: 0, lost: 0, failed: 0, skipped: 0 };
    const over: DeadLetter[] = [];
    for (const letter of dead) {
      const own = kept.get(letterName(letter));
      const content = own?.content ?? source.contentOf(letter);
      if (signal.aborted || row.firstFailure?.isForAll === true) row.skipped += 1;
      else if (content === undefined) row.lost += 1;
      else if (source.isOld(content, dead)) {
        row.superseded += 1;
        over.push(letter);
      } else {
        try {
          await send(content);
          row.delivered += 1;
          over.push(letter);
          if (own !== undefined) await store.remove(own.key, own.version);
        } catch (error) {
          if (!(error instanceof SinkError)) throw error;
          row.failed += 1;
          // What may pass by waiting concerns the output and not this letter.
          row.firstFailure ??= { message: error.message, isForAll: error.isRetryable || error.code === 'gone' };
        }
      }
    }
    if (over.length > 0) await strike(store, name, over);
    rows.push(row);
    onRow?.(row);
  }
  return rows;
}

/** Takes letters off the list that the store keeps of an output; whoever delivers at the same moment is not disturbed. */
async function strike(store: Store, output: string, over: readonly DeadLetter[]): Promise<void> {
  const names = new Set(over.map(letterName));
  for (let race = 0; race < mostRaces; race += 1) {
    const item = await store.item(deliveryKey(output));
    if (item === undefined) return;
    const delivery = readDelivery(item);
    const deadLetters = delivery.deadLetters.filter((letter) => !names.has(letterName(letter)));
    if (deadLetters.length === delivery.deadLetters.length) return;
    if ((await saveDelivery(store, output, { ...delivery, deadLetters }, item.version)) !== undefined) return;
  }
  throw new FargazerError('store-failed', `${store.place}: what was sent again could not be noted, for others write all the time. It stays among the dead letters, and would be sent once more.`);
}

interface Source {
  contentOf(letter: DeadLetter): Deliverable | undefined;
  /** Whether the message of a notification has gone on since. */
  isOld(content: Deliverable, dead: readonly DeadLetter[]): boolean;
}

/** Where the content of letters stands that were not kept: what waits for other outputs, and what the pipeline remembers. */
async function sourceOf(store: Store): Promise<Source> {
  const { state, pending } = await alertingIn(store);
  const outbox = await unmoved(store, async (checkpoint) => (await Promise.all(checkpoint.outbox.map((batch) => checkpoint.notificationsOf(batch)))).flat());
  const found = new Map<string, Deliverable>();
  for (const { alert } of state.alerts.values()) if (alert !== undefined) found.set(letterName(alert), alert);
  for (const { alert } of pending) found.set(letterName(alert), alert);
  for (const { notification } of outbox) {
    const sending: Sending = { id: notification.key, revision: notification.sequence, notification };
    found.set(letterName(sending), sending);
  }
  return {
    contentOf: (letter) => found.get(letterName(letter)),
    isOld(content, dead) {
      if (!('notification' in content)) return false;
      const { key, sequence, receiver } = (content as Sending).notification;
      if (dead.some(({ id, revision }) => id === key && revision > sequence)) return true;
      for (const entry of state.log.values()) {
        if (entry.sequence <= sequence || keyOf(receiver, entry.group, entry.threadMs) !== key) continue;
        // What came later is no dead letter, or it would have been found: people know more than this says.
        return true;
      }
      return false;
    },
  };
}

/** As `notification.ts` makes the key of a message. */
function keyOf(receiver: string, group: string, threadMs: number): string {
  return createHash('sha256').update([receiver, group, threadMs].join('\u0001')).digest('hex').slice(0, 32);
}
