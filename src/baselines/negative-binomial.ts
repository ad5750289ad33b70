/** Quantiles of the negative binomial: counts of a minute whose rate itself varies, so that they spread more than Poisson's. */

/** Up to this mean plus ten deviations the distribution is summed term by term: some hundred multiplications. */
const exactLimit = 200;

/** A negative binomial of a mean and a size: variance = mean + mean²/size; an infinite size is Poisson's. */
export interface Counts {
  mean: number;
  size: number;
}

/** By moments; less spread than Poisson's is taken as Poisson's. */
export function countsOf(mean: number, variance: number): Counts {
  return { mean, size: variance > mean ? (mean * mean) / (variance - mean) : Infinity };
}

/** The standard normal deviate that is exceeded with probability `tail`; Abramowitz and Stegun 26.2.23, error below 5e-4. */
export function deviateOf(tail: number): number {
  const root = Math.sqrt(-2 * Math.log(tail));
  const over = 2.515_517 + root * (0.802_853 + root * 0.010_328);
  return root - over / (1 + root * (1.432_788 + root * (0.189_269 + root * 0.001_308)));
}

/** The lowest and highest counts that are not rarer, on their side, than `tail`. */
export function countRange({ mean, size }: Counts, tail: number): { low: number; high: number } {
  if (!(mean > 0)) return { low: 0, high: 0 };
  const variance = mean + (mean * mean) / size;
  return mean + 10 * Math.sqrt(variance) <= exactLimit ? summed(mean, size, tail) : gamma(mean, variance, tail);
}

function summed(mean: number, size: number, tail: number): { low: number; high: number } {
  const isPoisson = !(size < 1e9);
  const odds = isPoisson ? 0 : mean / (size + mean);
  let term = isPoisson ? Math.exp(-mean) : (size / (size + mean)) ** size;
  let below = 0;
  let low = -1;
  for (let count = 0; count <= 4 * exactLimit; count += 1) {
    below += term;
    if (low === -1 && below >= tail) low = count;
    if (1 - below <= tail) return { low: Math.max(0, low), high: count };
    term *= isPoisson ? mean / (count + 1) : (odds * (count + size)) / (count + 1);
  }
  return { low: Math.max(0, low), high: 4 * exactLimit };
}

/** Large counts are nearly gamma-distributed; its quantiles by Wilson and Hilferty (PNAS 1931). */
function gamma(mean: number, variance: number, tail: number): { low: number; high: number } {
  const shape = (mean * mean) / variance;
  const deviate = deviateOf(tail);
  const centre = 1 - 1 / (9 * shape);
  const width = deviate / (3 * Math.sqrt(shape));
  const low = mean * Math.max(0, centre - width) ** 3;
  return { low: Math.floor(low), high: Math.ceil(mean * (centre + width) ** 3) };
}
