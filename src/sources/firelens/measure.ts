/** Where a MessagePack value ends, by its headers alone: nothing is allocated for what a sender merely announces. */

/** Nesting of values that is followed: log records have three or four levels. */
const depthLimit = 64;

/** Length of a value without children behind its first byte, from 0xca to 0xd8; ext types have one byte more. */
const scalarBytes = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17];

/** Goes on where it stopped, so that a value that comes byte by byte is looked at once. */
export class Measure {
  /** Behind the value, or where to go on with more bytes; a header that is cut stays unread. */
  at = 0;
  /** No MessagePack, or nested deeper than is followed: from here on nothing can be measured. */
  isBroken = false;
  readonly #left = new Float64Array(depthLimit + 1);
  #depth = 0;
  #bodyLeft = 0;

  constructor() {
    this.#left[0] = 1;
  }

  reset(): void {
    this.#depth = 0;
    this.#left[0] = 1;
    this.#bodyLeft = 0;
    this.isBroken = false;
  }

  /** True where the value ends at `at`; the next call begins a new one. */
  step(bytes: Uint8Array, from: number, to: number): boolean {
    const left = this.#left;
    let depth = this.#depth;
    let at = from;
    if (this.#bodyLeft > 0) {
      const taken = Math.min(this.#bodyLeft, to - at);
      this.#bodyLeft -= taken;
      at += taken;
      if (this.#bodyLeft > 0) return this.#pause(at, depth);
    }
    for (;;) {
      while (left[depth] === 0) {
        if (depth === 0) {
          this.#depth = 0;
          left[0] = 1;
          this.at = at;
          return true;
        }
        depth -= 1;
      }
      if (at >= to) return this.#pause(at, depth);
      const head = bytes[at]!;
      let body = 0;
      let children = 0;
      let next = at + 1;
      if (head < 0x80 || head >= 0xe0) {
        // A small number.
      } else if (head < 0x90) children = (head & 0x0f) * 2;
      else if (head < 0xa0) children = head & 0x0f;
      else if (head < 0xc0) body = head & 0x1f;
      else if (head >= 0xca && head <= 0xd8) {
        body = scalarBytes[head - 0xca]!;
      } else if (head > 0xc3) {
        // bin, ext and str in three widths each; arrays and maps in two.
        const width = head < 0xd9 ? 1 << ((head - 0xc4) % 3) : head < 0xdc ? 1 << (head - 0xd9) : head & 1 ? 4 : 2;
        next += width;
        if (next > to) return this.#pause(at, depth);
        let length = 0;
        for (let index = at + 1; index < next; index += 1) length = length * 256 + bytes[index]!;
        if (head >= 0xde) children = length * 2;
        else if (head >= 0xdc) children = length;
        else body = head >= 0xc7 && head <= 0xc9 ? length + 1 : length;
      } else if (head === 0xc1) return this.#break(at);
      left[depth]! -= 1;
      at = next;
      if (children > 0) {
        depth += 1;
        if (depth > depthLimit) return this.#break(at);
        left[depth] = children;
      } else if (body > to - at) {
        this.#bodyLeft = body - (to - at);
        return this.#pause(to, depth);
      } else at += body;
    }
  }

  #pause(at: number, depth: number): false {
    this.at = at;
    this.#depth = depth;
    return false;
  }

  #break(at: number): false {
    this.at = at;
    this.isBroken = true;
    return false;
  }
}
