/** The reading head: takes rows off the tape across all feeds in the total order, up to a release. */
import { feedNames, type FargazerEvent, type FeedName } from '#contract';
import { compareAcross, minuteLengthMs, releaseOf, type Lateness } from './order.ts';
import type { Tape } from './tape.ts';

interface FeedQueue {
  feed: FeedName;
  /** Minutes on the tape, ascending, from `next` on. */
  minutes: number[];
  next: number;
  rows: FargazerEvent[];
  place: number;
}

export class ReadingHead {
  readonly #tape: Tape;
  readonly #lateness: Lateness;
  readonly #limit: number;
  readonly #queues: FeedQueue[];

  constructor(tape: Tape, lateness: Lateness, limit: number) {
    this.#tape = tape;
    this.#lateness = lateness;
    this.#limit = limit;
    this.#queues = feedNames
      .map((feed) => ({ feed, minutes: tape.minutes(feed), next: 0, rows: [], place: 0 }))
      .filter(({ minutes }) => minutes.length > 0);
  }

  /** The next row released before the limit, or undefined. */
  next(): FargazerEvent | undefined {
    let best: FeedQueue | undefined;
    let bestRow: FargazerEvent | undefined;
    for (const queue of this.#queues) {
      const row = this.#peek(queue);
      if (row === undefined) continue;
      if (bestRow === undefined || compareAcross(row, bestRow, this.#lateness) < 0) {
        best = queue;
        bestRow = row;
      }
    }
    if (best === undefined) return undefined;
    best.place += 1;
    return bestRow;
  }

  #peek(queue: FeedQueue): FargazerEvent | undefined {
    while (queue.place >= queue.rows.length) {
      const minute = queue.minutes[queue.next];
      if (minute === undefined) return undefined;
      if (minute * minuteLengthMs + this.#lateness[queue.feed] >= this.#limit) return undefined;
      queue.rows = this.#tape.liftNext(queue.feed, minute, this.#limit - this.#lateness[queue.feed]);
      queue.place = 0;
      if (queue.rows.length === 0) queue.next += 1;
    }
    const row = queue.rows[queue.place]!;
    return releaseOf(row, this.#lateness) < this.#limit ? row : undefined;
  }

  /** Rows lifted and not released yet go back on the tape. */
  putBack(): void {
    for (const queue of this.#queues) {
      for (; queue.place < queue.rows.length; queue.place += 1) this.#tape.take(queue.rows[queue.place]!);
      queue.rows = [];
      queue.place = 0;
    }
  }
}
