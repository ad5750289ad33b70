/** A task made by a test: a process namespace of its own, in which a shell runs what the test says and the sensor looks. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CoverageEvent, FileActivity, ProcessActivity } from '../../../src/contract/index.ts';

export type Told = (ProcessActivity | FileActivity | CoverageEvent) & { seenMs: number };

export interface Task {
  told: Told[];
  /** Runs a line in the first process of the task, a shell. */
  run(line: string): void;
  /** Resolves with the first event that fits, from `from` of `told` on; rejects after a while. */
  find<Event extends Told = ProcessActivity & { seenMs: number }>(what: string, fits: (event: Event) => boolean, options?: { from?: number; withinMs?: number }): Promise<Event>;
  processes(fits: (event: ProcessActivity) => boolean): ProcessActivity[];
  files(fits: (event: FileActivity) => boolean): FileActivity[];
  /** What the sensor says of its ways, and what it has used, microseconds of processor. */
  report(): Promise<{ ways: { name: string; isWorking: boolean; reason?: string }[]; usedMicros: number; residentBytes: number }>;
  end(): Promise<void>;
}

export const isRoot = process.getuid?.() === 0;
export const skip = isRoot && process.platform === 'linux' ? false : 'needs root on Linux to make a process namespace';

export interface TaskSettings {
  isNative?: boolean;
  /** Drops the right to look at processes of others. */
  isWithoutPtrace?: boolean;
  /** Lines that run before the sensor starts. */
  before?: string[];
  hasFiles?: boolean;
}

export async function startTask(settings: TaskSettings = {}): Promise<Task> {
  const child = spawn('unshare', ['--pid', '--fork', '--mount-proc', '--mount', '--kill-child', 'sh'], {
    cwd: '/',
    stdio: ['pipe', 'inherit', 'inherit', 'pipe'], env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', NODE: process.execPath } });
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  let reported: ((report: never) => void) | undefined;
  createInterface({ input: child.stdio[3] as NodeJS.ReadableStream }).on('line', (line) => {
    const event = JSON.parse(line) as Told & { report?: never };
    if (event.report !== undefined) return reported?.(event.report);
    told.push({ ...event, seenMs: Date.now() });
    for (const check of waiting) check();
  });
  const run = (line: string): void => void child.stdin!.write(`${line}\n`);
  for (const line of settings.before ?? []) run(line);
  const watcher = join(import.meta.dirname, 'watcher.ts');
  const drop = settings.isWithoutPtrace === true ? 'setpriv --bounding-set -sys_ptrace --inh-caps -all ' : '';
  run(`${drop}"$NODE" ${watcher} '${JSON.stringify({ isNative: settings.isNative ?? true, hasFiles: settings.hasFiles ?? false })}' >&3 3>&- & WATCHER=$!`);
  const task: Task = {
    told, run,
    find: (what, fits, { from = 0, withinMs = 6_000 } = {}) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`${what} was not told; told were ${told.slice(from).map((event) => `${event.kind} ${'activity' in event ? event.activity : event.detail} ${'program' in event ? event.program?.path : ''}`).slice(-20).join(', ')}`));
        }, withinMs);
        let at = from;
        const check = (): void => {
          for (; at < told.length; at += 1) {
            if (!fits(told[at] as never)) continue;
            clearTimeout(timer);
            waiting.delete(check);
            return resolve(told[at] as never);
          }
        };
        waiting.add(check);
        check();
      }),
    processes: (fits) => told.filter((event) => event.kind === 'process' && fits(event)) as ProcessActivity[],
    files: (fits) => told.filter((event) => event.kind === 'file' && fits(event)) as FileActivity[],
    report: () => new Promise((resolve) => {
      reported = resolve;
      run('kill -USR2 $WATCHER');
    }),
    end: () => ended(child),
  };
  // The first process of the task is told once the sensor looks.
  try {
    await task.find('the first process', (event) => event.kind === 'process' && event.pid === 1, { withinMs: 20_000 });
  } catch (error) {
    await task.end();
    throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  return task;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
