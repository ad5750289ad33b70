/** The gate before the tape: hostile times, the span asked for, and what a state has read before (E4, E5, E7). */
import type { FargazerEvent, FeedName, Intake } from '#contract';
import { releaseOf, type Lateness } from './order.ts';
import type { Tape } from './tape.ts';

/** Before AWS began nothing of it can have been recorded; after 2100 it is a broken or forged clock. */
const earliestMs = Date.UTC(2006, 0, 1);
const latestMs = Date.UTC(2101, 0, 1);

/** Decoders put records without any time from `earliestMs` on, a millisecond apart: a day holds 86 million of them. */
const placedMs = 86_400_000;

export interface SetAside {
  future: number;
  past: number;
  olderThanState: number;
  outsideSpan: number;
  alreadyRead: number;
}

export class Gate implements Intake {
  readonly setAside: SetAside = { future: 0, past: 0, olderThanState: 0, outsideSpan: 0, alreadyRead: 0 };
  #datedFirstMs = Infinity;
  #placedFirstMs = Infinity;
  lastMs = -Infinity;
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

  /** Event time of the earliest event let through; Infinity before the first. Placed records count where no other is. */
  get firstMs(): number {
    return this.#datedFirstMs < Infinity ? this.#datedFirstMs : this.#placedFirstMs;
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
    this.#noteFirst(event.timeMs);
    if (event.timeMs > this.lastMs) this.lastMs = event.timeMs;
    return this.#tape.take(event);
  }

  /** Adds what a gate elsewhere counted, whose pages are on this tape. */
  absorb(setAside: SetAside, firstMs: number, lastMs: number): void {
    for (const why of Object.keys(setAside) as (keyof SetAside)[]) this.setAside[why] += setAside[why];
    this.#noteFirst(firstMs);
    this.lastMs = Math.max(this.lastMs, lastMs);
  }

  #noteFirst(timeMs: number): void {
    if (timeMs >= earliestMs + placedMs) this.#datedFirstMs = Math.min(this.#datedFirstMs, timeMs);
    else this.#placedFirstMs = Math.min(this.#placedFirstMs, timeMs);
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
