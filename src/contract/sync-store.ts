/** Stores: state between runs. One step is one atomic write. */
import type { JsonValue } from './json.ts';

/** Everything a step changes. Names of parts are opaque to the store. */
export interface SyncStep {
  /** The whole header: version, marks, settings. */
  header: JsonValue;
  /** Parts written (bytes, as packed by the engine) and deleted (undefined). */
  parts: ReadonlyMap<string, Uint8Array | undefined>;
}

export interface SyncStore {
  /** The header of the last commit, or undefined for a new store. */
  header(): JsonValue | undefined;
  part(name: string): Uint8Array | undefined;
  partNames(prefix: string): string[];
  /** All of it, or nothing. Throws `FargazerError('state-write-failed')`. */
  commit(step: SyncStep): void;
  close(): void;
}
