/** What an attack of the range is, and what it is played on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outside } from './outside.ts';
import { pull, type Container, type Task } from './task.ts';

export interface World {
  task: Task;
  outside: Outside;
  app: Container;
  /** Undefined while it is gone. */
  router(): Container | undefined;
  restartRouter(): Promise<void>;
  /** Pseudo-random, by the seed. */
  random(): number;
  /** An address of nobody known, another one each time. */
  stranger(): string;
  /** Name of a worker's lever. */
  worker(): string;
}

export interface Attack {
  name: string;
  kind: 'shell' | 'program' | 'privilege' | 'file' | 'network' | 'logs';
  /** Plays it; answers with how it is known, by other means than the sensor, that it took place. Throws where it did not. */
  play(world: World): Promise<string>;
  /** What an alert about it says: its title, summary, object and what was observed. */
  concerns: RegExp;
  /** How long it goes on after it was played. */
  lastsMs?: number;
}

/** Begins every snippet that starts programs: `launch` starts one and sees to its end. */
const prelude = `
import os, signal, socket, subprocess, threading, time
def launch(words, **settings):
    program = subprocess.Popen(words, stdin=subprocess.DEVNULL, **{'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, **settings})
    threading.Thread(target=program.wait, daemon=True).start()
    return program
def child(act):
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    threading.Thread(target=os.waitpid, args=(pid, 0), daemon=True).start()
    return pid
`;

/** Has a process of the application run code. */
export function inside(world: World, lever: string, code: string): Promise<string> {
  return pull(world.app, lever, `${prelude}\n${code}`);
}

/** Waits until it is true, a few seconds at most; fails with the sentence. */
export async function becomes(isTrue: () => boolean | Promise<boolean>, sentence: string, patienceMs = 4_000): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 50) {
    try {
      if (await isTrue()) return;
    } catch {
      // Not yet.
    }
    await sleep(50);
  }
  assert.fail(sentence);
}

/** The container's file as it is now; empty where there is none. */
export function fileOf(world: World, path: string): string {
  try {
    return readFileSync(world.app.path(path), 'utf8');
  } catch {
    return '';
  }
}

/** Waits until an intruder's server outside has heard the words. */
export async function heard(world: World, place: { address: string; port: number }, words: RegExp, patienceMs = 4_000): Promise<string> {
  await becomes(async () => words.test((await world.outside.ask('lairReceived', place)).beginning), `${place.address}:${place.port} did not hear ${words.source}`, patienceMs);
  return `${place.address}:${place.port} heard ${words.source}`;
}
