/** The recorder: charts and tables of each entity for the report, bounded, made of what was judged. */
import type { BaselineView, ChartPoint, ChartSeries, NumberView, Observation, SeenRow } from '#contract';
import type { Judged } from './judge.ts';

const pointLimit = 2_000;
const rowLimit = 400;
const seriesLimit = 400;
const ownerLimit = 500;

interface SeriesRecord extends ChartSeries {
  /** Points merged into one: doubles each time the series is full. */
  step: number;
  pending: number;
}

interface OwnerRecords {
  series: Map<string, SeriesRecord>;
  destinations: Map<string, RowRecord>;
  kinds: Map<string, RowRecord>;
  calls: Map<string, RowRecord>;
}

interface RowRecord extends Omit<SeenRow, 'tasks'> {
  instances: Set<string>;
}

export class Recorder {
  readonly #owners = new Map<string, OwnerRecords>();
  #seriesCount = 0;
  #last: Observation | undefined;

  /** Notes what one detector was shown; each observation counts once however many detectors read it. */
  note(key: string, judged: Judged): void {
    const { observation } = judged;
    const records = this.#of(key);
    if (records === undefined) return;
    const isNew = judged.verdict === 'alert';
    const isAgain = this.#last === observation;
    this.#last = observation;
    switch (observation.kind) {
      case 'metric-minute':
        this.#point(records, judged, observation.metric, observation.unit, observation.value, observation.minimum, observation.maximum, isAgain);
        break;
      case 'network-minute':
        this.#point(records, judged, 'sent', 'bytes/min', observation.sentBytes, observation.sentBytes, observation.sentBytes, isAgain);
        break;
      case 'log-minute':
        this.#point(records, judged, 'lines', 'lines/min', observation.lines, observation.lines, observation.lines, isAgain);
        break;
      case 'destination':
        row(records.destinations, `${observation.peer}:${observation.port}`, observation.names[0] ?? observation.addresses[0] ?? '', judged, isNew, isAgain);
        break;
      case 'log-kind':
        row(records.kinds, observation.template, observation.severityText ?? '', judged, isNew, isAgain);
        break;
      case 'api-call':
        row(records.calls, observation.activity.operation, observation.activity.service, judged, isNew, isAgain);
        break;
      default:
        break;
    }
  }

  #of(key: string): OwnerRecords | undefined {
    let records = this.#owners.get(key);
    if (records === undefined) {
      if (this.#owners.size >= ownerLimit) return undefined;
      records = { series: new Map(), destinations: new Map(), kinds: new Map(), calls: new Map() };
      this.#owners.set(key, records);
    }
    return records;
  }

  #point(
    records: OwnerRecords,
    judged: Judged,
    metric: string,
    unit: ChartSeries['unit'],
    value: number,
    minimum: number,
    maximum: number,
    isAgain: boolean,
  ): void {
    const { container, instance } = judged.entity;
    const key = `${metric}\u0001${container}\u0001${instance}`;
    let series = records.series.get(key);
    if (series === undefined) {
      if (this.#seriesCount >= seriesLimit) return;
      this.#seriesCount += 1;
      series = { metric, unit, container, instance, points: [], step: 1, pending: 0 };
      records.series.set(key, series);
    }
    const band = bandOf(judged.views, value, judged.observation.timeMs);
    if (isAgain) {
      const last = series.points.at(-1);
      if (last !== undefined && last.low === null && band !== undefined) [last.low, last.high] = [band.low, band.high];
      return;
    }
    addPoint(series, { timeMs: judged.observation.timeMs, minimum, maximum, low: band?.low ?? null, high: band?.high ?? null });
  }

  seriesOf(key: string): ChartSeries[] {
    const series = [...(this.#owners.get(key)?.series.values() ?? [])];
    return series.map(({ metric, unit, container, instance, points }) => ({ metric, unit, container, instance, points }));
  }

  rowsOf(key: string, table: 'destinations' | 'kinds' | 'calls'): SeenRow[] {
    const rows = [...(this.#owners.get(key)?.[table].values() ?? [])];
    rows.sort((left, right) => Number(right.isNew) - Number(left.isNew) || left.firstSeenMs - right.firstSeenMs || (left.what < right.what ? -1 : 1));
    return rows.map(({ instances, ...rest }) => ({ ...rest, tasks: instances.size }));
  }
}

function row(rows: Map<string, RowRecord>, what: string, detail: string, judged: Judged, isNew: boolean, isAgain: boolean): void {
  let record = rows.get(what);
  if (record === undefined) {
    if (rows.size >= rowLimit && !isNew) return;
    record = { what, detail, firstSeenMs: judged.observation.timeMs, count: 0, isNew: false, instances: new Set() };
    rows.set(what, record);
  }
  if (!isAgain) record.count += judged.observation.count;
  if (isNew) record.isNew = true;
  if (judged.entity.instance !== '' && record.instances.size < 1_000) record.instances.add(judged.entity.instance);
}

function bandOf(views: Record<string, BaselineView>, value: number, timeMs: number): { low: number; high: number } | undefined {
  for (const view of Object.values(views)) {
    // A detector may keep sets beside its numbers: these have a size, and no band.
    if (!view.isReady || 'size' in view) continue;
    const reading = (view as Partial<NumberView>).of?.call(view, value, timeMs) as { low?: number; high?: number } | undefined;
    if (reading !== undefined && typeof reading.low === 'number' && typeof reading.high === 'number') {
      return { low: reading.low, high: reading.high };
    }
  }
  return undefined;
}

/** Adds a point; a full series halves itself by joining neighbours, whose extremes stay. */
function addPoint(series: SeriesRecord, point: ChartPoint): void {
  const last = series.points.at(-1);
  if (last !== undefined && series.pending > 0 && series.pending < series.step) {
    join(last, point);
    series.pending += 1;
    return;
  }
  if (series.points.length >= pointLimit) {
    const halved: ChartPoint[] = [];
    for (const [index, one] of series.points.entries()) {
      if (index % 2 === 0) halved.push(one);
      else join(halved.at(-1)!, one);
    }
    series.points = halved;
    series.step *= 2;
  }
  series.points.push(point);
  series.pending = 1;
}

function join(into: ChartPoint, other: ChartPoint): void {
  into.minimum = Math.min(into.minimum, other.minimum);
  into.maximum = Math.max(into.maximum, other.maximum);
  into.low ??= other.low;
  into.high ??= other.high;
}
