/** The header of a state: its marks, and the names of all parts. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { FargazerError, type FeedName, type Item, type JsonValue, type Store } from '#contract';
import { standardLateness, type Lateness } from './order.ts';

/** Raised when the meaning of a stored part changes; older versions are migrated or refused, never misread. */
export const stateVersion = 1;

/** The item that carries the marks and names all parts. */
export const walkKey = 'walk/state';

/** What waits for delivery: batches in the order of their numbers. */
export interface Queue {
  batches: PendingBatch[];
  /** Number of what comes next. */
  next: number;
}

/** What a step found or decided, numbered in the order in which it is to be delivered. */
export interface PendingBatch {
  /** Number of the first. */
  from: number;
  count: number;
  part: string;
}

export interface Header {
  fargazer: 'state';
  version: number;
  marks: Record<string, number>;
  readTo: Record<string, number>;
  feedFirstMs: Partial<Record<FeedName, number>>;
  /** null: nothing was ever taught. */
  teachUntilMs: number | null;
  lateness: Lateness;
  packs: number;
  buckets: (string | null)[];
  facts: string;
  episodes: string;
  coverage: string;
  open: string;
  tape: [feed: string, minute: number, part: string][];
  pending: Queue;
  /** Notifications to be sent, and what the alerting pipeline remembers; null before it decided anything. */
  outbox: Queue;
  alerting: string | null;
  /** What live runs keep beside the walk: positions of lanes, the round walked through. */
  live: JsonValue;
}

export function packJson(value: unknown): Uint8Array {
  return zstdCompressSync(JSON.stringify(value));
}

export function unpackJson(bytes: Uint8Array): JsonValue {
  return JSON.parse(zstdDecompressSync(bytes).toString()) as JsonValue;
}

/** The header that an item holds. Throws `state-newer` or `state-damaged` in a sentence. */
export function headerOf(item: Item | undefined, { place }: Store): Header | undefined {
  if (item === undefined) return undefined;
  const header = item.value as unknown as Header | null;
  if (header?.fargazer !== 'state' || typeof header.version !== 'number') {
    throw new FargazerError('state-damaged', `${place}: this is not a state of fargazer. Nothing was changed; name another place for the state.`);
  }
  if (header.version > stateVersion) {
    throw new FargazerError(
      'state-newer',
      `${place}: the state was made by a newer version of fargazer (state version ${header.version}, this one reads up to ${stateVersion}). Nothing was changed; use the newer version, or another place for the state.`,
    );
  }
  if (!isWhole(header)) throw damaged(place);
  return header;
}

/** The header of the last step. Throws `state-newer` or `state-damaged` in a sentence. */
export async function lastHeader(store: Store): Promise<Header | undefined> {
  return headerOf(await store.item(walkKey), store);
}

/** Lateness settings the state was made with: they belong to it, not to the command line. */
export function latenessIn(header: Header | undefined): Lateness | undefined {
  return header === undefined ? undefined : { ...standardLateness, ...header.lateness };
}

export function damaged(place: string, cause?: unknown): FargazerError {
  return new FargazerError('state-damaged', `${place}: the state is damaged and was not used. Nothing was changed; restore a copy, or begin a new state elsewhere.`, { cause });
}

function isWhole({ marks, readTo, feedFirstMs, lateness, buckets, facts, episodes, coverage, open, tape, pending, outbox }: Header): boolean {
  const objects = [marks, readTo, feedFirstMs, lateness, pending, outbox];
  return (
    objects.every((one) => typeof one === 'object' && one !== null) &&
    [buckets, tape, pending.batches, outbox.batches].every(Array.isArray) &&
    [facts, episodes, coverage, open].every((name) => typeof name === 'string')
  );
}

/** Parts that a header names itself, those of owners and their index left out. */
export function namesIn(header: Header | undefined): string[] {
  if (header === undefined) return [];
  const { facts, episodes, coverage, open, tape, pending, outbox, alerting } = header;
  return [facts, episodes, coverage, open, ...tape.map(([, , name]) => name), ...[...pending.batches, ...outbox.batches].map(({ part }) => part), ...(alerting === null ? [] : [alerting])];
}

/** A queue with more at its end, and without what was delivered everywhere. */
export function queued(before: Queue | undefined, items: readonly unknown[], doneBelow: number, put: (bytes: Uint8Array) => string): Queue {
  const next = before?.next ?? 1;
  const batches = (before?.batches ?? []).filter(({ from, count }) => from + count > doneBelow);
  if (items.length === 0) return { batches, next };
  return { batches: [...batches, { from: next, count: items.length, part: put(packJson(items)) }], next: next + items.length };
}
