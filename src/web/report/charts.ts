/** How unusual, as charts: the data that the page's script draws, and beside it the same in words. */
import type { ChartPoint, ChartSeries } from '#contract';
import { clip, range } from '../../alerting/text.ts';
import { html, type Markup } from './markup.ts';
import { urgency, type Placed, type Subject } from './subjects.ts';
import { counted } from './words.ts';
import { thin } from './thin.ts';

/** All points of all charts together: about 30 bytes each where values are ordinary. */
const pointsBudget = 22_000;
/** Where they are not (1.2345e-17), there are fewer points. */
const limitBytes = 650_000;
/** More are scrolled past, not read. */
const chartsAnEntity = 8;
const chartsInAll = 90;
/** A chart of so many is still drawn and read out at 60 frames a second; one long series keeps its detail. */
const mostPoints = 10_000;
const marksAChart = 60;

/** A chart as the page's script reads it; times are seconds after the first, values have five significant digits. */
interface ChartData {
  start: number;
  time: number[];
  minimum: (number | null)[];
  maximum: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  unit: string;
  group: string;
  /** Seconds after the first point, severity, about this very series. */
  marks: [number, string, boolean][];
}

interface Chart {
  subject: Subject;
  series: ChartSeries;
  alerts: Placed[];
}

export interface Charts {
  /** Figures of a subject, and how many of its series are not shown. */
  of(subject: Subject): { figures: Markup[]; left: number };
  data: ChartData[];
}

/** Chooses the charts (of alerted entities and series first) and thins them to the budget. */
export function makeCharts(subjects: readonly Subject[]): Charts {
  const chosen: Chart[] = [];
  for (const subject of subjects) {
    const charts = (subject.entity?.series ?? [])
      .filter(({ points }) => points.length > 0)
      .map((series): Chart => ({ subject, series, alerts: subject.alerts.filter((place) => isAbout(place, series)) }))
      .toSorted((one, other) => worst(other.alerts) - worst(one.alerts));
    chosen.push(...charts.slice(0, Math.min(chartsAnEntity, chartsInAll - chosen.length)));
  }
  let limit = Math.min(mostPoints, Math.floor(pointsBudget / Math.max(1, chosen.length)));
  let data = chosen.map((chart) => dataOf(chart, limit));
  while (JSON.stringify(data).length > limitBytes && limit > 8) {
    limit = Math.floor(limit * 0.7);
    data = chosen.map((chart) => dataOf(chart, limit));
  }
  const figures = new Map<Subject, Markup[]>();
  for (const [index, chart] of chosen.entries()) figures.set(chart.subject, [...(figures.get(chart.subject) ?? []), figure(chart, index)]);
  return {
    of: (subject) => {
      const shown = figures.get(subject) ?? [];
      return { figures: shown, left: (subject.entity?.series.length ?? 0) - shown.length };
    },
    data,
  };
}

const worst = (alerts: readonly Placed[]): number => Math.max(-1, ...alerts.slice(0, 1).map(({ alert }) => urgency(alert.severity)));

/** The alert names this metric, or is measured in its rate. */
function isAbout({ alert }: Placed, { metric, unit, container, instance = '' }: ChartSeries): boolean {
  const { entity, object, evidence } = alert;
  if (container !== '' && entity.container !== '' && entity.container !== container) return false;
  if (instance !== '' && entity.instance !== '' && entity.instance !== instance) return false;
  return object.includes(metric) || (evidence.unit === unit && (unit.endsWith('/min') || metric.includes(object.split(' ')[0]!)));
}

function dataOf({ subject, series, alerts }: Chart, limit: number): ChartData {
  const points = thin(series.points, limit);
  const startMs = points[0]?.timeMs ?? 0;
  const data: ChartData = { start: Math.round(startMs / 1000), time: [], minimum: [], maximum: [], low: [], high: [], unit: series.unit, group: subject.anchor, marks: [] };
  const usualStepMs = median(points);
  let before = startMs;
  for (const { timeMs, minimum, maximum, low, high } of points) {
    // Five steps without a point are a gap, and no line is drawn over what was not seen.
    if (timeMs - before > 5 * usualStepMs) push(data, before + usualStepMs - startMs, null, null, null, null);
    push(data, timeMs - startMs, minimum, maximum, low, high);
    before = timeMs;
  }
  const own = new Set(alerts);
  data.marks = [...alerts, ...subject.alerts.filter((place) => !own.has(place))]
    .slice(0, marksAChart)
    .map((place) => [Math.round((place.fromMs - startMs) / 1000), place.alert.severity, own.has(place)]);
  return data;
}

function push(data: ChartData, afterMs: number, minimum: number | null, maximum: number | null, low: number | null, high: number | null): void {
  data.time.push(Math.round(afterMs / 1000));
  data.minimum.push(short(minimum));
  data.maximum.push(short(maximum));
  data.low.push(short(low));
  data.high.push(short(high));
}

const short = (value: number | null): number | null => (value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(5)));

function median(points: readonly ChartPoint[]): number {
  const steps = points.slice(1).map(({ timeMs }, index) => timeMs - (points[index]?.timeMs ?? timeMs));
  return steps.toSorted((one, other) => one - other)[Math.floor(steps.length / 2)] ?? 60_000;
}

function figure({ series, alerts }: Chart, index: number): Markup {
  const { metric, unit, container, instance = '', points } = series;
  let minimum = Infinity;
  let maximum = -Infinity;
  for (const point of points) {
    minimum = Math.min(minimum, point.minimum);
    maximum = Math.max(maximum, point.maximum);
  }
  const last = points.findLast(({ low, high }) => low !== null && high !== null);
  const usual = last === undefined ? 'what is usual was not known' : `usually ${range(last.low ?? 0, last.high ?? 0, unit)}`;
  const seen = `${range(minimum, maximum, unit)}; ${usual}${alerts.length > 0 ? `; ${counted(alerts.length, 'alert')}` : ''}`;
  const whose = [container, instance.slice(0, 8)].filter((part) => part !== '').join(' ');
  const name = whose === '' ? metric : `${metric}, ${whose}`;
  return html`<figure class="${alerts.length > 0 ? 'alerted' : 'calm'}"><figcaption><b>${clip(name, 90)}</b><span>${seen}</span></figcaption>
<div class="chart" data-chart="${index}" tabindex="0" role="img" aria-label="${clip(name, 90)}: ${seen}"></div><p class="readout" aria-live="polite"></p></figure>`;
}
