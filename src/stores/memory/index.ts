/** The memory store: for tests and for runs that keep nothing. */
import { partName, systemClock, type Clock, type JsonValue, type Store } from '#contract';
import { byKey, damagedPart, dropped, newVersion, textOf, writeFailed } from '../step.ts';

const place = 'the memory of this process';

export function memoryStore(clock: Clock = systemClock): Store {
  // Kept as text and as copies: what a caller changes later is not what was saved.
  const items = new Map<string, { text: string; version: string }>();
  const parts = new Map<string, { bytes: Uint8Array; writtenMs: number }>();
  const read = ({ text, version }: { text: string; version: string }) => ({ value: JSON.parse(text) as JsonValue, version });
  const partNow = (name: string): Uint8Array | undefined => {
    const found = parts.get(name);
    if (found === undefined) return undefined;
    if (partName(found.bytes) !== name) throw damagedPart(place, name);
    return found.bytes.slice();
  };
  return {
    place,
    async item(key) {
      const found = items.get(key);
      return found === undefined ? undefined : read(found);
    },
    async items(prefix) {
      const found = [...items].filter(([key]) => key.startsWith(prefix)).map(([key, item]) => ({ key, ...read(item) }));
      return found.sort(byKey);
    },
    part: async (name) => partNow(name),
    partNow,
    async commit(step) {
      const text = textOf(step, place);
      for (const { name, bytes } of step.parts ?? []) {
        if (!(bytes instanceof Uint8Array)) throw writeFailed(place, `the part ${String(name)} is no bytes`);
      }
      if (items.get(step.key)?.version !== step.expected) return undefined;
      for (const { name, bytes } of step.parts ?? []) parts.set(name, { bytes: Uint8Array.from(bytes), writtenMs: clock.now() });
      const version = newVersion();
      items.set(step.key, { text, version });
      for (const name of dropped(step)) parts.delete(name);
      return version;
    },
    async remove(key, expected) {
      return items.get(key)?.version === expected && items.delete(key);
    },
    async sweep(isNamed, writtenBeforeMs) {
      const orphans = [...parts].filter(([name, { writtenMs }]) => writtenMs < writtenBeforeMs && !isNamed(name));
      for (const [name] of orphans) parts.delete(name);
      return orphans.length;
    },
    close: async () => undefined,
  };
}
