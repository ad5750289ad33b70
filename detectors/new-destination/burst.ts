/** What one task talked to in the last half hour: tells one new destination from a scan of many. */
import type { Destination } from '#contract';
import { keysOf, objectOf } from './identity.ts';

/** As long as an episode of an alert goes on without a finding. */
const windowMs = 30 * 60_000;
/** Far more than a service's task talks to in half an hour; of more it is known only that they were many. */
const keyLimit = 64;

/** One destination of the window: its key, the object an alert of it has, and whether nothing was said there. */
export type Met = [key: string, object: string, isProbe: 0 | 1, timeMs: number];

export interface Burst {
  sinceMs: number;
  met: Met[];
  /** Distinct or not, destinations that had no room. */
  more: number;
}

/** Headers of a TCP connection opened and closed, both ways, take about 300 bytes; a question and answer in UDP less. */
const probeBytes = 400;

/** Nothing was said: the packet was refused, or no more than a greeting was exchanged. */
export function isProbe(destination: Destination): boolean {
  const { isRejected, sentBytes, receivedBytes, count } = destination;
  // What just opens had no time to say anything.
  if (destination.activity === 'open') return isRejected;
  return isRejected || sentBytes + receivedBytes < probeBytes * Math.max(1, count);
}

export function createBurst(): Burst {
  return { sinceMs: Number.MIN_SAFE_INTEGER, met: [], more: 0 };
}

export function isInWindow(burst: Burst, timeMs: number): boolean {
  return timeMs >= burst.sinceMs && timeMs < burst.sinceMs + windowMs;
}

export function noteBurst(burst: Burst, destination: Destination): void {
  const { timeMs } = destination;
  if (timeMs < burst.sinceMs) return;
  if (!isInWindow(burst, timeMs)) {
    burst.sinceMs = timeMs;
    burst.met = [];
    burst.more = 0;
  }
  const [key = ''] = keysOf(destination);
  if (burst.met.some(([known]) => known === key)) return;
  if (burst.met.length >= keyLimit) burst.more += 1;
  else burst.met.push([key, objectOf(destination), isProbe(destination) ? 1 : 0, timeMs]);
}
