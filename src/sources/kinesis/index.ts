/** The source `kinesis`: all shards of a stream, each a lane; children follow their drained parents. */
import { FargazerError, type Clock, type JsonValue, type LiveSource } from '#contract';
import { kinesisCalls } from './calls.ts';
import { openLane, type Lane } from './lane.ts';
import { knownShard, planOf, type Planned, type Start } from './lineage.ts';
import type { KinesisOptions } from './options.ts';
import { openOutbox, permits } from '../outbox.ts';
import { askOfStream, patience } from './patience.ts';
import { pollShard, type ReadTools } from './poll.ts';
import { positionOf, type Position } from './position.ts';
import { pushShard } from './push.ts';

export { kinesisOptions, type KinesisOptions } from './options.ts';

export interface KinesisDependencies {
  clock: Clock;
  /** From 0 to 1, for the jitter of back-off. */
  random?: () => number;
}

/** Answers of about a megabyte each that are asked for, or wait to be taken, at the same time. */
const answersAtOnce = 8;
/** Ended lanes that health still tells of. */
const endedLimit = 100;

/** Throws `config-invalid` where the start lies ahead. */
export function kinesis(options: KinesisOptions, { clock, random = Math.random }: KinesisDependencies): LiveSource {
  const stream = options.stream.split('/').at(-1) ?? options.stream;
  const calls = kinesisCalls(options, clock);
  const patient = patience({ stream, clock, random, renewCredentials: calls.renew });
  const lanes = new Map<string, Lane>();
  if (startMsOf(options) > clock.now()) throw new FargazerError('config-invalid', `start: ${options.start} lies ahead. Nothing was read; begin at latest, or at a time that has passed.`);

  return {
    name: `kinesis:${stream}`,

    async *read(resume, signal) {
      const stop = new AbortController();
      const reading = AbortSignal.any([signal, stop.signal]);
      const outbox = openOutbox(reading);
      lanes.clear();
      const tools: ReadTools = {
        stream,
        calls,
        patient,
        outbox,
        clock,
        pollMs: options.pollMs,
        permits: permits(answersAtOnce),
        list: async (within) => (await askOfStream(patient, stream, { operation: 'ListShards', call: () => calls.shards(within), signal: within })).map(knownShard),
      };
      const shards = readShards({ options, stream, resume, lanes, tools, signal: reading }).catch((error: unknown) => outbox.fail(error));
      try {
        for (let batch = await outbox.next(); batch !== undefined; batch = await outbox.next()) yield batch;
      } finally {
        stop.abort();
        await shards;
      }
    },

    health: () => [...lanes.values()].map(({ health }) => ({ ...health })),

    close() {
      calls.close();
      return Promise.resolve();
    },
  };
}

interface Reading {
  options: KinesisOptions;
  stream: string;
  resume: ReadonlyMap<string, JsonValue>;
  lanes: Map<string, Lane>;
  tools: ReadTools;
  signal: AbortSignal;
}

/** Reads every shard behind its parents; resolves at the end that was asked for, rejects where one cannot be read. */
async function readShards({ options, stream, resume, lanes, tools, signal }: Reading): Promise<void> {
  const { clock, outbox, list } = tools;
  const positions = new Map([...resume].map(([lane, saved]): [string, Position] => [lane, positionOf(lane, saved)]));
  const start = startOf(options, positions, clock);
  const startMs = start.kind === 'latest' ? start.fromMs : undefined;
  const listed = await list(signal);
  const plan = planOf(listed, positions, start);

  /** Read to their ends; their positions are kept until all their children have one. */
  const drained = new Map(plan.drained);
  const waiting = new Map(plan.shards.map((shard) => [shard.id, shard]));
  const announced = new Set(resume.keys());
  const running = new Set<Promise<void>>();
  const consumer = options.consumer === undefined ? undefined : await consumerArn(options.consumer, stream, tools, signal);

  /** Drained shards whose children all have positions of their own. */
  const forgettable = (): string[] => {
    const ids = [...drained].filter(([, children]) => children.length > 0 && children.every((child) => announced.has(child))).map(([id]) => id);
    for (const id of ids) drained.delete(id);
    return ids;
  };

  /** Begins those whose parents are drained; all are told of before the first is read. */
  const begin = async (): Promise<void> => {
    const ready = [...waiting.values()].filter(({ parents }) => parents.every((parent) => drained.has(parent)));
    const opened = ready.map((shard) => {
      waiting.delete(shard.id);
      announced.add(shard.id);
      const lane = openLane({ id: shard.id, from: shard.from, startMs, clock });
      lanes.set(shard.id, lane);
      return { shard, lane };
    });
    await Promise.all(opened.map(({ lane }, index) => outbox.put(lane.announcement(index === opened.length - 1 ? forgettable() : []))));
    for (const { shard, lane } of opened) {
      const one = readShard(shard, lane).catch((error: unknown) => outbox.fail(error)).finally(() => running.delete(one));
      running.add(one);
    }
  };

  const readShard = async (shard: Planned, lane: Lane): Promise<void> => {
    const children = consumer === undefined ? await pollShard(lane, shard.isLatest === true, tools, signal) : await pushShard(lane, consumer, tools, signal);
    if (children === undefined || signal.aborted) return;
    drained.set(lane.id, children.map(({ id }) => id));
    for (const { id, parents } of children) {
      if (announced.has(id) || waiting.has(id)) continue;
      // Parents that were never read here expired or ended before the start.
      const awaited = parents.filter((parent) => waiting.has(parent) || announced.has(parent));
      waiting.set(id, { id, parents: awaited, from: { oldest: true } });
    }
    forgetEnded(lanes);
    await begin();
  };

  await begin();
  await aborted(signal);
  await Promise.all(running);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function forgetEnded(lanes: Map<string, Lane>): void {
  const ended = [...lanes.values()].filter(({ health }) => health.state === 'ended');
  for (const { id } of ended.slice(0, Math.max(0, ended.length - endedLimit))) lanes.delete(id);
}

function startMsOf({ start }: KinesisOptions): number {
  return start === 'trim-horizon' || start === 'latest' ? 0 : Date.parse(start);
}

/** What was begun at the end of the stream goes on from that instant, whatever the option says by now. */
function startOf(options: KinesisOptions, positions: ReadonlyMap<string, Position>, clock: Clock): Start {
  const begun = [...positions.values()].flatMap(({ startMs }) => startMs ?? []);
  if (begun.length > 0) return { kind: 'latest', fromMs: Math.min(...begun) };
  // Whatever was begun otherwise began no later than its oldest record.
  if (options.start === 'trim-horizon' || (options.start === 'latest' && positions.size > 0)) return { kind: 'trim-horizon' };
  return options.start === 'latest' ? { kind: 'latest', fromMs: clock.now() } : { kind: 'time', fromMs: startMsOf(options) };
}

async function consumerArn(nameOrArn: string, stream: string, { calls, patient }: ReadTools, signal: AbortSignal): Promise<string> {
  try {
    return await patient.ask({ operation: 'DescribeStreamConsumer', call: () => calls.consumer(nameOrArn, signal), signal });
  } catch (error) {
    if (signal.aborted || error instanceof FargazerError) throw error;
    throw new FargazerError('source-gone', `The Kinesis stream ${stream} has no consumer ${nameOrArn}. Nothing was read; register it (aws kinesis register-stream-consumer), or leave the option consumer out.`, { cause: error });
  }
}
