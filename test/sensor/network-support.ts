/** What the tests of the network part share: a small table of processes, a namespace of their own, and what was told. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openNative, type Native } from '../../src/sensor/native/index.ts';
import { networkPart, type NetworkSettings } from '../../src/sensor/network/index.ts';
import { paces, type Level } from '../../src/sensor/pace.ts';
import type { KnownProcess, ProcessTable, SensorContext, SensorPart, Sighting } from '../../src/sensor/part.ts';

/** Every process of `/proc`, read when it is first met (so a program that another one replaced keeps its first name). */
export function smallTable(): ProcessTable {
  const known = new Map<number, KnownProcess>();
  let last = '';
  let newest: KnownProcess[] = [];
  const refresh = (): void => {
    // The last process id given out: nothing began since, nothing to read.
    const now = readFileSync('/proc/loadavg', 'latin1').split(' ')[4] ?? '';
    if (now === last) return;
    last = now;
    const pids = new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number));
    for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid);
    for (const pid of pids) {
      if (known.has(pid)) continue;
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const startTicks = Number(fields[19]);
        let path = '';
        try {
          path = readlinkSync(`/proc/${pid}/exe`);
        } catch {
          // Of the kernel, or gone.
        }
        const userId = Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? -1);
        known.set(pid, { pid, parentPid: Number(fields[1]), program: { path, name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) }, arguments: [], userId, containerId: undefined, startTicks });
      } catch {
        known.delete(pid);
      }
    }
    newest = [...known.values()].toSorted((one, other) => other.startTicks - one.startTicks || other.pid - one.pid);
  };
  refresh();
  return {
    get: (pid) => known.get(pid),
    lineageOf(pid) {
      const parent = known.get(known.get(pid)?.parentPid ?? 0);
      return parent === undefined ? [] : [parent.program];
    },
    all: () => known.values(),
    refresh,
    newest: (limit) => newest.slice(0, limit),
    isOwn: (pid) => pid === process.pid,
  };
}

export interface Running {
  told: { sighting: Sighting; pid: number | undefined }[];
  part: SensorPart;
  /** Waits until something is told that pleases; undefined after `withinMs`. */
  until<Kind extends Sighting['kind']>(kind: Kind, pleases: (sighting: Extract<Sighting, { kind: Kind }>) => boolean, withinMs?: number): Promise<Extract<Sighting, { kind: Kind }> | undefined>;
  stop(): void;
}

export interface RunSettings extends NetworkSettings {
  native?: Native | undefined;
  level?: () => Level;
}

export function runPart({ native = openNative(), level = () => 0, ...settings }: RunSettings = {}): Running {
  const told: Running['told'] = [];
  const context: SensorContext = {
    procPath: '/proc', native, now: () => Date.now(), processes: smallTable(), pace: () => paces[level()],
    tell: (sighting, whose) => void told.push({ sighting, pid: whose?.pid }),
  };
  const part = networkPart(context, settings);
  part.start();
  const beat = setInterval(() => part.look(Date.now()), 20);
  return {
    told, part,
    async until(kind, pleases, withinMs = 10_000) {
      for (const end = Date.now() + withinMs; ;) {
        for (const { sighting } of told) if (sighting.kind === kind && pleases(sighting as never)) return sighting as never;
        if (Date.now() > end) return undefined;
        await sleep(10);
      }
    },
    stop() {
      clearInterval(beat);
      part.stop();
      native?.close();
    },
  };
}

/** Why the tests that need a network of their own are skipped; false where they run. */
export function whyNoNamespace(): string | false {
  if (process.platform !== 'linux') return 'namespaces are Linux';
  if (process.geteuid?.() !== 0) return 'a network namespace needs root';
  if (openNativeOnce() === undefined) return 'the foreign-function library is missing';
  return spawnSync('unshare', ['--net', 'ip', 'link', 'show']).status === 0 ? false : 'unshare or ip is missing';
}

let isOpened = false;
let opened: Native | undefined;
function openNativeOnce(): Native | undefined {
  if (!isOpened) opened = openNative();
  isOpened = true;
  return opened;
}

/** Moves this thread, and with it what it starts and opens from now on, into a new network with loopback alone. */
export function enterNamespace(): void {
  const newNetwork = 0x4000_0000;
  if (openNativeOnce()!.bind('int unshare(int flags)')(newNetwork) !== 0) throw new Error('unshare failed');
  ip('link set lo up');
}

export function ip(line: string): void {
  const { status, stderr } = spawnSync('ip', line.split(' '));
  if (status !== 0) throw new Error(`ip ${line}: ${stderr}`);
}

export interface Script {
  pid: number;
  /** Its next line. */
  line(): Promise<string>;
  send(text: string): void;
  end(): void;
  ended: Promise<void>;
}

/** Runs a program that ends when its input does, so that it dies with the test. */
export function startScript(source: string, inNetworkOfPid?: number): Script {
  const before = inNetworkOfPid === undefined ? [] : ['nsenter', `--net=/proc/${inNetworkOfPid}/ns/net`];
  const [command, ...rest] = [...before, process.execPath, '-e', `process.stdin.on('end', () => process.exit()).resume();${source}`];
  const child: ChildProcess = spawn(command!, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const readers: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => (readers.length > 0 ? readers.shift()!(line) : lines.push(line)));
  return {
    pid: child.pid!,
    line: () => new Promise((resolve) => (lines.length > 0 ? resolve(lines.shift()!) : readers.push(resolve))),
    send: (text) => void child.stdin!.write(text),
    end: () => child.stdin!.end(),
    ended: new Promise((resolve) => child.on('exit', () => resolve())),
  };
}
