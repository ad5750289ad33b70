/** The sidecar as a process: it starts, tells what it sees, and ends. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import type { Alert } from '#contract';

const main = join(import.meta.dirname, '..', '..', 'src', 'entry', 'cli', 'main.ts');
const mayUnshare = process.platform === 'linux' && spawnSync('unshare', ['--pid', '--mount', '--mount-proc', '--net', '--fork', 'true']).status === 0;

interface Running {
  child: ChildProcess;
  folder: string;
  said: () => string;
  alerts: () => Alert[];
  /** Runs a command beside it, in its namespaces. */
  run: (...words: string[]) => void;
}

/** Its shell is the task's first process, as a pause container is: what a sidecar itself starts is not looked at. */
const asSecond = '"$@" & child=$!; trap "kill -TERM $child" TERM; wait $child; status=$?; if [ $status -gt 128 ]; then wait $child; status=$?; fi; exit $status';

/** In namespaces of its own, so that nobody else's processes are looked at. */
function start(context: TestContext, words: readonly string[], folder = mkdtempSync(join(tmpdir(), 'fargazer-sidecar-')), before = 'true'): Running {
  let text = '';
  const child = spawn('unshare', ['--pid', '--mount', '--mount-proc', '--net', '--fork', '--kill-child', 'bash', '-c', `${before}; ${asSecond}`, 'sidecar', process.execPath, main, 'sidecar', '--state', join(folder, 'state'), '--sink', `jsonl:${join(folder, 'alerts.jsonl')}`, ...words], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, FARGAZER_SERVICE: 'checkout' } });
  child.stderr!.on('data', (part: Buffer) => (text += part.toString()));
  context.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'alerts.jsonl');
  const inner = (): string => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim();
  return {
    child, folder,
    said: () => text,
    alerts: () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Alert) : []),
    run: (...command) => void spawnSync('nsenter', ['--target', inner(), '--pid', '--mount', '--net', ...command]),
  };
}

async function until(what: string, is: () => boolean, forMs = 30_000): Promise<void> {
  const endMs = Date.now() + forMs;
  while (!is()) {
    if (Date.now() > endMs) assert.fail(`${what} did not come`);
    await sleep(50);
  }
}

async function ended({ child }: Running, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  // The program itself, as a container's first process gets it.
  process.kill(Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim()), signal);
  const [status] = (await exit) as [number | null];
  return status;
}

const skip = mayUnshare ? false : 'needs root and namespaces (unshare)';

test('it tells of a program that never ran, ends on SIGTERM with status 0, and tells after a kill that it did not look', { skip, timeout: 120_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-sidecar-'));
  const first = start(context, ['--learn-for', '2s'], folder);
  await until('its first sentence', () => first.said().includes('looks at checkout'));
  await sleep(5_000);
  first.run('cp', '/bin/sleep', '/tmp/.fargazer-x');
  context.after(() => rmSync('/tmp/.fargazer-x', { force: true }));
  await until('the alert', () => {
    first.run('/tmp/.fargazer-x', '0.2');
    return first.alerts().some(({ title }) => title.includes('/tmp/.fargazer-x'));
  });
  const beganMs = Date.now();
  assert.equal(await ended(first, 'SIGTERM'), 0);
  assert.ok(Date.now() - beganMs < 5_000);

  await sleep(6_000);
  const second = start(context, [], folder);
  await until('the gap', () => second.alerts().some(({ detector, title }) => detector === 'coverage-silent' && title.includes('did not look for')));
    assert.equal(await ended(second, 'SIGTERM'), 0);
});

test('a disk that others fill mutes nothing: it says so, and goes on with its alerts', { skip, timeout: 120_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-sidecar-'));
  const state = join(folder, 'state');
  const sidecar = start(context, ['--learn-for', '2s'], folder, `mkdir ${state} && mount -t tmpfs -o size=2m none ${state}`);
  const says = (text: string) => sidecar.alerts().some(({ title }) => title.includes(text));
  await until('its first sentence', () => sidecar.said().includes('looks at checkout'));
  await sleep(5_000);
  sidecar.run('sh', '-c', `cat /dev/zero > ${state}/all; cp /bin/sleep /tmp/.fargazer-full`);
  context.after(() => rmSync('/tmp/.fargazer-full', { force: true }));
  await until('the word of the disk', () => says('kept in memory alone'), 60_000);
  await until('the alert', () => {
    sidecar.run('/tmp/.fargazer-full', '0.2');
    return says('/tmp/.fargazer-full');
  });
  sidecar.run('rm', `${state}/all`);
  assert.equal(await ended(sidecar, 'SIGTERM'), 0);
});

test('a state that was damaged keeps no sidecar from looking: it says so, and learns anew', { skip, timeout: 120_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-sidecar-'));
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'state', 'state.sqlite'), 'nothing of ours');
  const sidecar = start(context, ['--learn-for', '2s'], folder);
  await until('the word of the state', () => sidecar.alerts().some(({ detector, title }) => detector === 'coverage-silent' && /not a state of fargazer, or it is damaged/.test(title)));
  assert.equal(await ended(sidecar, 'SIGTERM'), 0);
  assert.equal(readFileSync(join(folder, 'state', 'state.sqlite'), 'utf8'), 'nothing of ours');
});

test('what is wrong on the command line is said before anything starts', { timeout: 60_000 }, async () => {
  const told = (...words: string[]): { status: number | null; stderr: string } => spawnSync(process.execPath, [main, 'sidecar', ...words], { encoding: 'utf8' });

  const unknown = told('--sink', 'slakc:https://x');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /slakc/);
  assert.equal(told('--mode', 'ship').status, 2);
  assert.match(told('--forward', '192.0.2.7:24225').stderr, /192\.0\.2\.7/);
  assert.match(told('--baselines', '/does/not/exist').stderr, /cannot be read/);
  assert.doesNotMatch(told('--baselines', '/does/not/exist').stderr, /\n\s+at /);
});

test('a port that is taken ends no sidecar: it says so, and goes on without that receiver', { timeout: 60_000 }, async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, [main, 'sidecar', '--forward', `127.0.0.1:${port}`, '--sink', 'console'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (part: Buffer) => (text += part.toString()));
  context.after(() => child.kill('SIGKILL'));
  await until('the sentence', () => text.includes(String(port)) && /read no more/.test(text));
  assert.equal(child.exitCode, null);
});
