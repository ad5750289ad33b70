/** Stories of `replay-data/`: how each is replayed, and a run of one through the command line, in this process. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../../src/entry/cli/command-line.ts';
import type { Terminal } from '../../src/entry/cli/terminal.ts';
import { program } from '../../src/entry/compose.ts';

export const home = fileURLToPath(new URL('../..', import.meta.url));

export interface Story {
  name: string;
  /** Files of the story's records, from the project's folder. */
  files: string[];
  /** Options after the paths in the story's own command line. */
  options: string[];
  expected: string;
}

/** Every story, with the command line that its `story.md` shows. */
export function stories(): Story[] {
  return readdirSync(join(home, 'replay-data'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(home, 'replay-data', name);
      const command = /fargazer replay ([^`\n]+)/.exec(readFileSync(join(folder, 'story.md'), 'utf8'))?.[1];
      if (command === undefined) throw new Error(`${name}/story.md shows no command`);
      const words = command.trim().split(/\s+/);
      const records = `replay-data/${name}/records`;
      const files = readdirSync(join(home, records), { recursive: true, encoding: 'utf8', withFileTypes: true })
        .filter((entry) => entry.isFile() && !/LICEN|NOTICE|SOURCE/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name).slice(home.length))
        .sort();
      return {
        name,
        files,
        options: words.filter((word) => !word.startsWith('replay-data/')),
        expected: readFileSync(join(folder, 'expected.jsonl'), 'utf8'),
      };
    });
}

/** Runs one command line as a person would, into a pipe. */
export async function fargazer(...words: string[]): Promise<{ out: string; messages: string; status: number }> {
  let out = '';
  let messages = '';
  const terminal: Terminal = {
    write: (text) => {
      out += text;
      return Promise.resolve();
    },
    say: (text) => {
      messages += text;
    },
    columns: 80,
    hasColour: false,
    isOutputTerminal: false,
    isMessageTerminal: false,
    timeZone: 'UTC',
    signal: new AbortController().signal,
  };
  const status = await runCommandLine(words, { program, terminal, version: '0.0.0', isDebugging: false });
  return { out, messages, status };
}
