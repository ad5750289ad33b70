/** Sets of metrics: how two of one subject and minute become one. */
import { metricList, type MetricSet } from '#contract';
import { smallestHashes } from './bound.ts';

/** Metrics one subject may have in one minute: more than any agent sends of a container. */
export const metricsPerMinuteLimit = 128;

/** Numbers a metric has in `spans`. */
const width = 4;

/** The range and time of each metric, made where the set had one value each. */
function spansOf(set: MetricSet): number[] {
  if (set.spans !== undefined) return set.spans;
  const { timeMs, timeNs, values } = set;
  const spans: number[] = [];
  for (const value of values) spans.push(value, value, timeMs, timeNs);
  set.spans = spans;
  return spans;
}

export function minimumAt({ values, spans }: MetricSet, at: number): number {
  return spans === undefined ? values[at]! : spans[width * at]!;
}

export function maximumAt({ values, spans }: MetricSet, at: number): number {
  return spans === undefined ? values[at]! : spans[width * at + 1]!;
}

/** When the last value was, milliseconds. */
export function lastMsAt({ timeMs, spans }: MetricSet, at: number): number {
  return spans === undefined ? timeMs : spans[width * at + 2]!;
}

/** Adds the values of `other` to `into`, not its count, time or record; commutes. */
export function addMetrics(into: MetricSet, other: MetricSet): void {
  if (into.list !== other.list) {
    join(into, other);
    return;
  }
  const spans = spansOf(into);
  const others = spansOf(other);
  for (let at = 0; at < into.values.length; at += 1) addReading(into.values, spans, at, other.values, others, at);
}

function addReading(values: number[], spans: number[], at: number, otherValues: readonly number[], others: readonly number[], from: number): void {
  const to = width * at;
  const source = width * from;
  const value = otherValues[from]!;
  if (others[source]! < spans[to]!) spans[to] = others[source]!;
  if (others[source + 1]! > spans[to + 1]!) spans[to + 1] = others[source + 1]!;
  const isLater = others[source + 2]! - spans[to + 2]! || others[source + 3]! - spans[to + 3]! || value - values[at]!;
  if (!(isLater > 0)) return;
  values[at] = value;
  spans[to + 2] = others[source + 2]!;
  spans[to + 3] = others[source + 3]!;
}

/** Both lists are ascending, so one pass makes the list of both. Where units differ the first of the alphabet stays. */
function join(into: MetricSet, other: MetricSet): void {
  const spans = spansOf(into);
  const others = spansOf(other);
  const [left, right] = [into.list, other.list];
  const joined = { metrics: [] as string[], units: [] as typeof left.units[number][], isCumulative: [] as boolean[], values: [] as number[], spans: [] as number[] };
  const copy = (list: typeof left, values: readonly number[], from: readonly number[], at: number): void => {
    joined.metrics.push(list.metrics[at]!);
    joined.units.push(list.units[at]!);
    joined.isCumulative.push(list.isCumulative[at]!);
    joined.values.push(values[at]!);
    for (let offset = 0; offset < width; offset += 1) joined.spans.push(from[width * at + offset]!);
  };
  let here = 0;
  let there = 0;
  while (here < left.metrics.length || there < right.metrics.length) {
    const own = left.metrics[here];
    const its = right.metrics[there];
    if (its === undefined || (own !== undefined && own < its)) copy(left, into.values, spans, here++);
    else if (own === undefined || its < own) copy(right, other.values, others, there++);
    else {
      copy(left, into.values, spans, here);
      const at = joined.metrics.length - 1;
      addReading(joined.values, joined.spans, at, other.values, others, there);
      if (right.units[there]! < joined.units[at]!) joined.units[at] = right.units[there]!;
      joined.isCumulative[at] = joined.isCumulative[at]! && right.isCumulative[there]!;
      here += 1;
      there += 1;
    }
  }
  into.list = metricList(joined.metrics, joined.units, joined.isCumulative);
  into.values = joined.values;
  into.spans = joined.spans;
}

/** Keeps the metrics of smallest hashes, whatever came first; gives how many went. */
export function pruneMetrics(set: MetricSet): number {
  const { metrics, units, isCumulative } = set.list;
  if (metrics.length <= metricsPerMinuteLimit) return 0;
  const spans = spansOf(set);
  const kept = new Set(smallestHashes(metrics, metricsPerMinuteLimit));
  const places = metrics.map((_, at) => at).filter((at) => kept.has(metrics[at]!));
  set.list = metricList(places.map((at) => metrics[at]!), places.map((at) => units[at]!), places.map((at) => isCumulative[at]!));
  set.spans = places.flatMap((at) => spans.slice(width * at, width * (at + 1)));
  set.values = places.map((at) => set.values[at]!);
  return metrics.length - places.length;
}
