/** What was seen and not yet taken: bounded, counted, never in the way of who looks. */
import type { LiveRecord } from '#contract';

/** Some 3 MB of lines: the first look at a task of thousands of processes fits, an intruder's flood does not grow us. */
const lineLimit = 4_096;
/** So that one step of the engine stays short. */
const batchLimit = 256;

export interface Outbox {
  /** False where it is full: the line is counted as dropped. */
  put(place: string, line: string, timeMs: number): boolean;
  take(): LiveRecord[];
  readonly size: number;
  /** Lines dropped since the last call. */
  takeDropped(): number;
  /** Resolves once there is something to take, or `poke` was called. */
  wait(): Promise<void>;
  poke(): void;
}

export function openOutbox(limit: number = lineLimit): Outbox {
  let lines: LiveRecord[] = [];
  let dropped = 0;
  let wake: (() => void) | undefined;
  let isPoked = false;
  const poke = (): void => {
    isPoked = true;
    wake?.();
    wake = undefined;
  };
  return {
    put(place, line, arrivalMs) {
      if (lines.length >= limit) {
        dropped += 1;
        return false;
      }
      lines.push({ content: Buffer.from(line), place, arrivalMs });
      poke();
      return true;
    },
    take() {
      if (lines.length <= batchLimit) {
        const all = lines;
        lines = [];
        return all;
      }
      return lines.splice(0, batchLimit);
    },
    get size() {
      return lines.length;
    },
    takeDropped() {
      const count = dropped;
      dropped = 0;
      return count;
    },
    wait() {
      if (isPoked || lines.length > 0) {
        isPoked = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        wake = () => {
          isPoked = false;
          resolve();
        };
      });
    },
    poke,
  };
}
