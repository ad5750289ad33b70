/** When one task called whom: the last times of each peer, and how much was said. */
import type { Connection } from '#contract';
import { isOfTheLink, isTimeService, keysOf } from '../new-destination/identity.ts';
import { isNameServer } from '../new-destination/sightings.ts';
import { destinationOf, talkerKey } from '../talker.ts';

export const callLimit = 8;
/** Peers kept; what calls regularly comes again before so many others have. */
const peerLimit = 48;

/** Openings of connections of one program to one destination. */
export interface Calls {
  /** Program and destination. */
  key: string;
  /** Last times, oldest first. */
  timesMs: number[];
  /** Calls in all, those refused, and bytes both ways. */
  count: number;
  refused: number;
  bytes: number;
}

export interface Called {
  peers: Calls[];
}

export function createCalled(): Called {
  return { peers: [] };
}

/** Program, destination; undefined for what calls nobody outside the task. */
export function callOf(observation: Connection): { who: string; whom: string; address: string } | undefined {
  if (observation.side !== 'client' || observation.isLocal) return undefined;
  const to = { ...destinationOf(observation), isRejected: false };
  if (isOfTheLink(to) || isNameServer(to) || isTimeService(to)) return undefined;
  return { who: talkerKey(observation.program), whom: keysOf(to)[0]!, address: `${observation.peerAddress}|${observation.port}|${observation.protocol}` };
}

export function callsOf(called: Called, key: string): Calls | undefined {
  return called.peers.find((calls) => calls.key === key);
}

export function noteCall(called: Called, observation: Connection): void {
  const call = callOf(observation);
  if (call === undefined) return;
  const key = `${call.who}>${call.whom}`;
  let at = called.peers.findIndex((calls) => calls.key === key);
  if (at < 0) {
    if (observation.activity !== 'open') return;
    if (called.peers.length >= peerLimit) called.peers.shift();
    called.peers.push({ key, timesMs: [], count: 0, refused: 0, bytes: 0 });
    at = called.peers.length - 1;
  }
  const [calls] = called.peers.splice(at, 1) as [Calls];
  // The latest stands last: who is first called no more for longest.
  called.peers.push(calls);
  calls.bytes += observation.sentBytes + observation.receivedBytes;
  if (observation.isRejected) calls.refused += 1;
  if (observation.activity !== 'open') return;
  calls.count += 1;
  calls.timesMs.push(observation.timeMs);
  if (calls.timesMs.length > callLimit) calls.timesMs.shift();
}

/** Faster than this it is a loop that works, or a retry. */
const leastIntervalMs = 400;
const longestIntervalMs = 6 * 3_600_000;
/** A sleep with jitter of half its length, and what a busy machine adds. */
const leastShare = 0.45;
const mostShare = 1.75;
/** Mean deviation in parts of the middle interval: of waits by chance (Poisson) it is 0.7 and more. */
const mostDeviation = 0.33;

/** The interval of calls that come as from a clock; undefined where they do not. */
export function regularInterval(timesMs: readonly number[]): number | undefined {
  const intervals: number[] = [];
  for (let at = 1; at < timesMs.length; at += 1) intervals.push(timesMs[at]! - timesMs[at - 1]!);
  if (intervals.length === 0) return undefined;
  const sorted = [...intervals].sort((left, right) => left - right);
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  if (middle < leastIntervalMs || middle > longestIntervalMs) return undefined;
  if (sorted[0]! < leastShare * middle || sorted.at(-1)! > mostShare * middle) return undefined;
  const deviation = intervals.reduce((sum, interval) => sum + Math.abs(interval - middle), 0) / intervals.length;
  return deviation <= mostDeviation * middle ? middle : undefined;
}
