/** What was seen and not yet taken: bounded, counted, never in the way of who looks. */
import type { LiveRecord } from '#contract';

/** Some 3 MB of lines: the first look at a task of thousands of processes fits, an intruder's flood does not grow us. */
const lineLimit = 4_096;
/** So that one step of the engine stays short. */
const batchLimit = 256;
/** So many are given before the beat. */
const givenEarly = 1_024;
/** Lines go together as one record, for each record has a price of its own to whoever reads it; a stream takes no larger ones. */
const recordLength = 65_536;

export interface Outbox {
  /** False where it is full: the line is counted as dropped. */
  put(place: string, line: string, timeMs: number): boolean;
  /** Records of one line or more. */
  take(): LiveRecord[];
  readonly size: number;
  /** Lines dropped since the last call. */
  takeDropped(): number;
  /** Resolves once `poke` was called, or so much waits that it is better taken. */
  wait(): Promise<void>;
  poke(): void;
}

interface Line {
  place: string;
  text: string;
  timeMs: number;
}

export function openOutbox(limit: number = lineLimit): Outbox {
  let lines: Line[] = [];
  let dropped = 0;
  let wake: (() => void) | undefined;
  let isPoked = false;
  const poke = (): void => {
    isPoked = true;
    wake?.();
    wake = undefined;
  };
  return {
    put(place, text, timeMs) {
      if (lines.length >= Math.min(limit, givenEarly)) poke();
      if (lines.length >= limit) {
        dropped += 1;
        return false;
      }
      lines.push({ place, text, timeMs });
      return true;
    },
    take() {
      const taken = lines.length <= batchLimit ? lines : lines.slice(0, batchLimit);
      lines = lines.length <= batchLimit ? [] : lines.slice(batchLimit);
      return recordsOf(taken);
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
      if (isPoked) {
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

/** Placed by the first line of each, and dated by the earliest: what is told of an opening a moment ago is no record that came late. */
function recordsOf(lines: readonly Line[]): LiveRecord[] {
  const records: LiveRecord[] = [];
  for (let from = 0; from < lines.length; ) {
    let to = from;
    for (let length = 0; to < lines.length && (to === from || length + lines[to]!.text.length <= recordLength); to += 1) length += lines[to]!.text.length;
    const together = lines.slice(from, to);
    records.push({ content: Buffer.from(together.map(({ text }) => text).join('\n')), place: together[0]!.place, arrivalMs: Math.min(...together.map(({ timeMs }) => timeMs)) });
    from = to;
  }
  return records;
}
