/** Numbers of any range, counted on the fixed grid; the band spans what votes made usual. */
import type { Asking, BaselineKind, NumberView } from '#contract';
import { verdict } from './ballot.ts';
import { highEdge, lowEdge } from './grid.ts';
import { acceptNumber, addNumber, forgetNumber, makeReady } from './number-memo.ts';
import {
  emptyNumbers,
  indicesOf,
  mergeNumbers,
  packNumbers,
  unpackNumbers,
  type Bucket,
  type NumberState,
} from './number-state.ts';
import { GridView } from './number-view.ts';
import { hasNarrowQuantile } from './readiness.ts';

/** Rows for people: the buckets, what is not usual first, then the most frequent. */
function describeGrid(state: NumberState, asking: Asking, limit: number): Record<string, string | number>[] {
  return indicesOf(state)
    .map((index) => ({ index, ballot: (state.buckets[index] as Bucket).ballot }))
    .map(({ index, ballot }) => ({ index, ballot, says: verdict(ballot, asking, state.ledger.readyMs) }))
    .sort(
      (left, right) =>
        Number(left.says !== 'new') - Number(right.says !== 'new') || right.ballot.count - left.ballot.count || left.index - right.index,
    )
    .slice(0, limit)
    .map(({ index, says, ballot }) => ({
      what: `${Number(lowEdge(index).toPrecision(3))} to ${Number(highEdge(index).toPrecision(3))}`,
      standing: says,
      count: ballot.count,
      days: ballot.days.length,
      share: Number((ballot.count / Math.max(1, state.ledger.count)).toPrecision(3)),
    }));
}

/** Numbers such as bytes, percentages or seconds. */
export const quantityGrid: BaselineKind<NumberState, number, NumberView> = {
  name: 'quantity-grid',
  isPhased: true,
  empty: emptyNumbers,
  add: addNumber,
  merge: mergeNumbers,
  view: (state, asking) => new GridView(state, asking, false),
  endTeaching: makeReady,
  endMinute(state, timeMs) {
    if (state.ledger.readyMs === null && hasNarrowQuantile(state)) makeReady(state, timeMs);
  },
  accept: (state, value) => acceptNumber(state, value),
  forget: forgetNumber,
  pack: packNumbers,
  unpack: unpackNumbers,
  describe: describeGrid,
};

