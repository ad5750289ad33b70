/** What the text of a log line tells: its kind, its level, whether it goes on from the one before, its time. */
import type { JsonObject } from '#contract';
import { type Instant, instantOf } from './instant.ts';
import { jsonLimit, type LineKind, lineKind } from './template.ts';
import { withoutColours } from './template-mask.ts';

export type LogText = LineKind & Partial<Instant>;

/** Kind and time of one line. */
export function readLogText(text: string): LogText {
  const time = timeInLine(text);
  return time === undefined ? lineKind(text) : { ...lineKind(text), ...time };
}

/** ISO 8601, and what Go and nginx write: date and time, `T` or a blank or a colon between, comma or dot, zone or none (UTC). */
const isoTime = /^(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}:\d{2}:\d{2})([.,]\d{1,9})?\d{0,9} ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?![\w:])/i;
/** Apache and nginx access logs, `[10/Oct/2000:13:55:36 -0700]`. */
const apacheTime = /\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})\]/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const jsonTimeKeys = ['@timestamp', 'timestamp', 'time', 'ts', 'date', '@t', 'asctime'];

/** The time in front of a line, or in the fields of a JSON line; undefined where there is none with a year. */
export function timeInLine(text: string): Instant | undefined {
  const head = withoutColours(text.slice(0, 600)).trimStart();
  if (head.startsWith('{')) return timeInJson(text);
  const iso = isoTime.exec(head.startsWith('[') || head.startsWith('(') ? head.slice(1) : head);
  if (iso !== null) {
    const [, year, month, day, clock, fraction = '', zone = ''] = iso;
    return instantOf(`${year}-${month}-${day}T${clock}${fraction}${zone.toUpperCase() === 'GMT' ? 'Z' : zone}`);
  }
  const apache = apacheTime.exec(head);
  if (apache === null) return undefined;
  const [, day, name = '', year, clock, zone] = apache;
  const month = String(months.indexOf(name) + 1).padStart(2, '0');
  return instantOf(`${year}-${month}-${day}T${clock}${zone}`);
}

function timeInJson(text: string): Instant | undefined {
  if (text.length > jsonLimit) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null ? timeInFields(value as JsonObject) : undefined;
}

/** The first of the usual time fields that tells an instant. */
export function timeInFields(value: JsonObject): Instant | undefined {
  for (const key of jsonTimeKeys) {
    if (!Object.hasOwn(value, key)) continue;
    const instant = instantOf(value[key]);
    if (instant !== undefined) return instant;
  }
  return undefined;
}
