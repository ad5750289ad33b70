/** Rounds and lanes, as the store tells them: whether the schedule writes, and how far behind each shard is. */
import type { Clock, Store } from '#contract';
import { compareSequence, type LaneRecord, type Round } from '../../../engine/rounds.ts';
import { laneKey } from '../live/lane.ts';
import { closedRound } from '../live/passed.ts';
import { fail, ok, warn, type DoctorCheck } from './report.ts';

/** A round comes each minute; the schedule is at most a minute late, and tried once more. */
const staleRoundMs = 3 * 60_000;
/** A batch window, a run, and a retry; what takes longer is a backlog. */
const behindMs = 5 * 60_000;
const backlogMs = 30 * 60_000;
/** Rounds are closed a batch window and a run after their tick: two or three wait at any time. */
const mostWaiting = 10;

export async function lookAtRounds(store: Store, nowMs: number): Promise<DoctorCheck[]> {
  try {
    const rounds = (await store.items('round/')).map(({ value }) => value as unknown as Round);
    const last = rounds.at(-1);
    if (last === undefined) return [fail('rounds', 'No round was ever written: nothing is judged.', 'See that the rule of the schedule is enabled, and what the log of the function says.')];
    const ageMs = nowMs - last.timeMs;
    const checks = [ageMs > staleRoundMs ? fail('rounds', `The last round (${last.number}) is ${minutes(ageMs)} old: the schedule does not run, or fails.`, 'See that its rule is enabled, and what the log of the function says.') : ok('rounds', `Round ${last.number} was written ${minutes(ageMs)} ago for ${last.shards.length} shard${last.shards.length === 1 ? '' : 's'}.`)];
    return [...checks, ...(await lookAtLanes(store, last, nowMs)), judged(last.number, await closedRound(store))];
  } catch (error) {
    return [warn('rounds', `The state could not be read (${error instanceof Error ? error.message : String(error)}).`, 'Use credentials that may read the table.')];
  }
}

/** Rounds that wait to be closed: each waits for its slowest lane. */
function judged(last: number, closed: number): DoctorCheck {
  const waiting = last - closed;
  return waiting > mostWaiting
    ? warn('judging', `${waiting.toLocaleString('en-US')} rounds wait to be judged; the last judged one is ${closed}.`, 'Where it does not shrink, see the log of the function; it may need more memory.')
    : ok('judging', `Everything up to round ${closed} is judged.`);
}

async function lookAtLanes(store: Store, { shards }: Round, nowMs: number): Promise<DoctorCheck[]> {
  const lanes = new Map((await store.items('lane/')).map(({ key, value }) => [key, value as unknown as LaneRecord]));
  const lags = shards.map((shard) => ({ shard, lane: lanes.get(laneKey(shard)) })).map(({ shard, lane }) => ({ shard, lagMs: lane?.tickMs === null || lane === undefined ? Infinity : nowMs - lane.tickMs }));
  const slowest = lags.toSorted((left, right) => right.lagMs - left.lagMs)[0];
  if (slowest === undefined) return [];
  const { shard, lagMs } = slowest;
  if (lagMs === Infinity) return [fail('lag', `${shard} was never read up to a tick.`, 'Where the stack is new, wait five minutes; else see the mapping and the log of the function.')];
  if (lagMs > backlogMs) return [fail('lag', `${shard} is ${minutes(lagMs)} behind.`, 'See the errors and throttles of the function; add shards or memory.')];
  if (lagMs > behindMs) return [warn('lag', `${shard} is ${minutes(lagMs)} behind; alerts are late by as much.`, 'Where it does not shrink, add shards or memory.')];
  return [ok('lag', `All ${shards.length} open shards are read; the slowest is ${minutes(lagMs)} behind.`)];
}

/** Twice the default window and a cold start leave room for a deployment with a longer one. */
const longestWaitMs = 90_000;
const askEveryMs = 3_000;

/** Waits until the lane of a record that was put has applied it. */
export async function followRecord(store: Store, put: { shard: string; sequence: string }, clock: Clock, signal?: AbortSignal): Promise<DoctorCheck> {
  const startMs = clock.now();
  try {
    while (clock.now() - startMs <= longestWaitMs && signal?.aborted !== true) {
      const lane = (await store.item(laneKey(put.shard)))?.value as unknown as LaneRecord | undefined;
      if (lane !== undefined && compareSequence(lane.sequence, put.sequence) >= 0) return ok('record read', `The function read it and saved its lane, ${Math.round((clock.now() - startMs) / 1_000)} s later.`);
      await clock.sleep(askEveryMs, signal);
    }
  } catch (error) {
    return warn('record read', `The state could not be read (${error instanceof Error ? error.message : String(error)}).`, 'Use credentials that may read the table.');
  }
  return fail('record read', `${put.shard} was not read as far as the synthetic record within ${longestWaitMs / 1_000} s.`, 'See the mapping and the log of the function; a longer batching window explains it too.');
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.max(0, Math.round(ms / 1_000))} s` : `${Math.round(ms / 60_000)} min`;
}
