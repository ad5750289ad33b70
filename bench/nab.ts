/**
 * NAB: the published score of the series model on a folder of the Numenta Anomaly Benchmark, beside the range rule.
 *
 * Scoring after A. Lavin and S. Ahmad, "Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly
 * Benchmark", ICMLA 2015 (arXiv:1510.03336), standard profile: of each labelled window the best alarm counts
 * (the earlier the better), an alarm outside costs 0.11 (less when it comes soon after a window), a missed window 1.
 * 0 is who never alarms, 100 who alarms at the first row of every window and never else. Alarm: score >= 0.5, always.
 */
import { printFigures, type Figure } from './figure.ts';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSeries, notePoint, scorePoint } from '../detectors/resource-usage/series-model.ts';

export interface Series {
  name: string;
  timesMs: number[];
  values: number[];
  /** Labelled windows: first and last row, both inside. */
  windows: [number, number][];
}

export interface FileScore {
  name: string;
  raw: number;
  windows: number;
  found: number;
  falseRows: number;
}

const falseAlarmWeight = 0.11;
/** The share of rows that may only teach; counted of 5,000 rows at most. */
const probationShare = 0.15;

/** Position -1 is the start of a window, 0 its end, above 0 behind it; 1 down to -1. */
function worth(position: number): number {
  return position >= 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

export function probationRows(rows: number): number {
  return Math.min(Math.floor(probationShare * rows), probationShare * 5_000);
}

/** The raw score of one series: a missed window is -1, a false alarm up to -0.11. */
export function scoreSeries({ name, windows }: Series, scores: readonly number[]): FileScore {
  const first = probationRows(scores.length);
  const best = windows.map(() => -1);
  let falseCost = 0;
  let falseRows = 0;
  for (let row = Math.ceil(first); row < scores.length; row += 1) {
    if (scores[row]! < 0.5) continue;
    const inside = windows.findIndex(([from, to]) => row >= from && row <= to);
    if (inside >= 0) {
      const [from, to] = windows[inside]!;
      const reward = worth(-(to - row + 1) / (to - from + 1)) / worth(-1);
      best[inside] = Math.max(best[inside]!, reward);
      continue;
    }
    const before = windows.findLast(([, to]) => to < row);
    const position = before === undefined ? 3 : (row - before[1]) / Math.max(1, before[1] - before[0]);
    falseCost += falseAlarmWeight * worth(position);
    falseRows += 1;
  }
  const scored = best.filter((_, index) => windows[index]![1] >= first);
  return {
    name,
    raw: scored.reduce((sum, part) => sum + part, 0) + falseCost,
    windows: scored.length,
    found: scored.filter((part) => part > -1).length,
    falseRows,
  };
}

/** 0 for no alarm at all, 100 for a perfect detector. */
export function normalise(files: readonly FileScore[]): number {
  const windows = files.reduce((sum, file) => sum + file.windows, 0);
  const raw = files.reduce((sum, file) => sum + file.raw, 0);
  return windows === 0 ? raw : (100 * (raw + windows)) / (2 * windows);
}

export function loadNab(folder: string): Series[] {
  const labels = JSON.parse(readFileSync(join(folder, 'labels/combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  const parse = (text: string): number => Date.parse(`${text.trim().replace(' ', 'T').slice(0, 19)}Z`);
  return readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.csv') && path in labels)
    .toSorted()
    .map((name) => {
      const rows = readFileSync(join(folder, 'data', name), 'utf8').trim().split('\n').slice(1);
      const timesMs = rows.map((row) => parse(row.slice(0, row.indexOf(','))));
      const values = rows.map((row) => Number(row.slice(row.indexOf(',') + 1)));
      const windows = labels[name]!.map(([from, to]): [number, number] => [
        timesMs.findIndex((time) => time >= parse(from)),
        timesMs.findLastIndex((time) => time <= parse(to)),
      ]);
      return { name, timesMs, values, windows };
    });
}

/** 1 where a value leaves the range seen so far by over 5 % of its width. */
export function rangeRule({ values }: Pick<Series, 'values'>): number[] {
  let low = Infinity;
  let high = -Infinity;
  return values.map((value) => {
    const margin = 0.05 * (high - low);
    const isOut = low <= high && (value > high + margin || value < low - margin);
    low = Math.min(low, value);
    high = Math.max(high, value);
    return isOut ? 1 : 0;
  });
}

export function seriesModel({ timesMs, values }: Pick<Series, 'timesMs' | 'values'>): number[] {
  const state = createSeries();
  return values.map((value, row) => {
    const { score } = scorePoint(state, timesMs[row]!, value);
    notePoint(state, timesMs[row]!, value);
    return score;
  });
}

/** The folder of open series that FARGAZER_DATA names holds `nab` as NAB publishes it: data/ and labels/. */
export function run(folder = process.env['FARGAZER_DATA']): Figure[] {
  if (folder === undefined || !existsSync(join(folder, 'nab', 'labels', 'combined_windows.json'))) {
    return [{ name: 'nab', value: Number.NaN, detail: 'not run: FARGAZER_DATA names no folder with nab/data and nab/labels' }];
  }
  const series = loadNab(join(folder, 'nab'));
  const rows: Figure[] = [];
  const total = (name: string, files: readonly FileScore[]): Figure => {
    const sum = (of: (file: FileScore) => number): number => files.reduce((all, file) => all + of(file), 0);
    return { name, value: normalise(files), detail: `${sum((file) => file.found)} of ${sum((file) => file.windows)} windows, ${sum((file) => file.falseRows)} false alarms in ${files.length} files` };
  };
  const own = series.map((one) => scoreSeries(one, seriesModel(one)));
  const range = series.map((one) => scoreSeries(one, rangeRule(one)));
  rows.push(total('nab: series model', own), total('nab: range rule', range));
  own.forEach((file, index) => {
    rows.push({
      name: `  ${file.name}`,
      value: normalise([file]),
      detail: `${file.found} of ${file.windows} windows, ${file.falseRows} false alarms; range rule ${range[index]!.found} and ${range[index]!.falseRows}`,
    });
  });
  return rows;
}

if (import.meta.main) printFigures(run());
