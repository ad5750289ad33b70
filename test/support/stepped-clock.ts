/** A clock that stands until a test moves it; whoever sleeps wakes in order of time, and everybody gets a turn in between. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '#contract';

export interface SteppedClock extends Clock {
  /** Moves time on, waking sleepers at their own times. */
  pass(ms: number): Promise<void>;
  /** Lets everything run that waits for no time. */
  settle(): Promise<void>;
  /** When the next sleeper wakes, or undefined where nobody sleeps. */
  nextMs(): number | undefined;
}

/** Turns of the event loop in which promises and streams come to rest; whatever needs real input and output needs more than this. */
const turns = 12;

export function steppedClock(startMs = Date.UTC(2026, 2, 1, 12)): SteppedClock {
  let nowMs = startMs;
  let sleepers: { atMs: number; wake: () => void }[] = [];
  const settle = async (): Promise<void> => {
    for (let at = 0; at < turns; at += 1) await turn();
  };
  const nextMs = (): number | undefined => sleepers.reduce<number | undefined>((least, { atMs }) => Math.min(least ?? atMs, atMs), undefined);
  return {
    now: () => nowMs,
    settle,
    nextMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const sleeper = {
          atMs: nowMs + Math.max(0, ms),
          wake: () => {
            sleepers = sleepers.filter((one) => one !== sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', sleeper.wake);
      }),
    async pass(ms) {
      const endMs = nowMs + ms;
      await settle();
      for (let next = nextMs(); next !== undefined && next <= endMs; next = nextMs()) {
        nowMs = Math.max(nowMs, next);
        for (const { atMs, wake } of sleepers) if (atMs <= nowMs) wake();
        await settle();
      }
      nowMs = endMs;
    },
  };
}
