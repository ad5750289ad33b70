/** Sequence numbers: decimal numbers of up to 129 digits, ascending within a shard. */
import type { ShardRecord } from './answers.ts';

/** As a comparison: below zero where `one` comes first. */
export function compareSequence(one: string, other: string): number {
  // Without leading zeros the longer number is the larger.
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}

/** In order, each once, and none that was given before: iterators that begin anew repeat, and a repeat is no record. */
export function newRecords(records: readonly ShardRecord[], after: string | undefined): ShardRecord[] {
  let last = after;
  return records
    .toSorted((one, other) => compareSequence(one.place, other.place))
    .filter(({ place }) => {
      const isNew = last === undefined || compareSequence(place, last) > 0;
      if (isNew) last = place;
      return isNew;
    });
}
