/** Which event a line is counted on, by 64-bit hashes: as `SlotTable`, with the span of times in which an event counts beside its key. */
import type { LogRecord } from '#contract';
import type { LineKind } from '../template.ts';

/** Numbers a slot has in `#keys`: two halves of its hash; and in `#spans`: two times. */
const width = 2;
/** Slots at first: a batch of a live source is read by a table of its own, and making a whole one takes longer than reading it. */
const firstSize = 512;
/** By so much it grows when half of it is taken. */
const growth = 8;

export class CountingTable {
  readonly #mostSlots: number;
  #keys: Int32Array;
  /** Event times after the first and before the second are counted without another look; none where no event stands. */
  #spans: Float64Array;
  #kinds: (Readonly<LineKind> | undefined)[];
  #events: (LogRecord | undefined)[];
  #mask: number;
  #taken = 0;
  /** Slots of which they or their neighbours hold an event. */
  #counting: number[] = [];

  /** `size` is how many slots it may grow to, a power of two. */
  constructor(size: number) {
    this.#mostSlots = size;
    const first = Math.min(size, firstSize);
    this.#keys = new Int32Array(width * first);
    this.#spans = new Float64Array(width * first).fill(Infinity);
    this.#kinds = Array.from({ length: first });
    this.#events = Array.from({ length: first });
    this.#mask = first - 1;
  }

  /** Times an event was put into a slot since all were forgotten. */
  get held(): number {
    return this.#counting.length;
  }

  /** The slot of a hash, -1 where it has none; halves are 32-bit signed. Holds until the next `set`. */
  find(high: number, low: number): number {
    const keys = this.#keys;
    const slot = this.#slot(high, low);
    if (keys[width * slot] === high && keys[width * slot + 1] === low) return slot;
    const other = slot ^ 1;
    return keys[width * other] === high && keys[width * other + 1] === low ? other : -1;
  }

  #slot(high: number, low: number): number {
    return (Math.imul(high ^ (low >>> 15), 0x2c1b3c6d) >>> 7) & this.#mask;
  }

  /** Counts one line more on the slot's event; false where the time may make it another event, or the first. */
  count(slot: number, timeMs: number): boolean {
    const spans = this.#spans;
    if (!(timeMs > spans[width * slot]! && timeMs < spans[width * slot + 1]!)) return false;
    this.#events[slot]!.count += 1;
    return true;
  }

  kindAt(slot: number): Readonly<LineKind> | undefined {
    return slot < 0 ? undefined : this.#kinds[slot];
  }

  /** Gives a hash a slot; the newer pushes the older into the neighbour, and what was there out. */
  set(high: number, low: number, kind: Readonly<LineKind>): number {
    if (this.#taken * 2 > this.#mask && this.#mask + 1 < this.#mostSlots) this.#grow();
    const slot = this.#slot(high, low);
    const other = slot ^ 1;
    if (this.#kinds[other] === undefined || this.#kinds[slot] === undefined) this.#taken += 1;
    if (this.#kinds[slot] !== undefined) {
      for (let at = 0; at < width; at += 1) {
        this.#keys[width * other + at] = this.#keys[width * slot + at]!;
        this.#spans[width * other + at] = this.#spans[width * slot + at]!;
      }
      this.#kinds[other] = this.#kinds[slot];
      this.#events[other] = this.#events[slot];
    }
    this.#keys[width * slot] = high;
    this.#keys[width * slot + 1] = low;
    this.#kinds[slot] = kind;
    this.#forget(slot);
    return slot;
  }

  #grow(): void {
    const [keys, spans, kinds, events] = [this.#keys, this.#spans, this.#kinds, this.#events];
    const size = Math.min((this.#mask + 1) * growth, this.#mostSlots);
    this.#keys = new Int32Array(width * size);
    this.#spans = new Float64Array(width * size).fill(Infinity);
    this.#kinds = Array.from({ length: size });
    this.#events = Array.from({ length: size });
    this.#mask = size - 1;
    this.#taken = 0;
    this.#counting = [];
    for (const [from, kind] of kinds.entries()) {
      if (kind === undefined) continue;
      const event = events[from];
      const to = this.set(keys[width * from]!, keys[width * from + 1]!, kind);
      if (event === undefined) continue;
      this.hold(to, event, spans[width * from + 1]!);
      this.#spans[width * to] = spans[width * from]!;
    }
  }

  /** From now on lines of the slot before `untilMs` and after the event's own time are counted on it. */
  hold(slot: number, event: LogRecord, untilMs: number): void {
    this.#counting.push(slot);
    this.#events[slot] = event;
    this.#spans[width * slot] = event.timeMs;
    this.#spans[width * slot + 1] = untilMs;
  }

  #forget(slot: number): void {
    this.#events[slot] = undefined;
    this.#spans[width * slot] = Infinity;
  }

  /** Lets go of all events; kinds stay. */
  forgetEvents(): void {
    for (const slot of this.#counting) {
      this.#forget(slot);
      this.#forget(slot ^ 1);
    }
    this.#counting.length = 0;
  }
}
