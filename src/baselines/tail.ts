/** How far beyond what was seen a distribution on the grid is expected to reach, once in a month of minutes. */
import type { Histogram } from './histogram.ts';

/** Minutes of a 30-day month: the band is left about once in so many ordinary minutes, on each side. */
export const monthMinutes = 43_200;

/** The tail is fitted to the outer tenth of few observations, to the outer 200 of many: 7 % of error in its slope. */
const tailShare = 0.1;
const tailCount = 200;
const leastTailShare = 0.005;
/** The outermost twentieth of the tail counts as its end, so that isolated extremes do not stretch it. */
const trimShare = 0.05;

export interface Reach {
  /** Bucket, in parts, at which the expected end lies; never short of the last bucket that is not ignored. */
  end: number;
  /** Buckets further for each factor of e in rarity. */
  scale: number;
}

/**
 * One end of a distribution: the upper one, or with `direction` -1 the lower. A tail that falls by a constant factor a bucket
 * is a power law of the value: this is Hill's estimator (Annals of Statistics 1975) of its slope on a grid (from the mean of a
 * geometric distribution), widened by its own standard error, and Weissman's (JASA 1978) extrapolation with it. Lighter tails
 * are overestimated by it, so the end is at most as far beyond the median as a power law through median and tail would reach.
 * `share` is the part of all observations that the distribution stands for; the outermost `ignored` part need not be inside.
 */
export function reach(histogram: Histogram, direction: 1 | -1, middle: number, share: number, ignored: number): Reach {
  const { first, last, total } = histogram;
  const stop = direction === 1 ? first : last;
  const fitShare = Math.max(leastTailShare, Math.min(tailShare, tailCount / total));
  const fitCount = fitShare * total;
  const trimCount = trimShare * fitCount;
  let bucket = direction === 1 ? last : first;
  let outermost = bucket;
  let top = bucket;
  let beyond = 0;
  let excess = 0;
  while (bucket !== stop) {
    const count = histogram.at(bucket);
    if (beyond + count > fitCount) break;
    beyond += count;
    bucket -= direction;
    if (beyond <= ignored * total) outermost = bucket;
    // Walking inwards, the excess over the next bucket grows by all that lies beyond it.
    if (beyond <= trimCount) top = bucket;
    else excess += beyond;
  }
  if (excess < beyond || beyond === 0) return { end: outermost, scale: 0 };
  // One more observation a bucket further, and the standard error on top.
  const mean = 1 + ((excess - beyond + 1) / beyond) * (1 + 1 / Math.sqrt(beyond));
  const scale = mean > 1 ? -1 / Math.log(1 - 1 / mean) : 0;
  const fitted = scale * Math.max(0, Math.log((beyond / total) * share * monthMinutes)) + direction * (bucket - middle);
  const rarity = Math.log(0.5 / Math.min(0.25, Math.max(1, trimCount) / total));
  const furthest = direction * (top - middle) * Math.max(1, Math.log(0.5 * share * monthMinutes) / rarity);
  const seen = direction * (outermost - middle);
  return { end: middle + direction * Math.max(seen, Math.min(fitted, furthest)), scale };
}
