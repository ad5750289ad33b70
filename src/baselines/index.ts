/** Baselines: what detectors declare, and the kinds by name for stores and tools. */
import type { BaselineSpec, NumberView, SetView } from '#contract';
import { kindRates, type KindRatesState, type KindRatesView } from './kind-rates.ts';
import { lineKindTree, type KindView, type LineKind, type LineState } from './line-kind-tree.ts';
import { type NumberState } from './number-state.ts';
import { quantityGrid } from './quantity-grid.ts';
import { rateGrid } from './rate-grid.ts';
import { seenSet, type SeenState } from './seen-set.ts';

export { hashed } from './hash.ts';
export { kindRates, lineKindTree, quantityGrid, rateGrid, seenSet };
export type { KindRatesState, KindRatesView, KindView, LineKind, LineState, NumberState, SeenState };

/** A set of what was seen, with votes: destinations, calls, names. */
export function seen<Observed>(
  of: (observation: Observed) => string | readonly string[] | undefined,
  part?: (observation: Observed) => string,
): BaselineSpec<Observed, SeenState, string, SetView> {
  return part === undefined ? { kind: seenSet, of } : { kind: seenSet, of, part };
}

/** Numbers of any range: bytes, percentages, seconds. */
export function quantities<Observed>(
  of: (observation: Observed) => number | readonly number[] | undefined,
  part?: (observation: Observed) => string,
): BaselineSpec<Observed, NumberState, number, NumberView> {
  return part === undefined ? { kind: quantityGrid, of } : { kind: quantityGrid, of, part };
}

/** Counts a minute, whole numbers; a minute without any must add its 0. */
export function rates<Observed>(
  of: (observation: Observed) => number | readonly number[] | undefined,
  part?: (observation: Observed) => string,
): BaselineSpec<Observed, NumberState, number, NumberView> {
  return part === undefined ? { kind: rateGrid, of } : { kind: rateGrid, of, part };
}

/** The kinds of lines of a service, by template. */
export function lineKinds<Observed>(
  of: (observation: Observed) => LineKind | readonly LineKind[] | undefined,
): BaselineSpec<Observed, LineState, LineKind, KindView> {
  return { kind: lineKindTree, of };
}

/** Lines a minute by kind, with a rate series for the 16 kinds written most often. */
export function ratesByKind<Observed>(
  of: (observation: Observed) => ReadonlyMap<string, number> | undefined,
): BaselineSpec<Observed, KindRatesState, ReadonlyMap<string, number>, KindRatesView> {
  return { kind: kindRates, of };
}

/** Every kind, by its name. */
export const baselineKinds = {
  [seenSet.name]: seenSet,
  [quantityGrid.name]: quantityGrid,
  [rateGrid.name]: rateGrid,
  [lineKindTree.name]: lineKindTree,
  [kindRates.name]: kindRates,
};
