/** Texts kept outside the heap until somebody asks: few of a million are shown, and bytes there cost no collector. */

const pageBytes = 1_048_576;
/** A UTF-16 unit has at most three bytes of UTF-8. */
const bytesOfUnit = 3;

let page = Buffer.allocUnsafeSlow(0);
let used = 0;

export class KeptText {
  readonly #page: Buffer;
  readonly #start: number;
  readonly #end: number;

  /** Texts longer than a third of a mebibyte are not for this. */
  constructor(text: string) {
    if (used + bytesOfUnit * text.length > page.length) {
      page = Buffer.allocUnsafeSlow(Math.max(pageBytes, bytesOfUnit * text.length));
      used = 0;
    }
    this.#page = page;
    this.#start = used;
    used += page.write(text, used);
    this.#end = used;
  }

  toString(): string {
    return this.#page.toString('utf8', this.#start, this.#end);
  }
}
