/** Counts a minute, zeros included: more spread than Poisson's, so judged by a negative binomial beside the grid. */
import type { BaselineKind, NumberView } from '#contract';
import { type NumberState } from './number-state.ts';
import { GridView } from './number-view.ts';
import { quantityGrid } from './quantity-grid.ts';

/** Integer counts a minute. */
export const rateGrid: BaselineKind<NumberState, number, NumberView> = {
  ...quantityGrid,
  name: 'rate-grid',
  view: (state, asking) => new GridView(state, asking, true),
};
