/**
 * The breaker of one sink: closed, as many sends may be under way as it takes at once; open, none is begun; and when its
 * wait is over a single one probes, whose success closes it.
 */
import type { Clock } from '#contract';
import type { Outcome } from './attempt.ts';
import { backOffMs, sensibleRetryAt } from './back-off.ts';

export type Failure = Outcome & { kind: 'failed' };

export interface Breaker {
  /** How many sends may be begun beside those under way. */
  room(underWay: number): number;
  isProbing(): boolean;
  /** Opens it. Failures of sends begun before it opened make its wait no longer, unless the receiver asks for it. */
  failed(failure: Failure): void;
  /** The receiver answered, to a send begun since it opened last or not: false where it is open, and no answer counts. */
  passed(): boolean;
  /** What another process noted: the longer wait holds. */
  know(attempts: number, retryAtMs: number): void;
  /** Failures in a row. */
  attempts(): number;
  /** Nothing is begun before; 0 where it is closed. */
  retryAtMs(): number;
  /** Of the last failure that this process saw, while it is not closed. */
  code(): string | undefined;
}

export function breaker(concurrency: number, clock: Clock, random: () => number): Breaker {
  let attempts = 0;
  let retryAtMs = 0;
  let code: string | undefined;
  const isOpen = (): boolean => retryAtMs > clock.now();
  return {
    room: (underWay) => (isOpen() ? 0 : (retryAtMs === 0 ? concurrency : 1) - underWay),
    isProbing: () => retryAtMs > 0 && !isOpen(),
    failed(failure) {
      code = failure.code;
      const isAsked = isOverload(failure);
      if (isOpen() && !isAsked) return;
      // Being asked to wait is not being down.
      attempts += isAsked ? 0 : 1;
      retryAtMs = Math.max(retryAtMs, clock.now() + backOffMs(attempts, failure.retryAfterMs, random));
    },
    passed() {
      if (isOpen()) return false;
      [attempts, retryAtMs, code] = [0, 0, undefined];
      return true;
    },
    know(otherAttempts, otherRetryAtMs) {
      attempts = Math.max(attempts, otherAttempts);
      retryAtMs = Math.max(retryAtMs, sensibleRetryAt(otherRetryAtMs, clock.now()));
    },
    attempts: () => attempts,
    retryAtMs: () => retryAtMs,
    code: () => code,
  };
}

/** The receiver says that it has too much to do, which says nothing against the alert. */
export function isOverload({ code, retryAfterMs }: Failure): boolean {
  return code === 'rate-limited' || retryAfterMs !== undefined;
}
