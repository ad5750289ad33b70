/** A lane's batch in the making: records reduced to rows, parted by the ticks that stand between them. */
import { feedNames, type FargazerEvent, type Tick } from '#contract';
import type { Section } from './contribution.ts';
import { LiveGate } from './live-gate.ts';
import type { Lateness } from './order.ts';
import { Tape } from './tape.ts';

export class LaneBatch {
  readonly gate: LiveGate;
  /** Number and time of the last tick met. */
  round: number;
  tickMs: number | null;
  readonly #tape = new Tape();
  readonly #sections: Section[] = [];
  #records = 0;
  #unreadable = 0;
  /** Records and unreadable ones seen so far, as the reader of the records tells. */
  seen: () => { records: number; unreadable: number } = () => ({ records: 0, unreadable: 0 });

  constructor(lane: { round: number; tickMs: number | null }, lateness: Lateness) {
    this.gate = new LiveGate(this.#tape, lateness, new Map());
    this.round = lane.round;
    this.tickMs = lane.tickMs;
  }

  /** The next record's arrival; its own tick is the last one met. */
  arrive(arrivalMs: number | undefined): void {
    this.gate.arrive(arrivalMs, this.tickMs ?? -Infinity, 'ticks');
  }

  /** A tick that the table knows. A repeated one tells nothing. */
  meet({ round, timeMs }: Tick): void {
    if (round <= this.round) return;
    this.#endSection();
    this.round = round;
    this.tickMs = timeMs;
  }

  /** Sections with something in them, in order. */
  finish(): Section[] {
    this.#endSection();
    this.#tape.close();
    return this.#sections;
  }

  #endSection(): void {
    const rows: FargazerEvent[] = [];
    for (const feed of feedNames) for (const minute of this.#tape.minutes(feed)) rows.push(...this.#tape.lift(feed, minute));
    const seen = this.seen();
    const { gate } = this;
    const { future, past } = gate.setAside;
    const section: Section = {
      after: this.round,
      rows,
      earliestMs: Number.isFinite(gate.earliestMs) ? gate.earliestMs : null,
      counts: { records: seen.records - this.#records, unreadable: seen.unreadable - this.#unreadable, late: Object.fromEntries(gate.lateOf), future, past },
    };
    if (rows.length > 0 || section.counts.records > 0 || section.counts.unreadable > 0) this.#sections.push(section);
    this.#records = seen.records;
    this.#unreadable = seen.unreadable;
    gate.earliestMs = Infinity;
    gate.lateOf.clear();
    gate.setAside.future = gate.setAside.past = gate.setAside.late = 0;
  }
}
