/** MessagePack values out of chunks: whole ones where they lie, a cut one in a buffer of its own, bounded. */
import { Measure } from './measure.ts';

/** The longest value that is held; a router's entry is one line with its fields, and its chunks have two megabytes. */
const valueLimitBytes = 4_194_304;
/** Of all connections together: half a message each costs a sender nothing. */
const heldLimitBytes = 16_777_216;
const firstCapacityBytes = 8_192;

/** What all receivers of a process hold of values that are not complete. */
let heldBytes = 0;

/** `ends` are the positions behind each value, the first of which begins at `start`; the bytes are used during the call only. */
export type OnValues = (bytes: Buffer, start: number, ends: readonly number[]) => void;

export class Values {
  /** Whole values so far, those that were too long included. */
  taken = 0;
  /** Of them, those that were too long to be held. */
  dropped = 0;
  readonly #onValues: OnValues;
  readonly #measure = new Measure();
  #held: Buffer | undefined;
  #length = 0;
  #measured = 0;
  #isOpen = false;
  #isDropping = false;

  constructor(onValues: OnValues) {
    this.#onValues = onValues;
  }

  /** A value has begun and not ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isBroken(): boolean {
    return this.#measure.isBroken;
  }

  /** What comes is not worth being looked at: from here on it counts as broken. */
  giveUp(): void {
    this.#measure.isBroken = true;
  }

  /** Takes at most so many values; gives the position up to which it took, which is `to` where that many did not end. */
  take(bytes: Buffer, from: number, to: number, most = Infinity): number {
    let at = from;
    let rest = most;
    if (this.#isOpen) {
      at = this.#goOn(bytes, from, to);
      if (this.#isOpen || this.isBroken) return to;
      rest -= 1;
    }
    const measure = this.#measure;
    const start = at;
    const ends: number[] = [];
    while (ends.length < rest && at < to && measure.step(bytes, at, to)) {
      at = measure.at;
      ends.push(at);
    }
    if (ends.length > 0) {
      this.taken += ends.length;
      this.#onValues(bytes, start, ends);
    }
    if (ends.length >= rest || at >= to || this.isBroken) return this.isBroken ? to : at;
    this.#isOpen = true;
    this.#measured = measure.at - at;
    this.#append(bytes, at, to);
    this.#bound();
    return to;
  }

  /** Forgets what is open. */
  reset(): void {
    this.#free();
    this.#measure.reset();
  }

  #goOn(bytes: Buffer, from: number, to: number): number {
    const before = this.#length;
    this.#append(bytes, from, to);
    const held = this.#held!;
    if (!this.#measure.step(held, this.#measured, this.#length)) {
      this.#measured = this.#measure.at;
      this.#bound();
      return to;
    }
    const end = this.#measure.at;
    this.taken += 1;
    const isDropped = this.#isDropping;
    this.#free();
    if (isDropped) this.dropped += 1;
    else this.#onValues(held, 0, [end]);
    return from + end - before;
  }

  #append(bytes: Buffer, from: number, to: number): void {
    const length = this.#length + to - from;
    if (this.#held === undefined || this.#held.length < length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(firstCapacityBytes, 2 ** Math.ceil(Math.log2(length))));
      this.#held?.copy(grown, 0, 0, this.#length);
      heldBytes += grown.length - (this.#held?.length ?? 0);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#length, from, to);
    this.#length = length;
  }

  /** Of a value that is too long only a header that was cut is kept: where it ends is still followed. */
  #bound(): void {
    if (this.#length > valueLimitBytes || heldBytes > heldLimitBytes) this.#isDropping = true;
    if (!this.#isDropping) return;
    const rest = Buffer.from(this.#held!.subarray(this.#measured, this.#length));
    heldBytes -= this.#held!.length;
    this.#held = undefined;
    this.#length = 0;
    this.#append(rest, 0, rest.length);
    this.#measured = 0;
  }

  #free(): void {
    heldBytes -= this.#held?.length ?? 0;
    this.#held = undefined;
    this.#length = 0;
    this.#measured = 0;
    this.#isOpen = false;
    this.#isDropping = false;
  }
}
