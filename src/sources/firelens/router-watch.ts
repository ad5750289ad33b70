/** Whether the log router is still there: its connection is, or it opens another one as soon as it has something to send. */
import type { Clock } from '#contract';

/** Shorter connections are probes, heartbeats and routers without keep-alive: their end says nothing. */
const settledMs = 10_000;
/** A router that flushes every second, as is usual, is back within this. */
const leastPauseMs = 3_000;
const mostPauseMs = 300_000;
/** A connection that ends after so long without a word was idle: Fluent Bit closes such after 30 s by itself. */
const idleCloseMs = 20_000;
/** Of a longer pause so much is remembered with each message: one long night does not make it blind. */
const pauseDecay = 0.95;

export interface RouterWatch {
  opened(): void;
  spoke(): void;
  closed(openedMs: number): void;
  /** Once after the router went: for how long it has been gone, milliseconds. */
  takeGone(): number | undefined;
}

/** A connection that lasted, and ended in the midst of traffic, is missed when the pause is longer than usual pauses. */
export function routerWatch(clock: Clock): RouterWatch {
  let open = 0;
  let lastMs: number | undefined;
  let pauseMs = 0;
  let goneMs: number | undefined;
  return {
    opened() {
      open += 1;
      goneMs = undefined;
    },
    spoke() {
      const nowMs = clock.now();
      if (lastMs !== undefined) pauseMs = Math.max(nowMs - lastMs, pauseMs * pauseDecay);
      lastMs = nowMs;
    },
    closed(openedMs) {
      open -= 1;
      const nowMs = clock.now();
      if (open === 0 && nowMs - openedMs > settledMs && lastMs !== undefined && nowMs - lastMs < idleCloseMs) goneMs = nowMs;
    },
    takeGone() {
      if (goneMs === undefined || open > 0) return undefined;
      const sinceMs = clock.now() - goneMs;
      if (sinceMs < Math.min(mostPauseMs, Math.max(leastPauseMs, 1.5 * pauseMs))) return undefined;
      goneMs = undefined;
      return sinceMs;
    },
  };
}
