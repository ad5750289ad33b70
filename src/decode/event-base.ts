/** What all events of one structured record share. */
import type { FeedName, Origin, RawRecord, Subject } from '#contract';
import { contentId } from './content-id.ts';
import type { Instant } from './instant.ts';
import { shortenRaw } from './mask.ts';

export interface SharedFields {
  feed: FeedName;
  timeMs: number;
  timeNs: number;
  id: string;
  hasOwnId: boolean;
  count: number;
  subject: Subject;
  origin: Origin;
  raw: string;
}

/** `ownId` is the record's own id; empty for formats or records that have none. */
export function sharedFields(
  feed: FeedName,
  record: RawRecord,
  { timeMs, timeNs }: Instant,
  subject: Subject,
  ownId = '',
  text = record.text,
): SharedFields {
  const hasOwnId = ownId !== '';
  return {
    feed,
    timeMs,
    timeNs,
    id: hasOwnId ? ownId : contentId(record.text),
    hasOwnId,
    count: 1,
    subject,
    origin: hasOwnId ? { ...record.origin, eventId: ownId } : record.origin,
    raw: shortenRaw(text),
  };
}

/** A subject without its empty names. */
export function subjectOf(names: Subject): Subject {
  const subject: Subject = {};
  for (const key in names) {
    const name = names[key as keyof Subject];
    if (name !== undefined && name !== '') subject[key as keyof Subject] = name;
  }
  return subject;
}
