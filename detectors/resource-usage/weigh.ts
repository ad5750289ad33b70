/** Weighs the three witnesses of a metric's minute: the service's band, the task's own past, its siblings now. */
import type { MetricMinute, NumberView, Reading } from '#contract';
import { leapOf } from '../short-history.ts';
import { resourceOf, unitsOfCpu } from './resources.ts';
import type { Resource } from './resources.ts';
import { isOrdinary, scorePoint } from './series-model.ts';
import type { SeriesReading } from './series-model.ts';
import { lastMs, lastValue } from './series-state.ts';
import type { SeriesState } from './series-state.ts';
import { amongSiblings } from './siblings.ts';
import type { AmongSiblings } from './siblings.ts';

export interface Weights {
  shareFloor: number;
  cpuFloor: number;
  memoryFloorBytes: number;
  networkFloorBytes: number;
  diskFloorBytes: number;
  certainSurprise: number;
  ownScore: number;
  siblingDistance: number;
}

/** Why a minute is news: over or under the service's band, unlike its own past, or unlike its siblings. */
export type Reason = 'above' | 'below' | 'own' | 'leak' | 'flat-line' | 'sibling';

export interface Weighed {
  reason: Reason;
  resource: Resource;
  score: number;
  /** The range that the value has left. */
  low: number;
  high: number;
  typical: number;
  /** The service's usual band. */
  band: Reading;
  siblings: AmongSiblings | undefined;
  /** The siblings have left the band as well: true of the service, not of this task. */
  isShared: boolean;
}

/** The minute before stands for this one's neighbour up to this age (series of five minutes, one missed). */
const neighbourMs = 10 * 60_000;

/** Caches and heaps creep; a leak that deserves a word has grown by a tenth. */
const leastRise = 0.1;

/** The least change, in the metric's unit, that anybody would want to hear of. */
export function floorOf(resource: Resource, { unit }: Pick<MetricMinute, 'unit'>, weights: Weights): number {
  if (unit === 'ratio') return weights.shareFloor;
  if (unit === 'percent') return 100 * weights.shareFloor;
  if (unit === 'cpu-units') return weights.cpuFloor * unitsOfCpu;
  if (unit !== 'bytes' && unit !== 'bytes/s') return 0;
  if (resource === 'memory') return weights.memoryFloorBytes;
  return resource === 'network received' || resource === 'network sent' ? weights.networkFloorBytes : weights.diskFloorBytes;
}

/** Undefined where the minute is no news. Inside the band only a loud own past, or a marginal one and the siblings, is heard. */
export function weigh(
  usual: NumberView,
  observation: MetricMinute,
  weights: Weights,
  series: SeriesState,
  isComplete: boolean,
): Weighed | undefined {
  const { value, timeMs } = observation;
  const reading = usual.of(value, timeMs);
  if (reading.surprise < 0.5 && isOrdinary(series, timeMs, value)) return undefined;
  const own = scorePoint(series, timeMs, value);
  const resource = resourceOf(observation.metric, observation.unit);
  const floor = floorOf(resource, observation, weights);
  if (reading.surprise >= 0.5) {
    const news = outside(usual, observation, reading, own, weights, series, floor, resource, isComplete);
    if (news !== undefined) return news;
  }
  // What a task did in its first hours is no past either where its service was taught for minutes.
  return own.score >= 0.5 && leapOf(usual) === 1 ? unlikeItself(observation, reading, own, weights, floor, resource, isComplete) : undefined;
}

function outside(
  usual: NumberView,
  observation: MetricMinute,
  band: Reading,
  own: SeriesReading,
  weights: Weights,
  series: SeriesState,
  floor: number,
  resource: Resource,
  isComplete: boolean,
): Weighed | undefined {
  const { value, timeMs } = observation;
  const { surprise, side, low, high, typical } = band;
  const leap = leapOf(usual);
  // Metrics come a minute late: what a burst of seconds moves is told by whoever sees the connections, as it happens.
  if (leap > 1 && (resource === 'network received' || resource === 'network sent')) return undefined;
  const found = { resource, low, high, typical, band, score: Math.max(surprise, own.score), siblings: undefined, isShared: false };
  if (side === 'below') {
    if (leap > 1) return undefined;
    // Less is news only where there was enough, the task itself did more, and nothing was lost on the way.
    const isDrop = isComplete && resource !== 'memory' && low - value >= floor && own.score >= 0.5;
    return isDrop ? { ...found, reason: 'below' } : undefined;
  }
  if (value - high < floor || (leap > 1 && value < leap * high)) return undefined;
  const isNeighbour = timeMs - lastMs(series) <= neighbourMs;
  const last = lastValue(series);
  const isLasting = isNeighbour && last - high >= floor && usual.of(last, timeMs).surprise >= 0.5;
  if (surprise < weights.certainSurprise && own.score < 0.5 && !isLasting) return undefined;
  const siblings = amongSiblings(value, observation.siblings);
  return { ...found, reason: 'above', siblings, isShared: siblings !== undefined && siblings.median > high };
}

function unlikeItself(
  observation: MetricMinute,
  band: Reading,
  own: SeriesReading,
  weights: Weights,
  floor: number,
  resource: Resource,
  isComplete: boolean,
): Weighed | undefined {
  const { value } = observation;
  const { score, kind, expectedLow: low, expectedHigh: high, typical } = own;
  const found = { resource, low, high, typical, band, score, siblings: undefined, isShared: false };
  if (kind === 'flat-line') {
    // Memory and disk stand still for hours in health; what works does not.
    const isAlive = resource === 'cpu' || resource === 'network received' || resource === 'network sent';
    return isAlive && isComplete && typical >= floor ? { ...found, reason: 'flat-line' } : undefined;
  }
  if (kind === 'leak') {
    const isKept = resource === 'memory' || resource === 'disk';
    return isKept && value - typical >= Math.max(floor, leastRise * typical) ? { ...found, reason: 'leak' } : undefined;
  }
  if (band.side === 'below' || value < high + floor) return undefined;
  const siblings = amongSiblings(value, observation.siblings);
  const isApart = siblings !== undefined && siblings.distance >= weights.siblingDistance && Math.abs(value - siblings.median) >= floor;
  if (isApart) return { ...found, siblings, reason: 'sibling' };
  // With siblings that do the same it is the load, not the task.
  return score >= weights.ownScore && siblings === undefined ? { ...found, reason: 'own' } : undefined;
}
