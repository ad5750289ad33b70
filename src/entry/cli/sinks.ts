/** `fargazer sinks preview`: what people receive, as each service shows it, on one page. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FargazerError } from '#contract';
import { sanitize } from '../../alerting/text.ts';
import { makeCommand, type Context } from './context.ts';

interface Options {
  output: string;
  stories?: string;
}

export function sinksCommand({ program, terminal, run }: Context): Command {
  const group = makeCommand('sinks', 'Look at what outputs send.');
  group.addCommand(
    makeCommand('preview', 'Show incidents of recorded stories as each service shows them, in English and Japanese.')
      .argument('[sink]', 'One output; all that people read where absent.')
      .option('--output <file>', 'The page.', 'sinks.html')
      .option('--stories <dir>', 'Folder of stories with their expected alerts; replay-data where absent.')
      .action((sink: string | undefined, { output, stories }: Options) =>
        run(async () => {
          const page = await program.previewSinks({ timeZone: terminal.timeZone, ...(sink === undefined ? {} : { sink }), ...(stories === undefined ? {} : { folder: stories }) });
          await writeFile(output, page).catch((error: unknown) => {
            throw new FargazerError('output-failed', `${output}: the page cannot be written (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}). Name another file with --output.`, { cause: error });
          });
          await terminal.write(`${sanitize(resolve(output))}\n`);
          return 0;
        }),
      ),
  );
  return group;
}
