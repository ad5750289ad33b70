/** The usual band of a number: what the votes span, and the margin that its history asks for. */
import type { Reading } from '#contract';
import { dayMs } from './ballot.ts';
import { bucketLimit, bucketOf, highEdge, lowEdge, middleOf } from './grid.ts';
import { countRange, countsOf, deviateOf, type Counts } from './negative-binomial.ts';
import type { Histogram } from './histogram.ts';
import { flat, furthestShift } from './season.ts';
import { monthMinutes, reach } from './tail.ts';
import type { Usual } from './usual.ts';

const hourMs = 3_600_000;
const fullHistoryMs = 3 * dayMs;
/** With hours or weekdays in play a cell is not voted by itself: under one minute in a thousand does not widen the band. */
const ignoredShare = 0.001;

const monthDeviate = deviateOf(1 / monthMinutes);

/** One end of the band, in buckets. `isShifted`: it lies above zero, where hours and weekdays move it. */
interface End {
  bucket: number;
  /** Buckets beyond it that deserve an alarm. */
  scale: number;
  isShifted: boolean;
}

export interface Edges {
  low: number;
  high: number;
  typical: number;
  /** What is said of every value inside; nobody writes to it. */
  inside: Reading;
}

/** A band as decided; its edges are found for a shift when asked. */
export interface Band {
  low: End;
  high: End;
  middle: number;
  /** For rates: the distribution of counts without shift. */
  counts: Counts | undefined;
  margin: number;
  /** The edges last asked for, and their name: the tasks of a minute ask for the same. */
  asked: number;
  edges: Edges | undefined;
}

/**
 * Buckets added to each side. One, for a value on an edge falls into either bucket. Before three days, when nothing can
 * have been voted and most hours of the day were met once or never, up to four more (a factor of 1.75, an ordinary swing
 * of a day), fewer with the logarithm of the time seen.
 */
export function marginOf(spanMs: number): number {
  const seen = Math.max(spanMs, hourMs);
  if (seen >= fullHistoryMs) return 1;
  return 1 + Math.round(4 * (1 - Math.log(seen / hourMs) / Math.log(fullHistoryMs / hourMs)));
}

const atZero: End = { bucket: 0, scale: 1, isShifted: false };

function boundedScale(scale: number): number {
  // One bucket is the least that the grid can tell; a factor of three deserves an alarm under any spread.
  return Math.min(8, Math.max(1, scale));
}

/**
 * The band of what is usual, learned over `spanMs`. Weekdays are no rows of the residuals: what they leave of the spread is
 * known by its variance, so where they are in play the ends come nearer to the mean in that ratio, though not nearer than
 * those of a normal distribution.
 */
export function bandOf(usual: Usual, spanMs: number, isRate: boolean): Band | undefined {
  const { zero, below } = usual;
  const above = usual.residuals ?? usual.above;
  const total = zero + below.total + above.total;
  if (total === 0) return undefined;
  let high = atZero;
  if (above.total > 0) high = endOf(usual, above, 1, true, total, isRate);
  else if (zero === 0) high = negative(endOf(usual, below, -1, false, total, isRate));
  let low = atZero;
  if (below.total > 0) low = negative(endOf(usual, below, 1, false, total, isRate));
  else if (zero === 0) low = endOf(usual, above, -1, true, total, isRate);
  return {
    low,
    high,
    middle: middleOfAll(below, zero, above, total),
    counts: isRate ? spreadOf(above, zero) : undefined,
    margin: marginOf(spanMs),
    asked: 0,
    edges: undefined,
  };
}

function endOf(usual: Usual, side: Histogram, direction: 1 | -1, isShifted: boolean, total: number, isRate: boolean): End {
  const isSeasonal = usual.season !== flat;
  const { left } = usual.season;
  const middle = side.bucketAt(side.total / 2);
  const found = reach(side, direction, middle, side.total / total, isSeasonal ? ignoredShare : 0);
  // Counts have a distribution of their own; the grid alone speaks for what was seen.
  let bucket = isRate && !isSeasonal ? (direction === 1 ? side.last : side.first) : found.end;
  if (isShifted && left !== undefined) {
    const distance = Math.max(left.share * direction * (bucket - left.mean), monthDeviate * left.deviation);
    bucket = left.mean + direction * distance;
  }
  return { bucket: Math.round(bucket), scale: boundedScale(found.scale), isShifted };
}

function negative({ bucket, scale }: End): End {
  return { bucket: -bucket, scale, isShifted: false };
}

function middleOfAll(below: Histogram, zero: number, above: Histogram, total: number): number {
  if (2 * below.total > total) return -below.bucketAt(below.total - total / 2);
  if (2 * (below.total + zero) >= total) return 0;
  return above.bucketAt(total / 2 - below.total - zero);
}

/** Mean and variance of the usual counts, from the middles of their buckets (exact up to 7), the variance widened by its error. */
function spreadOf(above: Histogram, zero: number): Counts {
  const total = above.total + zero;
  if (above.total === 0) return { mean: 0, size: Infinity };
  let sum = 0;
  for (let bucket = above.first; bucket <= above.last; bucket += 1) sum += above.at(bucket) * countIn(bucket);
  const mean = sum / total;
  let squares = zero * mean * mean;
  for (let bucket = above.first; bucket <= above.last; bucket += 1) squares += above.at(bucket) * (countIn(bucket) - mean) ** 2;
  return countsOf(mean, (squares / Math.max(1, total - 1)) * (1 + 2 * Math.sqrt(2 / total)));
}

/** The whole number nearest to the middle of a bucket that holds one. */
function countIn(index: number): number {
  return countsIn[index + furthestShift] ?? 0;
}

const countsIn = Array.from({ length: bucketLimit + 2 * furthestShift }, (_, at) => {
  const bucket = Math.max(1, at - furthestShift);
  const whole = Math.floor(highEdge(bucket) + 1e-9);
  return whole > lowEdge(bucket) && whole < 9 ? whole : middleOf(bucket);
});

function moved(bucket: number, by: number): number {
  // A band above zero stays above it; one that ends at zero has nothing to move.
  if (bucket === 0) return 0;
  return bucket > 0 ? Math.max(1, Math.min(bucketLimit, bucket + by)) : Math.min(-1, Math.max(-bucketLimit, bucket + by));
}

/** The band in values for an hour and weekday that lie `shift` buckets above the whole. */
export function edgesAt(band: Band, shift: number, isWidened: boolean): Edges {
  const name = 2 * shift + (isWidened ? 1 : 0);
  if (band.edges !== undefined && band.asked === name) return band.edges;
  const { low, high, middle, counts } = band;
  const margin = band.margin + (isWidened ? 1 : 0);
  let lowBucket = low.bucket + (low.isShifted ? shift : 0);
  let highBucket = high.bucket + (high.isShifted ? shift : 0);
  if (counts !== undefined) {
    const range = countRange({ mean: counts.mean * (middleOf(200 + shift) / middleOf(200)), size: counts.size }, 1 / monthMinutes);
    highBucket = Math.max(highBucket, bucketOf(range.high));
    if (low.isShifted) lowBucket = range.low === 0 ? 0 : Math.min(lowBucket, bucketOf(range.low));
  }
  band.asked = name;
  const lowest = lowEdge(moved(lowBucket, -margin));
  const highest = highEdge(moved(highBucket, margin));
  const typical = middle > 0 ? middleOf(moved(middle, shift)) : middleOf(middle);
  // Written out: this is made once a minute for each series, and spreading costs more than all the rest of it.
  band.edges = { low: lowest, high: highest, typical, inside: { surprise: 0, side: 'inside', low: lowest, high: highest, typical } };
  return band.edges;
}
