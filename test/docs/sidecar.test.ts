/** The guide of the sidecar says what the program says: its ways of looking, its options and their names in the environment. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { systemClock } from '#contract';
import { sensor } from '../../src/sensor/index.ts';
import { networkPart } from '../../src/sensor/network/index.ts';

const home = join(import.meta.dirname, '..', '..');
const textOf = (file: string): string => readFileSync(join(home, file), 'utf8');
const guide = textOf('docs/sidecar.md');

test('each way of looking stands in the table with what is not seen without it', { skip: process.platform === 'linux' ? false : 'looks at a /proc' }, () => {
  const ways = sensor({ procPath: '/proc', subject: () => ({}), sidecarStart: 'guide', clock: systemClock, parts: [networkPart] }).ways();
  assert.ok(ways.length > 5);
  const rows = [...guide.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| ([^|]+) \|$/gm)].map(([, name = '', without = '']) => [name, without.trim()]);
  assert.deepEqual(Object.fromEntries(rows), Object.fromEntries(ways.map(({ name, without }) => [name, without])));
});

describe('options', () => {
  const command = textOf('src/entry/cli/sidecar-options.ts') + textOf('src/entry/cli/sidecar.ts');
  const options = [...command.matchAll(/new Option\('(--[a-z-]+)[^']*'[^\n]*/g)].map(([line, name = '']) => [name, /\.env\('(\w+)'\)/.exec(line)?.[1] ?? '']);

  test('stand in the table, each with its name in the environment', () => {
    assert.ok(options.length >= 10);
    const rows = [...guide.matchAll(/^\| `(--[a-z-]+)[^`]*` \| (?:`(\w+)`)? ?\|/gm)].map(([, name = '', variable = '']) => [name, variable]);
    assert.deepEqual(rows.toSorted(), options.toSorted());
  });

  test('that the construct and the examples set are read by the program', () => {
    const read = new Set([...options.map(([, variable]) => variable), ...[...(textOf('src/entry/sidecar-config.ts') + textOf('src/entry/program/sidecar/whose.ts')).matchAll(/FARGAZER_\w+/g)].map(([name]) => name)]);
    for (const file of ['infra/lib/sidecar.ts', 'examples/sidecar/container-definition.json', 'examples/sidecar/eks.yaml', 'examples/sidecar/main.tf']) {
      const set = new Set([...textOf(file).matchAll(/FARGAZER_\w+/g)].map(([name]) => name));
      assert.ok(set.size > 1, file);
      for (const name of set) assert.ok(read.has(name), `${file} sets ${name}`);
    }
  });
});

test('pages lead to what is there', () => {
  for (const page of ['docs/sidecar.md', 'docs/threat-model.md', 'docs/fargazer-events.md', ...[29, 30, 31, 32].map((number) => decision(number))]) {
    for (const [, target = ''] of textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) assert.ok(existsSync(join(home, dirname(page), target)), `${page}: ${target}`);
  }
});

function decision(number: number): string {
  const names: Record<number, string> = { 29: 'dependencies-of-the-sidecar', 30: 'one-lane-in-the-task', 31: 'what-tasks-give', 32: 'short-histories-judge-carefully' };
  return `docs/decisions/00${number}-${names[number]}.md`;
}
