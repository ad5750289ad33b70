/** A wait that ends when its time is over, or when somebody says that there is something to do. */
import type { Clock } from '#contract';

export interface Pause {
  /** Without a time it waits until it is ended. What was ended before it began is no wait at all. */
  wait(ms?: number): Promise<void>;
  end(): void;
}

export function pause(clock: Clock): Pause {
  let isEnded = false;
  let ending = new AbortController();
  return {
    async wait(ms) {
      if (!isEnded) {
        ending = new AbortController();
        const { signal } = ending;
        await (ms === undefined ? new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })) : clock.sleep(ms, signal));
      }
      isEnded = false;
    },
    end() {
      isEnded = true;
      ending.abort();
    },
  };
}
