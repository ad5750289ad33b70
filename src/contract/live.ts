/** Live sources: telemetry that never ends, in lanes (a shard, a log group, a queue, a file), each in an order of its own. */
import type { CoverageEvent } from './event.ts';
import type { JsonValue } from './json.ts';

export interface LiveRecord {
  /** As the carrier gave it: perhaps compressed, aggregated or wrapped. What is large (an object) comes in chunks. */
  content: Uint8Array | AsyncIterable<Uint8Array>;
  /** Where it stands in its lane: a sequence number, an event id, an offset, the name of an object. */
  place: string;
  /** When the carrier got it, by the carrier's clock; undefined where it does not say. */
  arrivalMs?: number;
}

/** What a lane gave at once; an empty batch tells that time passed, or that the lane exists. */
export interface LiveBatch {
  lane: string;
  records: readonly LiveRecord[];
  /** Where to go on behind this batch. Plain, opaque to all but the source; saved in one step with what the batch told. */
  position: JsonValue;
  /**
   * Everything that arrived before this instant (the carrier's clock, milliseconds) is in this batch or in an earlier
   * one of the lane. Undefined while that is not known: nothing is walked past a lane that never said it.
   */
  completeToMs?: number;
  /** The lane gives nothing any more; `children` go on in its place, and it is waited for them. */
  ends?: { children: readonly string[] };
  /** Lanes whose positions need no longer be kept. */
  forgets?: readonly string[];
}

/** How a lane does, for health, metrics and coverage. */
export interface LaneHealth {
  lane: string;
  state: 'reading' | 'waiting' | 'failing' | 'ended';
  /** How far behind its carrier's newest record, milliseconds; undefined where unknown. */
  behindMs?: number;
  /** Why it is failing or waiting: a sentence. */
  reason?: string;
  /** Since when, clock time. */
  sinceMs?: number;
}

/** What a source says of its own coverage, as a sentence; beside its records, for what it reads may be forged. */
export type TellCoverage = (state: CoverageEvent['state'], detail: string) => void;

export interface LiveSource {
  /** `kinesis:STREAM`, `cloudwatch-logs:GROUP`, `file:PATH`: leads the names of its lanes and positions in alerts. */
  readonly name: string;
  /**
   * Reads for ever, or until `signal` aborts. `resume` holds the positions of the last step, by lane. Before the first
   * record it gives an empty batch of each lane that it begins to read. It reads ahead only as far as it is asked
   * (back-pressure), waits and goes on where its carrier throttles or fails for a while, and throws a `FargazerError`
   * (`source-gone`, `source-denied`) where no waiting helps.
   */
  read(resume: ReadonlyMap<string, JsonValue>, signal: AbortSignal): AsyncIterable<LiveBatch>;
  /** Told after a step with these positions was committed: now the carrier may forget. */
  committed?(positions: ReadonlyMap<string, JsonValue>): Promise<void>;
  health(): readonly LaneHealth[];
  close?(): Promise<void>;
}

/** What stands in a stream between records to say how late it is; written by the schedule, or by who replays a recording. */
export interface Tick {
  fargazer: 'tick';
  /** Ascending from 1. */
  round: number;
  /** Release time up to which a walk may go once each lane has the tick. */
  timeMs: number;
}
