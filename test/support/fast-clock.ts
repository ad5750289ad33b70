/** A clock that runs faster than the wall's: minutes of waiting pass in a test's moment, in the right order. */
import { systemClock, type Clock } from '#contract';

/** `speed` clock milliseconds pass in each real one, from `startMs` on. */
export function fastClock(speed: number, startMs = Date.UTC(2026, 2, 1, 12)): Clock {
  const beganMs = performance.now();
  return {
    now: () => startMs + (performance.now() - beganMs) * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}

/** Time passes only by sleeping, and then at once: waiting of hours takes none. */
export function leapingClock(startMs = Date.UTC(2026, 2, 1, 12)): Clock & { advance(ms: number): void; sleptMs: number } {
  let nowMs = startMs;
  return {
    sleptMs: 0,
    now: () => nowMs,
    advance(ms) {
      nowMs += ms;
    },
    async sleep(ms, signal) {
      if (signal?.aborted === true) return;
      nowMs += ms;
      this.sleptMs += ms;
      // Others get their turn, as they would in real waiting.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
