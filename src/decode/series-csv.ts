/** Series as CSV: a header with a time and a value column, then a row a point; other columns are ignored. */
import type { Decoder } from '#contract';
import { numberOf } from './fields.ts';
import { instantOf, type Instant } from './instant.ts';
import { MetricPoints } from './metric-point.ts';

const timeNames = ['timestamp', 'time', 'datetime', 'date', 'ts'];

/** Fields of a row that are looked at: wide tables have hundreds, hostile ones millions. */
const fieldLimit = 1_000;

interface Columns {
  header: string;
  time: number;
  value: number;
}

export const seriesCsv: Decoder = {
  id: 'series-csv',
  title: 'CSV series: timestamp,value',
  source: 'https://www.rfc-editor.org/rfc/rfc4180, https://github.com/numenta/NAB',
  feed: 'series',
  framing: 'lines',
  recognise([header, ...rows]) {
    const columns = header === undefined ? undefined : columnsOf(header.text);
    if (columns === undefined) return 0;
    return rows.length === 0 || rows.some(({ text }) => timeOf(rowOf(text)[columns.time]) !== undefined) ? 1 : 0;
  },
  open({ name }) {
    let columns: Columns | undefined;
    const subject = name === undefined ? {} : { name };
    return {
      decode(record) {
        if (columns === undefined) {
          columns = columnsOf(record.text);
          return columns === undefined ? { unreadable: 'series-csv: a header with a time and a value column was expected' } : { skipped: 'header' };
        }
        if (record.text === columns.header) return { skipped: 'header' };
        const row = rowOf(record.text);
        const time = timeOf(row[columns.time]);
        if (time === undefined) return { unreadable: 'series-csv: the time column holds no time (ISO 8601, Unix seconds or milliseconds)' };
        const value = numberOf(row[columns.value]?.trim());
        if (value === undefined) return { unreadable: 'series-csv: the value column holds no number' };
        const points = new MetricPoints('series', record, time);
        points.add(subject, 'value', '1', value);
        return { events: points.finish() };
      },
    };
  },
};

/** `value`, or the other one of two columns. */
function columnsOf(header: string): Columns | undefined {
  const names = rowOf(header).map((name) => name.trim().toLowerCase());
  const time = timeNames.map((name) => names.indexOf(name)).find((index) => index >= 0);
  if (time === undefined || names.length < 2) return undefined;
  const value = names.indexOf('value');
  if (value >= 0) return { header, time, value };
  return names.length === 2 && numberOf(names[1 - time]) === undefined ? { header, time, value: 1 - time } : undefined;
}

function timeOf(field: string | undefined): Instant | undefined {
  const text = field?.trim() ?? '';
  return instantOf(numberOf(text) ?? text);
}

/** Fields of one row; quoted ones may hold commas and doubled quotes. */
export function rowOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',', fieldLimit);
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length && fields.length < fieldLimit) {
    if (line[at] === '"') {
      let field = '';
      let end = line.indexOf('"', at + 1);
      while (end >= 0 && line[end + 1] === '"') {
        field += line.slice(at + 1, end + 1);
        at = end + 1;
        end = line.indexOf('"', at + 1);
      }
      const close = end < 0 ? line.length : end;
      field += line.slice(at + 1, close);
      fields.push(field);
      const comma = line.indexOf(',', close);
      at = comma < 0 ? line.length + 1 : comma + 1;
    } else {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end));
      at = comma < 0 ? line.length + 1 : comma + 1;
    }
  }
  return fields;
}
