/** Starts what lies outside the task and asks it things. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { OutsideCalls } from './outside/main.ts';

type Settings<Call extends keyof OutsideCalls> = Parameters<OutsideCalls[Call]>;
type Answer<Call extends keyof OutsideCalls> = Awaited<ReturnType<OutsideCalls[Call]>>;

export interface Outside {
  /** The process whose network namespace it is, as the machine counts. */
  pid: number;
  ask<Call extends keyof OutsideCalls>(call: Call, ...settings: Settings<Call>): Promise<Answer<Call>>;
  stop(): void;
}

/** In a network namespace of its own, which ends with it; it ends with us. */
export function startOutside(): Outside {
  const child: ChildProcess = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', process.execPath, join(import.meta.dirname, 'outside', 'main.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  child.on('message', (message) => {
    const { number, value, error } = message as { number: number; value?: unknown; error?: string };
    const waits = waiting.get(number);
    waiting.delete(number);
    if (error !== undefined) waits?.reject(new Error(error));
    else waits?.resolve(value as never);
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('what lies outside the task has ended'));
    waiting.clear();
  });
  return {
    pid: child.pid ?? 0,
    ask: (call, ...settings) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve: resolve as (value: never) => void, reject });
        child.send({ number: last, call, settings: settings[0] });
      }),
    stop: () => void child.kill('SIGKILL'),
  };
}
