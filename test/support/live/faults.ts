/** Stores that answer as over a network, in any order, and that fail at a point of a step. */
import type { Part, Step, Store } from '#contract';

export class Fault extends Error {}

/** Where a step fails: nothing is there; its parts are, and nobody names them; all is, and the writer does not know. */
export const faultPoints = ['before-parts', 'after-parts', 'after-commit'] as const;
export type FaultPoint = (typeof faultPoints)[number];

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

/** Fails at the first step of a key that begins so. */
export function failingAt(store: Store, prefix: string, point: FaultPoint): Store {
  return {
    ...store,
    async commit(step: Step) {
      if (!step.key.startsWith(prefix)) return store.commit(step);
      if (point === 'after-parts') await putParts(store, step.parts ?? []);
      else if (point === 'after-commit') await store.commit(step);
      throw new Fault(`${point} of ${step.key}`);
    },
  };
}

/** What somebody who is dead waits for. */
export function never<Result>(): Promise<Result> {
  return new Promise<Result>(() => undefined);
}

/** Answers nothing any more once its owner is dead: nothing of what that was doing goes on. */
export function mortal(store: Store, isDead: () => boolean): Store {
  const living = <Arguments extends unknown[], Result>(work: (...all: Arguments) => Promise<Result>) => async (...all: Arguments): Promise<Result> => {
    if (isDead()) return never();
    const result = await work(...all);
    return isDead() ? never() : result;
  };
  return { ...store, item: living(store.item), items: living(store.items), part: living(store.part), commit: living(store.commit) };
}

/** Parts that no item names. */
export async function putParts(store: Store, parts: readonly Part[]): Promise<void> {
  const key = 'aside/parts';
  for (;;) {
    const version = (await store.item(key))?.version;
    if ((await store.commit({ key, expected: version, value: null, parts })) !== undefined) return;
  }
}
