/** The words of a command line through a tree of commands: exit status out, help and errors on the terminal. */
import type { Command } from 'commander';
import type { Context } from './context.ts';
import type { Terminal } from './terminal.ts';
import { endingOf } from './usage.ts';

export interface WordsSettings {
  terminal: Terminal;
  /** Traces are shown with errors (FARGAZER_DEBUG=1). */
  isDebugging: boolean;
  /** The commands: each hands its exit status to `run`, and its help to `writeHelp`. */
  tree: (run: Context['run'], writeHelp: (text: string) => void) => Command;
}

/** Never rejects. */
export async function runWords(words: readonly string[], { terminal, isDebugging, tree }: WordsSettings): Promise<number> {
  let status = 0;
  let help = '';
  const root = tree(
    async (action) => void (status = await action()),
    (text) => void (help += text),
  );
  try {
    // A group named without what to do with it, or nothing at all, asks for help.
    const last = words.reduce<Command | undefined>((group, word) => group?.commands.find((command) => command.name() === word), root);
    const isAlone = last !== undefined && last.commands.length > 0;
    await root.parseAsync(isAlone ? [...words, '--help'] : words, { from: 'user' });
  } catch (error) {
    const ending = endingOf(error, isDebugging);
    if (ending.text !== '') terminal.say(ending.text);
    // Ctrl-C may surface as an error of what it cut off.
    status = terminal.signal.aborted ? 130 : ending.status;
  }
  if (help !== '') await terminal.write(help);
  return status;
}
