/** The end of a shard: which shards go on in its place, and what a call means that says there is none such. */
import type { ChildShard } from '@aws-sdk/client-kinesis';
import type { Clock } from '#contract';
import { childrenOf, type KnownShard } from './lineage.ts';
import type { Lane } from './lane.ts';

/** A reshard lists the children before it closes their parent; a list that lacks them is old. */
const firstAskMs = 1_000;
const longestAskMs = 10_000;

export type ListShards = (signal: AbortSignal) => Promise<readonly KnownShard[]>;

/** As the carrier named them, else by its list, which is asked until it holds them. */
export async function childrenAfter(lane: Lane, named: readonly ChildShard[], list: ListShards, clock: Clock, signal: AbortSignal): Promise<KnownShard[]> {
  const told = named.flatMap(({ ShardId, ParentShards = [] }) => (ShardId === undefined ? [] : [{ id: ShardId, parents: ParentShards, isOpen: true }]));
  if (told.length > 0) return told;
  for (let asked = 0; !signal.aborted; asked++) {
    const children = childrenOf(lane.id, await list(signal));
    if (children.length > 0) return children;
    lane.waits('it is closed, and the list of shards does not name those that go on in its place yet');
    await clock.sleep(Math.min(longestAskMs, firstAskMs * 2 ** Math.min(asked, 5)), signal);
  }
  return [];
}

/** Of a shard that a call did not find: its children where it expired; undefined where it is there after all. Throws `source-gone`. */
export async function childrenOfMissing(lane: Lane, list: ListShards, signal: AbortSignal): Promise<KnownShard[] | undefined> {
  const listed = await list(signal);
  return listed.some(({ id }) => id === lane.id) ? undefined : childrenOf(lane.id, listed);
}
