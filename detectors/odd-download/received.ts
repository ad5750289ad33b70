/** What one task received in the minute that runs, by peer and by program. */
import type { Connection } from '#contract';
import { destinationOf, talkerKey, unknownTalker } from '../talker.ts';
import { isOfTheLink } from '../new-destination/identity.ts';

/** Peers and programs kept; those with least make room. */
const limit = 48;

export interface Received {
  minuteMs: number;
  /** `<` and peer, or a program. */
  whom: string[];
  bytes: number[];
}

export function createReceived(): Received {
  return { minuteMs: 0, whom: [], bytes: [] };
}

/** Under whom a connection's bytes are counted: its peer, and its program where that is known. Empty for what others fetch here. */
export function countedFor(observation: Connection): string[] {
  if (observation.side !== 'client' || observation.isLocal || isOfTheLink(destinationOf(observation))) return [];
  const who = talkerKey(observation.program);
  return who === unknownTalker ? [`<${observation.peer}`] : [`<${observation.peer}`, who];
}

export function noteReceived(received: Received, observation: Connection): void {
  const { minuteMs, receivedBytes } = observation;
  if (receivedBytes === 0 || minuteMs < received.minuteMs) return;
  if (minuteMs > received.minuteMs) {
    received.minuteMs = minuteMs;
    received.whom = [];
    received.bytes = [];
  }
  for (const whom of countedFor(observation)) {
    let at = received.whom.indexOf(whom);
    if (at < 0) {
      at = received.whom.length;
      if (at >= limit) at = received.bytes.indexOf(Math.min(...received.bytes));
      received.whom[at] = whom;
      received.bytes[at] = 0;
    }
    received.bytes[at]! += receivedBytes;
  }
}

/** Bytes of the minute until now; 0 for who is not kept. */
export function receivedOf(received: Received, whom: string, minuteMs: number): number {
  const at = received.minuteMs === minuteMs ? received.whom.indexOf(whom) : -1;
  return at < 0 ? 0 : received.bytes[at]!;
}
