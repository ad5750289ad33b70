/** `npm run expect [STORY…]`: writes the expected alerts of stories anew, each by the command line that its `story.md` shows. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from './home.ts';

const storiesFolder = join(home, 'replay-data');
/** A story's alerts are far smaller; more than this means that something is wrong. */
const outputLimitBytes = 64 * 1024 * 1024;

/** Replays a story by the sources as they are; a sentence that says what changed. */
function expect(name: string): string {
  const folder = join(storiesFolder, name);
  const command = /fargazer replay ([^`\n]+)/.exec(readFileSync(join(folder, 'story.md'), 'utf8'))?.[1];
  if (command === undefined) throw new Error(`${name}/story.md shows no line \`fargazer replay …\``);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(home, 'src', 'entry', 'cli', 'main.ts'), 'replay', ...command.trim().split(/\s+/), '--output', 'jsonl'],
    { cwd: home, encoding: 'utf8', maxBuffer: outputLimitBytes },
  );
  if (status !== 0) throw new Error(`${name} ended with status ${status}: ${stderr}`);
  const file = join(folder, 'expected.jsonl');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (before !== stdout) writeFileSync(file, stdout);
  const count = stdout.split('\n').length - 1;
  return `${name}: ${count} alert${count === 1 ? '' : 's'}, ${before === stdout ? 'as before' : 'written anew'}`;
}

const known = readdirSync(storiesFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no story ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const name of asked.length > 0 ? asked : known) console.log(expect(name));
}
