/** Stage mute: routes that are silent at some times, or active only at some; right over summer time. */
import type { AlertingSettings, InclusiveRange, TimeInterval } from '#contract';
import { decide } from './decide.ts';
import type { Draft, Fold } from './fold.ts';

/** The hands of a clock and the leaves of a calendar somewhere. */
interface Moment {
  minuteOfDay: number;
  weekday: number;
  day: number;
  daysInMonth: number;
  month: number;
  year: number;
}

const weekdays: Readonly<Record<string, number>> = { Sun: 0, Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6 };

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
  });
}

function momentOf(format: Intl.DateTimeFormat, timeMs: number): Moment {
  const parts = new Map<string, string>(format.formatToParts(timeMs).map(({ type, value }) => [type, value]));
  const number = (name: string): number => Number(parts.get(name));
  const [year, month] = [number('year'), number('month')];
  return {
    minuteOfDay: number('hour') * 60 + number('minute'),
    weekday: weekdays[parts.get('weekday') ?? ''] ?? 0,
    day: number('day'),
    daysInMonth: new Date(Date.UTC(year, month, 0)).getUTCDate(),
    month,
    year,
  };
}

function isIn(ranges: readonly InclusiveRange[], value: number): boolean {
  return ranges.length === 0 || ranges.some(([from, to]) => value >= from && value <= to);
}

function isDayIn(ranges: readonly InclusiveRange[], day: number, daysInMonth: number): boolean {
  if (ranges.length === 0) return true;
  const absolute = (one: number): number => (one < 0 ? Math.max(daysInMonth + one + 1, -daysInMonth) : one);
  return ranges.some(([from, to]) => absolute(from) <= daysInMonth && day >= absolute(from) && day <= Math.min(absolute(to), daysInMonth));
}

function contains({ times, weekdays: days, daysOfMonth, months, years }: TimeInterval, at: Moment): boolean {
  return (
    (times.length === 0 || times.some(([from, to]) => at.minuteOfDay >= from && at.minuteOfDay < to)) &&
    isDayIn(daysOfMonth, at.day, at.daysInMonth) && isIn(months, at.month) && isIn(days, at.weekday) && isIn(years, at.year)
  );
}

export class MuteTimes {
  readonly #intervals: ReadonlyMap<string, readonly TimeInterval[]>;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();
  /** Of one minute: many groups are due at once. */
  readonly #moments = new Map<string, Moment>();
  #minute = Number.NaN;

  constructor(intervals: AlertingSettings['muteTimes']) {
    this.#intervals = new Map(Object.entries(intervals));
  }

  /** The first of the names whose time it is. */
  current(names: readonly string[], nowMs: number): string | undefined {
    return names.find((name) => this.#intervals.get(name)?.some((interval) => contains(interval, this.#at(interval.location, nowMs))));
  }

  #at(timeZone: string, nowMs: number): Moment {
    const minute = Math.floor(nowMs / 60_000);
    if (minute !== this.#minute) {
      this.#moments.clear();
      this.#minute = minute;
    }
    let moment = this.#moments.get(timeZone);
    if (moment === undefined) {
      let format = this.#formats.get(timeZone);
      if (format === undefined) this.#formats.set(timeZone, (format = formatOf(timeZone)));
      this.#moments.set(timeZone, (moment = momentOf(format, nowMs)));
    }
    return moment;
  }
}

/** The name of the mute time in which a route is silent now, or of the times outside of which it is. */
export function mutedBy({ muteTimes, nowMs }: Fold, { activeTimes, muteTimes: names }: Draft['route']): string | undefined {
  if (activeTimes.length > 0 && muteTimes.current(activeTimes, nowMs) === undefined) return `outside ${activeTimes.join(', ')}`;
  return muteTimes.current(names, nowMs);
}

export function mute(fold: Fold, draft: Draft): void {
  const name = mutedBy(fold, draft.route);
  if (name === undefined) return;
  for (const record of draft.alerts) decide(record, fold.nowMs, 'mute', 'muted', name);
  draft.alerts = [];
}
