/** Baselines: mergeable sums that say what is usual, asked through views; the engine alone adds to them. */
import type { JsonValue } from './json.ts';

/** One addition to a baseline: who vouches for it and when. */
export interface Vote {
  /** Event time of what is added, milliseconds. */
  timeMs: number;
  /** 32-bit hash of the task that votes; 0 where no instance is known (then it votes by day only). */
  voter: number;
  /** Added during a teaching: trusted, usual at once. */
  isTaught: boolean;
  /** How many observations it stands for. */
  count: number;
}

/** When and by whose policy a baseline is asked. */
export interface Asking {
  /** Event time of what is judged, milliseconds. */
  timeMs: number;
  /** A voter counts as a task only if something outside vouches for it. */
  isVouched: (voter: number) => boolean;
  /** Bands one bucket wider on each side: a new revision came less than 30 minutes ago. */
  isWidened: boolean;
}

/** How much stands behind a judgement; shown in every alert. */
export interface History {
  /** First and last learned event time, milliseconds; 0 where nothing was learned. */
  sinceMs: number;
  untilMs: number;
  /** Observations learned. */
  count: number;
  days: number;
  /** Distinct voters; a lower bound once over 64. */
  tasks: number;
}

/** What every view tells. */
export interface BaselineView {
  isReady: boolean;
  /** Judged against what contains the owner (its account, its cluster), for it is not ready itself. */
  isBorrowed: boolean;
  history: History;
  /** Event time at which it became ready; undefined while it is not, and where it is borrowed. */
  readyMs?: number | undefined;
}

/**
 * A kind of baseline. State is plain JSON, bounded, and merges exactly, in any order, as long as no bound was hit.
 * `State` values are mutated by `add` and by nothing else.
 */
export interface BaselineKind<State, Value, View extends BaselineView> {
  name: string;
  /** Numbers differ by phase of the task's life; sets are one for all phases. */
  isPhased: boolean;
  empty(): State;
  add(state: State, value: Value, vote: Vote): void;
  /** A new state; neither argument is changed. */
  merge(left: State, right: State): State;
  view(state: State, asking: Asking): View;
  /** Called when a teaching ends at `timeMs`: ready from then on, at the width its history gives. */
  endTeaching(state: State, timeMs: number): void;
  /** Called when a minute ended at `timeMs` and everything of it was added: the place to become ready. */
  endMinute(state: State, timeMs: number): void;
  /** A person accepts a value (`fargazer baseline accept`); false where the kind has no such value. */
  accept(state: State, value: string, timeMs: number): boolean;
  forget(state: State, value: string): boolean;
  /** Compact JSON as stored, and back; `unpack(pack(s))` equals `s`. */
  pack(state: State): JsonValue;
  unpack(packed: JsonValue): State;
  /** Rows for `fargazer baseline show` and the report, most telling first, at most `limit`. */
  describe(state: State, asking: Asking, limit: number): Record<string, string | number>[];
}

/** A baseline as a detector declares it: its kind, and which value an observation adds. */
export interface BaselineSpec<Observed, State, Value, View extends BaselineView> {
  kind: BaselineKind<State, Value, View>;
  /**
   * What an observation teaches; undefined teaches nothing. `trace` is the detector's trace of that task at the
   * minute's end, for what is usual of sums that no single observation shows (those of a day).
   */
  of(observation: Observed, trace?: unknown): Value | readonly Value[] | undefined;
  /** A part of its own per value of this: a series per metric, for example. Bounded to `partLimit` parts an owner. */
  part?(observation: Observed): string;
  /**
   * An owner first seen late is judged against what contains it (a principal: its account; a service: its cluster)
   * until it is ready itself. For sets alone: bands of different owners have nothing to say to each other.
   */
  borrows?: boolean;
  /** Judging does not wait until it is ready: it only adds to what the detector's other baselines say. */
  mayLag?: boolean;
}

/** Parts of one baseline (metrics of a container, kinds of lines with a rate of their own) an owner may have. */
export const partLimit = 64;

/** How a key stands in a seen-set. */
export interface Standing {
  isUsual: boolean;
  /** Usual only because it was seen while learning; not voted yet. */
  isUnconfirmed: boolean;
  /** Times seen before, 0 for never. */
  count: number;
  firstSeenMs: number;
  lastSeenMs: number;
  days: number;
  tasks: number;
}

export interface SetView extends BaselineView {
  of(key: string): Standing;
  /** Keys known. */
  size: number;
  /** True once the set was full and forgot keys: an absent key may have been seen. */
  isOverflowing: boolean;
}

/** A value against its usual band. */
export interface Reading {
  /** 0 inside the band; grows with the distance, 0.5 where it deserves an alarm, below 1. */
  surprise: number;
  side: 'inside' | 'above' | 'below';
  /** The usual band, in the value's unit. */
  low: number;
  high: number;
  /** Median of what is usual. */
  typical: number;
}

export interface NumberView extends BaselineView {
  /** `timeMs` serves the hour and weekday parts. */
  of(value: number, timeMs: number): Reading;
}
