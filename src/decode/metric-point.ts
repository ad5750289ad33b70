/** Metric points of one record: they share its time, subject, place and raw text, and differ in metric and value. */
import type { FeedName, MetricPoint, MetricUnit, Origin, RawRecord, Subject } from '#contract';
import { contentId } from './content-id.ts';
import type { Instant } from './instant.ts';
import { shortenRaw } from './mask.ts';

/** One mebibyte and one gibibyte; AWS counts task memory and ephemeral storage in these. */
export const mebibyte = 1_048_576;
export const gibibyte = 1_073_741_824;
/** CPU units of ECS that make one virtual CPU. */
export const cpuUnits = 1_024;

export class MetricPoints {
  readonly points: MetricPoint[] = [];
  readonly #feed: FeedName;
  readonly #instant: Instant;
  readonly #origin: Origin;
  readonly #raw: string;
  readonly #id: string;

  /** `part` tells apart the points of several subjects in one record. */
  constructor(feed: FeedName, record: RawRecord, instant: Instant, part = '') {
    this.#feed = feed;
    this.#instant = instant;
    this.#origin = record.origin;
    this.#raw = shortenRaw(record.text);
    this.#id = contentId(record.text) + part;
  }

  /** Adds a point; a value that is not finite adds none. The range is the value itself where none is given. */
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
    const { timeMs, timeNs } = this.#instant;
    // The points of one record need ids of their own: equal keys are counted as repeats.
    this.points.push({
      kind: 'metric',
      feed: this.#feed,
      timeMs,
      timeNs,
      id: `${this.#id}.${this.points.length}`,
      hasOwnId: false,
      count: 1,
      subject,
      origin: this.#origin,
      raw: this.#raw,
      metric,
      unit,
      value,
      minimum,
      maximum,
      lastMs: timeMs,
      lastNs: timeNs,
      isCumulative,
    });
  }
}
