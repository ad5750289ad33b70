/** Puts contents into the stream; what the stream refuses for now is tried again, and nothing else with it. */
import { createHash } from 'node:crypto';
import { FargazerError, type Clock } from '#contract';
import { putOnce, type StreamEntry } from '../../sources/kinesis/put.ts';
import { retryAfterMs } from '../../sources/kinesis/retry.ts';
import type { StreamPort } from './ports.ts';

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
  for (let retried = 0; ; retried += 1) {
    const { refused, code } = await putOnce(left, stream.putMany);
    left = refused;
    if (left.length === 0) return retried;
    if (!hasTime()) throw new FargazerError('output-failed', `The stream ${stream.name} did not take ${left.length} of ${contents.length} records in time (${code}). They are sent again by whoever sent them; where this repeats, give the stream more shards.`);
    await clock.sleep(retryAfterMs(retried, firstWaitMs, longestWaitMs));
  }
}
