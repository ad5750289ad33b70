/** The watchdog of a part: what it throws is told as coverage, it is put aside, and begins anew after a pause. */
import type { Sighting } from './part.ts';

/** Doubled with each failure in a row, so that a part that always fails costs nothing. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** Without failure for so long, the next one is the first again. */
const forgivenMs = 120_000;

/** What the watchdog looks after. */
export interface Guardable {
  readonly name: string;
  start(): void;
  look(nowMs: number): void;
  stop(): void;
}

export interface Guarded {
  readonly name: string;
  /** Begins it, or begins it anew when its pause is over; looks else. */
  look(nowMs: number): void;
  /** Runs something of the part (a notice of a descriptor) under the same watch. */
  run(action: () => void): void;
  stop(): void;
  /** Why it does nothing at the moment; undefined while it works. */
  readonly failure: string | undefined;
}

export function guarded(part: Guardable, tell: (sighting: Sighting) => void, now: () => number): Guarded {
  let isStarted = false;
  let failure: string | undefined;
  let pauseMs = firstPauseMs;
  let againMs = 0;
  let failedMs = 0;

  const stop = (): void => {
    isStarted = false;
    try {
      part.stop();
    } catch {
      // It has failed already, and that was told.
    }
  };
  const fail = (error: unknown): void => {
    const nowMs = now();
    pauseMs = nowMs - failedMs > forgivenMs ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
    failedMs = nowMs;
    againMs = nowMs + pauseMs;
    failure = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    stop();
    tell({
      kind: 'coverage', timeMs: nowMs, state: 'silent',
      detail: `The sensor's part ${part.name} failed (${failure}). The other parts go on; it begins anew in ${Math.round(pauseMs / 1_000)} s, and what happened meanwhile is not seen.`,
    });
  };
  const run = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      fail(error);
    }
  };
  return {
    name: part.name,
    look(nowMs) {
      if (isStarted) return run(() => part.look(nowMs));
      // A clock that was set back must not keep it away for longer than its pause.
      if (nowMs < againMs && againMs - nowMs <= pauseMs) return;
      run(() => {
        isStarted = true;
        failure = undefined;
        part.start();
        part.look(nowMs);
      });
    },
    run(action) {
      if (isStarted) run(action);
    },
    stop,
    get failure() {
      return failure;
    },
  };
}
