/** Lines a minute of the kinds that a service writes most often: a rate series of its own for each, at most 16. */
import type { Asking, BaselineKind, BaselineView, JsonValue, Reading } from '#contract';
import { minuteMs, verdict } from './ballot.ts';
import {
  addCounts,
  drop,
  earnedMinutes,
  emptyRates,
  firstsLimit,
  hourMs,
  keptLimit,
  noteFirst,
  trim,
  trimFirsts,
  unready,
  type KindRatesState,
  type KindSeries,
} from './kind-series.ts';
import { LedgerView } from './ledger.ts';
import { acceptNumber, makeReady } from './number-memo.ts';
import { mergeNumbers, packNumbers, unpackNumbers } from './number-state.ts';
import { GridView } from './number-view.ts';
import { hasNarrowQuantile } from './readiness.ts';

export type { KindRatesState };

/** Fewer minutes with the kind say nothing of how many lines are usual. */
const leastMinutes = 3;
/** As for other numbers: an hour, and what gives a quantile an interval at all. */
const leastSightings = 60;

export interface KindRatesView extends BaselineView {
  /** How a kind's count in a minute stands; undefined where it has no series, or one that is still learning. */
  of(id: string, count: number, timeMs: number): Reading | undefined;
  /** Share of the usual minutes that had the kind, 0 to 1; 1 where minutes without it are not usual; undefined as for `of`. */
  presence(id: string): number | undefined;
  /** Was the kind never met before, or first met less than `withinMs` ago, once there was something to be new to? */
  isNew(id: string, timeMs: number, withinMs: number): boolean;
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
