/** Lists of metrics: which readings a set holds. One object stands for all sets that hold the same. */
import type { MetricUnit } from './event.ts';

/** Metrics of a set by place, ascending by name, each once. Made by `metricList` alone; compared as objects. */
export interface MetricList {
  readonly metrics: readonly string[];
  readonly units: readonly MetricUnit[];
  /** A counter that only grows until its container restarts; the engine makes rates of it. */
  readonly isCumulative: readonly boolean[];
}

const known = new Map<string, MetricList>();
/** Agents send a few dozen lists; whoever sends ever new ones gets them compared by content. */
const knownLimit = 4_096;

/** The one list of these metrics, which are ascending by name; equal lists are the same object while few are in use. */
export function metricList(metrics: readonly string[], units: readonly MetricUnit[], isCumulative: readonly boolean[]): MetricList {
  const key = JSON.stringify([metrics, units, isCumulative]);
  let list = known.get(key);
  if (list === undefined) {
    if (known.size >= knownLimit) known.clear();
    list = { metrics: metrics.slice(), units: units.slice(), isCumulative: isCumulative.slice() };
    known.set(key, list);
  }
  return list;
}

/** The shared list equal to one that was stored. */
export function sharedList({ metrics, units, isCumulative }: MetricList): MetricList {
  return metricList(metrics, units, isCumulative);
}
