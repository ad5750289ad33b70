/** Which buckets of a number are usual, kept beside the state until a vote may change it; never stored. */
import type { Asking } from '#contract';
import { isSettled, mayBeVouched, unconfirmedUntilMs, verdict, votePolicy, type Ballot, type Verdict } from './ballot.ts';
import { indicesOf, type Bucket, type NumberState } from './number-state.ts';
import { bucketLimit } from './grid.ts';
import { Histogram } from './histogram.ts';
import { emptySums, flat, hours, seasonOf, weekdays, type Season, type SeasonSums } from './season.ts';

/** Most numbers are never negative: what is never written to is shared. */
const noValues = new Histogram();

/** The usual buckets at one time of asking, and the sums over them that additions keep up. */
export interface Usual {
  /** What was decided holds from this time until the other, while no vote changes it. */
  fromMs: number;
  untilMs: number;
  /** Ballots whose verdict hangs on who is vouched for: looked at again at each asking. */
  contested: { ballot: Ballot; says: Verdict }[];
  indices: number[];
  buckets: Bucket[];
  /** By index + bucketLimit: 1 where usual. */
  isUsual: Uint8Array;
  zero: number;
  /** Observations by bucket, of negative values by the size of their index. */
  above: Histogram;
  below: Histogram;
  sums: SeasonSums;
  season: Season;
  /** Those above zero by bucket less the hour's shift, where hours are in play. */
  residuals: Histogram | undefined;
}

export function decideUsual(state: NumberState, asking: Asking): Usual {
  const { readyMs } = state.ledger;
  const usual: Usual = {
    fromMs: asking.timeMs,
    untilMs: Infinity,
    contested: [],
    indices: [],
    buckets: [],
    isUsual: new Uint8Array(2 * bucketLimit + 1),
    zero: 0,
    above: new Histogram(),
    below: noValues,
    sums: emptySums(),
    season: flat,
    residuals: undefined,
  };
  for (const index of indicesOf(state)) {
    const bucket = state.buckets[index] as Bucket;
    const { ballot } = bucket;
    const says = verdict(ballot, asking, readyMs);
    if (says === 'unconfirmed') usual.untilMs = Math.min(usual.untilMs, unconfirmedUntilMs(readyMs));
    else if (!isSettled(ballot) && mayBeVouched(ballot)) usual.contested.push({ ballot, says });
    if (says === 'new') continue;
    usual.untilMs = Math.min(usual.untilMs, ballot.lastMs + votePolicy.idleMs);
    usual.indices.push(index);
    usual.buckets.push(bucket);
    usual.isUsual[index + bucketLimit] = 1;
    // An accepted bucket that was never seen weighs one observation.
    noteValue(usual, index, ballot.count || 1);
    if (index > 0) sumTimes(usual.sums, index, bucket.times);
  }
  return usual;
}

function sumTimes(sums: SeasonSums, index: number, times: readonly number[]): void {
  for (let at = 0; at < hours + weekdays; at += 1) {
    const count = times[at] as number;
    if (count === 0) continue;
    sums.counts[at] = (sums.counts[at] as number) + count;
    sums.steps[at] = (sums.steps[at] as number) + count * index;
    if (at >= hours) continue;
    sums.count += count;
    sums.sum += count * index;
    sums.squares += count * index * index;
  }
}

function noteValue(usual: Usual, index: number, count: number): void {
  if (index > 0) usual.above.add(index, count);
  else if (index === 0) usual.zero += count;
  else {
    if (usual.below === noValues) usual.below = new Histogram();
    usual.below.add(-index, count);
  }
}

/** Does what was decided hold for this asking? */
export function holds(usual: Usual, asking: Asking, readyMs: number | null): boolean {
  if (asking.timeMs < usual.fromMs || asking.timeMs >= usual.untilMs) return false;
  for (const { ballot, says } of usual.contested) if (verdict(ballot, asking, readyMs) !== says) return false;
  return true;
}

/** Keeps the sums up with an addition to a bucket; the same sums as from the state, for they are whole numbers. */
export function noteUsual(usual: Usual, index: number, hour: number, weekday: number, count: number): void {
  if (usual.isUsual[index + bucketLimit] === 0) return;
  noteValue(usual, index, count);
  if (index <= 0) return;
  const { sums, residuals } = usual;
  const { counts, steps } = sums;
  const at = hours + weekday;
  counts[hour] = (counts[hour] as number) + count;
  steps[hour] = (steps[hour] as number) + count * index;
  counts[at] = (counts[at] as number) + count;
  steps[at] = (steps[at] as number) + count * index;
  sums.count += count;
  sums.sum += count * index;
  sums.squares += count * index * index;
  if (residuals !== undefined) residuals.add(index - (usual.season.hours[hour] as number), count);
}

/** Brings the season up to date; the residuals are counted anew only where an hour's shift changed. */
export function updateSeason(usual: Usual, days: number): void {
  const before = usual.season.hours;
  usual.season = seasonOf(usual.sums, days, usual.season);
  const after = usual.season.hours;
  if (after === flat.hours) {
    usual.residuals = undefined;
    return;
  }
  if (usual.residuals !== undefined && after === before) return;
  const residuals = new Histogram();
  for (const [at, { times }] of usual.buckets.entries()) {
    const index = usual.indices[at] as number;
    for (let hour = 0; index > 0 && hour < hours; hour += 1) {
      const count = times[hour] as number;
      if (count > 0) residuals.add(index - (after[hour] as number), count);
    }
  }
  usual.residuals = residuals;
}
