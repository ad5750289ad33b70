/** What came of the records of a batch. */
import type { FileReading } from '#contract';

/** What came of a batch. */
export interface Taken {
  bytes: number;
  events: number;
  /** Records that could not be read, ticks that are none among them. */
  unreadable: number;
  /** It was never heard of before, nor was it when this run began. */
  isNewLane: boolean;
}

type Counts = Omit<Taken, 'isNewLane'>;

export function countsIn({ bytes, events, unreadable }: FileReading): Counts {
  return { bytes, events, unreadable: unreadable.reduce((sum, { count }) => sum + count, 0) };
}

export function addCounts(taken: Taken, after: Counts, before: Counts): void {
  taken.bytes += after.bytes - before.bytes;
  taken.events += after.events - before.events;
  taken.unreadable += after.unreadable - before.unreadable;
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
