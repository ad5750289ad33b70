/** The gate before the tape: hostile times, the span asked for, and what a state has read before (E4, E5, E7). */
import type { FargazerEvent, FeedName, Intake } from '#contract';
import { releaseOf, type Lateness } from './order.ts';
import { noteDay, type Days } from './span.ts';
import type { Tape } from './tape.ts';

/** Before AWS began nothing of it can have been recorded; after 2100 it is a broken or forged clock. */
export const earliestMs = Date.UTC(2006, 0, 1);
const latestMs = Date.UTC(2101, 0, 1);

export interface SetAside {
  future: number;
  past: number;
  olderThanState: number;
  outsideSpan: number;
  alreadyRead: number;
}

export class Gate implements Intake {
  readonly setAside: SetAside = { future: 0, past: 0, olderThanState: 0, outsideSpan: 0, alreadyRead: 0 };
  /** First and last event time let through, by day. */
  readonly days: Days = new Map();
  readonly #tape: Tape;
  readonly #lateness: Lateness;
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #marks: ReadonlyMap<FeedName, number>;
  readonly #readTo: ReadonlyMap<FeedName, number>;
  #bumps = 0;

  constructor(
    tape: Tape,
    lateness: Lateness,
    span: { fromMs?: number; toMs?: number },
    marks: ReadonlyMap<FeedName, number>,
    readTo: ReadonlyMap<FeedName, number>,
  ) {
    this.#tape = tape;
    this.#lateness = lateness;
    this.#fromMs = span.fromMs ?? -Infinity;
    this.#toMs = span.toMs ?? Infinity;
    this.#marks = marks;
    this.#readTo = readTo;
  }

  /** Event time of the earliest event let through; Infinity before the first. */
  get firstMs(): number {
    return Math.min(...[...this.days.values()].map(({ firstMs }) => firstMs));
  }

  /** Of the latest; -Infinity before the first. */
  get lastMs(): number {
    return Math.max(...[...this.days.values()].map(({ lastMs }) => lastMs));
  }

  get generation(): number {
    return this.#tape.generation + this.#bumps;
  }

  take(event: FargazerEvent): FargazerEvent {
    const why = this.#refusal(event);
    if (why !== undefined) {
      this.setAside[why] += event.count;
      // Nothing may be counted on an event that was not taken: the next of its kind comes here again.
      this.#bumps += 1;
      return event;
    }
    noteDay(this.days, event.timeMs);
    return this.#tape.take(event);
  }

  /** Adds what a gate elsewhere counted, whose pages are on this tape. */
  absorb(setAside: SetAside, days: Days): void {
    for (const why of Object.keys(setAside) as (keyof SetAside)[]) this.setAside[why] += setAside[why];
    for (const { firstMs, lastMs } of days.values()) {
      noteDay(this.days, firstMs);
      noteDay(this.days, lastMs);
    }
  }

  #refusal(event: FargazerEvent): keyof SetAside | undefined {
    const { timeMs, feed } = event;
    if (!(timeMs >= earliestMs)) return 'past';
    if (timeMs >= latestMs) return 'future';
    if (timeMs >= this.#toMs || timeMs < this.#fromMs) return 'outsideSpan';
    const readTo = this.#readTo.get(feed);
    if (readTo !== undefined && timeMs < readTo) return 'alreadyRead';
    const mark = this.#marks.get(feed);
    if (mark !== undefined && releaseOf(event, this.#lateness) < mark) return 'olderThanState';
    return undefined;
  }
}
