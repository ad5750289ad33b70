/** What a metric measures, in people's words and sizes. */
import { grouped, type MetricMinute, type MetricUnit } from '#contract';
import { shortName, sized } from '../phrase.ts';

export type Resource = 'cpu' | 'memory' | 'network received' | 'network sent' | 'disk read' | 'disk written' | 'disk' | 'other';

const known = new Map<string, Resource>();
/** Names of metrics come from records: what is kept of them is bounded. */
const knownLimit = 1_000;

function recognise(metric: string): Resource {
  const name = metric.toLowerCase();
  if (/cpu/.test(name)) return 'cpu';
  if (/mem(ory)?(\b|_|\.|usage|util)/.test(name)) return 'memory';
  if (/network|net\.|\bnet_/.test(name)) return /tx|transmit|sent|out/.test(name) ? 'network sent' : 'network received';
  if (/storage|disk|filesystem|blkio|ephemeral/.test(name)) return /read/.test(name) ? 'disk read' : /writ/.test(name) ? 'disk written' : 'disk';
  return 'other';
}

/** Counts and times that only bear the name of a resource (`container.cpu.throttled`) are no use of it. */
export function resourceOf(metric: string, unit: MetricUnit): Resource {
  if (unit !== 'ratio' && unit !== 'bytes' && unit !== 'bytes/s' && unit !== 'cpu-units' && unit !== 'percent') return 'other';
  let resource = known.get(metric);
  if (resource === undefined) {
    resource = recognise(metric);
    if (known.size < knownLimit) known.set(metric, resource);
  }
  return resource;
}

/** CPU units that make one virtual CPU (Amazon ECS, task size). */
export const unitsOfCpu = 1_024;

/** Three significant digits, thousands apart by commas. */
function digits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1_000 ? grouped(rounded) : String(rounded);
}

/** A value with its unit: `92 %` (of what is reserved, or of one CPU), `41 MB`, `1.2 MB a second`. */
export function amount(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'ratio':
      return `${digits(value * 100)} %`;
    case 'percent':
      return `${digits(value)} %`;
    case 'cpu-units':
      return `${digits((value / unitsOfCpu) * 100)} %`;
    case 'bytes':
      return sized(value);
    case 'bytes/s':
      return `${sized(value)} a second`;
    case 'count/s':
      return `${digits(value)} a second`;
    case 'seconds':
      return `${digits(value)} s`;
    default:
      return digits(value);
  }
}

/** `8 to 30 %`, the unit once where both ends share it. */
export function range(low: number, high: number, unit: MetricUnit): string {
  const from = amount(low, unit);
  const to = amount(high, unit);
  if (from === to) return `about ${to}`;
  const unitAt = to.indexOf(' ');
  return unitAt > 0 && from.endsWith(to.slice(unitAt)) ? `${from.slice(0, from.indexOf(' '))} to ${to}` : `${from} to ${to}`;
}

/** What a task does with a resource: `used 92 % of its CPU`. */
export function doing(resource: Resource, shown: string, { metric, unit }: Pick<MetricMinute, 'metric' | 'unit'>): string {
  const isShare = unit === 'ratio' || unit === 'percent';
  switch (resource) {
    case 'cpu':
      return isShare ? `used ${shown} of its CPU` : `used ${shown} of one CPU`;
    case 'memory':
      return isShare ? `used ${shown} of its memory` : `held ${shown} of memory`;
    case 'network received':
      return `received ${shown}`;
    case 'network sent':
      return `sent ${shown}`;
    case 'disk read':
      return `read ${shown} from disk`;
    case 'disk written':
      return `wrote ${shown} to disk`;
    case 'disk':
      return isShare ? `filled ${shown} of its disk` : `kept ${shown} on disk`;
    default:
      return `had ${shortName(metric)} at ${shown}`;
  }
}

/** The resource as a noun: `its CPU`, `checkout's memory`. */
export function noun(resource: Resource, metric: string): string {
  switch (resource) {
    case 'cpu':
      return 'CPU use';
    case 'memory':
      return 'memory';
    case 'network received':
      return 'incoming traffic';
    case 'network sent':
      return 'outgoing traffic';
    case 'disk read':
      return 'reading from disk';
    case 'disk written':
      return 'writing to disk';
    case 'disk':
      return 'disk use';
    default:
      return shortName(metric);
  }
}

/** Where to look first when it is too much. */
export function firstLook(resource: Resource): string {
  switch (resource) {
    case 'cpu':
      return 'Which program in the task uses the CPU, and whether its requests grew as well.';
    case 'memory':
      return 'Whether the memory goes back after the load, and what was deployed last.';
    case 'network received':
    case 'network sent':
      return "The task's destinations in these minutes, and the requests it served.";
    case 'disk':
    case 'disk read':
    case 'disk written':
      return 'Which files the task wrote or read, and whether its log grew.';
    default:
      return 'What else changed in the task in these minutes.';
  }
}
