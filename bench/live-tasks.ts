/** Memory with 100,000 live tasks of 200 services: a line, a metric point and a flow a minute each, flows held for their lateness. */
import { execFileSync } from 'node:child_process';
import { detectors } from '../detectors/index.ts';
import { joinPieces } from '../src/decode/log/join-pieces.ts';
import { Walk } from '../src/engine/run.ts';
import { engineSettings } from '../src/engine/settings.ts';
import { liveTape } from '../src/engine/tape-settings.ts';
import { metricList, type FargazerEvent, type Subject } from '#contract';
import { printFigures, type Figure } from './figure.ts';

const cpuUsage = metricList(['container.cpu.usage'], ['cpu-units'], [false]);
const startMs = Date.UTC(2026, 0, 5);

interface Task {
  logs: Subject;
  metrics: Subject;
  flows: Subject;
  service: number;
}

export function tasksOf(count: number, services: number): Task[] {
  return Array.from({ length: count }, (_, index) => {
    const service = index % services;
    const task = index.toString(16).padStart(32, '0');
    const place = { account: '111122223333', region: 'eu-west-1', cluster: 'shop' };
    return {
      service,
      logs: { ...place, family: `service-${service}`, revision: '3', task, container: 'app' },
      metrics: { ...place, service: `service-${service}`, family: `service-${service}`, task, container: 'app' },
      flows: { ...place, service: `service-${service}`, task, networkInterface: `eni-${task.slice(15)}`, address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}` },
    };
  });
}

/** Kinds of lines are made once and shared, as the decoder does. */
const kinds = new Map<number, { templateId: string; template: string }>();
function kindOf(service: number, kind: number): { templateId: string; template: string } {
  let known = kinds.get(service * 20 + kind);
  if (known === undefined) {
    known = { templateId: `t${service}-${kind}`, template: `kind ${kind} of service ${service} did <*>` };
    kinds.set(service * 20 + kind, known);
  }
  return known;
}

/** Text in one piece, as decoders cut it from a record; joined by the engine of the language it stays a tree of its parts. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

export function eventsOf(task: Task, index: number, minute: number): FargazerEvent[] {
  const timeMs = startMs + minute * 60_000 + (index % 50_000);
  const base = { timeMs, timeNs: 0, hasOwnId: false, count: 1, origin: { file: 'live', line: index } };
  const kind = (index + minute) % 20;
  const bytes = 20_000 + ((index * 7_919 + minute * 104_729) % 9_000);
  return [
    {
      ...base, kind: 'log', feed: 'firelens', id: flat(`${index}l${minute}`), subject: task.logs, ...kindOf(task.service, kind), isContinuation: false,
      raw: flat(`{"log":"kind ${kind} of service ${task.service} did ${index * minute}","ecs_task_arn":"arn:aws:ecs:eu-west-1:111122223333:task/shop/${task.logs.task}"}`),
    },
    {
      ...base, kind: 'metrics', feed: 'container-insights', id: flat(`${index}m${minute}`), subject: task.metrics, list: cpuUsage,
      values: [100 + (bytes % 37)],
      raw: flat(`{"Type":"Container","TaskId":"${task.logs.task}","CpuUtilized":${100 + (bytes % 37)},"MemoryUtilized":200}`),
    },
    {
      ...base, kind: 'network', feed: 'flow-log', id: flat(`${index}f${minute}`), subject: task.flows, clientAddress: task.flows.address!, serverAddress: flat(`52.9.${task.service}.${minute & 255}`),
      serverPort: 443, protocol: 6, side: 'client', action: 'accept', clientSentBytes: bytes, serverSentBytes: 0, packets: 20, startMs: timeMs - 60_000,
      raw: flat(`7 111122223333 eni-${task.logs.task} ${task.flows.address} 52.9.${task.service}.${minute & 255} 41000 443 6 20 ${bytes} 1767571200 1767571260 ACCEPT OK`),
    },
  ];
}

/**
 * As a process that lives long is started: a young generation of 16 MiB, where by itself it grows to 128 (two halves of
 * 64), and a heap that is collected in time for a task of 2 GB.
 */
const flags = ['--max-semi-space-size=16', '--max-old-space-size=1024'];

interface Measured {
  count: number;
  minutes: number;
  beforeBytes: number;
  mostBytes: number;
  heapBytes: number;
}

/** Walks in this process; nothing is collected but what the process collects by itself, and the peak is what the system saw. */
function measure(count: number, minutes: number): Measured {
  const walk = new Walk(engineSettings({ detectors: detectors.map((detector) => ({ detector, options: detector.options.parse({}) })), tape: liveTape }), joinPieces);
  const tasks = tasksOf(count, 200);
  const beforeBytes = process.memoryUsage().rss;
  for (let minute = 0; minute < minutes; minute += 1) {
    for (const [index, task] of tasks.entries()) for (const event of eventsOf(task, index, minute)) walk.gate.take(event);
    walk.walkTo(startMs + (minute + 1) * 60_000);
    if (process.env['TOLD'] !== undefined) console.error(minute, JSON.stringify(process.memoryUsage()), process.resourceUsage().maxRSS);
  }
  return { count, minutes, beforeBytes, mostBytes: process.resourceUsage().maxRSS * 1_024, heapBytes: process.memoryUsage().heapUsed };
}

/** `TASKS` and `MINUTES` of the environment, else 100,000 for 16 minutes: flows are held for 12. */
export function run(): Figure[] {
  const { count, minutes, beforeBytes, mostBytes } = JSON.parse(
    execFileSync(process.execPath, [...flags, import.meta.filename, 'measure'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  ) as Measured;
  return [
    { name: `${count} live tasks, resident memory at its peak`, value: mostBytes / 2 ** 20, unit: 'MiB', reach: 'under 1,024', detail: `${minutes} minutes, ${detectors.length} detectors, node ${flags.join(' ')}` },
    { name: 'of it, a task', value: (mostBytes - beforeBytes) / count / 1_024, unit: 'KiB', reach: 'under 4', detail: 'flows held for 12 minutes; the tasks’ own names, which a live source holds as well, are not counted' },
  ];
}

if (import.meta.main) {
  if (process.argv[2] === 'measure') console.log(JSON.stringify(measure(Number(process.env['TASKS'] ?? 100_000), Number(process.env['MINUTES'] ?? 16))));
  else printFigures(run());
}
