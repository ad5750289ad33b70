/** Joins the pieces of a line that the log router split at 16 KiB. */
import type { LogRecord } from '#contract';
import { lineKind } from '../template.ts';

/** The whole line: time, id and raw record of its first piece, kind of all of it. `pieces` is in order of ordinal and not empty. */
export function joinPieces(pieces: readonly LogRecord[]): LogRecord {
  const [first] = pieces as [LogRecord, ...LogRecord[]];
  const text = pieces.map(({ piece }) => piece?.text ?? '').join('');
  const { templateId, template, severityText, isContinuation } = lineKind(text);
  const { piece: _piece, ...rest } = first;
  return { ...rest, templateId, template, isContinuation, ...(severityText === undefined ? {} : { severityText }), count: 1 };
}
