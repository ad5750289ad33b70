/**
 * `npm run demo:stream`: a stream on this machine, a recording put into it at speed, `consume` killed in the middle while
 * shards split and merge, and its alerts beside those of a replay of the same records.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '#contract';
import { console as alertTable } from '../src/alerting/sinks/console/index.ts';
import { duration, number } from '../src/alerting/text.ts';
import { embeddedStore } from '../src/stores/embedded/index.ts';
import { bare } from '../test/support/live/whole.ts';
import { home } from './home.ts';
import { anyCredentials, localStream, region, type LocalStream } from './live/local-stream.ts';
import { parcelsOf, type Parcel } from './live/parcels.ts';
import { feedsOf, readStory, type StoryRecords } from './live/story.ts';

const storyName = 'fargate-exfiltration';
const streamName = 'telemetry';
const program = join(home, 'dist', 'fargazer.mjs');
/** Event time between two ticks: some three hundred in all, so that a kill in the middle leaves half of the walk to do. */
const tickEveryMs = 15 * 60_000;
/** Three polls of a shard and more. */
const calmForMs = 3_000;
/** Nobody waits longer for a demonstration. */
const patienceMs = 90_000;

const startMs = Date.now();

/** A line a step, with the seconds since it began. */
function say(sentence: string): void {
  console.log(`${((Date.now() - startMs) / 1_000).toFixed(1).padStart(5)} s  ${sentence}`);
}

interface Place {
  folder: string;
  config: string;
  alerts: string;
  /** Records as a replay reads them. */
  records: string;
}

function prepare(folder: string, { endpoint }: LocalStream, { learnFor, flowFields, records }: StoryRecords): Place {
  const place: Place = { folder, config: join(folder, 'consume.yaml'), alerts: join(folder, 'alerts.jsonl'), records: join(folder, 'records') };
  writeFileSync(
    place.config,
    [
      'sources:',
      `  - kinesis: { stream: ${streamName}, region: ${region}, endpoint: "${endpoint}", start: trim-horizon, pollMs: 1000 }`,
      `store: { embedded: { folder: ${JSON.stringify(join(folder, 'state'))} } }`,
      'sinks: { jsonl: {} }',
      'clock: ticks',
      `learnFor: ${learnFor}`,
      'checkpointEvery: 1s',
      // Any port that is free.
      'http: { address: "127.0.0.1:0" }',
      `flowFields: [${flowFields.join(', ')}]`,
      '',
    ].join('\n'),
  );
  mkdirSync(place.records);
  const isFlow = (text: string): boolean => /^\d+ \d{12} eni-/.test(text);
  const flows = records.filter(({ text }) => isFlow(text)).map(({ text }) => text);
  const others = records.filter(({ text }) => !isFlow(text)).map(({ text }) => text);
  if (flows.length > 0) writeFileSync(join(place.records, 'flows.log'), `${[flowFields.join(' '), ...flows].join('\n')}\n`);
  writeFileSync(join(place.records, 'others.ndjson'), `${others.join('\n')}\n`);
  return place;
}

interface Running {
  child: ChildProcess;
  /** Where its metrics are; known once it listens. */
  url: Promise<string>;
}

/** The program as its users run it. Alerts go to a file, so that what it wrote before it was killed is there. */
function consume({ config, alerts }: Place): Running {
  const out = openSync(alerts, 'a');
  const child = spawn(process.execPath, [program, 'consume', '--config', config], { stdio: ['ignore', out, 'pipe'], env: { ...process.env, ...anyCredentials } });
  closeSync(out);
  const url = new Promise<string>((resolve) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      said += part;
      const found = /Health and metrics: (http:\S+)\/healthz/.exec(said)?.[1];
      if (found !== undefined) resolve(`${found}/metrics`);
    });
  });
  return { child, url };
}

/** Puts a share of the parcels, from one mark to another. */
async function putSome(stream: LocalStream, parcels: readonly Parcel[], from: number, to: number): Promise<void> {
  const atOnce = 100;
  const endAt = Math.round(to * parcels.length);
  for (let at = Math.round(from * parcels.length); at < endAt; at += atOnce) await stream.put(parcels.slice(at, Math.min(at + atOnce, endAt)));
}

function marksIn(value: unknown): number | undefined {
  const marks = Object.values((value as { marks?: Record<string, number> } | undefined)?.marks ?? {});
  return marks.length === 0 ? undefined : Math.min(...marks);
}

/** Release time up to which a state was walked; undefined before anything was. */
async function walkedMs(folder: string): Promise<number | undefined> {
  const store = embeddedStore(join(folder, 'state'));
  try {
    const item = await store.item('walk/state');
    return marksIn(item?.value);
  } finally {
    await store.close();
  }
}

/** Asks `/metrics` until no more records come: the local stream does not tell how far behind a reader is. */
async function waitUntilRead({ url, child }: Running): Promise<void> {
  const address = await url;
  let records = '';
  for (let calmMs = 0; calmMs < calmForMs; calmMs += 250) {
    await sleep(250);
    if (child.exitCode !== null) throw new Error(`consume ended by itself with ${child.exitCode}`);
    if (Date.now() - startMs > patienceMs) throw new Error('consume did not come to the end of the stream in time');
    const metrics = await (await fetch(address)).text();
    const now = metrics.match(/^fargazer_records_total.*$/gm)?.join() ?? '';
    if (now === records && now !== '') continue;
    records = now;
    calmMs = 0;
  }
}

/** Ends a consumer and waits until it is gone; fails where it ended otherwise than asked. */
async function end({ child }: Running, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  const [status, killedBy] = (await ended) as [number | null, string | null];
  if (signal === 'SIGTERM' ? status !== 0 : killedBy !== 'SIGKILL') throw new Error(`consume ended with ${status ?? killedBy}`);
}

/** The last line of each alert, in order of their beginning. */
function lastAlerts(lines: string): Alert[] {
  const last = new Map<string, Alert>();
  for (const line of lines.split('\n')) if (line !== '') last.set((JSON.parse(line) as Alert).id, JSON.parse(line) as Alert);
  return [...last.values()].toSorted((left, right) => (left.firstSeen < right.firstSeen ? -1 : left.firstSeen > right.firstSeen ? 1 : left.id < right.id ? -1 : 1));
}

function isEqual(left: readonly Alert[], right: readonly Alert[]): boolean {
  return JSON.stringify(left.map(bare)) === JSON.stringify(right.map(bare));
}

function linesIn(file: string): string {
  const lines = readFileSync(file, 'utf8');
  return lines.slice(0, lines.lastIndexOf('\n') + 1);
}

async function replay({ records }: Place, learnFor: string, toMs: number): Promise<Alert[]> {
  const words = ['replay', records, '--learn-for', learnFor, '--to', new Date(toMs).toISOString(), '--output', 'jsonl'];
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return lastAlerts(out);
}

async function demonstrate(folder: string): Promise<boolean> {
  console.log('A stream on this machine, `fargazer consume` killed while it reads, and a replay to compare it with.\nNothing leaves this machine; no AWS account is used.\n');
  const story = readStory(storyName);
  const parcels = parcelsOf(story.records, { seed: 1, tickEveryMs, linesAtMost: 80, delay: 0 });
  const toMs = parcels.at(-1)?.tickMs ?? 0;
  const feeds = feedsOf(story.records, story.flowFields);
  say(`The recording: ${storyName}, ${number(story.records.length)} records of ${feeds.length} feeds over ${duration(story.lastMs - story.firstMs)}.`);

  const stream = await localStream(streamName, 2);
  try {
    say(`A local Kinesis stream with 2 shards is at ${stream.endpoint}.`);
    const place = prepare(folder, stream, story);
    let running = consume(place);
    await running.url;
    say(`consume reads it (process ${running.child.pid}): the first ${story.learnFor} teach, the state is saved every second.`);

    await putSome(stream, parcels, 0, 0.45);
    await sleep(2_500);
    await end(running, 'SIGKILL');
    const beforeMs = await walkedMs(folder);
    say(`Killed (SIGKILL) in the middle; its last saved step had walked ${beforeMs === undefined ? 'nothing yet' : `to ${instant(beforeMs)}`}.`);

    const [first] = await stream.openShards();
    await stream.split(first!);
    say('One shard is split in two while nobody reads.');
    running = consume(place);
    await running.url;
    say(`consume is started again (process ${running.child.pid}) and goes on behind what it had saved.`);

    await putSome(stream, parcels, 0.45, 0.75);
    const [left, right] = await stream.openShards();
    await stream.merge(left!, right!);
    say('Two shards are merged while it reads.');
    await putSome(stream, parcels, 0.75, 0.9);
    await end(running, 'SIGKILL');
    say('Killed once more.');
    running = consume(place);
    await putSome(stream, parcels, 0.9, 1);
    const ticks = parcels.filter(({ tickMs }) => tickMs !== undefined).length;
    say(`Everything is in the stream: ${number(parcels.length - ticks)} records of some ${Math.round(story.records.length / (parcels.length - ticks))} lines, and ${number(ticks)} ticks in each shard.`);

    await waitUntilRead(running);
    await end(running, 'SIGTERM');
    const walked = await walkedMs(folder);
    if (walked === undefined || walked < toMs) throw new Error(`consume has walked to ${walked === undefined ? 'nowhere' : instant(walked)} alone`);
    say(`consume has walked to ${instant(toMs)}, and ended on SIGTERM with everything saved.`);

    const live = lastAlerts(linesIn(place.alerts));
    const replayed = await replay(place, story.learnFor, toMs);
    say(`replay has read the same records up to the same time.\n`);
    return await compare(live, replayed);
  } finally {
    await stream.close();
  }
}

async function compare(live: readonly Alert[], replayed: readonly Alert[]): Promise<boolean> {
  const { columns = 80 } = process.stdout;
  const table = alertTable((row) => void process.stdout.write(row), { columns, color: process.stdout.isTTY && process.stdout.hasColors() && !process.env['NO_COLOR'] });
  for (const alert of live) await table.send(alert);
  if (live.length > 0 && isEqual(live, replayed)) {
    console.log(`\nThe ${live.length} alerts of consume, killed twice and with shards split and merged on the way, are those of replay: the same ids, times, counts and evidence.`);
    return true;
  }
  const ids = new Set(replayed.map(({ id }) => id));
  const both = live.filter(({ id }) => ids.has(id)).length;
  console.log(`\nThe alerts differ: consume has ${live.length}, replay has ${replayed.length}, and ${both} have the same id. This is a defect.`);
  return false;
}

function instant(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const folder = mkdtempSync(join(tmpdir(), 'fargazer-demo-'));
try {
  process.exitCode = (await demonstrate(folder)) ? 0 : 1;
} catch (error) {
  console.error(`The demonstration stopped: ${(error as Error).message}.`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
