/** Stats stamped by a clock that can be believed: the endpoint's, unless it is off; then ours. */

/** Off by more than this, the endpoint's clock is not believed: other telemetry of the task would not fit beside it. */
const toleranceMs = 2_000;
/** Agents keep stats for some 10 s; what claims to be older than this and came as new is misdated. */
const oldestMs = 60_000;
/** Containers of one answer that are looked at. */
const containerLimit = 64;
/** Docker writes the year 1 where it has not read yet. */
const never = Date.UTC(1971, 0, 1);

type Fields = Record<string, unknown>;

/** How far the endpoint's clock is ahead of ours, as its Date header tells; 0 within the tolerance, or where it tells nothing. */
export function aheadMs(dateMs: number | undefined, sentMs: number, gotMs: number): number {
  if (dateMs === undefined) return 0;
  // The header has whole seconds, and was written between question and answer.
  const least = dateMs - gotMs;
  const most = dateMs + 1_000 - sentMs;
  return least > toleranceMs || most < -toleranceMs ? Math.round((least + most) / 2) : 0;
}

export class OwnTime {
  readonly #lastRead = new Map<string, string>();

  /**
   * The answer of `/task/stats` to be passed on: undefined where nothing in it is new, the same value where nothing was
   * wrong. Where the endpoint's clock is off, `read` and `preread` are moved by as much; where a container's `read` is
   * nevertheless ahead of us or over a minute old, it is set to the instant of the answer and `preread` moved along. So
   * the length of the sample stays what it was, and only its place in time is ours. A container whose `read` is the one
   * of before becomes null: its sample was passed on already.
   */
  stamped(stats: Fields, clockAheadMs: number, gotMs: number): { value: Fields; isChanged: boolean } | undefined {
    const value: Fields = {};
    let isChanged = false;
    let hasNew = false;
    const ids = Object.keys(stats).slice(0, containerLimit);
    for (const id of ids) {
      const container = stats[id];
      value[id] = container;
      if (!isFields(container) || typeof container['read'] !== 'string') continue;
      const { read, preread } = container;
      if (this.#lastRead.get(id) === read) {
        value[id] = null;
        isChanged = true;
        continue;
      }
      if (this.#lastRead.size >= containerLimit && !this.#lastRead.has(id)) this.#lastRead.clear();
      if (read.length <= 64) this.#lastRead.set(id, read);
      hasNew = true;
      const readMs = Date.parse(read);
      if (!(readMs > never)) continue;
      let shiftMs = -clockAheadMs;
      const movedMs = readMs + shiftMs;
      if (movedMs > gotMs + toleranceMs || movedMs < gotMs - oldestMs) shiftMs = gotMs - readMs;
      if (shiftMs === 0) continue;
      isChanged = true;
      value[id] = { ...container, read: moved(readMs, shiftMs), ...(typeof preread === 'string' && Date.parse(preread) > never ? { preread: moved(Date.parse(preread), shiftMs) } : {}) };
    }
    return hasNew || ids.length === 0 ? { value, isChanged } : undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function moved(timeMs: number, byMs: number): string {
  const at = timeMs + byMs;
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString();
}
