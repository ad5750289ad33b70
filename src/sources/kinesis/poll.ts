/** Reads one shard by polling: GetShardIterator once, then GetRecords again and again, until the shard is drained. */
import type { Clock } from '#contract';
import type { Calls, ShardAnswer } from './calls.ts';
import { childrenAfter, childrenOfMissing, type ListShards } from './ending.ts';
import { failureOf, madeAnew, refused } from './failure.ts';
import type { Lane } from './lane.ts';
import type { KnownShard } from './lineage.ts';
import type { Outbox, Permits } from '../outbox.ts';
import type { Patience } from './patience.ts';

export interface ReadTools {
  stream: string;
  calls: Calls;
  patient: Patience;
  outbox: Outbox;
  clock: Clock;
  list: ListShards;
  /** Answers that are asked for or wait to be taken, over all shards. */
  permits: Permits;
  pollMs: number;
}

/** Five calls a second and shard, for all its readers: a little less for each. */
const shortestMs = 220;
/** Bytes that an answer should hold: a shard gives 2 MB a second, in five calls. */
const answerBytes = 1_048_576;
/** Records asked for at first, when their size is not known: a batch of log lines, or 100 of the largest usual ones. */
const firstLimit = 100;
const largestLimit = 10_000;
/** Times in a row that an iterator just given is not taken, or a listed shard not found. */
const oddLimit = 20;

/** Gives its batches to the outbox; resolves with the children of the drained shard, or with undefined where the end was asked for. */
export async function pollShard(lane: Lane, isLatest: boolean, tools: ReadTools, signal: AbortSignal): Promise<readonly KnownShard[] | undefined> {
  const { calls, patient, outbox, clock, list, pollMs } = tools;
  let iterator: string | undefined;
  let isFromNow = isLatest;
  let limit = firstLimit;
  let nextMs = 0;
  let odd = 0;
  const onTrouble = lane.trouble;

  while (!signal.aborted) {
    await clock.sleep(Math.max(0, nextMs - clock.now()), signal);
    if (signal.aborted) return undefined;
    nextMs = clock.now() + shortestMs;
    let operation = 'GetShardIterator';
    let giveBack: (() => void) | undefined;
    try {
      if (iterator === undefined) {
        const from = lane.from;
        iterator = await patient.ask({ operation, call: () => calls.iterator(lane.id, from, isFromNow, signal), signal, onTrouble });
        // Once more it would be another now.
        isFromNow = false;
      }
      operation = 'GetRecords';
      const known = iterator;
      const answer = await patient.ask({
        operation,
        signal,
        onTrouble,
        async call() {
          // A shard that fails holds no permit, and so no other shard.
          if (lane.health.state !== 'failing') giveBack = await tools.permits.take(signal);
          try {
            return await calls.records(known, limit, signal);
          } catch (error) {
            giveBack?.();
            throw error;
          }
        },
      });
      odd = 0;
      iterator = answer.next;
      if (answer.records.length === 0) giveBack?.();
      if (iterator === undefined) {
        const children = await childrenAfter(lane, answer.children, list, clock, signal);
        if (signal.aborted) return undefined;
        await outbox.put(lane.last(answer, children));
        return signal.aborted ? undefined : children;
      }
      const isAll = answer.records.length < limit;
      const isCaughtUp = isAll && answer.behindMs === 0;
      if (isCaughtUp) nextMs = clock.now() + Math.max(pollMs, shortestMs);
      limit = limitAfter(answer, limit);
      await outbox.put(lane.batch(answer, isAll));
    } catch (error) {
      if (signal.aborted) return undefined;
      const failure = failureOf(operation, error);
      if (failure.kind === 'missing') {
        const children = await childrenOfMissing(lane, list, signal);
        if (children !== undefined) {
          await outbox.put(lane.last(undefined, children));
          return signal.aborted ? undefined : children;
        }
      } else if (failure.kind === 'misplaced' && operation === 'GetShardIterator' && 'after' in lane.from) throw madeAnew(tools.stream, lane.id, error);
      else if (failure.kind !== 'expired' && failure.kind !== 'misplaced') throw error;
      if (failure.kind !== 'expired') {
        lane.trouble(failure);
        odd++;
        nextMs = clock.now() + 5_000;
        if (odd >= oddLimit) throw refused(tools.stream, error, failure.reason);
      }
      iterator = undefined;
    } finally {
      giveBack?.();
    }
  }
  return undefined;
}

/** So many records as `answerBytes` hold, by the size of those just read. */
function limitAfter({ records }: ShardAnswer, limit: number): number {
  if (records.length === 0) return limit;
  let bytes = 0;
  for (const { content } of records) bytes += content.length;
  const fitting = Math.floor((answerBytes * records.length) / Math.max(1, bytes));
  // Half-way at a time: one small batch tells little of the next.
  return Math.min(largestLimit, Math.max(1, Math.ceil((limit + Math.min(fitting, largestLimit)) / 2)));
}
