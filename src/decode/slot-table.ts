/** A bounded map from 64-bit hashes: two places a slot, the newer entry pushes the older out. */

export class SlotTable<Value> {
  readonly #highs: Int32Array;
  readonly #lows: Int32Array;
  readonly #values: (Value | undefined)[];
  readonly #mask: number;

  /** `size` is a power of two. */
  constructor(size: number) {
    this.#highs = new Int32Array(size);
    this.#lows = new Int32Array(size);
    this.#values = Array.from({ length: size });
    this.#mask = size - 1;
  }

  /** The upper bits of a product depend on all characters, the lower ones on their lower bits alone. */
  #slot(high: number, low: number): number {
    return (Math.imul(high ^ (low >>> 15), 0x2c1b3c6d) >>> 7) & this.#mask;
  }

  /** Halves are 32-bit signed, as `| 0` makes them. */
  get(high: number, low: number): Value | undefined {
    const slot = this.#slot(high, low);
    if (this.#highs[slot] === high && this.#lows[slot] === low) return this.#values[slot];
    const other = slot ^ 1;
    return this.#highs[other] === high && this.#lows[other] === low ? this.#values[other] : undefined;
  }

  set(high: number, low: number, value: Value): void {
    const slot = this.#slot(high, low);
    const other = slot ^ 1;
    if (this.#values[slot] !== undefined && !(this.#highs[slot] === high && this.#lows[slot] === low)) {
      this.#highs[other] = this.#highs[slot]!;
      this.#lows[other] = this.#lows[slot]!;
      this.#values[other] = this.#values[slot];
    }
    this.#highs[slot] = high;
    this.#lows[slot] = low;
    this.#values[slot] = value;
  }
}
