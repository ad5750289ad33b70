/** Which kinds of lines keep a rate series of their own, and since when each kind is known. */
import type { Vote } from '#contract';
import { minuteMs } from './ballot.ts';
import { hashed } from './hash.ts';
import { addNumber } from './number-memo.ts';
import { emptyNumbers, mergeNumbers, type NumberState } from './number-state.ts';

/** Kinds that keep a series for good, and kinds on trial beside them until so many have earned theirs. */
export const keptLimit = 16;
const trialLimit = 32;
/** Minutes with the kind by which a series is earned: a start's or a one-time job's lines do not get there. */
export const earnedMinutes = 10;
export const hourMs = 3_600_000;
/** A kind on trial that was not met for an hour gives way; an earned one after a week. */
const trialIdleMs = hourMs;
const earnedIdleMs = 7 * 24 * hourMs;

export interface KindSeries {
  /** Over all minutes of the state, also those before the kind was met: they count 0. */
  numbers: NumberState;
  /** Minutes of tasks with the kind, and the event time of the last. */
  met: number;
  lastMs: number;
}

export interface KindRatesState {
  /** Every minute as a 0: what a kind that was never met has behind it. */
  minutes: NumberState;
  series: Record<string, KindSeries>;
  size: number;
  /** When each kind was first met, in minutes since 1970; of more than the limit those with the smallest hashes. */
  firsts: Record<string, number>;
  firstsSize: number;
}

/** Kinds of which it is known when they came: a busy service writes hundreds. Some twenty bytes each as stored. */
export const firstsLimit = 1_024;

/** A copy that has yet to become ready by itself. */
export function unready(minutes: NumberState): NumberState {
  return { ...minutes, ledger: { ...minutes.ledger, readyMs: null } };
}

function earnedOf(state: KindRatesState): number {
  let earned = 0;
  for (const id in state.series) if ((state.series[id] as KindSeries).met >= earnedMinutes) earned += 1;
  return earned;
}

/** Takes a series out. */
export function drop(state: KindRatesState, id: string): void {
  delete state.series[id];
  state.size -= 1;
}

/** Of those that may give way, the one met least, of equals that with the largest hash. */
function weakest(state: KindRatesState, mayGo: (series: KindSeries, id: string) => boolean): string | undefined {
  let found: string | undefined;
  let least = Infinity;
  for (const id in state.series) {
    const series = state.series[id] as KindSeries;
    if (series.met > least || !mayGo(series, id)) continue;
    if (series.met < least || found === undefined || hashed(id) > hashed(found)) found = id;
    least = series.met;
  }
  return found;
}

function makeRoom(state: KindRatesState, timeMs: number, counts: ReadonlyMap<string, number>): boolean {
  const isFull = earnedOf(state) >= keptLimit;
  if (!isFull && state.size < trialLimit) return true;
  const idle = weakest(state, ({ met, lastMs }, id) => {
    if (counts.has(id)) return false;
    if (met >= earnedMinutes) return timeMs - lastMs > earnedIdleMs;
    return met <= 1 ? timeMs > lastMs : timeMs - lastMs > trialIdleMs;
  });
  if (idle === undefined) return false;
  drop(state, idle);
  return true;
}

export function noteFirst(state: KindRatesState, id: string, minute: number): void {
  const known = state.firsts[id];
  if (known === undefined) state.firstsSize += 1;
  if (known === undefined || minute < known) state.firsts[id] = minute;
  // Twice the limit is let in before the smallest hashes are looked for, so that a flood costs little each.
  if (state.firstsSize >= 2 * firstsLimit) trimFirsts(state);
}

export function trimFirsts(state: KindRatesState): void {
  if (state.firstsSize <= firstsLimit) return;
  for (const id of byHash(Object.keys(state.firsts)).slice(firstsLimit)) delete state.firsts[id];
  state.firstsSize = firstsLimit;
}

function byHash(ids: string[], salt = ''): string[] {
  if (ids.length < 2) return ids;
  return ids
    .map((id) => ({ id, hash: hashed(salt + id) }))
    .sort((left, right) => left.hash - right.hash || (left.id < right.id ? -1 : 1))
    .map(({ id }) => id);
}

/** Adds a minute of a task: a kind with a series that it does not name counts 0. */
export function addCounts(state: KindRatesState, counts: ReadonlyMap<string, number>, vote: Vote): void {
  const { timeMs } = vote;
  let strangers: string[] | undefined;
  const minute = Math.floor(timeMs / minuteMs);
  for (const [id, count] of counts) {
    if (count === 0) continue;
    noteFirst(state, id, minute);
    if (state.series[id] === undefined) (strangers ??= []).push(id);
  }
  // Order within a minute decides nothing; another one each minute, so that rare kinds by the hundred keep no frequent one out.
  for (const id of byHash(strangers ?? [], String(minute))) {
    if (!makeRoom(state, timeMs, counts)) break;
    state.series[id] = { numbers: mergeNumbers(emptyNumbers(), unready(state.minutes)), met: 0, lastMs: timeMs };
    state.size += 1;
  }
  let hasEarned = false;
  for (const id in state.series) {
    const series = state.series[id] as KindSeries;
    const count = counts.get(id) ?? 0;
    addNumber(series.numbers, count, vote);
    if (count === 0) continue;
    series.met += 1;
    if (timeMs > series.lastMs) series.lastMs = timeMs;
    if (series.met === earnedMinutes) hasEarned = true;
  }
  addNumber(state.minutes, 0, vote);
  if (hasEarned) trim(state);
}

/** Once 16 have earned a series nobody is on trial; a merge may bring more, of which those met most stay. */
export function trim(state: KindRatesState): void {
  const ranking = Object.entries(state.series)
    .sort(([leftId, left], [rightId, right]) => right.met - left.met || hashed(leftId) - hashed(rightId))
    .map(([id]) => id);
  const limit = earnedOf(state) >= keptLimit ? keptLimit : trialLimit;
  for (const id of ranking.slice(limit)) drop(state, id);
}

export function emptyRates(): KindRatesState {
  const series: Record<string, KindSeries> = Object.create(null);
  const firsts: Record<string, number> = Object.create(null);
  return { minutes: emptyNumbers(), series, size: 0, firsts, firstsSize: 0 };
}
