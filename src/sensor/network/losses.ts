/** What was not seen, summed up and told as coverage: at once, then ever more rarely. */
import type { SensorContext } from '../part.ts';

export interface Losses {
  /** `what` is a sentence without its end; it names one kind of loss. */
  add(what: string, count: number): void;
  look(nowMs: number): void;
}

const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;
const mostKinds = 16;

export function makeLosses(context: SensorContext): Losses {
  const kinds = new Map<string, { count: number; quietUntilMs: number; pauseMs: number }>();
  return {
    add(what, count) {
      const known = kinds.get(what);
      if (known !== undefined) known.count += count;
      else if (kinds.size < mostKinds) kinds.set(what, { count, quietUntilMs: 0, pauseMs: firstPauseMs });
    },
    look(nowMs) {
      for (const [what, kind] of kinds) {
        if (kind.count === 0 || nowMs < kind.quietUntilMs) continue;
        context.tell({ kind: 'coverage', timeMs: nowMs, state: 'lossy', detail: `On the network ${what} (${kind.count} since the last notice).` });
        kind.count = 0;
        kind.quietUntilMs = nowMs + kind.pauseMs;
        kind.pauseMs = Math.min(longestPauseMs, kind.pauseMs * 2);
      }
    },
  };
}
