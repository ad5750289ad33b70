/**
 * Where a teaching begins in a stream: the earliest event time of all that was there when the first row was walked.
 * That is asked by ticks, so that it does not hang on how far beyond a lane happened to be read.
 */

/** Ticks between the first record and the first that is walked: a slow feed's lateness of them at most matter. */
const stepLimit = 4_096;

export class Beginnings {
  /** Tick that stands before a record, and its event time; ticks ascend, times descend. */
  #steps: [tickMs: number, timeMs: number][] = [];

  static unpack(packed: readonly (readonly [number | null, number])[]): Beginnings {
    const beginnings = new Beginnings();
    beginnings.#steps = packed.map(([tickMs, timeMs]) => [tickMs ?? -Infinity, timeMs]);
    return beginnings;
  }

  pack(): [number | null, number][] {
    return this.#steps.map(([tickMs, timeMs]) => [Number.isFinite(tickMs) ? tickMs : null, timeMs]);
  }

  note(tickMs: number, timeMs: number): void {
    const steps = this.#steps;
    let at = steps.length;
    while (at > 0 && steps[at - 1]![0] > tickMs) at -= 1;
    if (at > 0 && steps[at - 1]![1] <= timeMs) return;
    let until = at;
    while (until < steps.length && steps[until]![1] >= timeMs) until += 1;
    if (at > 0 && steps[at - 1]![0] === tickMs) at -= 1;
    steps.splice(at, until - at, [tickMs, timeMs]);
    if (steps.length > stepLimit) steps.length = stepLimit;
  }

  /** Earliest event time of what stands behind an earlier tick; Infinity where nothing does. */
  before(tickMs: number): number {
    let earliestMs = Infinity;
    for (const [ofMs, timeMs] of this.#steps) if (ofMs < tickMs) earliestMs = timeMs;
    return earliestMs;
  }
}
