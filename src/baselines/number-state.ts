/** The sums behind a number: votes per bucket of the grid, and how often each was met by hour and by weekday. */
import type { JsonValue, Vote } from '#contract';
import {
  acceptBallot,
  addBallot,
  addVote,
  copyBallot,
  dayMs,
  emptyBallot,
  isSettled,
  minuteMs,
  packBallot,
  unpackBallot,
  voterTable,
  type Ballot,
} from './ballot.ts';
import type { Band } from './band.ts';
import { packDigits, unpackDigits } from './digits.ts';
import { bucketOf } from './grid.ts';
import { becomeReady, emptyLedger, enter, mergeLedgers, packLedger, unpackLedger, type Ledger } from './ledger.ts';
import { hourOf, hours, weekdayOf, weekdays } from './season.ts';
import { noteUsual, type Usual } from './usual.ts';

export interface Bucket {
  ballot: Ballot;
  /** Observations by hour of the day (UTC), then by day of the week (0 Thursday, as 1 January 1970). */
  times: number[];
}

export interface NumberState {
  ledger: Ledger;
  /** By the index of the bucket on the grid; at most 893. */
  buckets: Record<string, Bucket>;
}

export function emptyNumbers(): NumberState {
  const buckets: Record<string, Bucket> = Object.create(null);
  return { ledger: emptyLedger(), buckets };
}

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

const memos = new WeakMap<NumberState, Memo>();

export function memoOf(state: NumberState): Memo {
  let memo = memos.get(state);
  if (memo === undefined) {
    memo = { byIndex: new Map(), usual: undefined, band: undefined, hasBand: false };
    for (const key in state.buckets) memo.byIndex.set(Number(key), state.buckets[key] as Bucket);
    memos.set(state, memo);
  }
  return memo;
}

function emptyBucket(): Bucket {
  return { ballot: emptyBallot(), times: Array.from({ length: hours + weekdays }, () => 0) };
}

/** Votes by days need no voters; without them a long history packs small. */
function shed(ballot: Ballot): void {
  if (ballot.voters.length > 0 && isSettled(ballot)) {
    ballot.voters = [];
    ballot.voterDays = [];
  }
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

export function mergeNumbers(left: NumberState, right: NumberState): NumberState {
  const merged = emptyNumbers();
  merged.ledger = mergeLedgers(left.ledger, right.ledger);
  for (const state of [left, right]) {
    for (const key in state.buckets) {
      const from = state.buckets[key] as Bucket;
      const known = merged.buckets[key];
      if (known === undefined) {
        merged.buckets[key] = { ballot: copyBallot(from.ballot), times: [...from.times] };
        continue;
      }
      addBallot(known.ballot, from.ballot);
      for (const [at, count] of from.times.entries()) known.times[at] = (known.times[at] as number) + count;
      shed(known.ballot);
    }
  }
  return merged;
}

/** A person accepts the bucket of a number written in decimal. */
export function acceptNumber(state: NumberState, text: string): boolean {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return false;
  const index = bucketOf(value);
  const bucket = (state.buckets[index] ??= emptyBucket());
  acceptBallot(bucket.ballot);
  shed(bucket.ballot);
  memos.delete(state);
  return true;
}

export function forgetNumber(state: NumberState, text: string): boolean {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return false;
  const index = bucketOf(value);
  if (state.buckets[index] === undefined) return false;
  delete state.buckets[index];
  memos.delete(state);
  return true;
}

export function makeReady(state: NumberState, timeMs: number): void {
  becomeReady(state.ledger, timeMs);
  memoOf(state).usual = undefined;
}

/** Indices of the buckets, ascending. */
export function indicesOf(state: NumberState): number[] {
  return Object.keys(state.buckets)
    .map(Number)
    .sort((left, right) => left - right);
}

export function packNumbers(state: NumberState): JsonValue {
  const indices = indicesOf(state);
  const buckets = indices.map((index) => state.buckets[index] as Bucket);
  const { voters, places } = voterTable(buckets.map(({ ballot }) => ballot));
  const baseMs = Math.floor(state.ledger.firstMs / dayMs) * dayMs;
  return [
    packLedger(state.ledger),
    indices.map((index, at) => (at === 0 ? index : index - (indices[at - 1] as number))),
    buckets.map(({ ballot }) => {
      const row = packBallot(ballot, baseMs, places) as number[];
      // An empty ballot (accepted, never seen) has times of 0, which are no whole minutes from the base.
      row[3] = (row[3] as number) / minuteMs;
      row[4] = (row[4] as number) / minuteMs;
      return row;
    }),
    packDigits(buckets.flatMap(({ times }) => times)),
    voters,
  ];
}

export function unpackNumbers(packed: JsonValue): NumberState {
  const [ledger, steps, rows, times, voters] = packed as [JsonValue, number[], number[][], string, number[]];
  const state = emptyNumbers();
  state.ledger = unpackLedger(ledger);
  const baseMs = Math.floor(state.ledger.firstMs / dayMs) * dayMs;
  const counts = unpackDigits(times);
  let index = 0;
  for (const [at, step] of steps.entries()) {
    index += step;
    const row = [...(rows[at] as number[])];
    row[3] = (row[3] as number) * minuteMs;
    row[4] = (row[4] as number) * minuteMs;
    const from = at * (hours + weekdays);
    state.buckets[index] = {
      ballot: unpackBallot(row, baseMs, voters),
      times: counts.slice(from, from + hours + weekdays),
    };
  }
  return state;
}
