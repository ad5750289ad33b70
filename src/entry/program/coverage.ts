/** Coverage of a state: where each feed of each service stands, as it was saved last. */
import type { Store } from '#contract';
import { Checkpoint } from '../../engine/checkpoint.ts';
import type { CoverageRow } from '../../engine/coverage.ts';
import { kindsByName } from './engine.ts';

export interface CoverageListing {
  rows: CoverageRow[];
  /** Release time up to which was walked; undefined where nothing was. */
  walkedMs: number | undefined;
}

export async function coverageIn(store: Store): Promise<CoverageListing> {
  const checkpoint = await Checkpoint.open(store, kindsByName);
  const { coverage, marks } = await checkpoint.state();
  return { rows: coverage.rows(), walkedMs: marks.size === 0 ? undefined : Math.max(...marks.values()) };
}
