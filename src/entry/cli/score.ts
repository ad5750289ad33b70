/** `fargazer score`: an anomaly score for every row of CSV series. */
import type { Command } from 'commander';
import { number, sanitize } from '../../alerting/text.ts';
import { makeCommand, type Context } from './context.ts';
import { counted } from './summary.ts';

export function scoreCommand(context: Context): Command {
  return makeCommand('score', 'Score every row of CSV series (timestamp,value) from 0 to 1; 0.5 and above is an alarm.')
    .argument('<files...>', 'CSV files with the columns timestamp and value.')
    .requiredOption('--output-dir <dir>', 'Folder for the scored files; each keeps its base name.')
    .option('--config <file>', 'Options of the detector resource-usage, as YAML.')
    .action((files: string[], options: { outputDir: string; config?: string }) =>
      context.run(async () => {
        const { program, terminal } = context;
        const config = program.config(options.config);
        const scored = await program.score({ files, outputDir: options.outputDir, config, signal: terminal.signal });
        for (const { file, output, rows, alarms, unreadable } of scored) {
          const broken = unreadable === 0 ? '' : `, ${number(unreadable)} could not be read`;
          await terminal.write(`${sanitize(file)}: ${counted(rows, 'row')}, ${counted(alarms, 'alarm')}${broken}; scores in ${sanitize(output)}\n`);
        }
        return terminal.signal.aborted ? 130 : 0;
      }),
    );
}
