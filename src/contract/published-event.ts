/**
 * The published form of an event, `fargazer-events` version 1: one JSON object a line, as the sensor writes it, as
 * sidecars ship it to Kinesis and as its decoder reads it. Fields are those of the event's kind, under their own names.
 */
import type { FargazerEvent } from './event.ts';

export const publishedVersion = 1;

/** Of these kinds events are published: what the sensor sees, what is said of coverage, and what a shipper has summed up. */
export const publishedKinds = ['process', 'socket', 'file', 'network', 'dns', 'coverage', 'log', 'metrics'] as const;
export type PublishedKind = (typeof publishedKinds)[number];

/** What whoever makes an event says of it; the rest (origin, raw) is the reader's. */
export type Written<Event extends FargazerEvent> = Event extends FargazerEvent ? Omit<Event, 'origin' | 'raw' | 'hasOwnId' | 'timeNs' | 'count'> & { timeNs?: number; count?: number } : never;

/** One line, without its newline. `id` is the event's own and tells it from all others of its task. */
export function publishedLine(event: Written<Extract<FargazerEvent, { kind: PublishedKind }>>): string {
  return JSON.stringify({ fargazer: 'event', version: publishedVersion, ...event });
}
