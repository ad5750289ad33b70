/** How many in this second: what an intruder may do faster than we look is looked at, or told, so often and no more. */

const secondMs = 1_000;

export class PerSecond {
  /** So many since the second began. */
  count = 0;
  /** And in the one before it that had any. */
  before = 0;
  #sinceMs = -Infinity;

  /** One more; gives how many that is. The first begins a new second. */
  add(nowMs: number): number {
    if (this.isOver(nowMs)) {
      this.#sinceMs = nowMs;
      this.before = this.count;
      this.count = 0;
    }
    this.count += 1;
    return this.count;
  }

  /** A clock that was set back ends it too. */
  isOver(nowMs: number): boolean {
    return Math.abs(nowMs - this.#sinceMs) >= secondMs;
  }
}
