/** Decoders: bytes in, events out; pure, and total: what cannot be read is a reason, never a throw. */
import type { FargazerEvent, Origin } from './event.ts';
import type { FeedName } from './feed.ts';
import type { JsonValue } from './json.ts';

/**
 * One framed record. `value` is set where the framing found JSON; `text` always is (for JSON within an array: its source).
 * Bytes that are no UTF-8 arrive as U+FFFD.
 */
export interface RawRecord {
  text: string;
  value?: JsonValue;
  origin: Origin;
  /** When the carrier (CloudWatch Logs, Kinesis) says it got the record; milliseconds. */
  carrierTimeMs?: number;
}

/** Settings a decoder may need and a file does not tell. */
export interface DecodeSettings {
  /** Field order of flow logs without a header line (`--flow-fields`). */
  flowFields?: string[];
  /** Name for records that carry none (`NAME=PATH`). */
  name?: string;
}

/** What came of one record. */
export type Decoded =
  | { events: FargazerEvent[] }
  /** Understood, and nothing to judge: a header, a comment, a control message, `NODATA`. */
  | { skipped: string }
  /** Not understood: a sentence that names what was expected. */
  | { unreadable: string };

/** One file or stream being decoded: holds headers and the last time seen, nothing else. */
export interface DecoderRun {
  decode(record: RawRecord): Decoded;
  /** Sentences on the file as a whole (a year that was assumed), asked at its end. */
  notes?(): readonly string[];
}

export interface Decoder {
  /** As in `--format`: lower-case with hyphens. */
  id: string;
  title: string;
  /** The published description of the format. */
  source: string;
  feed: FeedName;
  /** How records are framed: JSON values (a value a line, concatenated, or in one array) or lines of text. */
  framing: 'json' | 'lines';
  /**
   * Certainty that this first record is of this format: 0 no; 1 yes. Among the certain, the list's order decides.
   * `head` holds up to 20 first records of the file.
   */
  recognise(head: readonly RawRecord[]): number;
  /** JSON formats: is this one value of this format? Files may mix formats. */
  accepts?(value: JsonValue): boolean;
  open(settings: DecodeSettings): DecoderRun;
}

/**
 * Where decoded events go. `take` returns the event that now stands for the key and minute of the one given
 * (the same object until `generation` changes): a fast path may count on it directly
 * where the new record is not first in order.
 */
export interface Intake {
  take(event: FargazerEvent): FargazerEvent;
  readonly generation: number;
  /** Records of earlier event time go through `take`, whatever the order: they may be late. */
  readonly countFromMs?: number;
  /** And those of this event time and later. */
  readonly countToMs?: number;
}
