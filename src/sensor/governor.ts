/** The governor: measures what looking costs, and has details and slower looks left out first while that is too much. */
import type { Sighting } from './part.ts';

export type Level = 0 | 1 | 2 | 3;

const windowMs = 5_000;
/** The first look at a task costs once and is over soon. */
const graceMs = 20_000;
/** Twice and more what a task of thousands of processes and sockets costs: rounds and tables hold themselves to a hundredth each. */
const muchShare = 0.08;
const littleShare = 0.03;
/** A burst of what the task does anyway is over before so many windows in a row are; then one level more. */
const windowsOfMuch = 3;
/** Coming back is slower than going: a load at the border must not make the level swing. */
const windowsOfLittle = 6;

/** What is said at each level; the looks of the network are slower by twice at each. */
const sentences: readonly string[] = [
  'Everything is looked at again: connections and ports within 0.3 s.',
  'Redirected streams of running processes are not looked at, and new ports and bytes of connections are seen within 0.6 s.',
  'Streams and environments of new processes and memory access are not looked at either, rights of running processes a quarter as often, and new ports are seen within 1.2 s.',
  'Rights of running processes are not looked at at all, and new ports are seen within 2.4 s. Starts of programs, connections and changes of files go on being seen.',
];

export interface GovernorSettings {
  /** Processor time of this process, milliseconds. */
  usedMs(): number;
  tell(sighting: Sighting): void;
}

export interface Governor {
  readonly level: Level;
  /** Runs a piece of looking, and counts what it costs. */
  measured(action: () => void): void;
  /** Closes a window when it is over. */
  look(nowMs: number): void;
}

export function governor({ usedMs, tell }: GovernorSettings): Governor {
  let level: Level = 0;
  let beganMs: number | undefined;
  let windowBeganMs = 0;
  let usedBeforeMs = 0;
  let lookedMs = 0;
  let isInside = false;
  let much = 0;
  let little = 0;

  const change = (to: number, share: number, nowMs: number): void => {
    const isRaised = to > level;
    level = Math.max(0, Math.min(3, to)) as Level;
    much = 0;
    little = 0;
    tell({
      kind: 'coverage', timeMs: nowMs, state: level === 0 ? 'working' : 'lossy',
      detail: `Looking took ${(share * 100).toFixed(1)} % of a processor, ${isRaised ? 'more than it may' : 'little again'}: level ${level} of 3. ${sentences[level]!}`,
    });
  };

  return {
    get level() {
      return level;
    },
    measured(action) {
      if (isInside) return action();
      isInside = true;
      const startMs = performance.now();
      try {
        action();
      } finally {
        isInside = false;
        lookedMs += performance.now() - startMs;
      }
    },
    look(nowMs) {
      if (beganMs === undefined || nowMs < windowBeganMs) {
        beganMs ??= nowMs;
        windowBeganMs = nowMs;
        usedBeforeMs = usedMs();
        lookedMs = 0;
        return;
      }
      const passedMs = nowMs - windowBeganMs;
      if (passedMs < windowMs) return;
      const used = usedMs();
      // What others take of the processor meanwhile is no cost of ours.
      const share = Math.min(lookedMs, used - usedBeforeMs) / passedMs;
      windowBeganMs = nowMs;
      usedBeforeMs = used;
      lookedMs = 0;
      if (nowMs - beganMs < graceMs) return;
      much = share > muchShare ? much + 1 : 0;
      little = share < littleShare ? little + 1 : 0;
      if (much >= windowsOfMuch && level < 3) change(level + 1, share, nowMs);
      else if (little >= windowsOfLittle && level > 0) change(level - 1, share, nowMs);
    },
  };
}
