/** Stores: state that outlives a process. One step is one conditional write (E16). */
import type { JsonValue } from './json.ts';

/** A small document under a key; `version` is opaque and changes with every write. */
export interface Item {
  value: JsonValue;
  version: string;
}

/** Bytes under a name made from them: written once, never changed, so a cache of them is never stale. */
export interface Part {
  name: string;
  bytes: Uint8Array;
}

/** One step: parts are written first, then the item by one conditional write, then replaced parts are deleted. */
export interface Step {
  /** Lower-case path; what stands before the first `/` is the partition (`lane/shardId-000000000001`). */
  key: string;
  /** At most 300,000 bytes of JSON: what is larger goes into parts. */
  value: JsonValue;
  /** Version that was read; undefined where the item must not exist yet. */
  expected: string | undefined;
  parts?: readonly Part[];
  /** Names of parts that the item named before and names no more. */
  replaced?: readonly string[];
  /** Clock time from which the store may drop the item by itself; milliseconds. Rounds and applied contributions only. */
  expiresMs?: number;
}

export interface Store {
  /** What it is and where, for messages: `the DynamoDB table fargazer`. */
  readonly place: string;
  item(key: string): Promise<Item | undefined>;
  /** Items whose keys begin with a prefix, in order of their keys (code units); the prefix holds the whole partition and its `/`. */
  items(prefix: string): Promise<(Item & { key: string })[]>;
  /** Undefined where there is none. Throws `state-damaged` where the bytes are not those of the name. */
  part(name: string): Promise<Uint8Array | undefined>;
  /** The same at once, in stores that need not wait for an answer. */
  partNow?(name: string): Uint8Array | undefined;
  /**
   * The item's new version; undefined where it is not the expected one: then nothing is changed but for parts that
   * nobody names. Throws `state-write-failed`.
   */
  commit(step: Step): Promise<string | undefined>;
  /** Removes an item, if it is still of that version. */
  remove(key: string, expected: string): Promise<boolean>;
  /** Deletes parts that nobody names and that were written before a clock time; gives their number. */
  sweep(isNamed: (name: string) => boolean, writtenBeforeMs: number): Promise<number>;
  close(): Promise<void>;
}
