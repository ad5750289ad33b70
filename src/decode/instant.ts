/** Instants as AWS and Kubernetes write them: ISO 8601 with up to nine digits of a second, or Unix seconds. */
import type { JsonValue } from '#contract';

export interface Instant {
  /** Whole milliseconds since 1970. */
  timeMs: number;
  /** The rest in nanoseconds, 0 to 999,999. */
  timeNs: number;
}

/** Date and time (`T` or a space between, extended or basic), fraction, zone; without a zone it is UTC. */
const pattern =
  /^(\d{4})-?(\d{2})-?(\d{2})[T ](\d{2}):?(\d{2}):?(\d{2})(?:[.,](\d{1,9})\d*)?\s*(?:Z|UTC|([+-])(\d{2}):?(\d{2}))?$/i;

/** Numbers below are seconds, above milliseconds: 1e11 seconds is the year 5138, 1e11 milliseconds 1973. */
const secondsLimit = 1e11;

/** The last instant of the year 9999, past which ISO texts get a sign; both ends bound what a number may mean. */
export const latestMs = 253_402_300_799_999;

/** Undefined where the value tells no instant of the years 1 to 9999. */
export function instantOf(value: JsonValue | undefined): Instant | undefined {
  if (typeof value === 'string') return instantOfText(value);
  return typeof value === 'number' ? instantOfNumber(value) : undefined;
}

/** Milliseconds alone. */
export function millisecondsOf(value: JsonValue | undefined): number | undefined {
  return instantOf(value)?.timeMs;
}

function instantOfText(text: string): Instant | undefined {
  // The longest form, with nine digits and a zone, has 35 characters; more digits than nine are cut.
  if (text.length < 15 || text.length > 64) return undefined;
  const parts = pattern.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] = parts;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  // `Date.UTC` reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)));
  date.setUTCFullYear(Number(year) + date.getUTCFullYear() - 2000, date.getUTCMonth(), date.getUTCDate());
  const nanoseconds = Number(fraction.padEnd(9, '0'));
  const offsetMs = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * 60_000 * (sign === '-' ? -1 : 1);
  const timeMs = date.getTime() - offsetMs + Math.floor(nanoseconds / 1_000_000);
  return Number.isSafeInteger(timeMs) ? { timeMs, timeNs: nanoseconds % 1_000_000 } : undefined;
}

function instantOfNumber(number: number): Instant | undefined {
  if (!Number.isFinite(number)) return undefined;
  const timeMs = Math.floor(Math.abs(number) < secondsLimit ? number * 1_000 : number);
  return timeMs >= 0 && timeMs <= latestMs ? { timeMs, timeNs: 0 } : undefined;
}
