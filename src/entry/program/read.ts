/** Reading: every input through its source and decoder into an intake, in any order. */
import { FargazerError, type DecodeSettings, type FileReading, type Intake, type Origin } from '#contract';
import { openStream, type DecodeStream } from '../../decode/stream.ts';
import { expandPaths, type FileInput } from '../../sources/file/paths.ts';
import { readChunks, type ReadOptions } from '../../sources/file/read-chunks.ts';
import type { RemoteHistory } from '../../sources/remote.ts';
import type { ReadSettings } from '../cli/program.ts';
import { inputsOf, objectChunks } from './remote.ts';

export interface ReadResult {
  reading: FileReading[];
  isInterrupted: boolean;
  /** Why a remote history could not be read to its end, where something had been read before. */
  failure?: FargazerError;
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

/**
 * Reads everything a command names. Throws `usage` and `path-missing` before anything is read, and what a history
 * throws where nothing was read before.
 */
export async function readAll(settings: ReadSettings, intake: Intake, hooks: ReadHooks = {}): Promise<ReadResult> {
  const { paths, remotes, notes: twice } = inputsOf(settings.paths);
  const { inputs, notes } = expandPaths(paths);
  const tell = progressTeller(settings, inputs, remotes.length > 0);
  const reading: FileReading[] = [];
  let failure: FargazerError | undefined;
  // Histories come first: one that may not be read is told before hours of files.
  for (const history of remotes) {
    if (settings.signal.aborted || failure !== undefined) break;
    failure = await readHistory(history, settings, intake, tell, hooks, reading);
  }
  for (const input of inputs) {
    if (settings.signal.aborted || failure !== undefined) break;
    reading.push(await readInput(input, settings, intake, settings.signal, tell, hooks));
  }
  tell.end();
  if (failure !== undefined && reading.every(({ records }) => records === 0)) throw failure;
  const all = [...twice, ...remotes.flatMap((history) => history.notes()), ...notes];
  if (all.length > 0) reading.push(notesReading(all));
  return { reading, isInterrupted: settings.signal.aborted, ...(failure === undefined ? {} : { failure }) };
}

/** Adds a reading for each object; returns what ended the history early. */
async function readHistory(
  history: RemoteHistory,
  settings: ReadSettings,
  intake: Intake,
  tell: ProgressTeller,
  hooks: ReadHooks,
  reading: FileReading[],
): Promise<FargazerError | undefined> {
  try {
    for await (const object of history.read(settings.signal)) {
      const named = { file: object.name, ...(history.name === undefined ? {} : { name: history.name }) };
      const stream = open(named, settings, intake, hooks);
      try {
        await pour(stream, (options) => objectChunks(object, options), settings.signal, tell);
      } finally {
        // An hour in which a log group was silent is no file that is empty.
        if (stream.reading.bytes === 0) stream.reading.notes = stream.reading.notes.filter((note) => object.notes.includes(note));
        if (stream.reading.bytes > 0 || stream.reading.notes.length > 0) reading.push(stream.reading);
      }
      tell.object();
    }
  } catch (error) {
    if (settings.signal.aborted) return undefined;
    if (error instanceof FargazerError) return error;
    throw error;
  }
  return undefined;
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
  const stream = open(input, orders, intake, hooks);
  await pour(stream, (options) => readChunks(input, options), signal, tell);
  return stream.reading;
}

function open({ file, name }: Pick<FileInput, 'file' | 'name'>, { format, flowFields }: ReadOrders, intake: Intake, { watch }: ReadHooks): DecodeStream {
  const settings: DecodeSettings = { ...(flowFields === undefined ? {} : { flowFields }), ...(name === undefined ? {} : { name }) };
  return openStream({ file, settings, intake, ...(format === undefined ? {} : { format }), ...(watch === undefined ? {} : { watch }) });
}

/** Decodes chunk by chunk; what came before a failure or a stop is decoded to its end. */
async function pour(
  stream: DecodeStream,
  chunksOf: (options: ReadOptions) => AsyncIterable<Buffer>,
  signal: AbortSignal,
  tell: Pick<ProgressTeller, 'bytes' | 'records'>,
): Promise<void> {
  const { reading } = stream;
  let recordsTold = 0;
  const tellRecords = (): void => {
    tell.records(reading.records - recordsTold);
    recordsTold = reading.records;
  };
  const chunks = chunksOf({
    onBytes: (bytes) => {
      reading.bytes += bytes;
      tell.bytes(bytes);
    },
    onNote: (note) => reading.notes.push(note),
  });
  try {
    for await (const chunk of chunks) {
      stream.write(chunk);
      tellRecords();
      if (signal.aborted) break;
    }
  } finally {
    stream.end();
    tellRecords();
  }
}

export interface ProgressTeller {
  bytes(count: number): void;
  records(count: number): void;
  /** One object of a remote history was read. */
  object(): void;
  end(): void;
}

/** `hasObjects`: objects of remote histories are read too, of which nobody knows the number before they are listed. */
export function progressTeller(settings: ReadSettings, inputs: readonly FileInput[], hasObjects = false): ProgressTeller {
  const { onProgress } = settings;
  if (onProgress === undefined) return { bytes: () => undefined, records: () => undefined, object: () => undefined, end: () => undefined };
  const sizes = inputs.map(({ storedBytes }) => storedBytes);
  const totalBytes = hasObjects || sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + size!, 0);
  let readBytes = 0;
  let records = 0;
  let objects = 0;
  let toldAtMs = 0;
  const tell = (): void => onProgress({ readBytes, records, ...(totalBytes === undefined ? {} : { totalBytes }), ...(hasObjects ? { objects } : {}) });
  const tellNowAndThen = (): void => {
    const nowMs = performance.now();
    if (nowMs - toldAtMs < progressMs) return;
    toldAtMs = nowMs;
    tell();
  };
  return {
    bytes(count) {
      readBytes += count;
    },
    records(count) {
      records += count;
      tellNowAndThen();
    },
    object() {
      objects += 1;
      tellNowAndThen();
    },
    end: tell,
  };
}
