/** The sums behind a number: votes per bucket of the grid, and how often each was met by hour and by weekday. */
import type { JsonValue } from '#contract';
import { packBallot, unpackBallot, voterTable } from './ballot-pack.ts';
import { addBallot, copyBallot, dayMs, emptyBallot, isSettled, minuteMs, type Ballot } from './ballot.ts';
import { packDigits, unpackDigits } from './digits.ts';
import { emptyLedger, mergeLedgers, packLedger, unpackLedger, type Ledger } from './ledger.ts';
import { hours, weekdays } from './season.ts';

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

export function emptyBucket(): Bucket {
  return { ballot: emptyBallot(), times: Array.from({ length: hours + weekdays }, () => 0) };
}

/** Votes by days need no voters; without them a long history packs small. */
export function shed(ballot: Ballot): void {
  if (ballot.voters.length > 0 && isSettled(ballot)) {
    ballot.voters = [];
    ballot.voterDays = [];
  }
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
