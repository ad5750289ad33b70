/** A shard as a lane: what it gave last, how far it is complete, how it does; and what comes of one answer. */
import type { Clock, LaneHealth, LiveBatch } from '#contract';
import type { ShardAnswer } from './calls.ts';
import type { Failure } from './failure.ts';
import type { KnownShard } from './lineage.ts';
import { savedPosition, type From } from './position.ts';
import { newRecords } from './sequence.ts';

/**
 * Arrival times come from many machines of the carrier, and its `Date` is in whole seconds: a record may turn up that
 * arrived so much before the newest one.
 */
const allowanceMs = 1_000;

export interface Lane {
  readonly id: string;
  readonly health: Readonly<LaneHealth>;
  /** Where to go on. */
  readonly from: From;
  trouble(failure: Failure | undefined): void;
  /** Says why nothing comes though nothing failed. */
  waits(reason: string): void;
  /** The empty batch that tells of it. */
  announcement(forgets: readonly string[]): LiveBatch;
  /** `isAll`: the answer held everything that there was. */
  batch(answer: ShardAnswer, isAll: boolean): LiveBatch;
  /** The last batch, of a drained shard; `answer` is its last one. */
  last(answer: ShardAnswer | undefined, children: readonly KnownShard[]): LiveBatch;
}

interface LaneSettings {
  id: string;
  from: From;
  /** The instant of the first start, where that was at the end of the stream. */
  startMs: number | undefined;
  clock: Clock;
}

export function openLane({ id, from: first, startMs, clock }: LaneSettings): Lane {
  const health: LaneHealth = { lane: id, state: 'reading', sinceMs: clock.now() };
  const start = startMs === undefined ? {} : { startMs };
  let from: From = 'after' in first ? { after: first.after } : 'fromMs' in first ? { fromMs: first.fromMs } : { oldest: true };
  let completeToMs: number | undefined;

  const become = (state: LaneHealth['state'], reason?: string): void => {
    if (health.state !== state) health.sinceMs = clock.now();
    health.state = state;
    if (reason === undefined) delete health.reason;
    else health.reason = reason;
  };

  const completeTo = (ms: number): void => {
    completeToMs = Math.max(completeToMs ?? 0, ms);
  };

  const taken = (answer: ShardAnswer, isAll: boolean): LiveBatch['records'] => {
    const records = newRecords(answer.records, 'after' in from ? from.after : undefined);
    const newest = records.at(-1);
    if (newest !== undefined) from = { after: newest.place };
    if (newest?.arrivalMs !== undefined) completeTo(newest.arrivalMs - allowanceMs);
    if (answer.behindMs === 0 && isAll && answer.carrierMs !== undefined) completeTo(answer.carrierMs - allowanceMs);
    if (answer.behindMs === undefined) delete health.behindMs;
    else health.behindMs = answer.behindMs;
    become('reading');
    return records;
  };

  const complete = (): { completeToMs?: number } => (completeToMs === undefined ? {} : { completeToMs });

  return {
    id,
    health,
    get from() {
      return from;
    },
    trouble(failure) {
      if (failure === undefined) become('reading');
      else become(failure.kind === 'throttled' ? 'waiting' : 'failing', failure.reason);
    },
    waits: (reason) => become('waiting', reason),
    announcement: (forgets) => ({ lane: id, records: [], position: savedPosition({ ...from, ...start }), ...(forgets.length === 0 ? {} : { forgets }) }),
    batch(answer, isAll) {
      const records = taken(answer, isAll);
      return { lane: id, records, position: savedPosition({ ...from, ...start }), ...complete() };
    },
    last(answer, children) {
      const records = answer === undefined ? [] : taken(answer, false);
      const ids = children.map((child) => child.id);
      become('ended', answer === undefined ? 'its records expired before all of them were read' : undefined);
      delete health.behindMs;
      return { lane: id, records, position: savedPosition({ closed: true, children: ids, ...start }), ...complete(), ends: { children: ids } };
    },
  };
}
