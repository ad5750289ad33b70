/** The page of our own metrics and log lines. */
import { happeningEntries } from '../../src/telemetry/index.ts';
import { counterTable, gaugeTable, histogramTable, type MetricEntry } from '../../src/telemetry/metric-table.ts';
import { page, table } from './markdown.ts';

function rows(entries: Readonly<Record<string, MetricEntry>>, type: string): string[][] {
  return Object.values(entries).map(({ name, help, labels }) => [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help]);
}

export function metricsPage(): string {
  return page(
    'Metrics and log lines',
    'What a running fargazer tells of itself: metrics at `/metrics` in the text format of Prometheus, and log lines as JSON on standard error. Neither holds telemetry content, names of entities or secrets. A label has at most 256 values; beyond them it is `other`.',
    '## Metrics',
    table(['Metric', 'Type', 'Labels', 'Meaning'], [...rows(counterTable, 'counter'), ...rows(gaugeTable, 'gauge'), ...rows(histogramTable, 'histogram'), ['`fargazer_build_info`', 'gauge', '`version`, `node`', 'Version of fargazer and of Node.js; always 1.']]),
    'Beside them stand the metrics of the process and of Node.js: `process_*` (processor time, memory, open files) and `nodejs_*` (heap, garbage collection, delay of the event loop).',
    '## Log lines',
    'Every line has `time`, `level`, `event` and `message`, and the fields of its event. Lines that may come with every batch are told once a minute; `leftOut` says how many were not.',
    table(['Event', 'Level', 'Fields', 'Message'], happeningEntries().map(({ name, level, says, fields }) => [`\`${name}\``, level, fields.map((field) => `\`${field}\``).join(', '), says])),
  );
}
