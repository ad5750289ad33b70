/** Processes and connections of 20 ms: how many the sensor sees, by which ways, and without each way. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { treeOf } from '../../test/range/sidecar.ts';
import { capabilityList, defaultCapabilities } from '../../test/range/task.ts';
import { buildWorld, type Range } from '../../test/range/world.ts';
import { spawn } from 'node:child_process';
import type { Figure } from '../figure.ts';
import { scriptOf, outputOf } from './place.ts';

const tries = 100;
const everyMs = 150;

interface Told {
  kind?: string;
  activity?: string;
  timeMs?: number;
  program?: { path?: string; name?: string };
  arguments?: string[];
  foundBy?: string;
  [field: string]: unknown;
}

/** Runs a kind of brief thing while the sensor looks; counts those that it told. */
async function found(range: Range, kind: 'process' | 'connection' | 'reset', without: string): Promise<{ count: number; by: string; medianMs: number }> {
  // One file each: a sensor that outlived its turn would write into the next one's.
  const file = join(range.task.folder, `told-${kind}-${without || 'all'}.jsonl`);
  const looking = range.task.beside([process.execPath, scriptOf('look.ts'), file, without], { capabilities: defaultCapabilities, environment: { PATH: '/usr/bin:/bin' }, output: 2 });
  await sleep(3_000);
  const inside = spawn('nsenter', ['-t', String(range.app.hostPid), '-p', '-n', '-m', 'setpriv', '--bounding-set', capabilityList(defaultCapabilities), '/usr/bin/python3', '-c', readFileSync(scriptOf('brief.py'), 'utf8'), kind, String(tries), String(everyMs)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const began = (await outputOf(inside)).trim().split('\n').map((line) => 1_000 * Number(line.split(' ')[1]));
  await sleep(2_500);
  // What was started is a row of programs that enter namespaces; the sensor is the last of them.
  for (const pid of treeOf(looking.pid ?? 0).toReversed()) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGTERM');
  await sleep(500);
  const told = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Told);
  const delays: number[] = [];
  const by = new Map<string, number>();
  let count = 0;
  for (const [number, beganMs] of began.entries()) {
    const address = `104.200.${Math.floor(number / 200)}.${1 + (number % 200)}`;
    const match = told.find((event) =>
      kind === 'process'
        ? event.kind === 'process' && event.activity === 'launch' && (event.arguments?.join(' ').includes(`0.02${String(number).padStart(4, '0')}`) === true || (/\bsleep$/.test(event.program?.path ?? '') && event.arguments?.length === 0 && (event.timeMs ?? 0) >= beganMs - 10 && (event.timeMs ?? 0) < beganMs + everyMs))
        : event.kind === 'network' && (event.timeMs ?? 0) >= beganMs - 20 && JSON.stringify(event).includes(`"${address}"`),
    );
    if (match === undefined) continue;
    count += 1;
    delays.push((match.timeMs ?? 0) - beganMs);
    const way = kind === 'process' ? String(match.foundBy) : match.program === undefined ? 'without its program' : 'with its program';
    by.set(way, (by.get(way) ?? 0) + 1);
  }
  delays.sort((a, b) => a - b);
  return { count, by: [...by].map(([way, times]) => `${way} ${times}`).join(', '), medianMs: delays[Math.floor(delays.length / 2)] ?? Number.NaN };
}

export async function brief(): Promise<Figure[]> {
  const range = await buildWorld({ seed: 12, receiver: 'forward', requestsPerSecond: 4 });
  try {
    await range.outside.ask('ownNetwork', { network: '104.200.0.0/16' });
    await range.outside.ask('openLair', { address: '0.0.0.0', port: 4430 });
    const figures: Figure[] = [];
    for (const [kind, ways] of [
      ['process', ['', 'exec-notify', 'pid-bell', 'native']],
      ['connection', ['', 'packet-socket', 'socket-diagnosis', 'native']],
      ['reset', ['', 'packet-socket', 'socket-diagnosis', 'native']],
    ] as const) {
      for (const without of ways) {
        const { count, by, medianMs } = await found(range, kind, without);
        figures.push({ name: `${kind} of 20 ms, default capabilities${without === '' ? '' : `, without ${without}`}`, value: count, unit: `of ${tries}`, ...(without === '' ? { reach: '95' } : {}), detail: `${by || 'none'}; told as of ${medianMs.toFixed(0)} ms after its beginning (median).` });
      }
    }
    return figures;
  } finally {
    range.stop();
  }
}
