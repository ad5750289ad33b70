/** Moments in the reader's zone, with UTC beside. */
import type { Locale } from './severity.ts';

export interface Reader {
  locale: Locale;
  /** IANA, `Asia/Tokyo`; one that does not exist counts as UTC. */
  timeZone: string;
}

/** English and other letters for zones (`JST`, `CET`, `EST`): each of these locales knows its own. */
const zoneLocales = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-NZ', 'en-ZA', 'ja-JP'];

const formats = new Map<string, Intl.DateTimeFormat>();
/** A configuration names a handful of zones; more are made anew each time. */
const formatLimit = 100;

function format(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (made === undefined) {
    try {
      made = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    } catch {
      made = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    }
    if (formats.size < formatLimit) formats.set(key, made);
  }
  return made;
}

/** `03:15`. */
export function clockTime(ms: number, timeZone: string): string {
  return Number.isFinite(ms) ? format('en-GB', timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms) : '??:??';
}

/** `Thu 5 Mar` or `3月5日（木）`. */
export function dayOf(ms: number, { locale, timeZone }: Reader): string {
  if (!Number.isFinite(ms)) return '';
  const parts = new Map<string, string>(
    format(locale === 'ja' ? 'ja-JP' : 'en-GB', timeZone, { weekday: 'short', day: 'numeric', month: locale === 'ja' ? 'numeric' : 'short' })
      .formatToParts(ms)
      .map(({ type, value }): [string, string] => [type, value]),
  );
  const [day = '', month = '', weekday = ''] = ['day', 'month', 'weekday'].map((part) => parts.get(part) ?? '');
  return locale === 'ja' ? `${month}月${day}日（${weekday}）` : `${weekday} ${day} ${month}`;
}

/** `JST`, `CEST`, `UTC`, else `UTC+5:45`. */
export function zoneName(ms: number, timeZone: string): string {
  if (!Number.isFinite(ms)) return 'UTC';
  const named = (locale: string, style: 'short' | 'shortOffset'): string =>
    format(locale, timeZone, { timeZoneName: style }).formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const name = zoneLocales.map((locale) => named(locale, 'short')).find((found) => /^[A-Z]{2,5}$/.test(found));
  return name ?? named('en-US', 'shortOffset').replace(/^GMT(?=[+-])/, 'UTC');
}

/** Does the reader's clock show the same as UTC at this moment? */
export function isUtc(ms: number, timeZone: string): boolean {
  const shown = (zone: string): string => format('en-GB', zone, { day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(ms);
  return shown(timeZone) === shown('UTC');
}

/** `Thu 5 Mar, 03:15 JST (18:15 UTC)`, or from and to: `Thu 5 Mar, 03:15–03:21 JST (18:15–18:21 UTC)`; one time where the reader's zone shows UTC. */
export function moment(firstMs: number, lastMs: number, reader: Reader): string {
  const { locale, timeZone } = reader;
  const isJapanese = locale === 'ja';
  if (!Number.isFinite(firstMs) || !Number.isFinite(lastMs)) return isJapanese ? '時刻不明' : 'at an unknown time';
  const dash = isJapanese ? '〜' : '–';
  const start = `${dayOf(firstMs, reader)}${isJapanese ? '' : ', '}`;
  const [from, to] = [clockTime(firstMs, timeZone), clockTime(lastMs, timeZone)];
  const isOneDay = dayOf(firstMs, reader) === dayOf(lastMs, reader) && lastMs - firstMs < dayMs;
  const end = !isOneDay ? `${isJapanese ? dash : ' – '}${dayOf(lastMs, reader)}${isJapanese ? '' : ', '}${to}` : from === to ? '' : `${dash}${to}`;
  if (isUtc(firstMs, timeZone)) return `${start}${from}${end} ${zoneName(firstMs, timeZone)}`;
  const [utcFrom, utcTo] = [clockTime(firstMs, 'UTC'), clockTime(lastMs, 'UTC')];
  const utc = !isOneDay || utcFrom === utcTo ? `${utcFrom}${isOneDay ? '' : dash} UTC` : `${utcFrom}${dash}${utcTo} UTC`;
  return `${start}${from}${end} ${zoneName(firstMs, timeZone)}${isJapanese ? `（${utc}）` : ` (${utc})`}`;
}

const dayMs = 86_400_000;

/** Times in a sentence of an alert (`at 10:14:38 UTC`) as the reader's clock shows them, UTC behind; `nearMs` tells the day. */
export function inReadersZone(text: string, nearMs: number, { locale, timeZone }: Reader): string {
  if (!Number.isFinite(nearMs) || isUtc(nearMs, timeZone)) return text;
  return text.replace(/(?<![\d:-])(?<!\d{4}-\d\d-\d\d )([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)? UTC\b/g, (whole, hour: string, minute: string, seconds = '') => {
    const day = new Date(nearMs).setUTCHours(Number(hour), Number(minute), 0, 0);
    // Told around midnight the time may belong to the day before or after.
    const ms = [day - dayMs, day, day + dayMs].toSorted((a, b) => Math.abs(a - nearMs) - Math.abs(b - nearMs))[0] ?? day;
    const zoned = `${clockTime(ms, timeZone)}${seconds} ${zoneName(ms, timeZone)}`;
    return locale === 'ja' ? `${zoned}（${whole}）` : `${zoned} (${whole})`;
  });
}
