/** What is put into a stream: records in parcels of several lines, as senders make them, and ticks between them. */
import { gzipSync } from 'node:zlib';
import type { Tick } from '#contract';
import { aggregated } from '../../test/support/aws/kpl.ts';
import { numbers } from '../../test/support/live/recording.ts';
import type { TimedRecord } from './story.ts';

/** What has a share goes to one shard, a tick to all. */
export interface Parcel {
  content: Buffer;
  /** Of all partition keys, from 0 to below 1. */
  share?: number;
  tickMs?: number;
}

export interface ParcelSettings {
  seed: number;
  /** Event time between two ticks. */
  tickEveryMs: number;
  /** Lines of a parcel, at most. */
  linesAtMost: number;
  /** Records come up to this share of their lateness after their time; below 1, so that none is late. */
  delay: number;
}

/** In the order in which they are put; the last is a tick behind everything. */
export function parcelsOf(records: readonly TimedRecord[], { seed, tickEveryMs, linesAtMost, delay }: ParcelSettings): Parcel[] {
  const next = numbers(seed);
  const arriving = records
    .map((record) => ({ record, arrivalMs: record.timeMs + Math.floor(record.latenessMs * delay * (next(1_000) / 1_000)) }))
    .toSorted((left, right) => left.arrivalMs - right.arrivalMs);
  const parcels: Parcel[] = [];
  const open = new Map<number, string[]>();
  const flush = (lines: string[]): void => {
    if (lines.length > 0) parcels.push({ content: contentOf(lines.splice(0), next(6)), share: next(1_000) / 1_000 });
  };
  let round = 0;
  let tickMs = Math.floor((arriving[0]?.arrivalMs ?? 0) / tickEveryMs) * tickEveryMs;
  const tick = (): void => {
    for (const lines of open.values()) flush(lines);
    tickMs += tickEveryMs;
    round += 1;
    parcels.push({ content: Buffer.from(JSON.stringify({ fargazer: 'tick', round, timeMs: tickMs } satisfies Tick)), tickMs });
  };
  for (const { record, arrivalMs } of arriving) {
    while (arrivalMs >= tickMs + tickEveryMs) tick();
    // Senders carry one kind of records, and so does a parcel of theirs.
    const lines = open.get(record.latenessMs) ?? [];
    open.set(record.latenessMs, lines);
    lines.push(record.text);
    if (lines.length >= 1 + next(linesAtMost)) flush(lines);
  }
  tick();
  return parcels;
}

/** Lines plain, or packed as Fluent Bit does, or as the Kinesis Producer Library does. */
function contentOf(lines: readonly string[], how: number): Buffer {
  const text = lines.map((line) => `${line}\n`).join('');
  if (how === 0) return gzipSync(text, { level: 1 });
  if (how === 1) return aggregated(lines.map((data, index) => ({ partitionKey: `${index % 3}`, data })));
  return Buffer.from(text);
}
