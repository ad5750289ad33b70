/** Microsoft's cloud monitoring series (labelled row by row by experts): labelled stretches found, and false alarms. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { timeOf } from '../detectors/resource-usage/score-csv.ts';
import { probationRows, rangeRule, seriesModel } from './nab.ts';
import type { Series } from './nab.ts';
import { printFigures, type Figure } from './figure.ts';

/** Labelled rows with at most this many others between them are one stretch, and an alarm this late still counts. */
const slackRows = 3;

export function loadMs(folder: string): Series[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.csv'))
    .toSorted()
    .map((name) => {
      const rows = readFileSync(join(folder, name), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((row) => row.trim().replaceAll('"', '').split(','));
      const windows: [number, number][] = [];
      rows.forEach(([, , label], row) => {
        if (Number(label) === 0) return;
        const last = windows.at(-1);
        if (last !== undefined && row - last[1] <= slackRows) last[1] = row;
        else windows.push([row, row]);
      });
      return { name, timesMs: rows.map(([time]) => timeOf(time!)), values: rows.map(([, value]) => Number(value)), windows };
    });
}

interface Tally {
  stretches: number;
  found: number;
  alarms: number;
  falseAlarms: number;
  cleanRows: number;
  cleanAlarms: number;
}

function tally(all: readonly Series[], scorer: (series: Series) => number[]): Tally {
  const sum: Tally = { stretches: 0, found: 0, alarms: 0, falseAlarms: 0, cleanRows: 0, cleanAlarms: 0 };
  for (const series of all) {
    const first = Math.ceil(probationRows(series.values.length));
    const alarms = scorer(series).flatMap((score, row) => (score >= 0.5 && row >= first ? [row] : []));
    const isIn = (row: number, [from, to]: [number, number]): boolean => row >= from && row <= to + slackRows;
    const judged = series.windows.filter(([, to]) => to >= first);
    const wrong = alarms.filter((row) => !series.windows.some((window) => isIn(row, window))).length;
    sum.stretches += judged.length;
    sum.found += judged.filter((window) => alarms.some((row) => isIn(row, window))).length;
    sum.alarms += alarms.length;
    sum.falseAlarms += wrong;
    if (series.windows.length === 0) {
      sum.cleanRows += series.values.length - first;
      sum.cleanAlarms += wrong;
    }
  }
  return sum;
}

/** `score` is the share of labelled stretches found. */
export function run(folder = process.env['FARGAZER_DATA']): Figure[] {
  const data = folder === undefined ? '' : join(folder, 'ms-cloud-monitoring', 'data');
  if (data === '' || !existsSync(data)) {
    return [{ name: 'ms-series', value: Number.NaN, detail: 'not run: FARGAZER_DATA names no folder with ms-cloud-monitoring/data' }];
  }
  const all = loadMs(data);
  return (
    [
      ['ms-series: series model', seriesModel],
      ['ms-series: range rule', rangeRule],
    ] as const
  ).map(([name, scorer]) => {
    const { stretches, found, alarms, falseAlarms, cleanRows, cleanAlarms } = tally(all, scorer);
    return {
      name,
      value: found / stretches,
      detail: `${found} of ${stretches} labelled stretches; ${alarms - falseAlarms} of ${alarms} alarms right; ${cleanAlarms} alarms in ${cleanRows} rows of series without a label`,
    };
  });
}

if (import.meta.main) printFigures(run());
