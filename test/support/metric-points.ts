/** Sets of metrics, metric by metric, for tests that look at one. */
import type { FargazerEvent, MetricUnit, Subject } from '#contract';

export interface Point {
  metric: string;
  unit: MetricUnit;
  value: number;
  minimum: number;
  maximum: number;
  isCumulative: boolean;
  timeMs: number;
  lastMs: number;
  subject: Subject;
}

/** In the order of the events, within one by name. */
export function pointsOf(events: readonly FargazerEvent[]): Point[] {
  return events.flatMap((event) => {
    if (event.kind !== 'metrics') return [];
    const { list, values, spans, timeMs, subject } = event;
    return list.metrics.map((metric, at) => ({
      metric,
      unit: list.units[at]!,
      value: values[at]!,
      minimum: spans?.[4 * at] ?? values[at]!,
      maximum: spans?.[4 * at + 1] ?? values[at]!,
      isCumulative: list.isCumulative[at]!,
      timeMs,
      lastMs: spans?.[4 * at + 2] ?? timeMs,
      subject,
    }));
  });
}
