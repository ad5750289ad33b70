/** Time in which the sidecar did not look: it was killed and started again, stopped, or starved. That is a gap, and an alert. */
import type { Clock, CoverageEvent } from '#contract';

/** A busy machine holds a process up for a second or two. */
const shortestMs = 5_000;
const lookEveryMs = 1_000;

export interface Gaps {
  /** Until when an earlier process looked; undefined where there was none. */
  sinceMs(untilMs: number | undefined): void;
  end(): void;
}

type Said = Pick<CoverageEvent, 'kind' | 'timeMs' | 'state' | 'detail'>;

export function noteGaps({ say }: { say: (sighting: Said) => void }, clock: Clock): Gaps {
  let lastMs = clock.now();
  const tell = (gapMs: number, why: string): void => {
    if (gapMs >= shortestMs) say({ kind: 'coverage', timeMs: clock.now(), state: 'silent', detail: `the sidecar did not look for ${Math.round(gapMs / 1_000)} s, ${why}` });
  };
  const timer = setInterval(() => {
    const nowMs = clock.now();
    tell(nowMs - lastMs - lookEveryMs, 'for it was stopped or had no processor');
    lastMs = nowMs;
  }, lookEveryMs);
  timer.unref();
  return {
    sinceMs(untilMs) {
      if (untilMs !== undefined && Number.isFinite(untilMs)) tell(clock.now() - untilMs, 'for it ended and was started again');
    },
    end: () => clearInterval(timer),
  };
}
