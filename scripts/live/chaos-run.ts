/**
 * One run of chaos: records are put into a local stream whose shards split and merge, while a consumer reads them that is
 * killed at random moments and started again, until all is read. What it found is compared with a consumer that nobody
 * disturbs and with a replay of the same records.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { flowFields as caseFlowFields, type Alert } from '#contract';
import type { MakeWalk } from '../../src/entry/program/engine.ts';
import { LiveRun } from '../../src/entry/program/live/live-run.ts';
import { embeddedStore } from '../../src/stores/embedded/index.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { numbers, recording } from '../../test/support/live/recording.ts';
import { alerting, allPending, baselines, lastOfEach, pendingIn, replayed, stored } from '../../test/support/live/whole.ts';
import { home } from '../home.ts';
import { walkMaker, type ChildMessage, type ChildSettings } from './chaos-settings.ts';
import { anyCredentials, localStream, region, type LocalStream } from './local-stream.ts';
import { parcelsOf, type Parcel } from './parcels.ts';
import { readStory, timed, type TimedRecord } from './story.ts';

export interface ChaosOutcome {
  seed: number;
  /** `generated`, or the name of a story. */
  what: string;
  records: number;
  lives: number;
  kills: number;
  splits: number;
  merges: number;
  steps: number;
  alerts: number;
  tookMs: number;
  /** Sentences on what came out otherwise than undisturbed; none is as it must be. */
  differences: string[];
}

interface Material {
  what: string;
  records: readonly TimedRecord[];
  learnForMs: number;
  flowFields: readonly string[];
  detectors: ChildSettings['detectors'];
  tickEveryMs: number;
  linesAtMost: number;
}

const minuteMs = 60_000;
/** Most runs are of generated records, of which every detector of the tests finds something; the others are of stories. */
const materials = ['generated', 'generated', 'cloudtrail-intrusion', 'generated', 'generated', 'kubernetes-intrusion', 'generated', 'container-fault', 'generated', 'generated'];
/** So many times faster than time: a step every 50 ms, so that kills meet steps in all their moments. */
const hurry = 20;
/** A run that takes longer is stuck. */
const stuckMs = 60_000;

/** Bundles the consumer to be killed, for its starts are most of a run; gives its file, and what removes it. */
export async function buildChild(): Promise<{ file: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-chaos-'));
  const file = join(folder, 'child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'chaos-child.ts')],
    absWorkingDir: home,
    outfile: file,
    bundle: true,
    minifyWhitespace: true,
    minifySyntax: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    define: { REPORT_ASSETS: '""' },
    banner: { js: "import { createRequire as chaosRequire } from 'node:module'; const require = chaosRequire(import.meta.url);" },
    // Kits that it never asks for: half of the bundle, which would be read at each start.
    external: ['s3', 'sqs', 'sns', 'dynamodb', 'cloudwatch-logs'].map((kit) => `@aws-sdk/client-${kit}`),
    logLevel: 'error',
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const stories = new Map<string, Material>();

function materialOf(seed: number): Material {
  const what = materials[seed % materials.length]!;
  if (what === 'generated') {
    const flowFields = caseFlowFields.split(' ');
    // From one record of a task in a minute to many.
    const minutes = [20, 40, 60][seed % 3]!;
    const texts = recording(seed, 600, minutes).map(({ text }) => text);
    return { what, records: timed(texts, flowFields), learnForMs: (minutes / 4) * minuteMs, flowFields, detectors: 'finders', tickEveryMs: minuteMs, linesAtMost: 6 };
  }
  const known = stories.get(what);
  if (known !== undefined) return known;
  const { records, learnForMs, flowFields, firstMs, lastMs } = readStory(what);
  const material: Material = { what, records, learnForMs, flowFields, detectors: 'shipped', tickEveryMs: Math.max(1, Math.ceil((lastMs - firstMs) / minuteMs / 80)) * minuteMs, linesAtMost: 60 };
  stories.set(what, material);
  return material;
}

export async function chaosRun(seed: number, childFile: string): Promise<ChaosOutcome> {
  const startMs = Date.now();
  const next = numbers(seed);
  const material = materialOf(seed);
  const parcels = parcelsOf(material.records, { seed, tickEveryMs: material.tickEveryMs, linesAtMost: material.linesAtMost, delay: 0.8 });
  const lastTickMs = parcels.at(-1)?.tickMs ?? 0;
  const stream = await localStream('telemetry', 1 + next(4));
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-chaos-state-'));
  try {
    const { learnForMs, flowFields, detectors } = material;
    const child: ChildSettings = { endpoint: stream.endpoint, region, stream: 'telemetry', folder, learnForMs, flowFields, detectors, lastTickMs, hurry };
    const [{ splits, merges }, { lines, lives, kills, steps }] = await Promise.all([putAll(stream, parcels, numbers(seed + 1)), liveThrough(childFile, child, numbers(seed + 2))]);
    const makeWalk = walkMaker(detectors);
    const store = embeddedStore(folder);
    // What was not delivered when the last life ended waits in the store.
    const disturbed = { alerts: lastOfEach([...alertsIn(lines), ...(await pendingIn(store))]), baselines: baselines(await stored(store, makeWalk)) };
    await store.close();
    const differences = [
      ...differencesOf('an undisturbed consumer', disturbed, await undisturbed(parcels, material, makeWalk)),
      ...differencesOf('a replay', disturbed, replayOf(material, lastTickMs, makeWalk)),
    ];
    return { seed, what: material.what, records: material.records.length, lives, kills, splits, merges, steps, alerts: disturbed.alerts.length, tookMs: Date.now() - startMs, differences };
  } finally {
    await stream.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts everything, a little at a time, and splits and merges shards on the way. */
async function putAll(stream: LocalStream, parcels: readonly Parcel[], next: (below: number) => number): Promise<{ splits: number; merges: number }> {
  const done = { splits: 0, merges: 0 };
  // Three quarters of the way at most, so that something still comes to the last shards.
  const changes = new Set(Array.from({ length: 1 + next(4) }, () => next(Math.max(1, Math.floor(parcels.length * 0.75)))));
  const pauses = new Set(Array.from({ length: 12 }, () => next(parcels.length)));
  let waiting: Parcel[] = [];
  const flush = async (): Promise<void> => {
    const put = waiting;
    waiting = [];
    if (put.length > 0) await stream.put(put);
  };
  for (const [at, parcel] of parcels.entries()) {
    waiting.push(parcel);
    if (changes.has(at)) {
      await flush();
      const shards = await stream.openShards();
      const which = next(shards.length);
      const neighbour = shards[which + 1];
      if (neighbour !== undefined && next(2) === 0) {
        await stream.merge(shards[which]!, neighbour);
        done.merges += 1;
      } else {
        await stream.split(shards[which]!);
        done.splits += 1;
      }
    }
    if (!pauses.has(at)) continue;
    await flush();
    await sleep(next(120));
  }
  await flush();
  return done;
}

interface Lives {
  lines: string;
  lives: number;
  kills: number;
  steps: number;
}

/** Starts the consumer again and again: some die at random moments, the last one ends in peace. */
async function liveThrough(file: string, settings: ChildSettings, next: (below: number) => number): Promise<Lives> {
  const deadlineMs = Date.now() + stuckMs;
  const toKill = 1 + next(3);
  const all: Lives = { lines: '', lives: 0, kills: 0, steps: 0 };
  let isDone = false;
  while (!isDone) {
    if (Date.now() > deadlineMs) throw new Error(`the consumer was not done after ${stuckMs / 1_000} s`);
    const life = live(file, settings);
    const isToDie = all.kills < toKill;
    // From its first sign of life: some die before anything is read, some after several steps.
    const killAfter = next(2) === 0 ? { ms: next(500) } : { steps: next(4), ms: next(30) };
    let killed = false;
    const kill = (): void => {
      if (killed) return;
      killed = true;
      life.child.kill('SIGKILL');
    };
    let stepsLeft = 'steps' in killAfter ? killAfter.steps : undefined;
    const stuck = setTimeout(kill, Math.max(1, deadlineMs - Date.now()));
    const timers: NodeJS.Timeout[] = [stuck];
    life.child.on('message', (message: ChildMessage) => {
      if (message === 'done') {
        if (isDone) return;
        isDone = true;
        // Half of those who are done are killed all the same: what is saved is saved.
        if (next(2) === 0) life.child.kill('SIGTERM');
        else timers.push(setTimeout(kill, 200));
        return;
      }
      if (message === 'saved') all.steps += 1;
      if (!isToDie) return;
      if (stepsLeft === undefined ? message === 'begun' : message === 'saved' && stepsLeft-- === 0) timers.push(setTimeout(kill, killAfter.ms));
    });
    await life.ended;
    for (const timer of timers) clearTimeout(timer);
    all.lives += 1;
    if (killed) all.kills += 1;
    else if (life.child.exitCode !== 0) throw new Error(`the consumer ended with ${life.child.exitCode ?? life.child.signalCode}: ${life.errors()}`);
    all.lines += life.lines();
  }
  return all;
}

function live(file: string, settings: ChildSettings): { child: ChildProcess; ended: Promise<unknown>; lines: () => string; errors: () => string } {
  const child = fork(file, [JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, ...anyCredentials, NODE_COMPILE_CACHE: join(dirname(file), 'compiled') } });
  let lines = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (lines += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return {
    child,
    ended: once(child, 'close'),
    // What a kill cut off in the middle of a line is delivered again.
    lines: () => lines.slice(0, lines.lastIndexOf('\n') + 1),
    errors: () => errors,
  };
}

interface Found {
  alerts: unknown[];
  baselines: unknown;
}

/** The same parcels through one consumer in this process, from one lane. */
async function undisturbed(parcels: readonly Parcel[], { learnForMs, flowFields }: Material, makeWalk: MakeWalk): Promise<Found> {
  const store = memoryStore();
  const run = await LiveRun.open({ makeWalk, store, now: () => Date.now(), time: 'ticks', learnForMs, patienceMs: 600_000, alerting, decode: { flowFields: [...flowFields] } });
  for (const [at, { content }] of parcels.entries()) await run.take('source', { lane: 'one', records: [{ content, place: `${at}` }], position: at });
  run.walkOn(true);
  await run.save();
  const alerts = await allPending(run);
  run.close();
  return { alerts: lastOfEach(alerts), baselines: baselines(await stored(store, makeWalk)) };
}

const replays = new Map<string, Found>();

/** A story is replayed once for each time up to which it is walked. */
function replayOf({ what, records, learnForMs, flowFields }: Material, toMs: number, makeWalk: MakeWalk): Found {
  const known = replays.get(`${what} ${toMs}`);
  if (known !== undefined && what !== 'generated') return known;
  const walk = replayed(records, toMs, learnForMs, { makeWalk, flowFields });
  const found = { alerts: lastOfEach(walk.state.episodes.alerts(-Infinity, true)), baselines: baselines(walk) };
  replays.set(`${what} ${toMs}`, found);
  return found;
}

function alertsIn(lines: string): Alert[] {
  return lines.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Alert);
}

function differencesOf(whose: string, found: Found, expected: Found): string[] {
  const differences: string[] = [];
  const [ours, theirs] = [found.alerts, expected.alerts].map((alerts) => new Map(alerts.map((alert) => [(alert as Alert).id, JSON.stringify(alert)])));
  const missing = [...theirs!].filter(([id]) => !ours!.has(id));
  const extra = [...ours!].filter(([id]) => !theirs!.has(id));
  const changed = [...theirs!].filter(([id, text]) => ours!.has(id) && ours!.get(id) !== text);
  if (missing.length > 0) differences.push(`${missing.length} of ${theirs!.size} alerts of ${whose} are missing, the first: ${missing[0]![1]}`);
  if (extra.length > 0) differences.push(`${extra.length} alerts more than ${whose}, the first: ${extra[0]![1]}`);
  if (changed.length > 0) differences.push(`${changed.length} alerts other than those of ${whose}, the first: ${ours!.get(changed[0]![0])} in place of ${changed[0]![1]}`);
  const [mine, other] = [found.baselines, expected.baselines].map((list) => (list as unknown[]).map((one) => JSON.stringify(one)));
  if (JSON.stringify(mine) !== JSON.stringify(other)) {
    const at = mine!.findIndex((one, index) => one !== other![index]);
    const [one = '', another = ''] = [mine![at], other![at]];
    const from = Math.max(0, [...one].findIndex((character, place) => character !== another[place]) - 80);
    differences.push(`baselines other than those of ${whose}: ${mine!.length} and ${other!.length} owners, the first that differs is ${one.slice(0, 60)}…: ${one.slice(from, from + 300)} in place of ${another.slice(from, from + 300)}`);
  }
  return differences;
}
