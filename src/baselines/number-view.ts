/** What is usual of a number, decided when asked and kept until an addition changes it. */
import type { Asking, NumberView, Reading } from '#contract';
import { bandOf, edgesAt, type Band } from './band.ts';
import { stepsBetween } from './grid.ts';
import { LedgerView } from './ledger.ts';
import { memoOf } from './number-memo.ts';
import type { NumberState } from './number-state.ts';
import { flat, hourOf, weekdayOf } from './season.ts';
import { decideUsual, holds, updateSeason, type Usual } from './usual.ts';

/** 0 at the edge of the band, 0.5 at `scale` buckets beyond it (one, or one factor of e in rarity), towards 1. */
function surpriseOf(steps: number, scale: number): number {
  return Math.min(0.999_999, steps / (steps + scale));
}

/** Of one state: holds until the next addition to it. */
export class GridView extends LedgerView implements NumberView {
  readonly #state: NumberState;
  readonly #isRate: boolean;
  #usual: Usual | undefined;
  #band: Band | undefined;
  constructor(state: NumberState, asking: Asking, isRate: boolean) {
    super(state.ledger, asking);
    this.#state = state;
    this.#isRate = isRate;
  }

  of(value: number, timeMs: number): Reading {
    if (this.#usual === undefined) this.#decide();
    const band = this.#band;
    if (band === undefined) return { surprise: 0, side: 'inside', low: 0, high: 0, typical: 0 };
    const { season } = this.#usual as Usual;
    const shift =
      season === flat ? 0 : (season.hours[hourOf(timeMs)] as number) + (season.weekdays[weekdayOf(timeMs)] as number);
    const edges = edgesAt(band, shift, this.asking.isWidened);
    if (value > edges.high) {
      const { low, high, typical } = edges;
      return { surprise: surpriseOf(stepsBetween(high, value), band.high.scale), side: 'above', low, high, typical };
    }
    if (value < edges.low) {
      const { low, high, typical } = edges;
      return { surprise: surpriseOf(stepsBetween(low, value), band.low.scale), side: 'below', low, high, typical };
    }
    return edges.inside;
  }

  #decide(): void {
    const state = this.#state;
    const memo = memoOf(state);
    let usual = memo.usual;
    if (usual === undefined || !holds(usual, this.asking, state.ledger.readyMs)) {
      usual = decideUsual(state, this.asking);
      memo.usual = usual;
      memo.hasBand = false;
    }
    if (!memo.hasBand) {
      const { ledger } = state;
      updateSeason(usual, ledger.days.length);
      memo.band = bandOf(usual, ledger.lastMs - ledger.firstMs, this.#isRate);
      memo.hasBand = true;
    }
    this.#usual = usual;
    this.#band = memo.band;
  }
}
