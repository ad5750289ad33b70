/** Time in which the sidecar did not look: it was killed and started again, stopped, or starved. That is a gap, and an alert. */
import type { Clock, TellCoverage } from '#contract';

/** A busy machine holds a process up for a second or two. */
const shortestMs = 5_000;
const lookEveryMs = 1_000;

export interface Gaps {
  /** Until when an earlier process looked; undefined where there was none. */
  sinceMs(untilMs: number | undefined): void;
  end(): void;
}

export function noteGaps(tell: TellCoverage, clock: Clock): Gaps {
  let lastMs = clock.now();
  const tellGap = (gapMs: number, why: string): void => {
    if (gapMs >= shortestMs) tell('silent', `the sidecar did not look for ${Math.round(gapMs / 1_000)} s, ${why}`);
  };
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(lookEveryMs, over.signal);
      const nowMs = clock.now();
      tellGap(nowMs - lastMs - lookEveryMs, 'for it was stopped or had no processor');
      lastMs = nowMs;
    }
  };
  void watch();
  return {
    sinceMs(untilMs) {
      if (untilMs !== undefined && Number.isFinite(untilMs)) tellGap(clock.now() - untilMs, 'for it ended and was started again');
    },
    end: () => over.abort(),
  };
}
