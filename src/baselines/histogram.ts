/** Counts by bucket of one side of zero, in one array, so that an addition is one step. */

/** Cells kept free on each side when the array has to grow: a series seldom wanders further. */
const spare = 16;

export class Histogram {
  #counts = new Float64Array(0);
  /** Bucket of the array's first cell. */
  #base = 0;
  /** First and last bucket with a count. */
  first = Infinity;
  last = -Infinity;
  total = 0;

  add(bucket: number, count: number): void {
    if (bucket < this.#base || bucket >= this.#base + this.#counts.length) this.#grow(bucket);
    const at = bucket - this.#base;
    this.#counts[at] = (this.#counts[at] as number) + count;
    this.total += count;
    if (bucket < this.first) this.first = bucket;
    if (bucket > this.last) this.last = bucket;
  }

  #grow(bucket: number): void {
    const base = Math.min(this.first, bucket) - spare;
    const counts = new Float64Array(Math.max(this.last, bucket) + spare + 1 - base);
    for (let from = this.first; from <= this.last; from += 1) counts[from - base] = this.at(from);
    this.#base = base;
    this.#counts = counts;
  }

  /** Of a bucket from `first` to `last`. */
  at(bucket: number): number {
    return this.#counts[bucket - this.#base] as number;
  }

  /** The bucket below which, or in which, lie `rank` observations; the last where there are fewer. */
  bucketAt(rank: number): number {
    let below = 0;
    for (let bucket = this.first; bucket < this.last; bucket += 1) {
      below += this.at(bucket);
      if (below >= rank) return bucket;
    }
    return this.last;
  }
}
