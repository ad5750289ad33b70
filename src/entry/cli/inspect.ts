/** `fargazer inspect`: what was recognised, what was not and why, who is in it, and which detectors will have what they need. */
import type { Command } from 'commander';
import { number, quantity, sanitize } from '../../alerting/text.ts';
import { makeCommand, type Context } from './context.ts';
import { progressLine } from './progress.ts';
import type { InspectOutcome } from './program.ts';
import { addReadOptions, readSettings, type ReadOptions } from './replay-options.ts';
import { counted, inputsText, notReadTexts, spanText } from './summary.ts';
import { paint, type Terminal } from './terminal.ts';
import { endingOf } from './usage.ts';

/** Owners listed; a folder of a whole account may hold thousands. */
const mostEntities = 30;

export function inspectCommand(context: Context): Command {
  const command = makeCommand('inspect', 'Say what recorded telemetry holds, without judging it.').argument(
    '<paths...>',
    'Files, folders, globs, - for standard input, or remote histories (s3://…, cloudwatch-logs://…).',
  );
  return addReadOptions(command).action((paths: string[], options: ReadOptions) =>
    context.run(async () => {
      const { terminal, program } = context;
      const progress = progressLine(terminal);
      const settings = readSettings(context, paths, options, progress.onProgress);
      const outcome = await program.inspect(settings).finally(() => progress.stop());
      await terminal.write(inspectText(outcome, terminal));
      const { failure } = outcome;
      if (failure !== undefined) terminal.say(endingOf(failure, false).text);
      return outcome.isInterrupted ? 130 : (failure?.exitStatus ?? 0);
    }),
  );
}

export function inspectText({ reading, entities, span, detectors }: InspectOutcome, terminal: Terminal): string {
  const lines: string[] = [];
  const heading = (text: string): void => void lines.push(...(lines.length === 0 ? [] : ['']), paint(terminal, 'bold', text));

  // A reading without a file carries notes on the input as a whole.
  const files = reading.filter(({ file }) => file !== '');
  heading(`${inputsText(reading)}${span === undefined ? '' : `, ${spanText(span)}`}`);
  for (const { file, bytes, formats, records, events, skipped, unreadable } of files) {
    const recognised = Object.entries(formats).map(([id, count]) => (Object.keys(formats).length === 1 ? id : `${id} (${number(count)})`));
    const left = Object.entries(skipped).map(([reason, count]) => `${number(count)} ${reason}`);
    const broken = unreadable.reduce((sum, { count }) => sum + count, 0);
    lines.push(`${sanitize(file)}: ${recognised.length === 0 ? 'not recognised' : sanitize(recognised.join(', '))}`);
    const facts = [quantity(bytes, 'bytes'), counted(records, 'record'), counted(events, 'event'), ...(broken === 0 ? [] : [`${number(broken)} not read`]), ...left];
    lines.push(paint(terminal, 'dim', `  ${sanitize(facts.join(', '))}`));
  }
  const faults = notReadTexts(reading);
  if (faults.length > 0) {
    heading('What was not read');
    lines.push(...faults.map(sanitize));
  }

  heading(entities.length === 0 ? 'Nobody is named in these records' : counted(entities.length, 'entity', 'entities'));
  for (const { owner, name, tasks, events, feeds, firstSeenMs, lastSeenMs } of entities.slice(0, mostEntities)) {
    lines.push(`${sanitize(name)} ${paint(terminal, 'dim', `(${owner.kind})`)}`);
    const facts = [counted(events, 'event'), ...(tasks > 0 ? [counted(tasks, 'task')] : []), feeds.join(', '), spanText({ fromMs: firstSeenMs, toMs: lastSeenMs })];
    lines.push(paint(terminal, 'dim', `  ${sanitize(facts.join(', '))}`));
  }
  if (entities.length > mostEntities) lines.push(`and ${number(entities.length - mostEntities)} more`);

  heading('Detectors');
  const width = Math.max(0, ...detectors.map(({ id }) => id.length));
  for (const { id, isFed, missing } of detectors) {
    const state = isFed ? paint(terminal, 'green', 'has what it needs') : `cannot judge: ${sanitize(missing ?? 'nothing of what it reads was found')}`;
    lines.push(`${id.padEnd(width)}  ${state}`);
  }
  return `${lines.join('\n')}\n`;
}
