/** Where reading of a shard goes on: saved by whoever reads, opaque to it. */
import { FargazerError, type JsonObject, type JsonValue } from '#contract';

/** Where a shard begins, or goes on. */
export type From =
  /** Behind the last record that was given. */
  | { after: string }
  /** At records that arrived from this instant on, milliseconds. */
  | { fromMs: number }
  | { oldest: true };

export type Position =
  /** `startMs` is the instant at which a stream was first read from its end: shards not yet known then go on from it. */
  | (From & { startMs?: number })
  | { closed: true; children: readonly string[]; startMs?: number };

/** Throws `state-damaged` where it is none of ours: to guess would read twice or not at all. */
export function positionOf(lane: string, saved: JsonValue): Position {
  const value: JsonObject = typeof saved === 'object' && saved !== null && !Array.isArray(saved) ? saved : {};
  const start = isTime(value.startMs) ? { startMs: value.startMs } : {};
  if (typeof value.after === 'string' && /^\d{1,130}$/.test(value.after)) return { after: value.after, ...start };
  if (isTime(value.fromMs)) return { fromMs: value.fromMs, ...start };
  if (value.oldest === true) return { oldest: true, ...start };
  if (value.closed === true && Array.isArray(value.children) && value.children.every((child) => typeof child === 'string')) return { closed: true, children: value.children, ...start };
  throw new FargazerError('state-damaged', `The saved position of ${lane} is not one of a Kinesis shard. Nothing was read; remove the state, or use that of this stream.`);
}

export function savedPosition(position: Position): JsonValue {
  return { ...position } as JsonValue;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
