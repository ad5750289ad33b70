/** Counts by bucket of one side of zero, in one array, so that an addition is one step. */
import { bucketLimit } from './grid.ts';
import { furthestShift } from './season.ts';

/** Shifts by hour and weekday may move a bucket down below the first. */
const offset = 2 * furthestShift;

export class Histogram {
  readonly #counts = new Float64Array(bucketLimit + 2 * offset + 1);
  /** First and last bucket with a count. */
  first = Infinity;
  last = -Infinity;
  total = 0;

  add(bucket: number, count: number): void {
    const at = bucket + offset;
    this.#counts[at] = (this.#counts[at] as number) + count;
    this.total += count;
    if (bucket < this.first) this.first = bucket;
    if (bucket > this.last) this.last = bucket;
  }

  at(bucket: number): number {
    return this.#counts[bucket + offset] as number;
  }

  /** The bucket below which, or in which, lie `rank` observations; the last where there are fewer. */
  bucketAt(rank: number): number {
    let below = 0;
    for (let bucket = this.first; bucket < this.last; bucket += 1) {
      below += this.#counts[bucket + offset] as number;
      if (below >= rank) return bucket;
    }
    return this.last;
  }
}
