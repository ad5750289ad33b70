/** A line that the fast path recognised: what varies of it is kept as bytes, its id and raw text are made when somebody asks. */
import type { FeedName, LogRecord, Origin, Subject } from '#contract';
import { contentId } from '../content-id.ts';
import type { Instant } from '../instant.ts';
import { shortenRaw } from '../mask.ts';
import type { LineKind } from '../template.ts';

/** Longer lines are decoded at once: kept whole they would cost more than their shortened text. */
export const keptLimit = 1_024;
const pageBytes = 1_048_576;

/** Text of a line before, between and behind its two values; the same in all lines of a container. */
export type Constant = readonly [before: string, between: string, behind: string];

let page = Buffer.allocUnsafeSlow(0);
let used = 0;

/** Of a million lines some thousands are shown, so most texts are never made: copying bytes outside the heap costs a tenth. */
export class ScannedLine implements LogRecord {
  readonly kind = 'log';
  readonly feed: FeedName = 'firelens';
  timeMs: number;
  timeNs: number;
  readonly hasOwnId = false;
  count = 1;
  readonly subject: Subject;
  origin: Origin;
  readonly templateId: string;
  readonly template: string;
  readonly severityText: string | undefined;
  readonly isContinuation: boolean;
  readonly #constant: Constant;
  readonly #page: Buffer;
  readonly #start: number;
  readonly #middle: number;
  readonly #end: number;
  readonly #suspected: number;
  #id: string | undefined;
  #raw: string | undefined;

  /** The two values stand in `chunk`, in the order of the line, at most `keptLimit` bytes; `suspected` as in `shortenRaw`. */
  constructor(
    chunk: Buffer,
    firstAt: number,
    firstEnd: number,
    secondAt: number,
    secondEnd: number,
    constant: Constant,
    origin: Origin,
    time: Instant,
    subject: Subject,
    kind: Readonly<LineKind>,
    suspected: number,
  ) {
    if (used + (firstEnd - firstAt) + (secondEnd - secondAt) > page.length) {
      page = Buffer.allocUnsafeSlow(pageBytes);
      used = 0;
    }
    this.#constant = constant;
    this.#page = page;
    this.#start = used;
    for (let at = firstAt; at < firstEnd; at += 1) page[used++] = chunk[at]!;
    this.#middle = used;
    for (let at = secondAt; at < secondEnd; at += 1) page[used++] = chunk[at]!;
    this.#end = used;
    this.#suspected = suspected;
    this.timeMs = time.timeMs;
    this.timeNs = time.timeNs;
    this.subject = subject;
    this.origin = origin;
    this.templateId = kind.templateId;
    this.template = kind.template;
    this.severityText = kind.severityText;
    this.isContinuation = kind.isContinuation;
  }

  #text(): string {
    const [before, between, behind] = this.#constant;
    const first = this.#page.toString('utf8', this.#start, this.#middle);
    return `${before}${first}${between}${this.#page.toString('utf8', this.#middle, this.#end)}${behind}`;
  }

  get id(): string {
    return (this.#id ??= contentId(this.#text()));
  }
  set id(id: string) {
    this.#id = id;
  }

  get raw(): string {
    return (this.#raw ??= shortenRaw(this.#text(), this.#suspected));
  }
  set raw(raw: string) {
    this.#raw = raw;
  }

  /** The same as any other log record once it leaves the process. */
  toJSON(): LogRecord {
    const { kind, feed, timeMs, timeNs, id, hasOwnId, count, subject, origin, raw, templateId, template, isContinuation, severityText } = this;
    const plain: LogRecord = { kind, feed, timeMs, timeNs, id, hasOwnId, count, subject, origin, raw, templateId, template, isContinuation };
    if (severityText !== undefined) plain.severityText = severityText;
    return plain;
  }
}
