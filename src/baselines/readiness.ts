/** When a number has been seen often enough: its upper quantile is known to 20 %, and does not move from hour to hour. */
import { indicesOf, type Bucket, type NumberState } from './number-state.ts';

const hourMs = 3_600_000;
const leastCount = 60;
/** The highest quantile of which 75 observations can give a two-sided interval at all. */
const quantile = 0.95;
/** Standard normal deviate of a 95 % interval. */
const deviate = 1.96;
/** Observations that tell the level of an hour. */
const leastInHour = 10;
const dayOfHours = 24;

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
  let least = Infinity;
  let most = -Infinity;
  let hours = 0;
  for (let hour = 0; hour < dayOfHours; hour += 1) {
    const inHour = buckets.map(({ times }) => times[hour] as number);
    const sum = inHour.reduce((all, count) => all + count, 0);
    if (sum < leastInHour) continue;
    hours += 1;
    const middle = bucketAtRank(indices, inHour, sum / 2);
    least = Math.min(least, middle);
    most = Math.max(most, middle);
  }
  return most - least <= 1 || hours >= dayOfHours - 1;
}
