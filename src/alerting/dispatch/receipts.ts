/** Receipts of one notifier, by key: one item of the store, which several processes may write, and several sends of this one. */
import { oneAtATime, type JsonValue, type Store } from '#contract';

export interface Receipts {
  of(key: string): Promise<JsonValue | undefined>;
  /** Undefined forgets it. */
  keep(key: string, receipt: JsonValue | undefined): Promise<void>;
}

/** Receipts kept, the latest used: messages older than so many others are not updated any more. */
const receiptLimit = 500;
const itemVersion = 1;

export function receiptsKey(notifier: string): string {
  return `receipts/${notifier}`;
}

export function receiptsOf(store: Store, notifier: string): Receipts {
  let known: Map<string, JsonValue> | undefined;
  let version: string | undefined;
  /** Reads and writes one after another: two that are kept at once would each write an item without the other. */
  const turn = oneAtATime();

  async function load(): Promise<Map<string, JsonValue>> {
    const item = await store.item(receiptsKey(notifier));
    version = item?.version;
    return new Map(receiptsIn(item?.value));
  }

  async function write(key: string, receipt: JsonValue | undefined): Promise<void> {
    for (let race = 0; race < 3; race += 1) {
      known ??= await load();
      known.delete(key);
      if (receipt !== undefined) known.set(key, receipt);
      while (known.size > receiptLimit) known.delete(known.keys().next().value!);
      const value = { version: itemVersion, receipts: [...known] } satisfies JsonValue;
      const written = await store.commit({ key: receiptsKey(notifier), value, expected: version });
      if (written !== undefined) {
        version = written;
        return;
      }
      known = undefined;
    }
  }

  return {
    // What is known needs no turn: of one key nothing is kept while it is asked for.
    of: async (key) => (known ?? (await turn(async () => (known ??= await load())))).get(key),
    keep: (key, receipt) => turn(() => write(key, receipt)),
  };
}

/** What is damaged is no receipt: a message is then sent anew. */
function receiptsIn(value: JsonValue | undefined): [string, JsonValue][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value['version'] !== itemVersion) return [];
  const { receipts } = value;
  return Array.isArray(receipts) ? receipts.filter((one): one is [string, JsonValue] => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string') : [];
}
