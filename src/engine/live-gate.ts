/** The gate before the tape of a run that never ends: hostile times and late records, by the arrival of each record (E4, E7). */
import type { FargazerEvent, FeedName, Intake } from '#contract';
import type { Beginnings } from './beginnings.ts';
import { earliestMs } from './gate.ts';
import { minuteLengthMs, minuteOf, releaseOf, type Lateness } from './order.ts';
import type { Tape } from './tape.ts';

/** Clocks are that far apart at most; who dates further ahead is wrong or lies. */
const aheadMs = 10 * 60_000;
/** What comes later than this after its time belongs into a replay. */
const behindMs = 14 * 86_400_000;

/** What tells how late a record is: the carrier's clock, or ticks that stand in its lane. */
export type LiveTime = 'arrival' | 'ticks';

export interface LiveSetAside {
  future: number;
  past: number;
  /** Released before it arrived. */
  late: number;
  /** Of a lane that does not tell arrivals: released before the mark. */
  olderThanState: number;
}

export class LiveGate implements Intake {
  readonly setAside: LiveSetAside = { future: 0, past: 0, late: 0, olderThanState: 0 };
  /** Late records by feed. */
  readonly lateOf = new Map<FeedName, number>();
  /** Earliest event time let through since `beginLane`; Infinity before the first. */
  earliestMs = Infinity;
  /** The same by ticks, while it is asked where a teaching begins. */
  beginnings: Beginnings | undefined;
  countFromMs = Infinity;
  countToMs = -Infinity;
  readonly #tape: Tape;
  readonly #lateness: Lateness;
  readonly #marks: ReadonlyMap<FeedName, number>;
  #tickMs = -Infinity;
  #fromMs = earliestMs;
  #toMinute = Infinity;
  #bumps = 0;

  constructor(tape: Tape, lateness: Lateness, marks: ReadonlyMap<FeedName, number>) {
    this.#tape = tape;
    this.#lateness = lateness;
    this.#marks = marks;
  }

  get generation(): number {
    return this.#tape.generation + this.#bumps;
  }

  /**
   * The records that follow arrived at `arrivalMs`, behind a tick of `tickMs` in their lane; either may be unknown
   * (-Infinity). What a record is judged by depends on nothing else, so it is judged alike however often it is read.
   */
  arrive(arrivalMs: number | undefined, tickMs: number, time: LiveTime): void {
    this.#tickMs = tickMs;
    // Ticks may be those of a recording, put into a stream long after its time.
    const behindOfMs = time === 'ticks' ? tickMs : (arrivalMs ?? -Infinity);
    const aheadOfMs = Math.max(arrivalMs ?? -Infinity, tickMs);
    this.#fromMs = Math.max(earliestMs, behindOfMs - behindMs);
    // By whole minutes, so that the records of a minute share one fate.
    this.#toMinute = aheadOfMs === -Infinity ? Infinity : minuteOf(aheadOfMs + aheadMs);
    const markMs = this.#marks.get('firelens') ?? -Infinity;
    this.countFromMs = Math.max(this.#fromMs, Math.max(tickMs, markMs) - this.#lateness.firelens);
    this.countToMs = (this.#toMinute + 1) * minuteLengthMs;
  }

  take(event: FargazerEvent): FargazerEvent {
    const why = this.#refusal(event);
    if (why !== undefined) {
      this.setAside[why] += event.count;
      if (why === 'late') this.#noteLate(event);
      // Nothing may be counted on an event that was not taken: the next of its kind comes here again.
      this.#bumps += 1;
      return event;
    }
    if (event.timeMs < this.earliestMs) this.earliestMs = event.timeMs;
    this.beginnings?.note(this.#tickMs, event.timeMs);
    return this.#tape.take(event);
  }

  /** That records came late is an event of its own, walked in its order: so it is said alike however often it is read. */
  #noteLate({ feed, count, subject, origin }: FargazerEvent): void {
    this.lateOf.set(feed, (this.lateOf.get(feed) ?? 0) + count);
    const timeMs = this.#tickMs - this.#lateness[feed];
    const detail = 'records came after their time was judged';
    this.#tape.take({ kind: 'coverage', feed, timeMs, timeNs: 0, id: 'late', hasOwnId: false, count, subject, origin, raw: '', state: 'late', detail });
  }

  #refusal(event: FargazerEvent): keyof LiveSetAside | undefined {
    const { timeMs, feed } = event;
    if (!(timeMs >= this.#fromMs)) return 'past';
    if (minuteOf(timeMs) > this.#toMinute) return 'future';
    const release = releaseOf(event, this.#lateness);
    if (release < this.#tickMs) return 'late';
    if (release < (this.#marks.get(feed) ?? -Infinity)) return 'olderThanState';
    return undefined;
  }
}
