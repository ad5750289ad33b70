/** From the order in which a decoder meets metrics to the list they make: walked metric by metric, worked out once. */
import { metricList, type MetricList, type MetricUnit } from '#contract';

/** Paths kept; formats have some dozens, a sender of ever new metrics starts them anew. */
const pathLimit = 4_096;
let paths = 0;

export class MetricPath {
  readonly metric: string;
  readonly unit: MetricUnit;
  readonly isCumulative: boolean;
  readonly before: MetricPath | undefined;
  readonly length: number;
  #next: Map<string, MetricPath> | undefined;
  #nearest: MetricPath | undefined;
  #list: MetricList | undefined;
  #places: number[] | undefined;
  #isOrdered = false;

  constructor(before: MetricPath | undefined, metric: string, unit: MetricUnit, isCumulative: boolean) {
    this.before = before;
    this.metric = metric;
    this.unit = unit;
    this.isCumulative = isCumulative;
    this.length = before === undefined ? 0 : before.length + 1;
  }

  /** The path with one more metric. */
  with(metric: string, unit: MetricUnit, isCumulative: boolean): MetricPath {
    const near = this.#nearest;
    if (near !== undefined && near.metric === metric && near.unit === unit && near.isCumulative === isCumulative) return near;
    this.#next ??= new Map();
    const key = `${unit}|${isCumulative}|${metric}`;
    let next = this.#next.get(key);
    if (next === undefined) {
      next = new MetricPath(this, metric, unit, isCumulative);
      paths += 1;
      if (paths > pathLimit) forgetPaths();
      this.#next.set(key, next);
    }
    this.#nearest = next;
    return next;
  }

  /** Its metrics in the order of a set. */
  get list(): MetricList {
    if (this.#list === undefined) this.#settle();
    return this.#list!;
  }

  /** By place in the list the place on the path; the last of a metric that came more than once. */
  get places(): readonly number[] {
    if (this.#places === undefined) this.#settle();
    return this.#places!;
  }

  /** Did the metrics come in the order of the list? */
  get isOrdered(): boolean {
    if (this.#places === undefined) this.#settle();
    return this.#isOrdered;
  }

  /** Does a metric come more than once? */
  get hasRepeats(): boolean {
    return this.places.length < this.length;
  }

  /** The steps in the order they came. */
  steps(): MetricPath[] {
    return this.before === undefined ? [] : [...this.before.steps(), this];
  }

  #settle(): void {
    const steps = this.steps();
    const place = new Map(steps.map(({ metric }, at) => [metric, at]));
    const metrics = [...place.keys()].sort();
    this.#places = metrics.map((metric) => place.get(metric)!);
    this.#isOrdered = this.#places.length === this.length && this.#places.every((from, at) => from === at);
    const first = metrics.map((metric) => steps.find((step) => step.metric === metric)!);
    this.#list = metricList(metrics, first.map(({ unit }) => unit), first.map(({ isCumulative }) => isCumulative));
  }
}

let root = new MetricPath(undefined, '', '1', false);

/** The path without metrics. */
export function startOfPath(): MetricPath {
  return root;
}

function forgetPaths(): void {
  root = new MetricPath(undefined, '', '1', false);
  paths = 0;
}
