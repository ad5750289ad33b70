/** Notifiers as outlets: each notification with the receipt of the one before it, so that a message is updated and not sent again. */
import type { Deliverable, JsonValue, Notification, Notifier, Store } from '#contract';
import type { Outlet } from './attempt.ts';

/** A notification under its key, with its sequence as the revision. */
export interface Sending extends Deliverable {
  notification: Notification;
}

export interface NotifierSettings {
  store: Store;
  /** Whether notifications of a receiver go to this notifier. */
  isFor: (receiver: string) => boolean;
}

/** Receipts kept, the latest used: messages older than so many others are not updated any more. */
const receiptLimit = 500;
/** Notifiers return ids; what is larger is none. */
const receiptBytes = 1_024;
const itemVersion = 1;

export function receiptsKey(notifier: string): string {
  return `receipts/${notifier}`;
}

export function notifierOutlet(notifier: Notifier, { store, isFor }: NotifierSettings): Outlet<Sending> {
  let receipts: Map<string, JsonValue> | undefined;
  let version: string | undefined;

  async function load(): Promise<Map<string, JsonValue>> {
    const item = await store.item(receiptsKey(notifier.name));
    version = item?.version;
    return new Map(receiptsIn(item?.value));
  }

  /** A receipt that cannot be kept costs an update its message, and is no reason to send again. */
  async function keep(key: string, receipt: JsonValue | undefined): Promise<void> {
    for (let race = 0; race < 3; race += 1) {
      receipts!.delete(key);
      if (receipt !== undefined) receipts!.set(key, receipt);
      while (receipts!.size > receiptLimit) receipts!.delete(receipts!.keys().next().value!);
      const value = { version: itemVersion, receipts: [...receipts!] } satisfies JsonValue;
      const written = await store.commit({ key: receiptsKey(notifier.name), value, expected: version });
      if (written !== undefined) {
        version = written;
        return;
      }
      receipts = await load();
    }
  }

  return {
    name: notifier.name,
    async send({ notification }) {
      if (!isFor(notification.receiver)) return;
      receipts ??= await load();
      const before = receipts.get(notification.key);
      const keepNow = async (receipt: JsonValue | undefined): Promise<void> => {
        const isKept = receipt !== undefined && JSON.stringify(receipt).length <= receiptBytes;
        if (isKept || receipts!.has(notification.key)) await keep(notification.key, isKept ? receipt : undefined).catch(() => undefined);
      };
      await keepNow(await notifier.notify(notification, before, keepNow));
    },
    ...(notifier.close === undefined ? {} : { close: () => notifier.close!() }),
  };
}

/** What is damaged is no receipt: a message is then sent anew. */
function receiptsIn(value: JsonValue | undefined): [string, JsonValue][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value['version'] !== itemVersion) return [];
  const { receipts } = value;
  return Array.isArray(receipts) ? receipts.filter((one): one is [string, JsonValue] => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string') : [];
}
