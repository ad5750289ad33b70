/** Headers that loggers put in front of a line: syslog of both RFCs, and container runtimes (CRI). */
import type { Subject } from '#contract';
import { instantOf, type Instant } from './instant.ts';

export interface LineHeader {
  message: string;
  subject: Subject;
  /** Full time, where the header has one. */
  time?: Instant;
  /** `Mar 27 13:06:56`: month from 0, day, and time of day in milliseconds. */
  yearless?: { month: number; day: number; dayMs: number };
}

/**
 * Year of RFC 3164 times, which have none, until a line with a year is met. The clock and the file's date would make a
 * replay differ from another; a fixed leap year keeps 29 February and lies within the span that is judged.
 */
export const assumedYear = 2024;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const rfc3164 = /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\S{1,255}) ([^\s:[\]]{1,128})(?:\[([^\]\s]{1,32})\])?: ?/;
const rfc5424 = /^<\d{1,3}>\d{1,2} (\S{10,40}) (\S{1,255}) (\S{1,48}) \S{1,128} \S{1,32} (?:-|(?:\[(?:[^\]\\]|\\.){0,2000}\])+) ?/;
const cri = /^(\d{4}-\d{2}-\d{2}T\S{9,30}) (?:stdout|stderr) [FP](?: |$)/;

const dayMs = 86_400_000;

export function readHeader(text: string): LineHeader | undefined {
  const head = text.slice(0, 4_096);
  const first = head.charCodeAt(0);
  // Cheap look at the first character: a digit (CRI), `<` (a priority) or a capital (a month).
  if (first >= 0x30 && first <= 0x39) {
    const found = cri.exec(head);
    const time = found === null ? undefined : instantOf(found[1]);
    return found === null || time === undefined ? undefined : { message: text.slice(found[0].length), subject: {}, time };
  }
  if (first !== 0x3c && (first < 0x41 || first > 0x5a)) return undefined;
  const old = rfc3164.exec(head);
  if (old !== null) {
    const [whole, name = '', day, hour, minute, second, host, program] = old;
    const month = months.indexOf(name);
    if (month < 0 || Number(day) < 1 || Number(day) > 31) return undefined;
    return {
      message: text.slice(whole.length),
      subject: { ...(host === undefined ? {} : { host }), ...(program === undefined ? {} : { container: program }) },
      yearless: { month, day: Number(day), dayMs: ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000 },
    };
  }
  const found = first === 0x3c ? rfc5424.exec(head) : null;
  if (found === null) return undefined;
  const [whole, at, host, program] = found;
  const time = instantOf(at);
  const subject: Subject = {};
  if (host !== undefined && host !== '-') subject.host = host;
  if (program !== undefined && program !== '-') subject.container = program;
  return { message: text.slice(whole.length), subject, ...(time === undefined ? {} : { time }) };
}

/**
 * The header's instant. Without a year it takes that of the line before, or the next one where the months went from
 * the end of a year to its beginning.
 */
export function syslogInstant({ time, yearless }: LineHeader, last: Instant | undefined): Instant | undefined {
  if (time !== undefined) return time;
  if (yearless === undefined) return undefined;
  let year = last === undefined ? assumedYear : new Date(last.timeMs).getUTCFullYear();
  const at = (): number => Date.UTC(year, yearless.month, yearless.day) + yearless.dayMs;
  // Half a year back is a new year; less is disorder.
  if (last !== undefined && at() < last.timeMs - 182 * dayMs) year++;
  return { timeMs: at(), timeNs: 0 };
}
