/** The sidecar under test: started in the task as its users start it, its alerts read as they are written, its use measured. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Alert } from '#contract';
import { forwardPort, httpPort, metadataUri } from './place.ts';
import { defaultCapabilities, type Task } from './task.ts';

const home = join(import.meta.dirname, '..', '..');

export interface SidecarSettings {
  hasPtrace: boolean;
  learnForMs: number;
  /** The bundled program as it ships, or its sources. */
  program: 'bundle' | 'sources';
  receiver: 'forward' | 'http';
  /** Ways of looking that are switched off. */
  without?: readonly string[];
  folder: string;
  /** `shared`: the sidecar sees the machine's files as its own, as in a range that gives it no root of its own. */
  root?: 'own' | 'shared';
}

export interface SeenAlert {
  /** When its line was there, by the clock. */
  atMs: number;
  alert: Alert;
  /** Its id was there before. */
  isUpdate: boolean;
}

/** What its processes use, all of them together. */
export interface Use {
  residentMib: number;
  proportionalMib: number;
  cpuSeconds: number;
  processes: number;
}

export interface RunningSidecar {
  child: ChildProcess;
  alerts: readonly SeenAlert[];
  onAlert(tell: (seen: SeenAlert) => void): void;
  use(): Use;
  /** What it said on its outputs. */
  said(): string;
  /** SIGTERM; milliseconds until it was gone, and its exit status. */
  end(): Promise<{ tookMs: number; status: number | null }>;
}

/** The command that starts it: the program as users start it, or its sources. */
export function programOf(program: SidecarSettings['program']): string[] {
  return program === 'bundle' ? [join(home, 'bin', 'fargazer')] : [process.execPath, join(home, 'src', 'entry', 'cli', 'main.ts')];
}

/** A process and what it started, as the machine counts. */
export function treeOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter((text) => text !== '').map(Number);
    return [pid, ...children.flatMap(treeOf)];
  } catch {
    return [];
  }
}

function kibibytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}

export function useOf(pids: readonly number[]): Use {
  const use: Use = { residentMib: 0, proportionalMib: 0, cpuSeconds: 0, processes: 0 };
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
      // User and system time of it and of its ended children, in hundredths.
      use.cpuSeconds += ((fields[11] ?? 0) + (fields[12] ?? 0) + (fields[13] ?? 0) + (fields[14] ?? 0)) / 100;
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
      use.residentMib += kibibytes(rollup, 'Rss') / 1_024;
      use.proportionalMib += kibibytes(rollup, 'Pss') / 1_024;
      use.processes += 1;
    } catch {
      // It is gone.
    }
  }
  return use;
}

export function startSidecar(task: Task, { hasPtrace, learnForMs, program, receiver, without = [], folder, root = 'own' }: SidecarSettings): RunningSidecar {
  const alertsFile = join(folder, 'alerts.jsonl');
  const logFile = join(folder, 'sidecar.log');
  const address = receiver === 'forward' ? ['--forward', `127.0.0.1:${forwardPort}`] : ['--http', `127.0.0.1:${httpPort}`];
  const output = openSync(logFile, 'a');
  const child = task.beside([...programOf(program), 'sidecar', '--proc', '/proc', ...address, '--state', join(folder, 'state'), '--sink', `jsonl:${alertsFile}`, '--learn-for', `${learnForMs / 1_000}s`], {
    capabilities: hasPtrace ? [...defaultCapabilities, 'sys_ptrace'] : defaultCapabilities,
    environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ECS_CONTAINER_METADATA_URI_V4: metadataUri, ...(without.length === 0 ? {} : { FARGAZER_SENSOR_WITHOUT: without.join(',') }) },
    output,
    root,
  });
  closeSync(output);

  const alerts: SeenAlert[] = [];
  const ids = new Set<string>();
  const listeners: ((seen: SeenAlert) => void)[] = [];
  let file: number | undefined;
  let offset = 0;
  let rest = '';
  const part = Buffer.alloc(1 << 16);
  const read = (): void => {
    if (file === undefined && existsSync(alertsFile)) file = openSync(alertsFile, 'r');
    if (file === undefined) return;
    for (let length = readSync(file, part, 0, part.length, offset); length > 0; length = readSync(file, part, 0, part.length, offset)) {
      offset += length;
      rest += part.toString('utf8', 0, length);
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const alert = JSON.parse(line) as Alert;
      const seen: SeenAlert = { atMs: Date.now(), alert, isUpdate: ids.has(alert.id) };
      ids.add(alert.id);
      alerts.push(seen);
      for (const tell of listeners) tell(seen);
    }
  };
  const reading = setInterval(read, 20);

  // The program itself lies beneath nsenter; what only starts it is not counted.
  const mine = (): number[] => treeOf(child.pid ?? 0).slice(1);
  return {
    child,
    alerts,
    onAlert: (tell) => void listeners.push(tell),
    use: () => useOf(mine()),
    said: () => readFileSync(logFile, 'utf8'),
    async end() {
      const beganMs = performance.now();
      const gone = new Promise<number | null>((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(child.exitCode)));
      for (const pid of mine().slice(0, 1)) process.kill(pid, 'SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const status = await gone;
      clearTimeout(patience);
      const tookMs = performance.now() - beganMs;
      clearInterval(reading);
      read();
      if (file !== undefined) closeSync(file);
      file = undefined;
      return { tookMs, status };
    },
  };
}
