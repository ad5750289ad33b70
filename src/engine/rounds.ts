/**
 * Rounds and lanes of a stream that many functions read at once (E17): when everything before a round's tick is applied.
 *
 * A round names the shards open when it was written, and puts a tick into each of them. A lane (a shard, read in order)
 * that met the tick has applied all records before it.
 */

export interface Round {
  /** From 1, without gaps. */
  number: number;
  /** Release time up to which the walk goes when the round has passed. */
  timeMs: number;
  /** Shards open when it was written. */
  shards: string[];
}

/** What a lane has applied. */
export interface LaneRecord {
  /** Sequence number of the last record applied; empty before the first. */
  sequence: string;
  /** Number of the last round whose tick it met, 0 before the first, and that tick's time. */
  round: number;
  tickMs: number | null;
  contributions: ContributionName[];
}

/** A contribution, by the name of its part and the rounds its sections came after. */
export interface ContributionName {
  part: string;
  after: [first: number, last: number];
}

export const newLane: Readonly<LaneRecord> = { sequence: '', round: 0, tickMs: null, contributions: [] };

/** A lane that goes on from others: nothing of it was applied, and the last tick it has behind it is the latest of theirs. */
export function laneAfter(parents: readonly LaneRecord[]): LaneRecord {
  let latest: LaneRecord = newLane;
  for (const parent of parents) if (parent.round > latest.round) latest = parent;
  return { ...newLane, round: latest.round, tickMs: latest.tickMs, contributions: [] };
}

/**
 * Whether all that precedes the ticks of a round is applied: each of its shards met its tick, or a later round passed.
 * A shard closed meanwhile never meets the tick; its children are among the shards of the next round, and are read
 * after it was read to its end.
 */
export function hasPassed(number: number, rounds: ReadonlyMap<number, Round>, lanes: ReadonlyMap<string, LaneRecord>): boolean {
  for (let next = number; ; next += 1) {
    const round = rounds.get(next);
    if (round === undefined) return false;
    if (round.shards.every((shard) => (lanes.get(shard)?.round ?? 0) >= next)) return true;
  }
}

/** Order of sequence numbers, which are decimal numbers of any length. */
export function compareSequence(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
