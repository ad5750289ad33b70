/** The sink `jsonl`: one alert a line, keys in the order of the published schema, safe to print. */
import { SinkError, type Sink } from '#contract';
import { inSchemaOrder, safeJson } from '../../json.ts';
import { lineAppender } from '../../line-appender.ts';

/** Writes each alert as one line of JSON with a line feed; equal alerts give equal bytes. */
export function jsonl(write: (text: string) => void | Promise<void>): Sink {
  return {
    name: 'jsonl',
    concurrency: 1,
    async send(alert) {
      const line = `${safeJson(inSchemaOrder(alert))}\n`;
      try {
        await write(line);
      } catch {
        throw new SinkError('write-failed', 'The alert could not be written: the output is closed or full.', false);
      }
    },
  };
}

/** The same, appended to a file; a full disk is tried again. */
export function jsonlFile(path: string): Sink {
  const append = lineAppender(path, 'jsonl');
  return { name: 'jsonl', concurrency: 1, send: (alert) => append(safeJson(inSchemaOrder(alert))) };
}
