/** The memory store: for tests and for runs that keep nothing. */
import type { JsonValue, Step, Store } from '#contract';

export function memory(): Store {
  let header: JsonValue | undefined;
  const parts = new Map<string, Uint8Array>();
  return {
    header: () => header,
    part: (name) => parts.get(name),
    partNames: (prefix) => [...parts.keys()].filter((name) => name.startsWith(prefix)).sort(),
    commit(step: Step) {
      for (const [name, bytes] of step.parts) {
        if (bytes === undefined) parts.delete(name);
        else parts.set(name, bytes);
      }
      header = step.header;
    },
    close: () => undefined,
  };
}
