/** The last values of a metric of one task, a step apart, as an alert draws them. */
import type { Evidence, MetricMinute } from '#contract';
import { rowSeries } from '../series.ts';
import { isYoung, lastMs, type SeriesState } from './series-state.ts';
import type { Weighed } from './weigh.ts';

const minuteMs = 60_000;
/** Values kept of each series: a quarter of an hour of minutes, at 128 bytes. */
const valuesKept = 15;

/** Adds a value to the row, before the series takes it in. Of a young series its own points are the row. */
export function noteValue(series: SeriesState, timeMs: number, value: number): void {
  if (!Number.isFinite(value) || isYoung(series)) return;
  const stepMs = stepTo(series, timeMs);
  const { recent } = series;
  if (stepMs <= 0) return;
  if (recent === undefined || recent.stepMs !== stepMs) series.recent = { stepMs, values: [value] };
  else {
    recent.values.push(value);
    if (recent.values.length > valuesKept) recent.values = recent.values.slice(-valuesKept);
  }
}

/** Whole minutes since the last point. */
function stepTo(series: SeriesState, timeMs: number): number {
  return Math.round((timeMs - lastMs(series)) / minuteMs) * minuteMs;
}

/** The row with the value that is judged, over the range that it left. */
export function valuesTold(series: SeriesState, { timeMs, value, unit }: MetricMinute, { reason, low, high }: Weighed): Pick<Evidence, 'series'> {
  const { recent } = series;
  // Of hours a quarter of an hour shows nothing.
  if (reason === 'leak' || reason === 'flat-line') return {};
  if (recent === undefined || stepTo(series, timeMs) !== recent.stepMs) return {};
  return rowSeries([...recent.values, value], timeMs, recent.stepMs, { unit, low, high });
}
