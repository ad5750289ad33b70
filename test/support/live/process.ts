/** `fargazer consume` as a process of its own, as its users run it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import type { Alert } from '#contract';
import { anyCredentials } from '../../../scripts/live/local-stream.ts';
import { until } from './consuming.ts';

const home = dirname(dirname(dirname(import.meta.dirname)));
const main = join(home, 'src/entry/cli/main.ts');

export interface ConsumeProcess {
  child: ChildProcess;
  out(): string;
  errors(): string;
  alerts(): Alert[];
  /** Base of its addresses; waits until it listens. */
  url(): Promise<string>;
  /** Body of one of its addresses. */
  get(path: string): Promise<string>;
  /** Exit status, or the signal that ended it. */
  ended: Promise<number | string>;
}

export function emptyFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-consume-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface ProcessSettings {
  folder: string;
  config: unknown;
  environment?: Record<string, string>;
  /** A shell command that takes the place of `exec "$@"`, where the process is to run within limits. */
  within?: string;
}

export function startConsume(context: TestContext, { folder, config, environment = {}, within = 'exec "$@"' }: ProcessSettings): ConsumeProcess {
  const file = join(folder, 'consume.yaml');
  writeFileSync(file, typeof config === 'string' ? config : stringify(config));
  const child = spawn('bash', ['-c', within, 'consume', process.execPath, main, 'consume', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...anyCredentials, NO_COLOR: '1', ...environment },
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'close').then(([status, signal]) => (status ?? signal) as number | string);
  context.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = async (): Promise<string> => {
    await until(`it listens: ${errors}`, () => /Health and metrics: http/.test(errors) || child.exitCode !== null);
    return /Health and metrics: (http:\S+)\/healthz/.exec(errors)?.[1] ?? '';
  };
  return {
    child,
    out: () => out,
    errors: () => errors,
    alerts: () => out.slice(0, out.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Alert),
    url,
    get: async (path) => (await fetch(`${await url()}${path}`)).text(),
    ended,
  };
}
