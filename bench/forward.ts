/** What the forward receiver costs: from the socket to acknowledged and queued, against a bare loop that decodes the same bytes in memory. */
import { connect } from 'node:net';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { decodeMulti, encode, Decoder, ExtData } from '@msgpack/msgpack';
import { systemClock, type LiveBatch } from '#contract';
import { forward, forwardOptions } from '../src/sources/firelens/index.ts';
import { printFigures, type Figure } from './figure.ts';

const task = '0123456789abcdef0123456789abcdef';
const entriesAMessage = 1_000;

function entry(index: number): Uint8Array {
  const time = Buffer.alloc(8);
  time.writeUInt32BE(1_764_000_000 + Math.floor(index / 300), 0);
  time.writeUInt32BE((index * 3_301_337) % 1e9, 4);
  const order = (index * 2_654_435_761) % 4_294_967_296;
  return encode([
    [new ExtData(0, time), {}],
    {
      log: `2026-05-04T09:00:00.000Z INFO  [http-nio-8080-exec-${index % 20}] c.e.shop.OrderController : Order ${order.toString(16)}-${index} placed by user${order % 50_000} total=${(order % 50_000) / 100} EUR items=${1 + (index % 9)} in ${order % 900} ms`,
      source: 'stdout',
      container_id: `${task}-1234567890`,
      container_name: 'checkout',
      ecs_cluster: 'shop',
      ecs_task_arn: `arn:aws:ecs:eu-west-1:111122223333:task/shop/${task}`,
      ecs_task_definition: 'checkout:7',
    },
  ]);
}

/** Forward mode as Fluent Bit sends it, with a chunk id to acknowledge. */
function messages(count: number): Buffer[] {
  const made: Buffer[] = [];
  for (let from = 0; from < count; from += entriesAMessage) {
    const entries = Array.from({ length: Math.min(entriesAMessage, count - from) }, (_, index) => entry(from + index));
    const head = Buffer.from([0xdc, entries.length >> 8, entries.length & 0xff]);
    made.push(Buffer.concat([Buffer.from([0x93]), encode(`checkout-firelens-${task}`), head, ...entries, encode({ size: entries.length, chunk: `chunk-${from}` })]));
  }
  return made;
}

/** Sends all of it from another thread, a message whenever the one before is acknowledged or so many are under way; tells when all are. */
async function send(): Promise<void> {
  const { port, made, windowMessages } = workerData as { port: number; made: Uint8Array[]; windowMessages: number };
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise((resolve) => socket.once('connect', resolve));
  let next = 0;
  let acknowledged = 0;
  const more = (): void => {
    while (next < made.length && next - acknowledged < windowMessages) socket.write(made[next++]!);
  };
  const decoder = new Decoder();
  socket.on('data', (bytes) => {
    for (const _ of decoder.decodeMulti(bytes)) acknowledged += 1;
    if (acknowledged === made.length) {
      socket.destroy();
      parentPort!.postMessage('done');
    } else more();
  });
  parentPort!.once('message', more);
  parentPort!.postMessage('ready');
}

interface Taken {
  wallMs: number;
  cpuMs: number;
  lines: number;
}

/** One run: lines are taken from the source as they come, and only counted. */
async function receive(made: Buffer[], count: number): Promise<Taken> {
  const source = forward(forwardOptions.parse({ address: '127.0.0.1:0' }), { clock: systemClock, tell: () => undefined });
  const stop = new AbortController();
  let lines = 0;
  const reading = (async () => {
    for await (const batch of source.read(new Map(), stop.signal)) lines += linesOf(batch);
  })();
  while (source.address() === undefined) await systemClock.sleep(5);
  const worker = new Worker(import.meta.filename, { workerData: { port: Number(source.address()!.split(':').at(-1)), made, windowMessages: 4 } });
  await new Promise((resolve) => worker.once('message', resolve));
  const startMs = performance.now();
  const before = process.threadCpuUsage();
  worker.postMessage('go');
  await new Promise((resolve) => worker.once('message', resolve));
  const cpu = process.threadCpuUsage(before);
  const wallMs = performance.now() - startMs;
  stop.abort();
  await reading;
  await worker.terminate();
  if (lines !== count) throw new Error(`${count} lines were sent and ${lines} came`);
  return { wallMs, cpuMs: (cpu.user + cpu.system) / 1_000, lines };
}

function linesOf({ records }: LiveBatch): number {
  let lines = 0;
  for (const { content } of records) for (let at = 0; (at = (content as Buffer).indexOf(10, at)) >= 0; at += 1) lines += 1;
  return lines;
}

const least = (values: readonly number[]): number => Math.min(...values);

/** Rounds alternate, so that a busy machine slows both alike; the fastest of each are compared. */
export async function run(count = Number(process.env['LINES'] ?? 100_000), rounds = 7): Promise<Figure[]> {
  const made = messages(count);
  const all = Buffer.concat(made);
  const bare: number[] = [];
  const bareCpu: number[] = [];
  const taken: Taken[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.threadCpuUsage();
    const startMs = performance.now();
    let seen = 0;
    for (const message of decodeMulti(all)) seen += (message as unknown[][])[1]!.length;
    bare.push(performance.now() - startMs);
    const used = process.threadCpuUsage(before);
    bareCpu.push((used.user + used.system) / 1_000);
    if (seen !== count) throw new Error('the bare loop lost entries');
    taken.push(await receive(made, count));
  }
  const base = least(bare);
  const wall = least(taken.map(({ wallMs }) => wallMs));
  const cpu = least(taken.map(({ cpuMs }) => cpuMs));
  const micro = (ms: number): string => `${((ms * 1_000) / count).toFixed(2)} µs`;
  return [
    {
      name: 'forward protocol, from the socket to acknowledged and queued', value: base / wall, unit: '× the speed of a bare MessagePack decode loop', reach: '0.5',
      detail: `${micro(wall)} a line against ${micro(base)}; ${count} lines of ${(all.length / count).toFixed(0)} bytes, ${entriesAMessage} a message, each message acknowledged`,
    },
    {
      name: 'the same by processor time of the receiving thread', value: least(bareCpu) / cpu, unit: '× the bare loop', reach: '0.5',
      detail: 'what holds on a machine whose processors have other work, where the sender waits for one',
    },
    { name: 'processor time of a received line', value: (cpu * 1_000) / count, unit: 'µs', reach: 'under 10, which is 1 % of a core at 1,000 lines a second', detail: 'the thread that receives, reading from the socket included; messages of 1,000 lines' },
  ];
}

if (!isMainThread) await send();
else if (import.meta.main) printFigures(await run());
