/** The tally of one file: what was read, what was not and why; bounded, whatever the file holds. */
import type { FileReading, Origin, Unreadable } from '#contract';
import { cut, shortenRaw } from './mask.ts';

/** Distinct reasons a file may have; the rest is counted under `otherReasons`. */
const reasonLimit = 20;
const otherReasons = 'other reasons';

export interface Tally {
  readonly reading: FileReading;
  record(format: string): void;
  skipped(reason: string): void;
  unreadable(reason: string, origin: Origin, raw: string): void;
}

export function tallyOf(file: string): Tally {
  const reading: FileReading = { file, bytes: 0, formats: {}, records: 0, events: 0, skipped: {}, unreadable: [], notes: [] };
  const reasons = new Map<string, Unreadable>();
  let skippedReasons = 0;

  return {
    reading,
    record(format) {
      reading.formats[format] = (reading.formats[format] ?? 0) + 1;
    },
    skipped(reason) {
      let key = cut(reason, 200);
      if (!Object.hasOwn(reading.skipped, key) && ++skippedReasons > reasonLimit) key = otherReasons;
      reading.skipped[key] = (Object.hasOwn(reading.skipped, key) ? (reading.skipped[key] as number) : 0) + 1;
    },
    unreadable(reason, origin, raw) {
      let sentence = cut(reason, 300);
      if (!reasons.has(sentence) && reasons.size >= reasonLimit) sentence = otherReasons;
      const known = reasons.get(sentence);
      if (known !== undefined) {
        known.count++;
        return;
      }
      const entry: Unreadable = { reason: sentence, count: 1, first: origin, raw: shortenRaw(raw) };
      reasons.set(sentence, entry);
      reading.unreadable.push(entry);
    },
  };
}
