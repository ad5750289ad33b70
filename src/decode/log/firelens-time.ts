/** The time of a FireLens record: every form in which Fluent Bit writes its date key. */
import type { JsonObject } from '#contract';
import { type Instant, instantOf } from '../instant.ts';

/** Names of the date key, as outputs call it; the first that tells a time counts. */
export const timeKeys = ['date', '@timestamp', 'time', 'timestamp'] as const;

/** Time, and the key that told it; undefined where none does. */
export function recordTime(value: JsonObject): (Instant & { key: string }) | undefined {
  for (const key of timeKeys) {
    if (!Object.hasOwn(value, key)) continue;
    const told = value[key];
    const instant = typeof told === 'number' ? instantOfEpoch(told) : instantOf(told);
    if (instant !== undefined) return { ...instant, key };
  }
  return undefined;
}

/** Largest count of seconds read as such: the year 5138. */
const secondsLimit = 1e11;
/** Milliseconds up to the year 5138; what is larger is micro- or nanoseconds. */
const millisecondsLimit = 1e14;
const microsecondsLimit = 1e17;

/** Epoch seconds (whole, or the double that Fluent Bit writes: microseconds are all that a double holds), milliseconds, micro- or nanoseconds. */
export function instantOfEpoch(number: number): Instant | undefined {
  if (!(number >= 0 && number < 1e20)) return undefined;
  if (number < secondsLimit) return ofMicroseconds(Math.round(number * 1e6));
  if (number < millisecondsLimit) return ofMicroseconds(Math.round(number * 1e3));
  return ofMicroseconds(Math.round(number < microsecondsLimit ? number : number / 1e3));
}

function ofMicroseconds(microseconds: number): Instant {
  const timeMs = Math.floor(microseconds / 1_000);
  return { timeMs, timeNs: (microseconds - timeMs * 1_000) * 1_000 };
}
