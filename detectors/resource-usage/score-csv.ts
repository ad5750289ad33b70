/** Scores the rows of a CSV series as they come: row n knows nothing of the rows after it, nor how many there are. */
import { createSeries, notePoint, scorePoint } from './series-model.ts';

export interface CsvScorer {
  /** The next line (without its line feed), with its score appended; the first is the header. Empty lines stay empty. */
  row(line: string): string;
  /** Rows scored so far, without the header; and those among them whose value is no number (score 0). */
  readonly rows: number;
  readonly unreadable: number;
  /** Rows without a readable time: taken as one step after the row before. */
  readonly untimed: number;
  /** What is wrong with the file as a whole, as a sentence; every score is 0 then. */
  readonly problem: string | undefined;
}

const timeNames = new Set(['timestamp', 'time', 'datetime', 'date', 'ts']);
const valueNames = new Set(['value', 'metric_value']);
/** Epoch times below are seconds (year 5138), above milliseconds. */
const secondsBelow = 1e11;
const stepMs = 60_000;

/** Fields of one line, quotes taken off; a quote inside a quoted field is doubled (RFC 4180). */
function fields(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter);
  const found: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at]!;
    if (character === '"') {
      if (isQuoted && line[at + 1] === '"') {
        field += '"';
        at += 1;
      } else isQuoted = !isQuoted;
    } else if (character === delimiter && !isQuoted) {
      found.push(field);
      field = '';
    } else field += character;
  }
  found.push(field);
  return found;
}

/** Milliseconds since 1970 of an ISO 8601 or epoch time; UTC where no zone is named. NaN for anything else. */
export function timeOf(text: string): number {
  const trimmed = text.trim();
  if (/^\d{1,16}(\.\d{1,9})?$/.test(trimmed)) {
    const number = Number(trimmed);
    return number < secondsBelow ? number * 1_000 : number;
  }
  const parts = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i.exec(trimmed);
  if (parts === null) return NaN;
  const [, year, month, day, hour = '0', clock = '00', zone = 'Z'] = parts;
  const two = (number: string): string => number.padStart(2, '0');
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  return Date.parse(`${year}-${two(month!)}-${two(day!)}T${two(hour)}:${clock}${offset}`);
}

function numberOf(text: string | undefined): number {
  const trimmed = text?.trim() ?? '';
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : NaN;
}

/** Rounded down, so that nothing below 0.5 reads as 0.5. */
function shown(score: number): string {
  return String(Math.floor(score * 10_000) / 10_000);
}

export function csvScorer(): CsvScorer {
  const series = createSeries();
  let delimiter = ',';
  let timeColumn = -1;
  let valueColumn = -1;
  let hasHeader = false;
  let lastMs = 0;
  const counts = { rows: 0, unreadable: 0, untimed: 0 };
  let problem: string | undefined;

  const readHeader = (line: string): void => {
    hasHeader = true;
    delimiter = [',', ';', '\t'].find((candidate) => line.includes(candidate)) ?? ',';
    const names = fields(line.replace(/^\uFEFF/, ''), delimiter).map((name) => name.trim().toLowerCase());
    timeColumn = names.findIndex((name) => timeNames.has(name));
    valueColumn = names.findIndex((name) => valueNames.has(name));
    if (valueColumn < 0) problem = 'The first line names no column "value"; expected a header like "timestamp,value".';
  };

  const score = (line: string): number => {
    counts.rows += 1;
    const given = fields(line, delimiter);
    const value = numberOf(given[valueColumn]);
    const givenMs = timeOf(given[timeColumn] ?? '');
    if (!Number.isFinite(givenMs)) counts.untimed += 1;
    const timeMs = Number.isFinite(givenMs) ? givenMs : lastMs + stepMs;
    lastMs = timeMs;
    if (!Number.isFinite(value)) {
      counts.unreadable += 1;
      return 0;
    }
    const reading = scorePoint(series, timeMs, value);
    notePoint(series, timeMs, value);
    return reading.score;
  };

  return {
    row(line) {
      const ending = line.endsWith('\r') ? '\r' : '';
      const text = ending === '' ? line : line.slice(0, -1);
      if (text.trim() === '') return line;
      if (hasHeader) return `${text}${delimiter}${shown(score(text))}${ending}`;
      readHeader(text);
      return `${text}${delimiter}anomaly_score${ending}`;
    },
    get rows() {
      return counts.rows;
    },
    get unreadable() {
      return counts.unreadable;
    },
    get untimed() {
      return counts.untimed;
    },
    get problem() {
      return problem;
    },
  };
}
