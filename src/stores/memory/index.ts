/** The memory store: for tests and for runs that keep nothing. */
import { FargazerError, type JsonValue, type SyncStep, type SyncStore } from '#contract';

export function memory(): SyncStore {
  // Kept as text: what a caller changes later is not what was saved.
  let header: string | undefined;
  let parts = new Map<string, Uint8Array>();
  return {
    header: () => (header === undefined ? undefined : (JSON.parse(header) as JsonValue)),
    part: (name) => parts.get(name)?.slice(),
    partNames: (prefix) => [...parts.keys()].filter((name) => name.startsWith(prefix)).sort(),
    commit(step: SyncStep) {
      const draft = new Map(parts);
      let draftHeader: string;
      try {
        for (const [name, bytes] of step.parts) {
          if (bytes === undefined) draft.delete(name);
          else if (bytes instanceof Uint8Array) draft.set(name, Uint8Array.from(bytes));
          else throw new TypeError(`the part ${name} is no bytes`);
        }
        draftHeader = JSON.stringify(step.header);
      } catch (error) {
        throw new FargazerError('state-write-failed', `The state could not be kept (${error instanceof Error ? error.message : String(error)}). What was saved before is unchanged.`, { cause: error });
      }
      [parts, header] = [draft, draftHeader];
    },
    close: () => undefined,
  };
}
