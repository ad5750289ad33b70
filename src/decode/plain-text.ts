/** Plain text logs: lines with or without a time in front, syslog headers, container runtime lines, JSON log lines. */
import type { DecodeSettings, Decoder, DecoderRun, JsonValue, LogRecord, RawRecord, Subject } from '#contract';
import { contentId } from './content-id.ts';
import { isObject } from './fields.ts';
import type { Instant } from './instant.ts';
import { readLogText, timeInLine } from './log-text.ts';
import { shortenRaw } from './mask.ts';
import { assumedYear, readHeader, syslogInstant } from './syslog-header.ts';

/** Where time comes from the place in the file: the first instant that is not set aside as hostile. */
const placeStartMs = Date.UTC(2006, 0, 1);
/** From here on a time is set aside. */
const placeEndMs = Date.UTC(2101, 0, 1);

const messageKeys = ['message', 'msg', 'log'] as const;
const contextKeys = ['level', 'severity', 'lvl', 'time', 'timestamp', 'ts', '@timestamp', 'date', 'logger'] as const;

export const plainText: Decoder = {
  id: 'plain-text',
  title: 'Plain text log, with or without a time in front; syslog; JSON log lines',
  source: 'https://www.rfc-editor.org/rfc/rfc3164, https://www.rfc-editor.org/rfc/rfc5424, https://kubernetes.io/docs/concepts/cluster-administration/logging/',
  feed: 'log',
  framing: 'lines',
  // Any text may be a log, so this is never certain: it takes what no other format claims.
  recognise: () => 0,
  accepts: isJsonLog,
  open: (settings) => openPlainText(settings),
};

/** As `plainText.open`; lines before the first time of the file are put at `first`, where its head tells one. */
export function openPlainText({ name }: DecodeSettings, first?: Instant): DecoderRun {
  let last: Instant | undefined;
  let isYearAssumed = false;
  let hasPlaceTimes = false;
  const ownSubject: Subject = name === undefined ? {} : { name };

  return {
    decode(record) {
      const header = readHeader(record.text);
      const message = header?.message ?? record.text;
      const line = readLogText(message);
      // The carrier's time comes first: it is in order, while times inside a line are whatever a program prints.
      const told: Instant | undefined =
        (record.carrierTimeMs === undefined ? undefined : { timeMs: record.carrierTimeMs, timeNs: 0 }) ??
        (header === undefined ? undefined : syslogInstant(header, last)) ??
        (line.timeMs === undefined ? undefined : { timeMs: line.timeMs, timeNs: line.timeNs ?? 0 });
      if (told !== undefined && last === undefined && header?.yearless !== undefined && record.carrierTimeMs === undefined) isYearAssumed = true;
      const known = told ?? last ?? first;
      if (known === undefined) hasPlaceTimes = true;
      const time = known ?? placeOf(record);
      if (told !== undefined && isCredible(told)) last = told;
      const event: LogRecord = {
        kind: 'log',
        feed: 'log',
        timeMs: time.timeMs,
        timeNs: time.timeNs,
        id: contentId(record.text),
        hasOwnId: false,
        count: 1,
        subject: header === undefined ? ownSubject : { ...ownSubject, ...header.subject },
        origin: record.origin,
        raw: shortenRaw(record.text),
        templateId: line.templateId,
        template: line.template,
        isContinuation: line.isContinuation,
      };
      if (line.severityText !== undefined) event.severityText = line.severityText;
      return { events: [event] };
    },
    notes: () => [
      ...(isYearAssumed ? [`Lines tell no year (syslog); ${assumedYear} is taken, so that every run gives the same.`] : []),
      ...(hasPlaceTimes ? ['Lines tell no time: their place in the file stands for it.'] : []),
    ],
  };
}

/** The first time that these lines tell. */
export function firstTimeIn(lines: readonly string[]): Instant | undefined {
  for (const text of lines) {
    const header = readHeader(text);
    const time = (header === undefined ? undefined : syslogInstant(header, undefined)) ?? timeInLine(header?.message ?? text);
    if (time !== undefined && isCredible(time)) return time;
  }
  return undefined;
}

/** One line with a hostile time must not move those that follow and tell none. */
function isCredible({ timeMs }: Instant): boolean {
  return timeMs >= placeStartMs && timeMs < placeEndMs;
}

/** A line a millisecond, so that order is kept; such times serve novelty and not rates. */
function placeOf({ origin }: RawRecord): Instant {
  return { timeMs: placeStartMs + (origin.line ?? (origin.record ?? 0) + 1), timeNs: 0 };
}

/** A program's own JSON log: a message, and a level, a time or a logger. */
function isJsonLog(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  return (
    messageKeys.some((key) => Object.hasOwn(value, key) && typeof value[key] === 'string') &&
    contextKeys.some((key) => Object.hasOwn(value, key))
  );
}
