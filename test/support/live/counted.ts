/** A store that counts what is asked of it. */
import type { Store } from '#contract';

export interface Counts {
  /** Items read by key, and lists of items. */
  items: number;
  lists: number;
  partsRead: number;
  bytesRead: number;
  commits: number;
  partsWritten: number;
  bytesWritten: number;
  deleted: number;
}

export interface CountedStore extends Store {
  /** Since the last call. */
  takeCounts(): Counts;
}

const none = (): Counts => ({ items: 0, lists: 0, partsRead: 0, bytesRead: 0, commits: 0, partsWritten: 0, bytesWritten: 0, deleted: 0 });

export function counted(store: Store): CountedStore {
  let counts = none();
  return {
    ...store,
    // As over a network.
    partNow: undefined as never,
    async item(key) {
      counts.items += 1;
      return store.item(key);
    },
    async items(prefix) {
      counts.lists += 1;
      return store.items(prefix);
    },
    async part(name) {
      const bytes = await store.part(name);
      counts.partsRead += 1;
      counts.bytesRead += bytes?.length ?? 0;
      return bytes;
    },
    async commit(step) {
      counts.commits += 1;
      counts.partsWritten += step.parts?.length ?? 0;
      counts.bytesWritten += step.parts?.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0;
      counts.deleted += step.replaced?.length ?? 0;
      return store.commit(step);
    },
    takeCounts() {
      const taken = counts;
      counts = none();
      return taken;
    },
  };
}
