/** Times that recur, as people write them: `22:00`, `monday:friday`, `-7:-1`, `Europe/Berlin`. */
import { z } from 'zod';
import type { InclusiveRange } from '#contract';
import { nearest } from './nearest.ts';

/** An IANA time zone that this build knows. */
export const zone = z.string().transform((text, context) => {
  if (isZone(text)) return text;
  const meant = nearest(text, [...Intl.supportedValuesOf('timeZone'), 'UTC']);
  context.addIssue({ code: 'custom', message: `there is no time zone ${JSON.stringify(text.slice(0, 80))}${meant === undefined ? '; expected one such as Europe/Berlin' : `; did you mean ${meant}?`}` });
  return z.NEVER;
});

function isZone(text: string): boolean {
  // Offsets are understood too, but know no summer time; `Etc/GMT+5` is there for who means one.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,60}$/.test(text)) return false;
  try {
    return Intl.DateTimeFormat('en', { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}

const clock = z.string().transform((text, context) => {
  const match = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text);
  if (match !== null) return text === '24:00' ? 1_440 : Number(match[1]) * 60 + Number(match[2]);
  context.addIssue({ code: 'custom', message: `expected a time such as 08:30 or 24:00, found ${JSON.stringify(text.slice(0, 40))}` });
  return z.NEVER;
});

const times = z.strictObject({ start: clock, end: clock }).transform(({ start, end }, context): InclusiveRange => {
  if (start < end) return [start, end];
  context.addIssue({ code: 'custom', message: 'expected an end after the start; a night is two times, to 24:00 and from 00:00' });
  return z.NEVER;
});

/** `from:to` or one value alone. */
function range(what: string, valueOf: (text: string) => number | undefined, isInOrder: (from: number, to: number) => boolean = (from, to) => from <= to): z.ZodType<InclusiveRange, string | number> {
  return z.union([z.string(), z.number()]).transform((given, context): InclusiveRange => {
    const text = String(given);
    const parts = text.toLowerCase().split(':').map((part) => valueOf(part.trim()));
    const [from, to = from] = parts;
    if (parts.length <= 2 && from !== undefined && to !== undefined && parts.every((part) => part !== undefined) && isInOrder(from, to)) return [from, to];
    context.addIssue({ code: 'custom', message: `expected ${what}, found ${JSON.stringify(text.slice(0, 40))}` });
    return z.NEVER;
  });
}

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];

function placeIn(names: readonly string[], first: number): (text: string) => number | undefined {
  return (text) => {
    const at = names.indexOf(text);
    return at < 0 ? undefined : at + first;
  };
}

function numberBetween(least: number, most: number): (text: string) => number | undefined {
  return (text) => {
    const value = /^-?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
}

const dayOfMonth = (text: string): number | undefined => {
  const value = numberBetween(-31, 31)(text);
  return value === 0 ? undefined : value;
};

/** Days from the end count from the shortest month, as in Alertmanager. */
function areDaysInOrder(from: number, to: number): boolean {
  if (from < 0 && to > 0) return false;
  const plain = (value: number): number => (value < 0 ? 28 + value : value);
  return plain(from) <= plain(to);
}

const month = (text: string): number | undefined => placeIn(months, 1)(text) ?? numberBetween(1, 12)(text);

const most = 31;

export const interval = z
  .strictObject({
    times: z.array(times).max(most).default([]).describe('Times of the day, each with start and end; the end is excluded, 24:00 is midnight.'),
    weekdays: z.array(range('days such as monday:friday or sunday', placeIn(days, 0))).max(most).default([]).describe('Days of the week: monday:friday.'),
    daysOfMonth: z.array(range('days such as 1:7 or -1', dayOfMonth, areDaysInOrder)).max(most).default([]).describe('Days of the month: 1:7, or -1 for the last.'),
    months: z.array(range('months such as january:march or 12', month)).max(most).default([]).describe('Months: december, or 12.'),
    years: z.array(range('years such as 2026:2027', numberBetween(1_970, 9_999))).max(most).default([]).describe('Years: 2026:2027.'),
    location: zone.optional().describe('IANA time zone in which these times are meant; timeZone where absent.'),
  });
