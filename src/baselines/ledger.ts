/** What a baseline as a whole has learned: how much, when, by how many tasks, and since when it is ready. */
import type { Asking, BaselineView, History, JsonValue, Vote } from '#contract';
import { dayMs, noteDay } from './ballot.ts';

/** An alert says "over 64 days"; the rule for weekdays needs 14. */
const dayLimit = 64;
/** As the contract has it. */
const voterLimit = 64;

export interface Ledger {
  /** Observations. */
  count: number;
  /** Additions. */
  sightings: number;
  firstMs: number;
  lastMs: number;
  /** The earliest days, ascending. */
  days: number[];
  /** The smallest hashes of voters, ascending. */
  voters: number[];
  /** The earliest time at which it was ready; null while learning. Never taken back. */
  readyMs: number | null;
}

export function emptyLedger(): Ledger {
  return { count: 0, sightings: 0, firstMs: 0, lastMs: 0, days: [], voters: [], readyMs: null };
}

function noteVoter(voters: number[], voter: number): void {
  let low = 0;
  let high = voters.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((voters[middle] as number) < voter) low = middle + 1;
    else high = middle;
  }
  if (voters[low] === voter || low >= voterLimit) return;
  voters.splice(low, 0, voter);
  if (voters.length > voterLimit) voters.pop();
}

/** True where a day was new. */
export function enter(ledger: Ledger, vote: Vote): boolean {
  const { timeMs } = vote;
  if (ledger.sightings === 0 || timeMs < ledger.firstMs) ledger.firstMs = timeMs;
  if (ledger.sightings === 0 || timeMs > ledger.lastMs) ledger.lastMs = timeMs;
  ledger.count += vote.count;
  ledger.sightings += 1;
  if (vote.voter !== 0) noteVoter(ledger.voters, vote.voter >>> 0);
  return noteDay(ledger.days, Math.floor(timeMs / dayMs), dayLimit);
}

export function mergeLedgers(left: Ledger, right: Ledger): Ledger {
  if (left.sightings === 0 || right.sightings === 0) {
    const some = left.sightings === 0 ? right : left;
    return { ...some, days: [...some.days], voters: [...some.voters], readyMs: earliest(left.readyMs, right.readyMs) };
  }
  const days = [...left.days];
  for (const day of right.days) noteDay(days, day, dayLimit);
  const voters = [...left.voters];
  for (const voter of right.voters) noteVoter(voters, voter);
  return {
    count: left.count + right.count,
    sightings: left.sightings + right.sightings,
    firstMs: Math.min(left.firstMs, right.firstMs),
    lastMs: Math.max(left.lastMs, right.lastMs),
    days,
    voters,
    readyMs: earliest(left.readyMs, right.readyMs),
  };
}

function earliest(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : Math.min(left, right);
}

export function becomeReady(ledger: Ledger, timeMs: number): void {
  ledger.readyMs = earliest(ledger.readyMs, timeMs);
}

/** The part of a view that all kinds share; computed when read. */
export class LedgerView implements BaselineView {
  readonly ledger: Ledger;
  readonly asking: Asking;
  isBorrowed = false;
  constructor(ledger: Ledger, asking: Asking) {
    this.ledger = ledger;
    this.asking = asking;
  }
  get isReady(): boolean {
    return this.ledger.readyMs !== null && this.ledger.readyMs <= this.asking.timeMs;
  }
  get readyMs(): number | undefined {
    return this.isReady ? (this.ledger.readyMs as number) : undefined;
  }
  get history(): History {
    const { firstMs, lastMs, count, days, voters } = this.ledger;
    return { sinceMs: firstMs, untilMs: lastMs, count, days: days.length, tasks: voters.length };
  }
}

function deltas(values: readonly number[], from: number): number[] {
  return values.map((value, at) => value - (at === 0 ? from : (values[at - 1] as number)));
}

function sums(values: readonly number[], from: number): number[] {
  let sum = from;
  return values.map((value) => (sum += value));
}

export function packLedger(ledger: Ledger): JsonValue {
  const { count, sightings, firstMs, lastMs, days, voters, readyMs } = ledger;
  return [count, sightings, firstMs, lastMs - firstMs, readyMs === null ? null : readyMs - firstMs, deltas(days, 0), voters];
}

export function unpackLedger(packed: JsonValue): Ledger {
  const [count, sightings, firstMs, span, ready, days, voters] = packed as [
    number,
    number,
    number,
    number,
    number | null,
    number[],
    number[],
  ];
  return {
    count,
    sightings,
    firstMs,
    lastMs: firstMs + span,
    days: sums(days, 0),
    voters: [...voters],
    readyMs: ready === null ? null : firstMs + ready,
  };
}
