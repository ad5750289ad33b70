/** Reading samples, and framing values as the stream would. */
import { readFileSync } from 'node:fs';
import type { Decoder, Decoded, FargazerEvent, JsonValue, RawRecord } from '#contract';

export function sampleText(path: string): string {
  return readFileSync(new URL(`samples/${path}`, import.meta.url), 'utf8');
}

export function sampleValue(path: string): JsonValue {
  return JSON.parse(sampleText(path)) as JsonValue;
}

/** Values of a file that holds one a line. */
export function sampleLines(path: string): JsonValue[] {
  return sampleText(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonValue);
}

export function jsonRecord(value: JsonValue, carrierTimeMs?: number): RawRecord {
  const record: RawRecord = { text: JSON.stringify(value), value, origin: { file: 'sample', record: 0 } };
  if (carrierTimeMs !== undefined) record.carrierTimeMs = carrierTimeMs;
  return record;
}

export function lineRecord(text: string, line = 1): RawRecord {
  return { text, origin: { file: 'sample', line } };
}

/** Events of one record by a decoder just opened; fails where there are none. */
export function eventsOf(decoder: Decoder, value: JsonValue, carrierTimeMs?: number): FargazerEvent[] {
  return eventsIn(decoder.open({}).decode(jsonRecord(value, carrierTimeMs)));
}

export function eventsIn(decoded: Decoded): FargazerEvent[] {
  if ('events' in decoded) return decoded.events;
  throw new Error(`no events: ${JSON.stringify(decoded)}`);
}

/** The one event of a record, of the kind asked for. */
export function oneEvent<Kind extends FargazerEvent['kind']>(
  decoder: Decoder,
  value: JsonValue,
  kind: Kind,
): Extract<FargazerEvent, { kind: Kind }> {
  const [event, ...more] = eventsOf(decoder, value);
  if (event?.kind !== kind || more.length > 0) throw new Error(`expected one ${kind} event, got ${event?.kind} and ${more.length} more`);
  return event as Extract<FargazerEvent, { kind: Kind }>;
}
