/** Recent values of a number, as an alert draws them over what is usual. */
import type { NetworkMinute, Series } from '#contract';

const minuteMs = 60_000;
/** Minutes kept of each task: enough to see a level before a leap, at 160 bytes. */
const minutesKept = 20;

/** Minutes in a row, oldest first; unknown ones between two known are null. */
export interface RecentMinutes {
  lastMs: number;
  values: (number | null)[];
}

/** Minutes older than the last are left out: a late file tells nothing of the row. */
export function noteMinute(recent: RecentMinutes, atMs: number, value: number): void {
  const passed = recent.values.length === 0 ? 1 : Math.round((atMs - recent.lastMs) / minuteMs);
  if (passed < 0) return;
  if (passed === 0) recent.values[recent.values.length - 1] = (recent.values.at(-1) ?? 0) + value;
  else {
    if (passed > minutesKept) recent.values = [];
    else for (let missed = 1; missed < passed; missed += 1) recent.values.push(null);
    recent.values.push(value);
    recent.lastMs = atMs;
  }
  if (recent.values.length > minutesKept) recent.values = recent.values.slice(-minutesKept);
}

/** The row up to a minute, which has this value. Undefined where nothing is known before it. */
export function minuteSeries(recent: RecentMinutes | undefined, { minuteMs: atMs }: Pick<NetworkMinute, 'minuteMs'>, value: number, { unit, low, high }: Pick<Series, 'unit' | 'low' | 'high'>): { series?: Series } {
  if (recent === undefined || recent.values.length === 0) return {};
  const passed = Math.round((atMs - recent.lastMs) / minuteMs);
  // A late minute stands before the row's end; a far one after it has no row.
  if (passed < 0 || passed > minutesKept) return {};
  const before = passed === 0 ? recent.values.slice(0, -1) : recent.values;
  return rowSeries([...before, ...Array.from({ length: Math.max(0, passed - 1) }, () => null), value], atMs, minuteMs, { unit, low, high });
}

/** Values a step apart, the last of them at `lastMs`. */
export function rowSeries(values: (number | null)[], lastMs: number, stepMs: number, { unit, low, high }: Pick<Series, 'unit' | 'low' | 'high'>): { series?: Series } {
  return values.length < 2 ? {} : { series: { unit, startMs: lastMs - (values.length - 1) * stepMs, stepMs, values, low, high } };
}
