/** Metric points of one record: sets by subject, which share its time, place and raw text. */
import type { FeedName, FargazerEvent, MetricList, MetricSet, MetricUnit, Origin, RawRecord, Subject } from '#contract';
import { rawLimit } from '#contract';
import { contentId } from './content-id.ts';
import type { Instant } from './instant.ts';
import { KeptText } from './kept-text.ts';
import { shortenRaw } from './mask.ts';
import { startOfPath, type MetricPath } from './metric-path.ts';

/** One mebibyte and one gibibyte; AWS counts task memory and ephemeral storage in these. */
export const mebibyte = 1_048_576;
export const gibibyte = 1_073_741_824;
/** CPU units of ECS that make one virtual CPU. */
export const cpuUnits = 1_024;

/** Longer records are shortened at once: kept whole they would cost more than what is shown of them. */
const keptLimit = 2 * rawLimit;

/** A set as decoded. Few are shown and few stand at one instant, so raw text and id are made when somebody asks. */
class DecodedSet implements MetricSet {
  readonly kind = 'metrics';
  readonly feed: FeedName;
  timeMs: number;
  timeNs: number;
  hasOwnId = false;
  count = 1;
  subject: Subject;
  origin: Origin;
  list: MetricList;
  values: number[];
  spans: number[] | undefined;
  readonly #text: KeptText | undefined;
  readonly #part: string;
  #id: string | undefined;
  #raw: string | undefined;

  constructor(feed: FeedName, record: RawRecord, time: Instant, part: string, subject: Subject, list: MetricList, values: number[], spans: number[] | undefined) {
    const { text } = record;
    this.feed = feed;
    this.timeMs = time.timeMs;
    this.timeNs = time.timeNs;
    this.subject = subject;
    this.origin = record.origin;
    this.list = list;
    this.values = values;
    this.spans = spans;
    const isKept = text.length <= keptLimit;
    this.#text = isKept ? new KeptText(text) : undefined;
    this.#part = part;
    this.#id = isKept ? undefined : contentId(text) + part;
    this.#raw = isKept ? undefined : shortenRaw(text);
  }

  get id(): string {
    return (this.#id ??= contentId(this.#text!.toString()) + this.#part);
  }
  set id(id: string) {
    this.#id = id;
  }

  get raw(): string {
    return (this.#raw ??= shortenRaw(this.#text!.toString()));
  }
  set raw(raw: string) {
    this.#raw = raw;
  }

  /** The same as any other set once it leaves the process. */
  toJSON(): MetricSet {
    const { kind, feed, timeMs, timeNs, id, hasOwnId, count, subject, origin, raw, list, values, spans } = this;
    const plain: MetricSet = { kind, feed, timeMs, timeNs, id, hasOwnId, count, subject, origin, raw, list, values };
    if (spans !== undefined) plain.spans = spans;
    return plain;
  }
}

export class MetricPoints {
  readonly #feed: FeedName;
  readonly #record: RawRecord;
  readonly #time: Instant;
  readonly #part: string;
  readonly #sets: FargazerEvent[] = [];
  #subject: Subject | undefined;
  #path: MetricPath = startOfPath();
  #values: number[] = [];
  /** Minimum and maximum in turn, from the first point on that has a range. */
  #ranges: number[] | undefined;

  /** `part` tells apart the points of several subjects in one record. */
  constructor(feed: FeedName, record: RawRecord, time: Instant, part = '') {
    this.#feed = feed;
    this.#record = record;
    this.#time = time;
    this.#part = part;
  }

  /** Adds a point; a value that is not finite adds none. The range is the value itself where none is given. Points of a subject come in a row. */
  add(
    subject: Subject,
    metric: string,
    unit: MetricUnit,
    value: number,
    isCumulative = false,
    minimum = value,
    maximum = value,
  ): void {
    if (!Number.isFinite(value) || !Number.isFinite(minimum) || !Number.isFinite(maximum)) return;
    if (subject !== this.#subject) {
      this.#flush();
      this.#subject = subject;
    }
    this.#path = this.#path.with(metric, unit, isCumulative);
    this.#values.push(value);
    if (this.#ranges === undefined && (minimum !== value || maximum !== value)) {
      this.#ranges = this.#values.slice(0, -1).flatMap((one) => [one, one]);
    }
    if (this.#ranges !== undefined) this.#ranges.push(minimum, maximum);
  }

  /** One set a subject, with ids of their own: equal keys are counted as repeats. */
  finish(): FargazerEvent[] {
    this.#flush();
    return this.#sets;
  }

  #flush(): void {
    const path = this.#path;
    if (path.length === 0 || this.#subject === undefined) return;
    const given = this.#values;
    const ranges = path.hasRepeats ? (this.#ranges ?? given.flatMap((one) => [one, one])) : this.#ranges;
    // A copy takes no more room than it has numbers.
    const values = path.isOrdered ? given.slice() : path.places.map((at) => given[at]!);
    const spans = ranges === undefined ? undefined : this.#spans(path, values, ranges);
    const part = this.#sets.length === 0 ? this.#part : `${this.#part}.${this.#sets.length}`;
    this.#sets.push(new DecodedSet(this.#feed, this.#record, this.#time, part, this.#subject, path.list, values, spans));
    this.#path = startOfPath();
    this.#values = [];
    this.#ranges = undefined;
  }

  /** Of a metric that came more than once the range of all; of values of one instant the largest is the last. */
  #spans(path: MetricPath, values: number[], ranges: readonly number[]): number[] {
    const { timeMs, timeNs } = this.#time;
    const spans = values.flatMap((_, at) => [ranges[2 * path.places[at]!]!, ranges[2 * path.places[at]! + 1]!, timeMs, timeNs]);
    if (!path.hasRepeats) return spans;
    const placeOf = new Map(path.list.metrics.map((metric, at) => [metric, at]));
    for (const [at, { metric }] of path.steps().entries()) {
      const place = placeOf.get(metric)!;
      values[place] = Math.max(values[place]!, this.#values[at]!);
      spans[4 * place] = Math.min(spans[4 * place]!, ranges[2 * at]!);
      spans[4 * place + 1] = Math.max(spans[4 * place + 1]!, ranges[2 * at + 1]!);
    }
    return spans;
  }
}
