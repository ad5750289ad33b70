/** The clock without its jumps, for what waits: a clock that is set, or a machine that slept, makes nothing due and nothing overdue. */
import type { Clock } from '#contract';

/** A sleep that took so much longer than asked was no sleep of a busy machine. */
const jumpMs = 60_000;

export class SteadyClock {
  readonly #clock: Clock;
  #jumpedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds of no meaning but their differences. */
  now(): number {
    return this.#clock.now() - this.#jumpedMs;
  }

  /** Sleeps; tells by how much the clock jumped meanwhile, 0 where it did not. */
  async sleep(ms: number, signal: AbortSignal): Promise<number> {
    const startMs = this.#clock.now();
    await this.#clock.sleep(ms, signal);
    const passedMs = this.#clock.now() - startMs;
    if (passedMs >= 0 && passedMs < ms + jumpMs) return 0;
    const byMs = passedMs - ms;
    this.#jumpedMs += byMs;
    return byMs;
  }
}
