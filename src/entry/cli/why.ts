/** `fargazer why`: why a record did or did not alert. */
import { Argument, type Command } from 'commander';
import { sanitize } from '../../alerting/text.ts';
import { wrap } from '../../alerting/sinks/console/width.ts';
import { makeCommand, type Context } from './context.ts';
import { progressLine } from './progress.ts';
import type { Position } from './program.ts';
import { addReplayOptions, replaySettings, type ReplayOptions } from './replay-options.ts';
import { writeRows } from './rows.ts';
import { positionValue } from './values.ts';

export function whyCommand(context: Context): Command {
  const command = makeCommand('why', 'Explain why a record did or did not alert.')
    .addArgument(new Argument('<position>', 'FILE:LINE (lines from 1) or FILE#RECORD (records from 0).').argParser(positionValue))
    .argument('[paths...]', 'What the replay asked about read; the file alone where none are named.');
  return addReplayOptions(command).action((position: Position, paths: string[], options: ReplayOptions) =>
    context.run(async () => {
      const { terminal, program } = context;
      const progress = progressLine(terminal);
      const settings = replaySettings(context, paths.length === 0 ? [position.file] : paths, options, progress.onProgress);
      const { sentences, alerts } = await program.why(position, settings).finally(() => progress.stop());
      for (const sentence of sentences) {
        const [first = '', ...more] = wrap(sanitize(sentence), terminal.columns, 20);
        await terminal.write(`${[first, ...more.map((line) => `  ${line}`)].join('\n')}\n`);
      }
      if (alerts.length > 0) await terminal.write('\n');
      await writeRows(alerts, terminal);
      return terminal.signal.aborted ? 130 : 0;
    }),
  );
}
