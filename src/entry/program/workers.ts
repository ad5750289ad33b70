/** Workers: each reads and reduces a share of the files; their packed minutes meet on one tape, so their number changes nothing. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { FargazerError, type FeedName, type FileReading } from '#contract';
import { Gate, type SetAside } from '../../engine/gate.ts';
import type { Lateness } from '../../engine/order.ts';
import type { Walk } from '../../engine/run.ts';
import type { Days } from '../../engine/span.ts';
import { Tape } from '../../engine/tape.ts';
import { standardTape } from '../../engine/tape-settings.ts';
import { expandPaths, type FileInput } from '../../sources/file/paths.ts';
import type { ReplaySettings } from '../cli/program.ts';
import { notesReading, progressTeller, readInput, type ReadOrders, type ReadResult } from './read.ts';

/** What a worker is told; plain, for it crosses a thread. */
interface Orders {
  role: 'read';
  orders: ReadOrders;
  lateness: Lateness;
  span: { fromMs?: number; toMs?: number };
  marks: [FeedName, number][];
  readTo: [FeedName, number][];
}

type ToWorker = { input: FileInput; place: number } | 'end' | 'stop';

type FromWorker =
  | { kind: 'bytes'; count: number }
  | { kind: 'records'; count: number }
  | { kind: 'reading'; place: number; reading: FileReading }
  | { kind: 'page'; feed: FeedName; minute: number; page: Uint8Array }
  | { kind: 'done'; setAside: SetAside; days: Days; duplicates: number; overflow: number };

/** Reads all inputs by workers and lays what they packed on the walk's tape. */
export async function readByWorkers(settings: ReplaySettings, walk: Walk): Promise<ReadResult> {
  const { inputs, notes } = expandPaths(settings.paths);
  const tell = progressTeller(settings, inputs);
  const reading: FileReading[] = [];
  // The longest first, so that no worker begins a long file when the others are done.
  const queue = inputs.map((input, place) => ({ input, place })).sort((left, right) => (right.input.storedBytes ?? 0) - (left.input.storedBytes ?? 0));
  const orders: Orders = {
    role: 'read',
    orders: {
      ...(settings.format === undefined ? {} : { format: settings.format }),
      ...(settings.flowFields === undefined ? {} : { flowFields: settings.flowFields }),
    },
    lateness: walk.settings.lateness,
    span: { ...(settings.fromMs === undefined ? {} : { fromMs: settings.fromMs }), ...(settings.toMs === undefined ? {} : { toMs: settings.toMs }) },
    marks: [...walk.state.marks],
    readTo: [...walk.state.readTo],
  };
  const count = Math.max(1, Math.min(settings.workers, inputs.length));
  await Promise.all(Array.from({ length: count }, () => runOne(orders, queue, reading, walk, tell, settings.signal)));
  tell.end();
  const inOrder = reading.filter((one) => one !== undefined);
  if (notes.length > 0) inOrder.push(notesReading(notes));
  return { reading: inOrder, isInterrupted: settings.signal.aborted };
}

function runOne(
  orders: Orders,
  queue: { input: FileInput; place: number }[],
  reading: FileReading[],
  walk: Walk,
  tell: ReturnType<typeof progressTeller>,
  signal: AbortSignal,
): Promise<void> {
  // Sources run as they are; the bundle's first file starts itself (scripts/bundle.mjs sees to it that this is in it).
  const file = import.meta.url.endsWith('.ts') ? new URL('../cli/main.ts', import.meta.url) : new URL(import.meta.url);
  const worker = new Worker(file, { workerData: orders });
  const send = (message: ToWorker): void => worker.postMessage(message);
  const next = (): void => {
    const job = signal.aborted ? undefined : queue.shift();
    send(job ?? 'end');
  };
  const stop = (): void => send('stop');
  signal.addEventListener('abort', stop);
  return new Promise<void>((resolve, reject) => {
    worker.on('error', (error) => reject(new FargazerError('internal', `A worker failed: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })));
    worker.on('exit', () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'bytes') tell.bytes(message.count);
      else if (message.kind === 'records') tell.records(message.count);
      else if (message.kind === 'page') walk.tape.addPage(message.feed, message.minute, Buffer.from(message.page));
      else if (message.kind === 'reading') {
        reading[message.place] = message.reading;
        next();
      } else {
        walk.gate.absorb(message.setAside, message.days);
        walk.tape.counts.duplicates += message.duplicates;
        walk.tape.counts.overflow += message.overflow;
      }
    });
    next();
  });
}

export function isReadingWorker(): boolean {
  return !isMainThread && (workerData as Orders | null)?.role === 'read';
}

/** The life of a worker: reads what it is given until the end, then gives all it packed. */
export async function workAsReader(): Promise<void> {
  const port = parentPort!;
  const { orders, lateness, span, marks, readTo } = workerData as Orders;
  const tape = new Tape({ ...standardTape, liveLimit: standardTape.liveLimit / 2 });
  const gate = new Gate(tape, lateness, span, new Map(marks), new Map(readTo));
  const stopping = new AbortController();
  const send = (message: FromWorker): void => port.postMessage(message);
  const tell = { bytes: (count: number) => send({ kind: 'bytes', count }), records: (count: number) => send({ kind: 'records', count }) };
  const jobs: ToWorker[] = [];
  let wake: () => void = () => undefined;
  port.on('message', (message: ToWorker) => {
    if (message === 'stop') stopping.abort();
    else jobs.push(message);
    wake();
  });
  for (;;) {
    const job = jobs.shift();
    if (job === undefined) {
      await new Promise<void>((resolve) => (wake = resolve));
      continue;
    }
    if (job === 'end' || job === 'stop') break;
    send({ kind: 'reading', place: job.place, reading: await readInput(job.input, orders, gate, stopping.signal, tell) });
  }
  const { duplicates, overflow } = tape.counts;
  for (const { feed, minute, page } of tape.pages()) send({ kind: 'page', feed, minute, page });
  send({ kind: 'done', setAside: gate.setAside, days: gate.days, duplicates, overflow });
  tape.close();
  port.close();
}
