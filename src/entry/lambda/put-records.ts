/** Puts contents into the stream; what the stream refuses for now is tried again, and nothing else with it. */
import { createHash } from 'node:crypto';
import { FargazerError, type Clock } from '#contract';
import type { StreamEntry, StreamPort } from './ports.ts';

/** Limits of PutRecords: 500 records, 5 MiB with their keys; a MiB the record. */
const mostEntries = 500;
const mostBytes = 4_500_000;
/** Of one record with its key, with room for what the two are wrapped in. */
export const longestContentBytes = 1_000_000;

const firstWaitMs = 100;
const longestWaitMs = 5_000;

export interface PutSettings {
  stream: StreamPort;
  clock: Clock;
  /** False where the time left is short: what is not put by then is a failure. */
  hasTime: () => boolean;
}

/**
 * Gives how often it was tried again. Equal contents go under one key, into one shard: what comes twice meets there.
 * Throws `output-failed` where the stream did not take all of it in time; then whoever sent it sends it again.
 */
export async function putRecords(contents: readonly Uint8Array[], { stream, clock, hasTime }: PutSettings): Promise<number> {
  let left: StreamEntry[] = contents.map((content) => ({ content, partitionKey: createHash('sha256').update(content).digest('hex').slice(0, 32) }));
  let retried = 0;
  while (left.length > 0) {
    const refused: StreamEntry[] = [];
    let code = '';
    for (const group of groupsOf(left)) {
      const failures = await stream.putMany(group);
      for (const [at, failure] of failures.entries()) {
        if (failure === undefined) continue;
        code = failure;
        refused.push(group[at]!);
      }
    }
    left = refused;
    if (left.length === 0) break;
    const waitMs = Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(retried, 10));
    if (!hasTime()) throw new FargazerError('output-failed', `The stream ${stream.name} did not take ${left.length} of ${contents.length} records in time (${code}). They are sent again by whoever sent them; where this repeats, give the stream more shards.`);
    await clock.sleep(waitMs);
    retried += 1;
  }
  return retried;
}

function* groupsOf(entries: readonly StreamEntry[]): Generator<StreamEntry[]> {
  let group: StreamEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const own = entry.content.length + entry.partitionKey.length;
    if (group.length === mostEntries || (group.length > 0 && bytes + own > mostBytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(entry);
    bytes += own;
  }
  if (group.length > 0) yield group;
}
