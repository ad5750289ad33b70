/** Additions to a number, and what was decided about it beside the state, for as long as they leave it true. */
import type { Vote } from '#contract';
import { acceptBallot, addVote, isSettled, minuteMs } from './ballot.ts';
import type { Band } from './band.ts';
import { bucketOf } from './grid.ts';
import { becomeReady, enter } from './ledger.ts';
import { emptyBucket, shed, type Bucket, type NumberState } from './number-state.ts';
import { hourOf, hours, weekdayOf } from './season.ts';
import { noteUsual, type Usual } from './usual.ts';

/** What was decided about a state, and whether it still holds; derived, never stored. */
export interface Memo {
  /** Buckets by index, so that an addition need not make a key of it. */
  byIndex: Map<number, Bucket>;
  /** Undefined where a vote may have changed which buckets are usual. */
  usual: Usual | undefined;
  band: Band | undefined;
  /** False where an addition may have changed the band. */
  hasBand: boolean;
}

/** Stands on the state itself, where nobody who copies, compares or stores it looks: a weak map costs a search with each addition. */
const memoKey = Symbol('memo');

interface Remembered extends NumberState {
  [memoKey]?: Memo | undefined;
}

function remember(state: NumberState, memo: Memo | undefined): void {
  Object.defineProperty(state, memoKey, { value: memo, enumerable: false, writable: true, configurable: true });
}

export function memoOf(state: NumberState): Memo {
  let memo = (state as Remembered)[memoKey];
  if (memo === undefined) {
    memo = { byIndex: new Map(), usual: undefined, band: undefined, hasBand: false };
    for (const key in state.buckets) memo.byIndex.set(Number(key), state.buckets[key] as Bucket);
    remember(state, memo);
  }
  return memo;
}

export function addNumber(state: NumberState, value: number, vote: Vote): void {
  if (!Number.isFinite(value)) return;
  const memo = memoOf(state);
  memo.hasBand = false;
  enter(state.ledger, vote);
  const index = bucketOf(value);
  let bucket = memo.byIndex.get(index);
  if (bucket === undefined) {
    bucket = emptyBucket();
    memo.byIndex.set(index, bucket);
    state.buckets[index] = bucket;
  }
  const { ballot, times } = bucket;
  const { timeMs, count } = vote;
  const hour = hourOf(timeMs);
  const weekday = weekdayOf(timeMs);
  times[hour] = (times[hour] as number) + count;
  times[hours + weekday] = (times[hours + weekday] as number) + count;
  const voter = isSettled(ballot) ? 0 : vote.voter;
  if (addVote(ballot, Math.floor(timeMs / minuteMs) * minuteMs, voter, vote)) {
    memo.usual = undefined;
    shed(ballot);
  } else if (memo.usual !== undefined) noteUsual(memo.usual, index, hour, weekday, count);
}

/** A person accepts the bucket of a number written in decimal. */
export function acceptNumber(state: NumberState, text: string): boolean {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return false;
  const index = bucketOf(value);
  const bucket = (state.buckets[index] ??= emptyBucket());
  acceptBallot(bucket.ballot);
  shed(bucket.ballot);
  remember(state, undefined);
  return true;
}

export function forgetNumber(state: NumberState, text: string): boolean {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return false;
  const index = bucketOf(value);
  if (state.buckets[index] === undefined) return false;
  delete state.buckets[index];
  remember(state, undefined);
  return true;
}

export function makeReady(state: NumberState, timeMs: number): void {
  becomeReady(state.ledger, timeMs);
  memoOf(state).usual = undefined;
}
