/** What one task tried to reach in the last minute: each address and port once, and whether anybody answered. */
import type { Connection } from '#contract';
import { isTimeService, keysOf } from '../new-destination/identity.ts';
import { destinationOf } from '../talker.ts';

const keptMs = 60_000;
/** Far more than a scan needs to be told; what a crawler reaches in a minute beside it is forgotten first. */
const targetLimit = 128;

/** A target: exact key, key of its owner, address, port with protocol, time last tried, and 0 tried, 1 refused, 2 answered. */
export type Target = [exact: string, owner: string, address: string, port: string, timeMs: number, outcome: 0 | 1 | 2];

export interface Probes {
  targets: Target[];
}

export function createProbes(): Probes {
  return { targets: [] };
}

/** Undefined for what tells nothing of a scan: answers to others, clocks. */
export function targetOf(observation: Connection): Target | undefined {
  const { side, isLocal, peerAddress, port, protocol, timeMs, isRejected, receivedBytes } = observation;
  if (side !== 'client' || port === 0) return undefined;
  const to = destinationOf(observation);
  if (isTimeService(to)) return undefined;
  const address = isLocal ? 'the task itself' : peerAddress;
  const place = `${port}|${protocol}`;
  const exact = `${address}|${place}`;
  const owner = isLocal ? exact : keysOf({ ...to, isRejected: false })[0]!;
  return [exact, owner, address, place, timeMs, isRejected ? 1 : receivedBytes > 0 ? 2 : 0];
}

export function noteProbe(probes: Probes, observation: Connection): void {
  const target = targetOf(observation);
  if (target === undefined) return;
  const [exact, , , , timeMs, outcome] = target;
  const known = probes.targets.find((one) => one[0] === exact);
  if (known !== undefined) {
    known[4] = Math.max(known[4], timeMs);
    if (outcome > known[5]) known[5] = outcome;
    return;
  }
  if (probes.targets.length > 0 && timeMs - probes.targets[0]![4] > keptMs) probes.targets = probes.targets.filter((one) => timeMs - one[4] <= keptMs);
  if (probes.targets.length >= targetLimit) probes.targets.shift();
  probes.targets.push(target);
}

/** Targets of a window that ends with this one, which is the last of them. */
export function targetsWith(probes: Probes, own: Target, windowMs: number): Target[] {
  const before = probes.targets.filter(([exact, , , , timeMs]) => exact !== own[0] && own[4] - timeMs <= windowMs);
  const known = probes.targets.find(([exact]) => exact === own[0]);
  return [...before, known === undefined || own[5] > known[5] ? own : known];
}

/** Distinct addresses tried on one port, as a power of two: what is usual of it is kept. */
export function fanOf(probes: Probes, port: string): number {
  let count = 0;
  for (const target of probes.targets) if (target[3] === port) count += 1;
  return count === 0 ? 0 : Math.floor(Math.log2(count));
}

