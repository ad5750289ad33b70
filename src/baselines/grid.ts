/**
 * The fixed logarithmic grid on which numbers are counted: the buckets of DDSketch (Masson, Rim, Lee: "DDSketch: A fast and
 * fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019), without its collapsing.
 */

/** Ratio of neighbouring bucket edges: a band then is exact to 7 %, and a series has tens of buckets, not hundreds. */
export const gridRatio = 1.15;
export const logRatio = Math.log(gridRatio);

/** 1.15^-148 is just over 1e-9, 1.15^297 just over 1e18: 1 is an edge, so the counts 1 to 7 have a bucket each. */
const lowestPower = -148;
const highestPower = 297;
/** Buckets of one sign; index 0 is zero itself, negative indices are negative values. */
export const bucketLimit = highestPower - lowestPower + 1;

const edges = new Float64Array(bucketLimit + 1);
for (let at = 0; at <= bucketLimit; at += 1) edges[at] = gridRatio ** (lowestPower - 1 + at);

/** Bucket of a finite value: -446 to 446. Bucket i > 0 holds (edge i-1, edge i]. */
export function bucketOf(value: number): number {
  if (value === 0) return 0;
  const size = Math.abs(value);
  let at = Math.ceil(Math.log(size) / logRatio - 1e-9) - lowestPower + 1;
  if (at < 1) at = 1;
  else if (at > bucketLimit) at = bucketLimit;
  return value < 0 ? -at : at;
}

function clamped(bucket: number): number {
  return bucket > bucketLimit ? bucketLimit : bucket;
}

/** The upper edge of a bucket, as a value. */
export function highEdge(bucket: number): number {
  if (bucket === 0) return 0;
  return bucket > 0 ? (edges[clamped(bucket)] as number) : -(edges[clamped(-bucket) - 1] as number);
}

export function lowEdge(bucket: number): number {
  if (bucket === 0) return 0;
  return bucket > 0 ? (edges[clamped(bucket) - 1] as number) : -(edges[clamped(-bucket)] as number);
}

/** What a bucket stands for: the geometric middle of its edges. */
export function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const middle = Math.sqrt(lowEdge(bucket) * highEdge(bucket));
  return bucket > 0 ? middle : -middle;
}

/** Between zero, or the other sign, and a value lie endless buckets; they count as a factor of ten. */
const signSteps = Math.log(10) / logRatio;

/** Buckets, in parts, from an edge to a value beyond it. */
export function stepsBetween(edge: number, value: number): number {
  const ratio = value / edge;
  return ratio > 0 && Number.isFinite(ratio) ? Math.abs(Math.log(ratio)) / logRatio : signSteps;
}
