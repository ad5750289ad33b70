/** When a young process is looked at again: a fork until it runs a program of its own, a program in case another takes its place. */
import type { Entry } from './table.ts';

/** A fork is looked at again after these times (milliseconds since it was seen), until it runs a program of its own. */
const forkAgainMs = [1, 5, 20, 60];
/** One that runs a program is: it may run another in its place. */
const programAgainMs = [20, 200];
/** Where notices tell of starts, they are looked at with each of these; the beat is soon enough for the rest. */
const noticedForkAgainMs = [60];
const noticedProgramAgainMs = [200];
/** Looks that are due later than this wait for the beat. */
const soonMs = 60;

/** Undefined once it is no longer young. `isNotified`: starts of programs are told of by themselves. */
export function nextLookMs({ isTold, isForkOnly, programSeenMs }: Entry, nowMs: number, isNotified: boolean): number | undefined {
  const steps = isTold ? (isNotified ? noticedProgramAgainMs : programAgainMs) : isNotified && isForkOnly ? noticedForkAgainMs : forkAgainMs;
  const step = steps.find((afterMs) => programSeenMs + afterMs > nowMs);
  // Without arguments yet, or told as nothing so far: a last look follows.
  return step === undefined ? (isTold ? undefined : nowMs + 1) : programSeenMs + step;
}

/** A fork that goes on as its parent's program for so long is a worker; a shell's short fork is gone by then. */
export function isWorker({ isTold, programSeenMs }: Entry, nowMs: number): boolean {
  return !isTold && nowMs - programSeenMs >= forkAgainMs.at(-1)!;
}

/** How soon a look that is due must come; undefined where the beat is soon enough. */
export function soonFor(dueMs: number, nowMs: number, isNotified: boolean): number | undefined {
  return !isNotified || dueMs - nowMs <= soonMs ? Math.max(1, dueMs - nowMs) : undefined;
}
