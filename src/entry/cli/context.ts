/** What every command is given: the program, the terminal, and how it hands back its exit status. */
import { Command, type CommanderError } from 'commander';
import type { Program } from './program.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  program: Program;
  terminal: Terminal;
  /** The words of this command line, for the report: what stands after `fargazer`. */
  words: readonly string[];
  /** Runs an action; its number becomes the exit status. */
  run(action: () => Promise<number>): Promise<void>;
}

/** An error of commander together with the command in which it arose. */
export class UsageFault extends Error {
  readonly command: Command;
  readonly fault: CommanderError;
  constructor(command: Command, fault: CommanderError) {
    super(fault.message, { cause: fault });
    this.name = 'UsageFault';
    this.command = command;
    this.fault = fault;
  }
}

/** A command that throws instead of ending the process, and leaves its messages to `usage.ts`. */
export function makeCommand(name: string, summary: string): Command {
  const command = new Command(name);
  return command
    .description(summary)
    .helpOption('-h, --help', 'Show this help.')
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ helpWidth: 80, subcommandTerm: (child) => child.name() })
    .exitOverride((fault) => {
      throw new UsageFault(command, fault);
    });
}
