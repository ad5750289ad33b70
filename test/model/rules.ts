/** The rules of the model, each as in the code. */
import { hasPassed, laneAfter, newLane, type LaneRecord, type Round } from '../../src/engine/rounds.ts';
import type { World } from './world.ts';

/** Each as in the code; a test puts a wrong one in its place. */
export interface Rules {
  hasPassed: (number: number, rounds: ReadonlyMap<number, Round>, lanes: ReadonlyMap<string, LaneRecord>, world: World) => boolean;
  /** Where a lane begins that has no item. */
  begin: (world: World, shard: number) => LaneRecord;
  isLaneConditional: boolean;
  isCloserConditional: boolean;
  /** Whether lanes are read once more when a round has passed. */
  readsLanesAgain: boolean;
  /** A contribution whose sections all came before this round is dropped, when so many rounds are walked. */
  pruneBelow: (closed: number) => number;
  /** Whether who reads a batch again looks for rounds to close. */
  repeatsClose: boolean;
}

/** The nearest lanes before it that were ever written; without any it begins where the walk is. */
function begin(world: World, shard: number): LaneRecord {
  const before = (parents: readonly number[]): LaneRecord[] => parents.flatMap((parent) => world.lanes[parent] ?? before(world.shards[parent]!.parents));
  const known = before(world.shards[shard]!.parents);
  return known.length === 0 ? { ...newLane, round: world.closed.round } : laneAfter(known);
}

export const rules: Rules = { hasPassed, begin, isLaneConditional: true, isCloserConditional: true, readsLanesAgain: true, pruneBelow: (closed) => closed, repeatsClose: true };

export interface Settings extends Rules {
  readsSlowly: boolean;
}
