/** When a number has been seen often enough: its upper quantile is known to 20 %, and does not move from hour to hour. */
import { indicesOf, type Bucket, type NumberState } from './number-state.ts';
import { hours } from './season.ts';

const hourMs = 3_600_000;
const leastCount = 60;
/** The highest quantile of which 75 observations can give a two-sided interval at all. */
const quantile = 0.95;
/** Standard normal deviate of a 95 % interval. */
const deviate = 1.96;
/** Observations that tell the level of an hour. */
const leastInHour = 20;
/** Buckets by which hours may differ, and standard errors of an hour's mean on top. */
const hourSteps = 0.5;
const hourErrors = 2;

/** The bucket in which the observation of a rank (from 1) lies. */
function bucketAtRank(indices: readonly number[], counts: readonly number[], rank: number): number {
  let below = 0;
  for (let at = 0; at < indices.length; at += 1) {
    below += counts[at] as number;
    if (below >= rank) return indices[at] as number;
  }
  return Infinity;
}

/**
 * The distribution-free interval of a quantile by order statistics (Conover, Practical Nonparametric Statistics, 3.2), which
 * must lie within two neighbouring buckets. Minutes of one hour are alike; so hours that differ need a whole day seen.
 */
export function hasNarrowQuantile(state: NumberState): boolean {
  const { ledger } = state;
  if (ledger.sightings < leastCount || ledger.lastMs - ledger.firstMs < hourMs) return false;
  const indices = indicesOf(state);
  const buckets = indices.map((index) => state.buckets[index] as Bucket);
  const counts = buckets.map(({ ballot }) => ballot.count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const error = deviate * Math.sqrt(total * quantile * (1 - quantile));
  const low = bucketAtRank(indices, counts, Math.max(1, Math.floor(total * quantile - error)));
  const high = bucketAtRank(indices, counts, Math.ceil(total * quantile + error));
  if (!(high - low <= 1)) return false;
  return haveAlikeHours(indices, buckets);
}

/** Sums by hour of the series looked at: counts, indices, and their squares; whole numbers, whatever the order. */
const counted = new Float64Array(hours);
const stepped = new Float64Array(hours);
const squared = new Float64Array(hours);

function sumHours(indices: readonly number[], buckets: readonly Bucket[]): void {
  counted.fill(0);
  stepped.fill(0);
  squared.fill(0);
  for (let at = 0; at < buckets.length; at += 1) {
    const index = indices[at] as number;
    const { times } = buckets[at] as Bucket;
    for (let hour = 0; hour < hours; hour += 1) {
      const count = times[hour] as number;
      if (count === 0) continue;
      counted[hour]! += count;
      stepped[hour]! += count * index;
      squared[hour]! += count * index * index;
    }
  }
}

/** Do all hours seen have one level, as far as their spread lets it be told? Or was the whole day seen? */
function haveAlikeHours(indices: readonly number[], buckets: readonly Bucket[]): boolean {
  let least = Infinity;
  let most = -Infinity;
  let told = 0;
  let fewest = Infinity;
  let within = 0;
  let all = 0;
  sumHours(indices, buckets);
  for (let hour = 0; hour < hours; hour += 1) {
    const count = counted[hour]!;
    const steps = stepped[hour]!;
    const squares = squared[hour]!;
    if (count < leastInHour) continue;
    const mean = steps / count;
    told += 1;
    least = Math.min(least, mean);
    most = Math.max(most, mean);
    fewest = Math.min(fewest, count);
    within += squares - count * mean * mean;
    all += count;
  }
  if (told >= hours - 1) return true;
  // One hour alone cannot tell whether the next is like it.
  if (told < 2) return false;
  return most - least <= hourSteps + hourErrors * Math.sqrt(within / all / fewest);
}
