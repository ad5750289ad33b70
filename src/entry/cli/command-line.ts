/** The command line as a whole: words in, exit status out. */
import type { Command } from 'commander';
import { alertsCommand } from './alerts.ts';
import { baselineCommand } from './baseline.ts';
import { configCommand } from './config.ts';
import { consumeCommand } from './consume.ts';
import { coverageCommand } from './coverage.ts';
import { makeCommand, type Context } from './context.ts';
import { doctorCommand } from './doctor.ts';
import { inspectCommand } from './inspect.ts';
import { detectorsCommand, formatsCommand } from './lists.ts';
import type { Program } from './program.ts';
import { replayCommand } from './replay.ts';
import { runWords } from './run-words.ts';
import { scoreCommand } from './score.ts';
import { sidecarCommand } from './sidecar.ts';
import { tailCommand } from './tail.ts';
import { templatesCommand } from './templates.ts';
import { sinksCommand } from './sinks.ts';
import type { Terminal } from './terminal.ts';
import { whyCommand } from './why.ts';

interface Settings {
  program: Program;
  terminal: Terminal;
  version: string;
  /** Traces are shown with errors (FARGAZER_DEBUG=1). */
  isDebugging: boolean;
}

/** The commands, for running and for the reference. Help is handed to `writeHelp`. */
export function commandTree(context: Context, version: string, writeHelp: (text: string) => void): Command {
  const root = makeCommand('fargazer', 'Says what was unusual in the telemetry of AWS Fargate, and why.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'Show the version.')
    .helpCommand('help [command]', 'Show the help of a command.')
    .addHelpText('after', '\nBegin with: fargazer replay ./logs');
  for (const make of [replayCommand, tailCommand, consumeCommand, sidecarCommand, coverageCommand, sinksCommand, inspectCommand, whyCommand, formatsCommand, detectorsCommand, scoreCommand, templatesCommand, alertsCommand, baselineCommand, configCommand, doctorCommand]) {
    root.addCommand(make(context));
  }
  const handHelp = (command: Command): void => {
    command.configureOutput({ writeOut: writeHelp, writeErr: () => undefined });
    command.commands.forEach(handHelp);
  };
  handHelp(root);
  return root;
}

/** Runs one command line (the words after `fargazer`); never rejects. */
export function runCommandLine(words: readonly string[], { program, terminal, version, isDebugging }: Settings): Promise<number> {
  return runWords(words, { terminal, isDebugging, tree: (run, writeHelp) => commandTree({ program, terminal, words, run }, version, writeHelp) });
}
