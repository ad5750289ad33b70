/** The span of a recording: where its records really lie, so that one forged date moves nothing (E7). */

const dayMs = 86_400_000;
/** Records without any time are placed on this day; they begin a recording only where nothing has a time. */
const placedDay = Math.floor(Date.UTC(2006, 0, 1) / dayMs);
/** A longer pause parts two stretches of records. */
const pauseDays = 14;
/** Minutes with records that make a stretch more than a stray date. */
const leastMinutes = 3;

export interface Span {
  firstMs: number;
  lastMs: number;
}

/** First and last event time by day. */
export type Days = Map<number, Span>;

export function noteDay(days: Days, timeMs: number): void {
  const day = Math.floor(timeMs / dayMs);
  const known = days.get(day);
  if (known === undefined) days.set(day, { firstMs: timeMs, lastMs: timeMs });
  else if (timeMs < known.firstMs) known.firstMs = timeMs;
  else if (timeMs > known.lastMs) known.lastMs = timeMs;
}

interface Stretch extends Span {
  lastDay: number;
  minutes: number;
}

/**
 * From the first to the last stretch of records that is one: the largest, and every other with records in at least
 * three minutes. `minutes` are the minutes (since 1970) that hold records, each once per feed. Undefined without any.
 */
export function realSpan(days: Days, minutes: Iterable<number>): Span | undefined {
  const counts = new Map<number, number>();
  for (const minute of minutes) {
    const day = Math.floor(minute / 1_440);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const stretches: Stretch[] = [];
  for (const [day, { firstMs, lastMs }] of [...days].sort((left, right) => left[0] - right[0])) {
    if (day === placedDay && days.size > 1) continue;
    const before = stretches.at(-1);
    if (before !== undefined && day - before.lastDay <= pauseDays) {
      before.lastMs = lastMs;
      before.lastDay = day;
      before.minutes += counts.get(day) ?? 0;
    } else stretches.push({ firstMs, lastMs, lastDay: day, minutes: counts.get(day) ?? 0 });
  }
  const most = Math.max(...stretches.map((stretch) => stretch.minutes));
  const real = stretches.filter((stretch) => stretch.minutes === most || stretch.minutes >= leastMinutes);
  const [first] = real;
  return first === undefined ? undefined : { firstMs: first.firstMs, lastMs: real.at(-1)!.lastMs };
}
