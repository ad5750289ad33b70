/** Notifiers as outlets: each notification with the receipt of the one before it, so that a message is updated and not sent again. */
import { SinkError, type Deliverable, type JsonValue, type Notification, type Notifier, type Store } from '#contract';
import type { Outlet } from './attempt.ts';
import { receiptsOf } from './receipts.ts';

export { receiptsKey } from './receipts.ts';

/** A notification under its key, with its sequence as the revision. */
export interface Sending extends Deliverable {
  notification: Notification;
}

export interface NotifierSettings {
  store: Store;
  /** Whether notifications of a receiver go to this notifier. */
  isFor: (receiver: string) => boolean;
}

/** Notifiers return ids; what is larger is none. */
const receiptBytes = 1_024;

/** Of one key one notification at a time; those of others may be under way beside it. */
export function notifierOutlet(notifier: Notifier, { store, isFor }: NotifierSettings): Outlet<Sending> {
  const receipts = receiptsOf(store, notifier.name);

  async function receiptOf(key: string): Promise<JsonValue | undefined> {
    try {
      return await receipts.of(key);
    } catch {
      // Nothing is known against the notification: it is sent when the store answers.
      throw new SinkError('receipts-unread', `What was sent to ${notifier.name} before could not be read from the state; it is tried again.`, true);
    }
  }

  return {
    name: notifier.name,
    ...(notifier.concurrency === undefined ? {} : { concurrency: notifier.concurrency }),
    async send({ notification }) {
      if (!isFor(notification.receiver)) return;
      const before = await receiptOf(notification.key);
      let hasReceipt = before !== undefined;
      const keepNow = async (receipt: JsonValue | undefined): Promise<void> => {
        const isKept = receipt !== undefined && JSON.stringify(receipt).length <= receiptBytes;
        if (!isKept && !hasReceipt) return;
        hasReceipt = isKept;
        // A receipt that cannot be kept costs an update its message, and is no reason to send again.
        await receipts.keep(notification.key, isKept ? receipt : undefined).catch(() => undefined);
      };
      await keepNow(await notifier.notify(notification, before, keepNow));
    },
    ...(notifier.close === undefined ? {} : { close: () => notifier.close!() }),
  };
}
