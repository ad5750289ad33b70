/** The parts of the page that are no TypeScript: style, script and the chart library, as text. */
import { readFileSync } from 'node:fs';

export interface ReportAssets {
  style: string;
  script: string;
}

/** Put in place of this name by the bundler, so that the bundled file needs no other: `define: { REPORT_ASSETS: JSON.stringify(readReportAssets()) }`. */
declare const REPORT_ASSETS: ReportAssets | undefined;

let read: ReportAssets | undefined;

export function reportAssets(): ReportAssets {
  if (typeof REPORT_ASSETS !== 'undefined') return REPORT_ASSETS;
  read ??= readReportAssets();
  return read;
}

/** Reads the parts from beside this file and from the chart library's package. */
export function readReportAssets(): ReportAssets {
  const beside = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
  const library = (name: string): string => readFileSync(new URL(import.meta.resolve(`uplot/dist/${name}`)), 'utf8');
  return {
    style: `${library('uPlot.min.css')}\n${beside('./report.css')}`,
    script: `${library('uPlot.iife.min.js')}\n${beside('./page.js')}`,
  };
}
