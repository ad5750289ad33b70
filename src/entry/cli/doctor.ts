/** `fargazer doctor`: what is wrong with a deployed stack, or with the place of a sidecar, with its cure. */
import type { Command } from 'commander';
import { makeCommand, type Context } from './context.ts';
import { showDoctor } from './doctor-row.ts';
import { doctorSidecarCommand } from './doctor-sidecar.ts';
import { regionValue } from './values.ts';

interface Options {
  stack?: string;
  region?: string;
  send?: boolean;
}

export function doctorCommand({ program, terminal, run }: Context): Command {
  return makeCommand('doctor', 'Look at a deployed stack, or at this place, and say what is wrong with its cure.')
    .usage('--stack <name> [options] | sidecar [options]')
    .option('--stack <name>', 'Name of the CloudFormation stack.')
    .option('--region <region>', 'AWS region; that of the environment where absent.', regionValue)
    .option('--send', 'Send a record marked synthetic into the stream and a test alert to the topic, and follow them.')
    .addHelpText('after', doctorHelp)
    .addCommand(doctorSidecarCommand({ program, terminal, run }))
    .action(({ stack, region, send = false }: Options, command: Command) =>
      run(async () => {
        // Not a required option, for the commands beneath would require it too.
        if (stack === undefined) return command.error("required option '--stack <name>' not specified", { code: 'commander.missingMandatoryOptionValue' });
        return showDoctor(terminal, (onCheck) => program.doctor({ stack, ...(region === undefined ? {} : { region }), isSending: send, signal: terminal.signal, onCheck }));
      }),
    );
}

const doctorHelp = `
Without --send nothing is changed.
Exit status: 0 nothing failed, 1 a check failed, 2 wrong usage.`;
