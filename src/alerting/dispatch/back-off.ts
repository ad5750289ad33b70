/** How long a delivery that failed waits for its next attempt. */

/** The first wait; a receiver that restarts is back within seconds. */
const firstMs = 1_000;
/** The longest, so that a receiver that comes back after hours gets its alerts within minutes. */
const longestMs = 5 * 60_000;
/** A receiver that asks for more is asked again after a day. */
const longestAskedMs = 86_400_000;

/**
 * Milliseconds before attempt `attempts + 1`. Twice as long each time; half of it is chance, so that many who failed at
 * once do not come back at once. Where the receiver said how long, it is that long and a little more.
 */
export function backOffMs(attempts: number, retryAfterMs: number | undefined, random: () => number): number {
  if (retryAfterMs !== undefined && Number.isFinite(retryAfterMs)) {
    return Math.round(Math.min(Math.max(retryAfterMs, firstMs), longestAskedMs) + random() * firstMs);
  }
  const wholeMs = Math.min(firstMs * 2 ** Math.min(Math.max(attempts - 1, 0), 30), longestMs);
  return Math.round(wholeMs / 2 + (random() * wholeMs) / 2);
}

/** No wait that was saved, perhaps by another clock, is longer than this. */
export function sensibleRetryAt(retryAtMs: number, nowMs: number): number {
  return Math.min(retryAtMs, nowMs + longestAskedMs + firstMs);
}
