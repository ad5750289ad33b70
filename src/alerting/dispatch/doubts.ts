/**
 * Alerts that failed where another attempt may work: when each is tried again, and when the fault is its own. A receiver
 * that is down takes none, so it never is; an alert that keeps failing while others pass is given up in the end.
 */
import type { Clock } from '#contract';
import { backOffMs } from './back-off.ts';

/** Failed attempts after which an alert is doubted: it is put on trial when another passes. They take some minutes. */
const doubtAfterAttempts = 8;

/**
 * So often it then fails in a row, without a wait and while no other does, before it is given up. Of a thousand alerts to
 * a receiver that fails half of the time by chance, four would fail eight times, and with these one in fifty such
 * thousands is given up.
 */
const certainAfterAttempts = 6;

export type Verdict =
  /** The receiver may be the reason. */
  | 'unclear'
  /** It is on trial: sent once more at once. */
  | 'on trial'
  /** The fault is its own. */
  | 'certain';

export interface Doubts {
  failed(number: number): Verdict;
  /** Another was taken: the first of those that are doubted goes on trial. One alone, for a receiver may be down again by then. */
  passed(): void;
  /** Another failed: the receiver may be the reason. */
  endTrial(): void;
  isDoubted(number: number): boolean;
  /** Attempts that failed, as far as they are held against it. */
  attempts(number: number): number;
  /** It is not tried before, where others can be. */
  dueMs(number: number): number;
  /** Higher the later it failed; 0 where it never did. */
  lastFailed(number: number): number;
  /** Done with. */
  forget(number: number): void;
  /** Attempts by number, as they are noted; what `know` is given is all that is left. */
  noted(): [number: number, attempts: number][];
  know(noted: readonly (readonly [number: number, attempts: number])[]): void;
}

interface Failing {
  attempts: number;
  dueMs: number;
  lastFailed: number;
  /** Since another passed last. */
  hasFailedSince: boolean;
}

export function doubts(clock: Clock, random: () => number): Doubts {
  const failing = new Map<number, Failing>();
  /** The first that failed since another passed. */
  let suspect: number | undefined;
  let onTrial: number | undefined;
  let failures = 0;

  const entryOf = (number: number): Failing => {
    const entry = failing.get(number) ?? { attempts: 0, dueMs: 0, lastFailed: 0, hasFailedSince: false };
    failing.set(number, entry);
    return entry;
  };

  const attemptsOf = (number: number): number => failing.get(number)?.attempts ?? 0;
  const isDoubted = (number: number): boolean => attemptsOf(number) >= doubtAfterAttempts;

  function forget(number: number): void {
    failing.delete(number);
    if (suspect === number) suspect = undefined;
    if (onTrial === number) onTrial = undefined;
  }

  return {
    failed(number) {
      const entry = entryOf(number);
      entry.lastFailed = failures += 1;
      suspect ??= number;
      if (onTrial === number) {
        entry.attempts += 1;
        return entry.attempts >= doubtAfterAttempts + certainAfterAttempts ? 'certain' : 'on trial';
      }
      // While none passes all that are tried fail, and it is held against the first alone: else all would be doubted after hours.
      if ((number === suspect || !entry.hasFailedSince) && entry.attempts < doubtAfterAttempts) entry.attempts += 1;
      entry.hasFailedSince = true;
      entry.dueMs = clock.now() + backOffMs(entry.attempts, undefined, random);
      return 'unclear';
    },
    passed() {
      suspect = undefined;
      for (const entry of failing.values()) entry.hasFailedSince = false;
      const doubted = [...failing.keys()].filter(isDoubted);
      if (doubted.length === 0 || onTrial !== undefined) return;
      onTrial = Math.min(...doubted);
      failing.get(onTrial)!.dueMs = 0;
    },
    endTrial() {
      if (onTrial === undefined) return;
      failing.get(onTrial)!.attempts = doubtAfterAttempts;
      onTrial = undefined;
    },
    isDoubted,
    attempts: attemptsOf,
    dueMs: (number) => failing.get(number)?.dueMs ?? 0,
    lastFailed: (number) => failing.get(number)?.lastFailed ?? 0,
    forget,
    noted: () => [...failing].map(([number, { attempts }]) => [number, attempts]),
    know(noted) {
      const known = new Map(noted);
      for (const number of failing.keys()) if (!known.has(number)) forget(number);
      for (const [number, attempts] of known) {
        const entry = entryOf(number);
        entry.attempts = Math.max(entry.attempts, attempts);
      }
    },
  };
}
