/** Reading: every input through its source and decoder into an intake, in any order. */
import type { DecodeSettings, FileReading, Intake, Origin } from '#contract';
import { openStream } from '../../decode/stream.ts';
import { expandPaths, type FileInput } from '../../sources/file/paths.ts';
import { readChunks } from '../../sources/file/read-chunks.ts';
import type { ReadSettings } from '../cli/program.ts';

export interface ReadResult {
  reading: FileReading[];
  isInterrupted: boolean;
}

export interface ReadHooks {
  watch?: (origin: Origin, event: unknown) => void;
}

/** What every input of a run shares; plain, so that a worker can be told it. */
export interface ReadOrders {
  format?: string;
  flowFields?: string[];
}

/** Progress is told at most this often. */
const progressMs = 100;

/** Reads everything a command names. Throws `path-missing` before anything is read. */
export async function readAll(settings: ReadSettings, intake: Intake, hooks: ReadHooks = {}): Promise<ReadResult> {
  const { inputs, notes } = expandPaths(settings.paths);
  const tell = progressTeller(settings, inputs);
  const reading: FileReading[] = [];
  for (const input of inputs) {
    if (settings.signal.aborted) break;
    reading.push(await readInput(input, settings, intake, settings.signal, tell, hooks));
  }
  tell.end();
  if (notes.length > 0) reading.push(notesReading(notes));
  return { reading, isInterrupted: settings.signal.aborted };
}

/** Notes on the paths themselves, where no file is theirs. */
export function notesReading(notes: readonly string[]): FileReading {
  return { file: '', bytes: 0, formats: {}, records: 0, events: 0, skipped: {}, unreadable: [], notes: [...notes] };
}

export async function readInput(
  input: FileInput,
  orders: ReadOrders,
  intake: Intake,
  signal: AbortSignal,
  tell: Pick<ProgressTeller, 'bytes' | 'records'>,
  hooks: ReadHooks = {},
): Promise<FileReading> {
  const settings: DecodeSettings = {
    ...(orders.flowFields === undefined ? {} : { flowFields: orders.flowFields }),
    ...(input.name === undefined ? {} : { name: input.name }),
  };
  const stream = openStream({
    file: input.file,
    settings,
    intake,
    ...(orders.format === undefined ? {} : { format: orders.format }),
    ...(hooks.watch === undefined ? {} : { watch: hooks.watch }),
  });
  const { reading } = stream;
  let recordsTold = 0;
  const chunks = readChunks(input, {
    onBytes: (bytes) => {
      reading.bytes += bytes;
      tell.bytes(bytes);
    },
    onNote: (note) => reading.notes.push(note),
  });
  for await (const chunk of chunks) {
    stream.write(chunk);
    tell.records(reading.records - recordsTold);
    recordsTold = reading.records;
    if (signal.aborted) break;
  }
  stream.end();
  tell.records(reading.records - recordsTold);
  return reading;
}

export interface ProgressTeller {
  bytes(count: number): void;
  records(count: number): void;
  end(): void;
}

export function progressTeller(settings: ReadSettings, inputs: readonly FileInput[]): ProgressTeller {
  const { onProgress } = settings;
  if (onProgress === undefined) return { bytes: () => undefined, records: () => undefined, end: () => undefined };
  const sizes = inputs.map(({ storedBytes }) => storedBytes);
  const totalBytes = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + size!, 0);
  let readBytes = 0;
  let records = 0;
  let toldAtMs = 0;
  const tell = (): void => onProgress({ readBytes, records, ...(totalBytes === undefined ? {} : { totalBytes }) });
  return {
    bytes(count) {
      readBytes += count;
    },
    records(count) {
      records += count;
      const nowMs = performance.now();
      if (nowMs - toldAtMs < progressMs) return;
      toldAtMs = nowMs;
      tell();
    },
    end: tell,
  };
}
