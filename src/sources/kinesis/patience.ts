/** Asks until there is an answer: what may pass is waited out, with back-off and jitter; what stays is told. */
import type { Clock } from '#contract';
import { denied, failureOf, gone, refused, type Failure } from './failure.ts';
import { retryAfterMs } from './retry.ts';

export interface Asking<Answer> {
  /** As the API calls it. */
  operation: string;
  call: () => Promise<Answer>;
  signal: AbortSignal;
  /** Told before each wait, and with undefined once there is an answer. */
  onTrouble?: (failure: Failure | undefined) => void;
}

export interface Patience {
  /** Rejects with the failure of the call itself where it is `expired`, `missing` or `misplaced`: the asker knows what to do. */
  ask<Answer>(asking: Asking<Answer>): Promise<Answer>;
}

/** First waits; a shard is throttled by the second, and for five after an answer of 10 MB. */
const firstThrottledMs = 1_000;
const firstPassingMs = 500;
/** Longest waits: throttled shards have records waiting, and failing services are spared. */
const longestThrottledMs = 10_000;
const longestPassingMs = 30_000;

/** A permission just given takes some seconds until it holds everywhere. */
const deniedAtStartMs = 30_000;
/** Credentials that expired are renewed by whoever provides them, policies are changed and changed back: not for every slip a restart. */
const deniedLaterMs = 15 * 60_000;

interface PatienceSettings {
  stream: string;
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
  /** Told that credentials were refused: they may have been read long ago. */
  renewCredentials: () => void;
}

export function patience({ stream, clock, random, renewCredentials }: PatienceSettings): Patience {
  /** Calls that were answered before, and since when those that are not are denied. */
  const answered = new Set<string>();
  const deniedSince = new Map<string, number>();

  const waitMs = ({ kind }: Failure, failures: number): number => {
    const [first, longest] = kind === 'throttled' ? [firstThrottledMs, longestThrottledMs] : [firstPassingMs, longestPassingMs];
    return retryAfterMs(failures, first, longest, random);
  };

  return {
    async ask({ operation, call, signal, onTrouble }) {
      for (let failures = 0; ; failures++) {
        try {
          const answer = await call();
          answered.add(operation);
          deniedSince.delete(operation);
          onTrouble?.(undefined);
          return answer;
        } catch (error) {
          if (signal.aborted) throw error;
          const failure = failureOf(operation, error);
          if (failure.kind === 'expired' || failure.kind === 'missing' || failure.kind === 'misplaced') throw error;
          if (failure.kind === 'refused') throw refused(stream, error, failure.reason);
          if (failure.kind === 'denied') {
            const sinceMs = deniedSince.get(operation) ?? clock.now();
            deniedSince.set(operation, sinceMs);
            if (clock.now() - sinceMs >= (answered.has(operation) ? deniedLaterMs : deniedAtStartMs)) throw denied(stream, failure.reason, error);
            renewCredentials();
          }
          onTrouble?.(failure);
          await clock.sleep(waitMs(failure, failures), signal);
          if (signal.aborted) throw error;
        }
      }
    },
  };
}

/** Of calls about the stream as a whole: what is missing is the stream. */
export async function askOfStream<Answer>(patient: Patience, stream: string, asking: Asking<Answer>): Promise<Answer> {
  try {
    return await patient.ask(asking);
  } catch (error) {
    if (asking.signal.aborted) throw error;
    const { kind, reason } = failureOf(asking.operation, error);
    if (kind === 'missing') throw gone(stream, error);
    if (kind === 'misplaced' || kind === 'expired') throw refused(stream, error, reason);
    throw error;
  }
}
