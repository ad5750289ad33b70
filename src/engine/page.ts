/** Pages of the tape: packed rows with what must be known of them before they are unpacked. */
import type { FargazerEvent } from '#contract';
import { hash32 } from './bound.ts';
import { packPage } from './pack.ts';
import { reductionKey, subjectKey } from './reduce.ts';

/** Rows of a page: unpacked they take a few megabytes, and more together would compress no better. */
const rowLimit = 4_096;
const hashBytes = 4;

/** A page in memory, or its place in the file. */
export interface Page {
  bytes: Buffer | undefined;
  offset: number;
  length: number;
  /** Hashes of keys at its beginning, four bytes each; 0 for a page that was packed elsewhere, of which nothing is known. */
  rows: number;
  /** Time of its earliest row. */
  firstMs: number;
  /** Rows of the subject that has most. */
  most: number;
}

/** A page that was packed elsewhere. */
export function foreignPage(bytes: Buffer): Page {
  return { bytes, offset: 0, length: bytes.length, rows: 0, firstMs: Number.NEGATIVE_INFINITY, most: Infinity };
}

/** Same key, same hash; different keys have the same once in four thousand million. */
export function hashOf(event: FargazerEvent): number {
  return hash32(reductionKey(event), hash32(subjectKey(event.subject)));
}

/** Rows of one minute as pages that overlap in time as little as may be. */
export function makePages(events: FargazerEvent[]): Page[] {
  events.sort((left, right) => left.timeMs - right.timeMs);
  const pages: Page[] = [];
  for (let from = 0; from < events.length; from += rowLimit) pages.push(makePage(events.length <= rowLimit ? events : events.slice(from, from + rowLimit)));
  return pages;
}

function makePage(events: readonly FargazerEvent[]): Page {
  const packed = packPage(events);
  // A buffer of its own: one cut from a pool would keep the whole pool.
  const bytes = Buffer.allocUnsafeSlow(hashBytes * events.length + packed.length);
  const bySubject = new Map<string, number>();
  let most = 0;
  for (const [at, event] of events.entries()) {
    bytes.writeUInt32LE(hashOf(event), hashBytes * at);
    const subject = subjectKey(event.subject);
    const count = (bySubject.get(subject) ?? 0) + 1;
    bySubject.set(subject, count);
    if (count > most) most = count;
  }
  packed.copy(bytes, hashBytes * events.length);
  return { bytes, offset: 0, length: bytes.length, rows: events.length, firstMs: events[0]!.timeMs, most };
}

/** Where the rows begin. */
export function rowsAt({ rows }: Page): number {
  return hashBytes * rows;
}

/** Hashes that occur more than once in all lists together. */
export function repeatedHashes(lists: readonly Uint32Array[]): Set<number> {
  const all = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let place = 0;
  for (const list of lists) {
    all.set(list, place);
    place += list.length;
  }
  all.sort();
  const repeated = new Set<number>();
  for (let at = 1; at < all.length; at += 1) if (all[at] === all[at - 1]) repeated.add(all[at]!);
  return repeated;
}

/** The hashes at the beginning of a page's bytes. */
export function hashesIn(bytes: Buffer, rows: number): Uint32Array {
  const hashes = new Uint32Array(rows);
  for (let at = 0; at < rows; at += 1) hashes[at] = bytes.readUInt32LE(hashBytes * at);
  return hashes;
}
