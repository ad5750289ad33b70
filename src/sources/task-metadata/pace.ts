/** When one question is asked next: at its interval, less often where the endpoint throttles, and with back-off where it fails. */

const firstRetryMs = 2_000;
const longestRetryMs = 60_000;
/** An interval that throttling stretched; recovers by a fifth with each answer. */
const mostStretch = 6;
const recovery = 0.8;

export class Pace {
  dueMs: number;
  #stretch = 1;
  #failures = 0;
  readonly #random: () => number;

  constructor(nowMs: number, random: () => number) {
    this.dueMs = nowMs;
    this.#random = random;
  }

  succeeded(nowMs: number, intervalMs: number): void {
    this.#failures = 0;
    this.dueMs = nowMs + intervalMs * this.#stretch;
    this.#stretch = Math.max(1, this.#stretch * recovery);
  }

  /** Jitter of a quarter on each side: many tasks of one host fail at the same instant. */
  failed(nowMs: number, intervalMs: number, isThrottled: boolean): void {
    this.#failures += 1;
    if (isThrottled) this.#stretch = Math.min(mostStretch, this.#stretch * 2);
    const backOffMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(10, this.#failures - 1));
    const waitMs = isThrottled ? Math.max(backOffMs, Math.min(longestRetryMs, intervalMs * this.#stretch)) : backOffMs;
    this.dueMs = nowMs + waitMs * (0.75 + 0.5 * this.#random());
  }
}
