/** What a walk knows: what a checkpoint saves, and a later walk goes on from. */
import type { FeedName } from '#contract';
import { Coverage } from './coverage.ts';
import { Episodes } from './episodes.ts';
import { Facts } from './facts.ts';
import { Owners } from './owners.ts';

export interface WalkState {
  facts: Facts;
  owners: Owners;
  episodes: Episodes;
  coverage: Coverage;
  /** Release time walked through, by feed. */
  marks: Map<FeedName, number>;
  /** Event time up to which a feed was read by `--to`. */
  readTo: Map<FeedName, number>;
  feedFirstMs: Partial<Record<FeedName, number>>;
  /** End of the teaching, event time; -Infinity where nothing was ever taught. */
  teachUntilMs: number;
}

export function newState(): WalkState {
  return {
    facts: new Facts(),
    owners: new Owners(),
    episodes: new Episodes(),
    coverage: new Coverage(),
    marks: new Map(),
    readTo: new Map(),
    feedFirstMs: {},
    teachUntilMs: Number.NEGATIVE_INFINITY,
  };
}
