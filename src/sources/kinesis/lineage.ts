/** Which shards are to be read, from where, and behind which others: a shard's records follow those of its parents. */
import type { Shard } from '@aws-sdk/client-kinesis';
import type { From, Position } from './position.ts';

export interface KnownShard {
  id: string;
  /** One where it came of a split, two of a merge. */
  parents: readonly string[];
  isOpen: boolean;
}

export interface Planned {
  id: string;
  parents: readonly string[];
  from: From;
  /** Reads what comes from now on; `from` serves where that cannot be said any more. */
  isLatest?: boolean;
}

export interface Plan {
  /** Shards to be read, in the order of their ids. */
  shards: readonly Planned[];
  /** Drained already, with their children. */
  drained: ReadonlyMap<string, readonly string[]>;
}

/** `fromMs` stands for `latest` as well: the instant of the first start. */
export type Start = { kind: 'trim-horizon' } | { kind: 'latest'; fromMs: number } | { kind: 'time'; fromMs: number };

export function knownShard({ ShardId = '', ParentShardId, AdjacentParentShardId, SequenceNumberRange }: Shard): KnownShard {
  return {
    id: ShardId,
    parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined),
    isOpen: SequenceNumberRange?.EndingSequenceNumber === undefined,
  };
}

/**
 * Whoever was never read begins by `start`. Where there are positions, a shard without one was born since, or the first
 * start was cut short; those that came before a shard with a position were read and forgotten.
 */
export function planOf(listed: readonly KnownShard[], resume: ReadonlyMap<string, Position>, start: Start): Plan {
  const known = new Map(listed.map((shard) => [shard.id, shard]));
  const before = ancestorsOf([...resume.keys()], known);
  const drained = new Map<string, readonly string[]>();
  const shards: Planned[] = [];

  for (const [id, position] of resume) {
    if ('closed' in position) drained.set(id, position.children);
    else shards.push({ id, parents: known.get(id)?.parents ?? [], from: position });
  }
  for (const { id, parents, isOpen } of listed) {
    if (resume.has(id) || before.has(id)) continue;
    const isFirstStart = resume.size === 0;
    if (start.kind === 'trim-horizon' || (start.kind === 'latest' && isBornSince(id, known, resume))) shards.push({ id, parents, from: { oldest: true } });
    else if (start.kind === 'time' || !isFirstStart) shards.push({ id, parents, from: { fromMs: start.fromMs } });
    else if (isOpen) shards.push({ id, parents, from: { fromMs: start.fromMs }, isLatest: true });
  }
  // Parents that are not read need not be waited for: they expired, or ended before the start.
  const read = new Set([...shards.map(({ id }) => id), ...drained.keys()]);
  const waiting = shards.map((shard) => ({ ...shard, parents: shard.parents.filter((parent) => read.has(parent)) }));
  return { shards: waiting.toSorted((one, other) => (one.id < other.id ? -1 : 1)), drained };
}

/** Came of a shard that was read from its end on, so that all of it is new. */
function isBornSince(id: string, known: ReadonlyMap<string, KnownShard>, resume: ReadonlyMap<string, Position>): boolean {
  return known.get(id)?.parents.some((parent) => resume.has(parent) || isBornSince(parent, known, resume)) ?? false;
}

function ancestorsOf(ids: readonly string[], known: ReadonlyMap<string, KnownShard>): Set<string> {
  const found = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const parent of known.get(id)?.parents ?? []) {
      if (found.has(parent)) continue;
      found.add(parent);
      open.push(parent);
    }
  }
  return found;
}

/** Children of a shard, by the list of all. */
export function childrenOf(id: string, listed: readonly KnownShard[]): KnownShard[] {
  return listed.filter(({ parents }) => parents.includes(id));
}
