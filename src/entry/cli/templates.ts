/** `fargazer templates`: the kind of every line of a log. */
import type { Command } from 'commander';
import { number, sanitize } from '../../alerting/text.ts';
import { fit } from '../../alerting/sinks/console/width.ts';
import { makeCommand, type Context } from './context.ts';
import { readSettings } from './replay-options.ts';
import { counted } from './summary.ts';
import { wordValue } from './values.ts';

interface Options {
  output: 'table' | 'jsonl';
  format?: string;
}

/** Written at once; a write per line would cost more than the templates do. */
const bufferedCharacters = 65_536;

/** Kinds listed in the table. */
const mostKinds = 40;

export function templatesCommand(context: Context): Command {
  return makeCommand('templates', 'Tell the kind of every line of a log.')
    .argument('<file>', 'A log, or - for standard input.')
    .option('--output <kind>', 'table counts the kinds; jsonl tells the kind of each line, in order.', wordValue(['table', 'jsonl']), 'table')
    .option('--format <id>', 'Read the file in this format (see fargazer formats).')
    .action((file: string, options: Options) =>
      context.run(() => (options.output === 'jsonl' ? eachLine(context, file, options) : countKinds(context, file, options))),
    );
}

function settingsOf(context: Context, file: string, options: Options) {
  const { format, signal } = readSettings(context, [file], options);
  return { file, signal, ...(format === undefined ? {} : { format }) };
}

async function eachLine(context: Context, file: string, options: Options): Promise<number> {
  const { terminal, program } = context;
  let buffer = '';
  const { merged } = await program.templates({
    ...settingsOf(context, file, options),
    onLine({ templateId, template }) {
      buffer += `${JSON.stringify({ templateId, template })}\n`;
      if (buffer.length < bufferedCharacters) return undefined;
      const full = buffer;
      buffer = '';
      return terminal.write(full);
    },
  });
  await terminal.write(`${buffer}${JSON.stringify({ merged })}\n`);
  return terminal.signal.aborted ? 130 : 0;
}

async function countKinds(context: Context, file: string, options: Options): Promise<number> {
  const { terminal, program } = context;
  const kinds = new Map<string, { template: string; count: number }>();
  const { lines, merged } = await program.templates({
    ...settingsOf(context, file, options),
    onLine({ templateId, template }) {
      const kind = kinds.get(templateId);
      if (kind === undefined) kinds.set(templateId, { template, count: 1 });
      else kind.count += 1;
    },
  });
  const representatives = new Map(Object.entries(merged));
  const byRepresentative = new Map<string, { template: string; count: number }>();
  for (const [id, kind] of kinds) {
    const chosen = representatives.get(id) ?? id;
    const sum = byRepresentative.get(chosen);
    if (sum === undefined) byRepresentative.set(chosen, { template: kinds.get(chosen)?.template ?? kind.template, count: kind.count });
    else sum.count += kind.count;
  }
  const rows = [...byRepresentative.values()].toSorted((left, right) => right.count - left.count || (left.template < right.template ? -1 : 1));
  await terminal.write(`${counted(lines, 'line')} of ${counted(rows.length, 'kind')}\n`);
  for (const { template, count } of rows.slice(0, mostKinds)) {
    await terminal.write(`${number(count).padStart(10)}  ${fit(sanitize(template), terminal.columns - 12)}\n`);
  }
  if (rows.length > mostKinds) await terminal.write(`and ${counted(rows.length - mostKinds, 'rarer kind')}\n`);
  return terminal.signal.aborted ? 130 : 0;
}
