/** `fargazer doctor`: what is wrong with a deployed stack, with its cure. */
import type { Command } from 'commander';
import { sanitize } from '../../alerting/text.ts';
import { wrap } from '../../alerting/sinks/console/width.ts';
import { makeCommand, type Context } from './context.ts';
import type { DoctorRow } from './program.ts';
import { paint, type Style, type Terminal } from './terminal.ts';
import { regionValue } from './values.ts';

interface Options {
  stack: string;
  region?: string;
  send?: boolean;
}

const styles: Readonly<Record<DoctorRow['verdict'], Style>> = { ok: 'green', warn: 'yellow', fail: 'red' };

export function doctorCommand({ program, terminal, run }: Context): Command {
  return makeCommand('doctor', 'Look at a deployed stack, and say what is wrong with its cure.')
    .requiredOption('--stack <name>', 'Name of the CloudFormation stack.')
    .option('--region <region>', 'AWS region; that of the environment where absent.', regionValue)
    .option('--send', 'Send a record marked synthetic into the stream and a test alert to the topic, and follow them.')
    .addHelpText('after', doctorHelp)
    .action(({ stack, region, send = false }: Options) =>
      run(async () => {
        // Checks come one by one, some after seconds of waiting; each is shown as it ends.
        let shown = Promise.resolve();
        const verdict = await program.doctor({
          stack,
          ...(region === undefined ? {} : { region }),
          isSending: send,
          signal: terminal.signal,
          onCheck: (check) => void (shown = shown.then(() => terminal.write(rowText(check, terminal)))),
        });
        await shown;
        if (terminal.signal.aborted) return 130;
        return verdict === 'fail' ? 1 : 0;
      }),
    );
}

const doctorHelp = `
Without --send nothing is changed.
Exit status: 0 nothing failed, 1 a check failed, 2 wrong usage.`;

function rowText({ name, verdict, sentence, cure }: DoctorRow, terminal: Terminal): string {
  const room = terminal.columns - indent.length;
  const [first = '', ...more] = wrap(sanitize(`${name}: ${sentence}`), room, 12);
  const under = [...more, ...(cure === undefined ? [] : wrap(sanitize(cure), room, 12).map((line) => paint(terminal, 'bold', line)))];
  const head = `${paint(terminal, styles[verdict], verdict.padEnd(4))}  ${first}`;
  return `${[head, ...under.map((line) => `${indent}${line}`)].join('\n')}\n`;
}

const indent = ' '.repeat('warn  '.length);
