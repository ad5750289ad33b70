/** How long whoever a stream refused for now waits. */

/**
 * Milliseconds before the next attempt, after `times` that were tried again already. Half of it is chance, so that shards and
 * writers that were throttled together do not come back together. `random`: from 0 to 1.
 */
export function retryAfterMs(times: number, firstMs: number, longestMs: number, random: () => number = Math.random): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(times, 10)) * (0.5 + random() / 2);
}
