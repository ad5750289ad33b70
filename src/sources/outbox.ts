/** Batches of many lanes in the order in which they come, one a lane: who has one that nobody took waits. */
import type { LiveBatch } from '#contract';

export interface Outbox {
  /** Resolves once the batch was taken, or the end was asked for. */
  put(batch: LiveBatch): Promise<void>;
  /** The next batch; undefined at the end. Throws what a lane failed with, behind the batches that came before. */
  next(): Promise<LiveBatch | undefined>;
  fail(error: unknown): void;
}

interface Waiting {
  batch: LiveBatch;
  taken: () => void;
}

export function openOutbox(signal: AbortSignal): Outbox {
  const waiting: Waiting[] = [];
  let failure: { error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const rouse = (): void => {
    wake?.();
    wake = undefined;
  };
  const end = (): void => {
    for (const { taken } of waiting.splice(0)) taken();
    rouse();
  };
  signal.addEventListener('abort', end, { once: true });

  return {
    put(batch) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((taken) => {
        waiting.push({ batch, taken });
        rouse();
      });
    },
    async next() {
      while (!signal.aborted) {
        const first = waiting.shift();
        if (first !== undefined) {
          first.taken();
          return first.batch;
        }
        if (failure !== undefined) throw failure.error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return undefined;
    },
    fail(error) {
      failure ??= { error };
      rouse();
    },
  };
}

export interface Permits {
  /** Resolves with what gives the permit back; to call it twice does no harm. */
  take(signal: AbortSignal): Promise<() => void>;
}

/** So many at once, the others in the order in which they asked. */
export function permits(count: number): Permits {
  const queue: (() => void)[] = [];
  let free = count;
  const giveBack = (): void => {
    const next = queue.shift();
    if (next === undefined) free++;
    else next();
  };
  const once = (): (() => void) => {
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      giveBack();
    };
  };
  return {
    take(signal) {
      if (free > 0) {
        free--;
        return Promise.resolve(once());
      }
      return new Promise((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', leave);
          resolve(once());
        };
        const leave = (): void => {
          const at = queue.indexOf(go);
          if (at >= 0) queue.splice(at, 1);
          resolve(() => undefined);
        };
        queue.push(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
