/** Contributions: what a lane makes of a batch, reduced to rows by raw name, as bytes that never change. */
import type { FeedName, FargazerEvent } from '#contract';
import { packPage, unpackPage } from './pack.ts';

/** What stood between two ticks of a lane, or as much of it as one batch held. */
export interface Section {
  /** Number of the last round whose tick stands before it in the lane. */
  after: number;
  rows: FargazerEvent[];
  /** Earliest event time among the rows; null without any. */
  earliestMs: number | null;
  counts: SectionCounts;
}

/** Counted here and nowhere else, so that a repeat counts nothing twice. */
export interface SectionCounts {
  records: number;
  unreadable: number;
  late: Partial<Record<FeedName, number>>;
  future: number;
  past: number;
}

interface SectionHead {
  after: number;
  earliestMs: number | null;
  counts: SectionCounts;
  bytes: number;
}

/** Four bytes with the length of a JSON head, the head, then a page a section. */
export function packContribution(sections: readonly Section[]): Buffer {
  const pages = sections.map(({ rows }) => packPage(rows));
  const heads: SectionHead[] = sections.map(({ after, earliestMs, counts }, index) => ({ after, earliestMs, counts, bytes: pages[index]!.length }));
  const head = Buffer.from(JSON.stringify(heads));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, ...pages]);
}

/** The sections that came after a round; rows of others are not unpacked. */
export function sectionsAfter(bytes: Uint8Array, after: number): Section[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = buffer.readUInt32BE(0);
  const heads = JSON.parse(buffer.toString('utf8', 4, 4 + headLength)) as SectionHead[];
  const sections: Section[] = [];
  let at = 4 + headLength;
  for (const { bytes: length, ...head } of heads) {
    if (head.after === after) sections.push({ ...head, rows: unpackPage(buffer.subarray(at, at + length)) });
    at += length;
  }
  return sections;
}
