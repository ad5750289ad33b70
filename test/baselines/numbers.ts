/** Numbers that are the same in every run, and askings, for the tests of baselines. */
import type { Asking, Vote } from '#contract';

export const minute = 60_000;
export const day = 1_440 * minute;
/** A Monday, at midnight UTC. */
export const start = Date.UTC(2026, 0, 5);

/** A uniform source (SplitMix32): the same numbers for the same seed. */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mix = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mix = Math.imul(mix ^ (mix >>> 15), 0x735a_2d97);
    return ((mix ^ (mix >>> 15)) >>> 0) / 4_294_967_296;
  };
}

export function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Gamma-distributed (Marsaglia and Tsang 2000), of a shape of at least 1 and mean 1. */
export function gammaOf(next: () => number, shape: number): number {
  const base = shape - 1 / 3;
  for (;;) {
    const normal = gaussian(next);
    const cube = (1 + normal / Math.sqrt(9 * base)) ** 3;
    if (cube > 0 && Math.log(1 - next()) < normal * normal * 0.5 + base - base * cube + base * Math.log(cube)) {
      return (base * cube) / shape;
    }
  }
}

export function poisson(next: () => number, mean: number): number {
  // Above 60 the normal distribution does as well, at once.
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * gaussian(next)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count += 1;
  return count;
}

export function vote(timeMs: number, voter = 0, count = 1, isTaught = false): Vote {
  return { timeMs, voter, count, isTaught };
}

export function asking(timeMs: number, isVouched: (voter: number) => boolean = () => true, isWidened = false): Asking {
  return { timeMs, isVouched, isWidened };
}
