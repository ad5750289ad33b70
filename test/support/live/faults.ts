/** A store that fails now and then: before a step, between its parts and its item, and after it was committed. */
import type { Step, Store } from '#contract';

export class Fault extends Error {}

export function faulty(store: Store, next: (below: number) => number, oneIn: number): Store {
  const yields = async (): Promise<void> => {
    for (let turns = next(3); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...store,
    place: store.place,
    item: async (key) => {
      await yields();
      return store.item(key);
    },
    items: async (prefix) => {
      await yields();
      return store.items(prefix);
    },
    part: async (name) => {
      await yields();
      return store.part(name);
    },
    // As over a network: nothing is answered at once.
    partNow: undefined as never,
    async commit(step: Step) {
      await yields();
      const fault = next(oneIn);
      if (fault === 0) throw new Fault(`before the step ${step.key}`);
      if (fault === 1) {
        // Parts are there, and nobody names them.
        await store.commit({ ...step, expected: 'never', replaced: [] });
        throw new Fault(`between parts and item of ${step.key}`);
      }
      const version = await store.commit(step);
      await yields();
      if (fault === 2) throw new Fault(`after the step ${step.key}`);
      return version;
    },
  };
}
