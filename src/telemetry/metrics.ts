/** The registry of our metrics: counters, histograms and gauges made of the table, with few values for each label. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { GaugeName, Gauges } from '#contract';
import { counterTable, gaugeTable, histogramTable, type CounterName, type HistogramName, type MetricEntry } from './metric-table.ts';
import { boundedValues } from './bounded-values.ts';

export interface Metrics {
  registry: Registry;
  count(name: CounterName, by: number, fields: Readonly<Record<string, string>>): void;
  observe(name: HistogramName, value: number): void;
  stands<Name extends GaugeName>(name: Name, rows: readonly (Gauges[Name] & { value: number })[]): void;
}

/**
 * Metrics of Node.js whose names break the conventions (gauges that end in `_total`) or that say the same as others;
 * `promtool check metrics` passes without them.
 */
const leftOut = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total', 'nodejs_active_handles', 'nodejs_active_requests'];

/** How often the delay of the event loop is looked at, milliseconds: ten times a second costs nothing that is measurable. */
const loopPrecisionMs = 100;

/** A registry of its own; nothing is shared with others in the process. */
export function makeMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopPrecisionMs });
  for (const name of leftOut) registry.removeSingleMetric(name);
  const registers = [registry];
  const build = new Gauge({ name: 'fargazer_build_info', help: 'Version of fargazer and of Node.js; always 1.', labelNames: ['version', 'node'], registers });
  build.set({ version, node: process.versions.node }, 1);

  const counters = mapTable(counterTable, (entry) => {
    const counter = new Counter({ name: entry.name, help: entry.help, labelNames: [...entry.labels], registers });
    for (const labels of knownLabels(entry)) counter.inc(labels, 0);
    return { counter, labelsOf: labelPicker(entry) };
  });
  const histograms = mapTable(histogramTable, ({ name, help, buckets }) => new Histogram({ name, help, buckets: [...buckets], registers }));
  const gauges = mapTable(gaugeTable, (entry) => {
    const gauge = new Gauge({ name: entry.name, help: entry.help, labelNames: [...entry.labels], registers });
    for (const labels of knownLabels(entry)) gauge.set(labels, 0);
    return { gauge, entry, labelsOf: labelPicker(entry) };
  });

  return {
    registry,
    count(name, by, fields) {
      // A counter never falls, and one NaN would stay for ever.
      if (!(by >= 0) || !Number.isFinite(by)) return;
      const { counter, labelsOf } = counters[name];
      counter.inc(labelsOf(fields), by);
    },
    observe(name, value) {
      if (Number.isFinite(value)) histograms[name].observe(value);
    },
    stands(name, rows) {
      const { gauge, entry, labelsOf } = gauges[name];
      gauge.reset();
      for (const labels of knownLabels(entry)) gauge.set(labels, 0);
      const largest = new Map<string, number>();
      for (const { value, ...fields } of rows) {
        if (!Number.isFinite(value)) continue;
        const labels = labelsOf(fields as Readonly<Record<string, string>>);
        const key = JSON.stringify(labels);
        // Rows that share a series, being beyond its bound, show the worst of them.
        const shown = Math.max(largest.get(key) ?? Number.NEGATIVE_INFINITY, value * (entry.scale ?? 1));
        largest.set(key, shown);
        gauge.set(labels, shown);
      }
    },
  };
}

/** The labels of an entry, out of the fields of the same name. */
function labelPicker({ labels }: MetricEntry): (fields: Readonly<Record<string, string>>) => Record<string, string> {
  const bounds = new Map(labels.map((label) => [label, boundedValues()]));
  return (fields) => Object.fromEntries([...bounds].map(([label, bound]) => [label, bound(String(fields[label] ?? ''))]));
}

/** Series that stand there from the start; only where every label has known values or there are no labels. */
function* knownLabels({ labels, known = {} }: MetricEntry): Generator<Record<string, string>> {
  const [label] = labels;
  if (label === undefined) yield {};
  if (label === undefined || labels.length > 1) return;
  for (const value of known[label] ?? []) yield { [label]: value };
}

function mapTable<Name extends string, Entry, Made>(table: Readonly<Record<Name, Entry>>, make: (entry: Entry) => Made): Record<Name, Made> {
  return Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, make(entry as Entry)])) as Record<Name, Made>;
}
