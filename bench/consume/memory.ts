/** Resident memory of `consume`: over a day of event time, with huge records, with a million tasks passing by, and while nothing can be saved. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Figure } from '../figure.ts';
import { bodyOf, cannedKinesis, shardIds } from './canned-kinesis.ts';
import { startProgram } from './program.ts';

const mebibyte = 2 ** 20;
const linesASecond = 1_000;
const shards = shardIds(4);
const linesOfRecord = 100;

/** Whose the lines of a second are: services, and tasks that live as long as the measurement or as one line. */
type TaskOf = (index: number) => number;

/** Lines of fifty kinds, half of them with numbers that never come again. */
function lineAt(timeMs: number, task: number, index: number): string {
  const id = task.toString(16).padStart(32, '0');
  const service = `service-${task % 10}`;
  const kind = index % 50;
  const text = kind % 2 === 0 ? `INFO order ${index * 7_919} stored by step ${kind} in ${index % 900} ms` : `DEBUG cache of step ${kind} was asked for ${(index * 104_729).toString(36)}`;
  return `{"date":"${new Date(timeMs).toISOString()}","source":"stdout","log":"${text}","container_id":"${id}-0123456789","container_name":"app","ecs_cluster":"shop","ecs_task_arn":"arn:aws:ecs:eu-west-1:111122223333:task/shop/${id}","ecs_task_definition":"${service}:3"}`;
}

/** Event time of one record of a shard, milliseconds. */
const recordMsAt = (pace: number): number => (linesOfRecord * shards.length * 1_000) / pace;

interface Stretch {
  startMs: number;
  totalRecords: number;
  recordMs: number;
  taskOf: TaskOf;
}

/** Records of one shard from a place on, as many as are asked for; each holds its share of the lines of `recordMs`. */
function answer(shard: number, from: number, limit: number, { startMs, totalRecords, recordMs, taskOf }: Stretch): string | undefined {
  if (from >= totalRecords) return undefined;
  const next = Math.min(totalRecords, from + limit);
  const records = [];
  for (let place = from; place < next; place += 1) {
    const fromMs = startMs + place * recordMs;
    let text = '';
    for (let at = 0; at < linesOfRecord; at += 1) {
      const index = (place * linesOfRecord + at) * shards.length + shard;
      text += `${lineAt(fromMs + Math.floor((at * recordMs) / linesOfRecord), taskOf(index), index)}\n`;
    }
    records.push({ content: Buffer.from(text), arrivalMs: fromMs + recordMs + 1_000 });
  }
  return bodyOf(shards[shard]!, from, next, { records, behindMs: Math.max(1, (totalRecords - next) * recordMs) });
}

interface Watched {
  /** Resident memory at each tenth of the way. */
  tenths: number[];
  mostBytes: number;
  cpuSeconds: number;
  lines: number;
}

/** `pace`: lines a second of event time. */
async function watch(totalSeconds: number, pace: number, taskOf: TaskOf): Promise<Watched> {
  const recordMs = recordMsAt(pace);
  const startMs = Math.floor(Date.now() / 60_000) * 60_000 - totalSeconds * 1_000;
  const totalRecords = Math.ceil((totalSeconds * 1_000) / recordMs);
  let given = 0;
  const stub = await cannedKinesis(shards, (shard, place, limit) => {
    given = Math.max(given, place);
    return answer(shard, place, limit, { startMs, totalRecords, recordMs, taskOf });
  });
  const program = startProgram({ endpoint: stub.endpoint });
  const tenths: number[] = [];
  try {
    await stub.begun;
    let isTaken = false;
    void stub.taken.then(() => (isTaken = true));
    while (!isTaken) {
      await Promise.race([stub.taken, sleep(500)]);
      const { rssBytes } = await program.usage();
      const tenth = Math.floor((given / totalRecords) * 10);
      while (tenths.length < tenth) tenths.push(rssBytes);
    }
    const { mostBytes, cpuSeconds } = await program.usage();
    return { tenths, mostBytes, cpuSeconds, lines: await program.metric('fargazer_events_total') };
  } finally {
    await program.end();
    stub.close();
  }
}

const inMebibytes = (bytes: readonly number[]): string => bytes.map((one) => (one / mebibyte).toFixed(0)).join(', ');
const load = (): string => `load ${loadavg()[0]!.toFixed(1)}`;

/** `HOURS` of event time of the environment, else half an hour: a day takes a day of processor time in twenty. */
async function day(): Promise<Figure> {
  const hours = Number(process.env['HOURS'] ?? 0.5);
  const { tenths, mostBytes, cpuSeconds, lines } = await watch(hours * 3_600, linesASecond, (index) => index % 50);
  return {
    name: `resident memory at its peak over ${hours} hours at ${linesASecond} lines a second`, value: mostBytes / mebibyte, unit: 'MiB', reach: 'a day, flat and under 160',
    detail: `${lines} lines of 50 tasks in ${cpuSeconds.toFixed(0)} s of processor time; at each tenth ${inMebibytes(tenths)} MiB; ${hours >= 24 ? 'a whole day' : 'a day was not measured: HOURS=24 does'}; ${load()}`,
  };
}

/** `TASKS` of the environment, else a million. */
async function passing(): Promise<Figure> {
  const tasks = Number(process.env['TASKS'] ?? 1_000_000);
  const { tenths, mostBytes, lines } = await watch(86_400, tasks / 86_400, (index) => index);
  return {
    name: `resident memory at its peak while ${tasks} tasks pass by`, value: mostBytes / mebibyte, unit: 'MiB', reach: 'under 160',
    detail: `${lines} lines, each of a task of its own, over a day of event time; at each tenth ${inMebibytes(tenths)} MiB; ${load()}`,
  };
}

/** Records that unpack to 50 MB, one an answer. */
async function huge(): Promise<Figure> {
  const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
  const size = 50_000_000;
  let text = '';
  for (let index = 0; text.length < size; index += 1) text += `${lineAt(startMs + Math.floor(index / 10), index % 50, index)}\n`;
  const content = gzipSync(text, { level: 1 });
  const one = shards.slice(0, 1);
  const count = 6;
  const stub = await cannedKinesis(one, (_, place) => (place < count ? bodyOf(one[0]!, place, place + 1, { records: [{ content, arrivalMs: startMs + 60_000 }], behindMs: 1_000 }) : undefined));
  const program = startProgram({ endpoint: stub.endpoint });
  try {
    await stub.taken;
    await sleep(1_500);
    const { mostBytes } = await program.usage();
    const events = await program.metric('fargazer_events_total');
    return {
      name: 'resident memory at its peak with records of 50 MB', value: mostBytes / mebibyte, unit: 'MiB', reach: 'under 160',
      detail: `${count} records of ${size / 1e6} MB, ${(content.length / 1e6).toFixed(1)} MB packed, ${events} lines; ${load()}`,
    };
  } finally {
    await program.end();
    stub.close();
  }
}

/** `DOWN` seconds of the environment, else 60: how much is asked for and kept while no step can be saved. */
async function down(): Promise<Figure> {
  const seconds = Number(process.env['DOWN'] ?? 60);
  const recordMs = recordMsAt(linesASecond);
  const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 86_400_000;
  const stub = await cannedKinesis(shards, (shard, place, limit) => answer(shard, place, limit, { startMs, totalRecords: 86_400_000 / recordMs, recordMs, taskOf: (index) => index % 50 }));
  const program = startProgram({ endpoint: stub.endpoint, config: { checkpointEvery: '5s' }, mostFileBytes: 131_072 });
  try {
    await stub.begun;
    while ((await program.metric('fargazer_step_failures_total').catch(() => 0)) === 0) await sleep(500);
    const { calls } = stub;
    const before = await program.usage();
    await sleep(seconds * 1_000);
    const { mostBytes, rssBytes } = await program.usage();
    return {
      name: `resident memory at its peak with a store that is down for ${seconds} s`, value: mostBytes / mebibyte, unit: 'MiB', reach: 'under 160, for ten minutes',
      detail: `${stub.calls - calls} answers were asked for meanwhile; ${inMebibytes([before.rssBytes, rssBytes])} MiB at its begin and end; ${load()}`,
    };
  } finally {
    await program.end();
    stub.close();
  }
}

const all: Readonly<Record<string, () => Promise<Figure>>> = { day, passing, huge, down };

export async function memory(only: readonly string[] | undefined): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(all)) if (only?.includes(name) !== false) figures.push(await measure());
  return figures;
}
