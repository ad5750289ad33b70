/** Lines a minute of the kinds that a service writes most often: a rate series of its own for each, at most 16. */
import type { Asking, BaselineKind, BaselineView, JsonValue, Reading, Vote } from '#contract';
import { minuteMs, verdict } from './ballot.ts';
import { hashed } from './hash.ts';
import { LedgerView } from './ledger.ts';
import { acceptNumber, addNumber, makeReady } from './number-memo.ts';
import { emptyNumbers, mergeNumbers, packNumbers, unpackNumbers, type NumberState } from './number-state.ts';
import { GridView } from './number-view.ts';
import { hasNarrowQuantile } from './readiness.ts';

/** Kinds that keep a series for good, and kinds on trial beside them until so many have earned theirs. */
const keptLimit = 16;
const trialLimit = 32;
/** Minutes with the kind by which a series is earned: a start's or a one-time job's lines do not get there. */
const earnedMinutes = 10;
/** Fewer minutes with the kind say nothing of how many lines are usual. */
const leastMinutes = 3;
const hourMs = 3_600_000;
/** A kind on trial that was not met for an hour gives way; an earned one after a week. */
const trialIdleMs = hourMs;
const earnedIdleMs = 7 * 24 * hourMs;
/** As for other numbers: an hour, and what gives a quantile an interval at all. */
const leastSightings = 60;

interface KindSeries {
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

export interface KindRatesView extends BaselineView {
  /** How a kind's count in a minute stands; undefined where it has no series, or one that is still learning. */
  of(id: string, count: number, timeMs: number): Reading | undefined;
  /** Share of the usual minutes that had the kind, 0 to 1; 1 where minutes without it are not usual; undefined as for `of`. */
  presence(id: string): number | undefined;
  /** Was the kind never met before, or first met less than `withinMs` ago, once there was something to be new to? */
  isNew(id: string, timeMs: number, withinMs: number): boolean;
}

/** Kinds of which it is known when they came: a busy service writes hundreds. Some twenty bytes each as stored. */
const firstsLimit = 1_024;

/** A copy that has yet to become ready by itself. */
function unready(minutes: NumberState): NumberState {
  return { ...minutes, ledger: { ...minutes.ledger, readyMs: null } };
}

function earnedOf(state: KindRatesState): number {
  let earned = 0;
  for (const id in state.series) if ((state.series[id] as KindSeries).met >= earnedMinutes) earned += 1;
  return earned;
}

function drop(state: KindRatesState, id: string): void {
  delete state.series[id];
  state.size -= 1;
}

/** Of those that may give way, the one met least, of equals that with the largest hash. */
function weakest(state: KindRatesState, mayGo: (series: KindSeries) => boolean): string | undefined {
  let found: string | undefined;
  let least = Infinity;
  for (const id in state.series) {
    const series = state.series[id] as KindSeries;
    if (!mayGo(series) || series.met > least) continue;
    if (series.met < least || found === undefined || hashed(id) > hashed(found)) found = id;
    least = series.met;
  }
  return found;
}

function makeRoom(state: KindRatesState, timeMs: number): boolean {
  const isFull = earnedOf(state) >= keptLimit;
  if (!isFull && state.size < trialLimit) return true;
  const idle = weakest(state, ({ met, lastMs }) => {
    if (met >= earnedMinutes) return timeMs - lastMs > earnedIdleMs;
    return met <= 1 ? timeMs > lastMs : timeMs - lastMs > trialIdleMs;
  });
  if (idle === undefined) return false;
  drop(state, idle);
  return true;
}

function noteFirst(state: KindRatesState, id: string, minute: number): void {
  const known = state.firsts[id];
  if (known === undefined) state.firstsSize += 1;
  if (known === undefined || minute < known) state.firsts[id] = minute;
  // Twice the limit is let in before the smallest hashes are looked for, so that a flood costs little each.
  if (state.firstsSize >= 2 * firstsLimit) trimFirsts(state);
}

function trimFirsts(state: KindRatesState): void {
  if (state.firstsSize <= firstsLimit) return;
  for (const id of byHash(Object.keys(state.firsts)).slice(firstsLimit)) delete state.firsts[id];
  state.firstsSize = firstsLimit;
}

function byHash(ids: string[]): string[] {
  return ids
    .map((id) => ({ id, hash: hashed(id) }))
    .sort((left, right) => left.hash - right.hash || (left.id < right.id ? -1 : 1))
    .map(({ id }) => id);
}

function addCounts(state: KindRatesState, counts: ReadonlyMap<string, number>, vote: Vote): void {
  const { timeMs } = vote;
  let strangers: string[] | undefined;
  const minute = Math.floor(timeMs / minuteMs);
  for (const [id, count] of counts) {
    if (count === 0) continue;
    noteFirst(state, id, minute);
    if (state.series[id] === undefined) (strangers ??= []).push(id);
  }
  // Order within a minute decides nothing.
  if (strangers !== undefined && state.size + strangers.length > keptLimit) strangers = byHash(strangers);
  for (const id of strangers ?? []) {
    if (!makeRoom(state, timeMs)) break;
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
function trim(state: KindRatesState): void {
  const ranking = Object.entries(state.series)
    .sort(([leftId, left], [rightId, right]) => right.met - left.met || hashed(leftId) - hashed(rightId))
    .map(([id]) => id);
  const limit = earnedOf(state) >= keptLimit ? keptLimit : trialLimit;
  for (const id of ranking.slice(limit)) drop(state, id);
}

function emptyRates(): KindRatesState {
  const series: Record<string, KindSeries> = Object.create(null);
  const firsts: Record<string, number> = Object.create(null);
  return { minutes: emptyNumbers(), series, size: 0, firsts, firstsSize: 0 };
}

class RatesView extends LedgerView implements KindRatesView {
  readonly #state: KindRatesState;
  constructor(state: KindRatesState, asking: Asking) {
    super(state.minutes.ledger, asking);
    this.#state = state;
  }
  #judging(id: string): KindSeries | undefined {
    const series = this.#state.series[id];
    if (series === undefined || series.met < leastMinutes) return undefined;
    if (series.met < earnedMinutes && this.#state.size > keptLimit) return undefined;
    const { readyMs } = series.numbers.ledger;
    return readyMs !== null && readyMs <= this.asking.timeMs ? series : undefined;
  }
  of(id: string, count: number, timeMs: number): Reading | undefined {
    const series = this.#judging(id);
    return series === undefined ? undefined : new GridView(series.numbers, this.asking, true).of(count, timeMs);
  }
  presence(id: string): number | undefined {
    const series = this.#judging(id);
    if (series === undefined) return undefined;
    const { buckets, ledger } = series.numbers;
    const without = buckets[0];
    const isUsual = without !== undefined && verdict(without.ballot, this.asking, ledger.readyMs) !== 'new';
    return isUsual ? series.met / ledger.sightings : 1;
  }
  isNew(id: string, timeMs: number, withinMs: number): boolean {
    const { readyMs } = this.#state.minutes.ledger;
    const first = this.#state.firsts[id];
    // A full set forgot kinds: that one is missing says nothing.
    if (first === undefined) return this.#state.firstsSize < firstsLimit;
    return readyMs !== null && first * minuteMs >= readyMs && timeMs - first * minuteMs < withinMs;
  }
}

/** Counts by kind in a minute of a task; kinds it does not name count 0. */
export const kindRates: BaselineKind<KindRatesState, ReadonlyMap<string, number>, KindRatesView> = {
  name: 'kind-rates',
  isPhased: true,
  empty: emptyRates,
  add: addCounts,

  merge(left, right) {
    const merged = emptyRates();
    merged.minutes = mergeNumbers(left.minutes, right.minutes);
    for (const id of new Set([...Object.keys(left.series), ...Object.keys(right.series)])) {
      const one = left.series[id];
      const two = right.series[id];
      merged.series[id] = {
        // Who did not meet the kind had none of it in all of its minutes.
        numbers: mergeNumbers(one?.numbers ?? unready(left.minutes), two?.numbers ?? unready(right.minutes)),
        met: (one?.met ?? 0) + (two?.met ?? 0),
        lastMs: Math.max(one?.lastMs ?? -Infinity, two?.lastMs ?? -Infinity),
      };
      merged.size += 1;
    }
    trim(merged);
    for (const { firsts } of [left, right]) for (const id in firsts) noteFirst(merged, id, firsts[id] as number);
    trimFirsts(merged);
    return merged;
  },

  view: (state, asking) => new RatesView(state, asking),

  endTeaching(state, timeMs) {
    makeReady(state.minutes, timeMs);
    for (const id in state.series) makeReady((state.series[id] as KindSeries).numbers, timeMs);
  },

  endMinute(state, timeMs) {
    const { ledger } = state.minutes;
    trimFirsts(state);
    if (ledger.readyMs === null && ledger.sightings >= leastSightings && ledger.lastMs - ledger.firstMs >= hourMs) makeReady(state.minutes, timeMs);
    for (const id in state.series) {
      const { numbers, met } = state.series[id] as KindSeries;
      if (numbers.ledger.readyMs === null && met >= earnedMinutes && hasNarrowQuantile(numbers)) makeReady(numbers, timeMs);
    }
  },

  /** `TEMPLATE-ID=COUNT`. */
  accept(state, value) {
    const [id = '', count = ''] = value.split('=');
    const series = state.series[id];
    return series !== undefined && acceptNumber(series.numbers, count);
  },

  forget(state, value) {
    const isKnown = state.series[value] !== undefined;
    if (isKnown) drop(state, value);
    return isKnown;
  },

  pack(state) {
    const ids = Object.keys(state.series).sort();
    const series = ids.map((id) => state.series[id] as KindSeries);
    const firsts = Object.keys(state.firsts).sort((left, right) => (state.firsts[left] as number) - (state.firsts[right] as number) || (left < right ? -1 : 1));
    const minutes = firsts.map((id) => state.firsts[id] as number);
    return [
      packNumbers(state.minutes),
      ids,
      series.map(({ met }) => met),
      series.map(({ lastMs }) => lastMs),
      series.map(({ numbers }) => packNumbers(numbers)),
      firsts,
      minutes.map((minute, at) => (at === 0 ? minute : minute - (minutes[at - 1] as number))),
    ];
  },

  unpack(packed) {
    const [minutes, ids, met, lastMs, numbers, firsts, steps] = packed as [JsonValue, string[], number[], number[], JsonValue[], string[], number[]];
    const state = emptyRates();
    state.minutes = unpackNumbers(minutes);
    for (const [at, id] of ids.entries()) {
      state.series[id] = { numbers: unpackNumbers(numbers[at] as JsonValue), met: met[at] as number, lastMs: lastMs[at] as number };
    }
    state.size = ids.length;
    let minute = 0;
    for (const [at, id] of firsts.entries()) {
      minute += steps[at] as number;
      state.firsts[id] = minute;
    }
    state.firstsSize = firsts.length;
    return state;
  },

  describe(state, asking, limit) {
    return Object.entries(state.series)
      .sort(([leftId, left], [rightId, right]) => right.met - left.met || (leftId < rightId ? -1 : 1))
      .slice(0, limit)
      .map(([id, { numbers, met }]) => {
        const view = new GridView(numbers, asking, true);
        const { low, high } = view.of(0, asking.timeMs);
        return { what: id, standing: view.isReady ? 'ready' : 'learning', minutes: met, low: Number(low.toPrecision(3)), high: Number(high.toPrecision(3)) };
      });
  },
};
