/** `fargazer consume` reading canned GetRecords answers: its processor time against a loop that only parses them, and its memory. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, cannedKinesis, shardIds } from './consume/canned-kinesis.ts';
import type { LoopUsage } from './consume/bare-loop.ts';
import { startProgram, type Usage } from './consume/program.ts';
import { memory } from './consume/memory.ts';
import { printFigures, type Figure } from './figure.ts';
import { writeLines } from './log-lines.ts';

/** A shard is asked five times a second: eight of them keep one process busy. */
const shards = shardIds(8);
/** Some megabyte, as much as the source asks for. */
const linesOfAnswer = 2_400;
const rounds = 3;
const median = (values: readonly number[]): number => values.toSorted((left, right) => left - right)[values.length >> 1]!;
const load = (): string => `load ${loadavg()[0]!.toFixed(1)}`;

function lines(count: number): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-bench-'));
  try {
    writeLines(join(folder, 'lines'), count);
    return readFileSync(join(folder, 'lines'), 'utf8').trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers of all shards, made beforehand: lines in their order, dealt out in turn, `linesOfRecord` in a record. */
function prepared(all: readonly string[], linesOfRecord: number): string[][] {
  const answers: string[][] = shards.map(() => []);
  const timeOf = (line: string | undefined): number => Date.parse(/"date":"([^"]+)"/.exec(line ?? '')?.[1] ?? '');
  const lastMs = timeOf(all.at(-1));
  for (let at = 0, turn = 0; at < all.length; at += linesOfAnswer, turn += 1) {
    const part = all.slice(at, at + linesOfAnswer);
    const records = [];
    for (let from = 0; from < part.length; from += linesOfRecord) {
      const own = part.slice(from, from + linesOfRecord);
      records.push({ content: Buffer.from(`${own.join('\n')}\n`), arrivalMs: timeOf(own.at(-1)) + 1_000 });
    }
    const shard = turn % shards.length;
    const place = answers[shard]!.length;
    answers[shard]!.push(bodyOf(shards[shard]!, place, place + 1, { records, behindMs: Math.max(1, lastMs - timeOf(part.at(-1))) }));
  }
  return answers;
}

async function loopUsage(endpoint: string): Promise<LoopUsage> {
  const child = fork(join(import.meta.dirname, 'consume', 'bare-loop.ts'), [endpoint, ...shards]);
  const [usage] = (await once(child, 'message')) as [LoopUsage];
  await once(child, 'close');
  return usage;
}

/** Processor time from the first answer to the step behind the last. */
async function consumeUsage(answers: readonly string[][], count: number): Promise<Usage> {
  const stub = await cannedKinesis(shards, (shard, place) => answers[shard]?.[place]);
  const program = startProgram({ endpoint: stub.endpoint, config: { checkpointEvery: '10s' } });
  try {
    await stub.begun;
    const before = await program.usage();
    await stub.taken;
    // What was read last is walked with the next beat.
    await sleep(1_500);
    const after = await program.usage();
    const events = await program.metric('fargazer_events_total');
    if (events !== count) throw new Error(`consume decoded ${events} lines of ${count}`);
    return { ...after, cpuSeconds: after.cpuSeconds - before.cpuSeconds };
  } finally {
    await program.end();
    stub.close();
  }
}

/** Each round is compared with itself: what else the machine does meanwhile weighs on both sides. */
async function costs(count: number): Promise<Figure[]> {
  const all = lines(count);
  const figures: Figure[] = [];
  for (const [name, linesOfRecord] of [['records of 100 lines', 100], ['records of one line', 1]] as const) {
    const answers = prepared(all, linesOfRecord);
    const loops: number[] = [];
    const consumes: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const stub = await cannedKinesis(shards, (shard, place) => answers[shard]?.[place]);
      const loop = await loopUsage(stub.endpoint);
      stub.close();
      if (loop.lines !== all.length) throw new Error(`the loop read ${loop.lines} lines of ${all.length}`);
      loops.push(loop.cpuSeconds);
      consumes.push((await consumeUsage(answers, all.length)).cpuSeconds);
    }
    const ratios = consumes.map((seconds, round) => seconds / loops[round]!);
    const microseconds = (seconds: readonly number[]): string => ((median(seconds) / all.length) * 1e6).toFixed(1);
    figures.push({
      name: `consume reading canned answers, ${name}`, value: median(ratios), unit: '× the processor time of a loop that parses them', reach: '2.5 or less',
      detail: `${all.length} FireLens lines from ${shards.length} shards; ${microseconds(consumes)} µs a line against ${microseconds(loops)}; rounds ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; ${load()}`,
    });
  }
  return figures;
}

/** `LINES` of the environment, else 240,000; and the memory figures, each by name in `ONLY` or all. */
export async function run(): Promise<Figure[]> {
  const only = process.env['ONLY']?.split(',');
  const figures: Figure[] = [];
  if (only?.includes('costs') !== false) figures.push(...(await costs(Number(process.env['LINES'] ?? 240_000))));
  figures.push(...(await memory(only)));
  return figures;
}

if (import.meta.main) printFigures(await run());
