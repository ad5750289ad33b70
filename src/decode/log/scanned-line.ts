/** A line that the fast path recognised: what varies of it is kept as bytes, its id and raw text are made when somebody asks. */
import type { FeedName, LogRecord, Origin, Subject } from '#contract';
import { contentId } from '../content-id.ts';
import type { Instant } from '../instant.ts';
import { shortenRaw } from '../mask.ts';
import { suspicionsOf } from '../mask-suspect.ts';
import type { LineKind } from '../template.ts';

/** Longer lines are decoded at once: kept whole they would cost more than their shortened text. */
export const keptLimit = 1_024;
const pageBytes = 1_048_576;

/** Text of a line before, between and behind its two values; the same in all lines of a container. */
export type Constant = readonly [before: string, between: string, behind: string];

/** What all lines of a container share. */
export interface Container {
  subject: Subject;
  constant: Constant;
  /** Secrets that the constant text might hold. Quotes part it from the two values, so that none spans both. */
  suspected: number;
}

let page = Buffer.allocUnsafeSlow(0);
let used = 0;

/** Of a million lines some thousands are shown, so most texts are never made: copying bytes outside the heap costs a tenth. */
export class ScannedLine implements LogRecord {
  timeMs: number;
  timeNs: number;
  count = 1;
  readonly #container: Container;
  readonly #kind: Readonly<LineKind>;
  readonly #file: string;
  readonly #line: number;
  readonly #page: Buffer;
  readonly #start: number;
  readonly #middle: number;
  readonly #end: number;
  #origin: Origin | undefined;
  #id: string | undefined;
  #raw: string | undefined;

  /** The two values stand in `chunk`, in the order of the line, at most `keptLimit` bytes. */
  constructor(
    chunk: Buffer,
    firstAt: number,
    firstEnd: number,
    secondAt: number,
    secondEnd: number,
    container: Container,
    file: string,
    line: number,
    time: Instant,
    kind: Readonly<LineKind>,
  ) {
    if (used + (firstEnd - firstAt) + (secondEnd - secondAt) > page.length) {
      page = Buffer.allocUnsafeSlow(pageBytes);
      used = 0;
    }
    this.#container = container;
    this.#kind = kind;
    this.#file = file;
    this.#line = line;
    this.#page = page;
    this.#start = used;
    for (let at = firstAt; at < firstEnd; at += 1) page[used++] = chunk[at]!;
    this.#middle = used;
    for (let at = secondAt; at < secondEnd; at += 1) page[used++] = chunk[at]!;
    this.#end = used;
    this.timeMs = time.timeMs;
    this.timeNs = time.timeNs;
  }

  get kind(): 'log' {
    return 'log';
  }

  get feed(): FeedName {
    return 'firelens';
  }

  get hasOwnId(): boolean {
    return false;
  }

  get subject(): Subject {
    return this.#container.subject;
  }

  get templateId(): string {
    return this.#kind.templateId;
  }

  get template(): string {
    return this.#kind.template;
  }

  get severityText(): string | undefined {
    return this.#kind.severityText;
  }

  get isContinuation(): boolean {
    return this.#kind.isContinuation;
  }

  #text(): string {
    const [before, between, behind] = this.#container.constant;
    const first = this.#page.toString('utf8', this.#start, this.#middle);
    return `${before}${first}${between}${this.#page.toString('utf8', this.#middle, this.#end)}${behind}`;
  }

  get origin(): Origin {
    return (this.#origin ??= { file: this.#file, line: this.#line });
  }
  set origin(origin: Origin) {
    this.#origin = origin;
  }

  /** Of each value by itself: they are kept side by side, and a digit of one must not hide where a number of the other begins. */
  #suspected(): number {
    return this.#container.suspected | suspicionsOf(this.#page, this.#start, this.#middle) | suspicionsOf(this.#page, this.#middle, this.#end);
  }

  get id(): string {
    return (this.#id ??= contentId(this.#text()));
  }
  set id(id: string) {
    this.#id = id;
  }

  get raw(): string {
    return (this.#raw ??= shortenRaw(this.#text(), this.#suspected()));
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
