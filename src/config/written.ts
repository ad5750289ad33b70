/** What was written as a configuration, whatever language it was written in. */
import type { Environment, Insertion } from './secrets-environment.ts';

export interface Written {
  /** Plain values as they stand now; throws `config-unreadable` where there is no saying. */
  plain(): unknown;
  /** Replaces `${NAME}` in every value, keys left alone; tells what cannot be replaced. */
  insert(environment: Environment): Insertion;
  /** From 1, of the deepest entry that a path leads to; undefined where nothing has lines. */
  lineOf(path: readonly (string | number)[]): number | undefined;
}

/** Values that name no variable of the environment and have no lines. */
export function plainWritten(value: Readonly<Record<string, unknown>>): Written {
  return { plain: () => structuredClone(value), insert: () => ({ faults: [], inserted: new Map() }), lineOf: () => undefined };
}
