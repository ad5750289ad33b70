/** Durations and instants as people write them in options and configuration: `10m`, `24h`, `2023-07-10T12:05Z`. */

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What `parseDuration` expects, for messages. */
export const durationExpected = 'a duration such as 30s, 10m, 24h or 7d';

/** What `parseInstant` expects, for messages. */
export const instantExpected = 'a date or a time such as 2023-07-10 or 2023-07-10T12:05:00Z';

/** Ten years: a longer teaching or lateness is a slip of the pen. */
const longestMs = 3_653 * 86_400_000;

/** Milliseconds of `90s`, `1h30m` or `7d`; undefined where it is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let sumMs = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)([a-z]+)/g)) sumMs += Number(number) * (unitMs[unit ?? ''] ?? Number.NaN);
  return sumMs <= longestMs ? Math.round(sumMs) : undefined;
}

const instantPattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Milliseconds since 1970 of an ISO 8601 date or date-time, UTC where no zone is written; undefined where it is none. */
export function parseInstant(text: string): number | undefined {
  if (!instantPattern.test(text)) return undefined;
  let whole = text.toUpperCase().replace(' ', 'T');
  if (!whole.includes('T')) whole += 'T00:00Z';
  if (!/(?:Z|[+-]\d{2}:?\d{2})$/.test(whole.slice(11))) whole += 'Z';
  const timeMs = Date.parse(whole.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (Number.isNaN(timeMs)) return undefined;
  // Date.parse rolls 31 June over to 1 July; such a date is a slip of the pen.
  const day = Number(whole.slice(8, 10));
  const month = Number(whole.slice(5, 7));
  const lastDay = new Date(Date.UTC(Number(whole.slice(0, 4)), month, 0)).getUTCDate();
  return day <= lastDay ? timeMs : undefined;
}

/** `90000` as `1m30s`: the shortest text that `parseDuration` reads back exactly. */
export function formatDuration(durationMs: number): string {
  let rest = Math.round(durationMs);
  if (rest === 0) return '0s';
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = unitMs[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
