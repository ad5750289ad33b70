/** What is noted in the store of one sink: how far it came, and what was given up. */
import { FargazerError, type Reporter, type Store } from '#contract';
import { deliveryKey, nothingDelivered, readDelivery, saveDelivery, withProgress, type DeadLetter, type Delivery, type Progress } from './delivery-item.ts';

/** Others who write the same item at once; more in a row mean that the store does not do what it says. */
const mostRaces = 20;

export interface LedgerSettings {
  store: Store;
  sink: string;
  reporter: Reporter;
  /** What this process knows now. */
  progress: () => Progress;
  /** Told what the store knew, and both together. */
  onRead: (saved: Delivery, both: Delivery) => void;
}

export interface Ledger {
  /** As the store has it. */
  saved(): Delivery;
  isRead(): boolean;
  /** Outcomes that the store does not know of. */
  unnoted(): number;
  /** Something came of an alert; with a letter where it was given up. */
  note(letter?: DeadLetter): void;
  read(): Promise<void>;
  /** Commits what is known; where another was first, reads what it saved and tries again. */
  save(): Promise<void>;
}

export function ledger({ store, sink, reporter, progress, onRead }: LedgerSettings): Ledger {
  let saved: Delivery = nothingDelivered;
  /** Of the item as it was last read or written; undefined for none yet, or before it was read. */
  let version: string | undefined;
  let isRead = false;
  let unnoted = 0;
  let letters: DeadLetter[] = [];

  async function read(): Promise<void> {
    const item = await store.item(deliveryKey(sink));
    saved = item === undefined ? nothingDelivered : readDelivery(item);
    version = item?.version;
    onRead(saved, withProgress(saved, progress(), []));
    isRead = true;
  }

  return {
    saved: () => saved,
    isRead: () => isRead,
    unnoted: () => unnoted,
    note(letter) {
      unnoted += 1;
      if (letter !== undefined) letters.push(letter);
    },
    read,
    async save() {
      for (let race = 0; race < mostRaces; race += 1) {
        // What is answered while the store writes belongs to the next time.
        const [outcomes, given] = [unnoted, letters.length];
        const next = withProgress(saved, progress(), letters);
        const written = await saveDelivery(store, sink, next, version);
        if (written !== undefined) {
          saved = next;
          version = written;
          unnoted -= outcomes;
          letters = letters.slice(given);
          return;
        }
        reporter.happened('delivery-shared', { sink });
        await read();
      }
      throw new FargazerError('store-failed', `How far ${sink} was delivered could not be noted: others write it all the time. Alerts may be sent again.`);
    },
  };
}
