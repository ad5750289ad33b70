/** Docker's JSON log: one `{"log","stream","time"}` object a line; lines over 16 KB come in pieces. */
import type { Decoder, JsonValue, LogRecord } from '#contract';
import { contentId } from './content-id.ts';
import { isObject } from './fields.ts';
import { instantOf } from './instant.ts';
import { readLogText } from './log-text.ts';
import { shortenRaw } from './mask.ts';

const keys = new Set(['log', 'stream', 'time', 'attrs']);

/** Docker cuts lines at 16 KiB; a shorter entry without a newline is the end of an output, not a piece. */
const pieceLength = 16_000;

export const dockerLog: Decoder = {
  id: 'docker-log',
  title: 'Docker JSON log (json-file driver)',
  source: 'https://docs.docker.com/engine/logging/drivers/json-file/',
  feed: 'log',
  framing: 'json',
  recognise: (head) => (head.some(({ value }) => value !== undefined && accepts(value)) ? 1 : 0),
  accepts,
  open({ name }) {
    /** By output: the line that is being put together, and how many pieces it has. */
    const open = new Map<string, { id: string; ordinal: number }>();
    const subject = name === undefined ? {} : { name };

    return {
      decode(record) {
        if (record.value === undefined || !accepts(record.value)) return { unreadable: 'docker-log: an object with log, stream and time was expected' };
        const { log, time, stream } = record.value as { log: string; time: string; stream: string };
        const instant = instantOf(time);
        if (instant === undefined) return { unreadable: 'docker-log: time is no ISO 8601 time' };
        const text = log.replace(/\r?\n$/, '');
        const id = contentId(record.text);
        const line = readLogText(text);
        const event: LogRecord = {
          kind: 'log',
          feed: 'log',
          ...instant,
          id,
          hasOwnId: false,
          count: 1,
          subject,
          origin: record.origin,
          raw: shortenRaw(record.text),
          templateId: line.templateId,
          template: line.template,
          isContinuation: line.isContinuation,
        };
        if (line.severityText !== undefined) event.severityText = line.severityText;
        const isLast = log.endsWith('\n');
        const before = open.get(stream);
        if (before !== undefined || (!isLast && log.length >= pieceLength)) {
          const piece = before ?? { id, ordinal: 0 };
          piece.ordinal++;
          event.piece = { id: piece.id, ordinal: piece.ordinal, isLast, text };
          if (isLast) open.delete(stream);
          else open.set(stream, piece);
        }
        return { events: [event] };
      },
    };
  },
};

function accepts(value: JsonValue): boolean {
  if (!isObject(value) || typeof value.log !== 'string' || typeof value.time !== 'string') return false;
  if (value.stream !== 'stdout' && value.stream !== 'stderr') return false;
  for (const key in value) if (!keys.has(key)) return false;
  return true;
}
