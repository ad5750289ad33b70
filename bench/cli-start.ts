/** What `--version` and `--help` cost against an empty start of Node; needs the set-up (`npm run setup`). */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { printFigures, type Figure } from './figure.ts';

const home = fileURLToPath(new URL('..', import.meta.url));

function timed(command: string, words: readonly string[]): number {
  const before = performance.now();
  const { status } = spawnSync(command, words, { cwd: home, stdio: 'ignore' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}`);
  return performance.now() - before;
}

const median = (values: readonly number[]): number => values.toSorted((left, right) => left - right)[values.length >> 1]!;

export async function run(rounds = 15): Promise<Figure[]> {
  const empty: number[] = [];
  const version: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    empty.push(timed(process.execPath, ['-e', '0']));
    version.push(timed('bin/fargazer', ['--version']));
    help.push(timed('bin/fargazer', ['--help']));
  }
  const row = (name: string, times: readonly number[]): Figure => ({
    name, value: median(times) / median(empty), unit: '× an empty start of Node', reach: 'under 2', detail: `${median(times).toFixed(0)} ms against ${median(empty).toFixed(0)} ms`,
  });
  return [row('--version', version), row('--help', help)];
}

if (import.meta.main) printFigures(await run());
