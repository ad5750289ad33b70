/** Stores that answer as over a network, in any order, and what is left behind by those who die. */
import type { Part, Step, Store } from '#contract';

/** Nothing is answered at once. */
export function slow(store: Store, next: (below: number) => number): Store {
  const waiting = async (): Promise<void> => {
    for (let turns = next(3); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...store,
    item: async (key) => (await waiting(), store.item(key)),
    items: async (prefix) => (await waiting(), store.items(prefix)),
    part: async (name) => (await waiting(), store.part(name)),
    partNow: undefined as never,
    async commit(step: Step) {
      await waiting();
      const version = await store.commit(step);
      await waiting();
      return version;
    },
  };
}

/** What somebody who is dead waits for. */
export function never<Result>(): Promise<Result> {
  return new Promise<Result>(() => undefined);
}

/** Parts that no item names. */
export async function putParts(store: Store, parts: readonly Part[]): Promise<void> {
  const key = 'aside/parts';
  for (;;) {
    const version = (await store.item(key))?.version;
    if ((await store.commit({ key, expected: version, value: null, parts })) !== undefined) return;
  }
}
