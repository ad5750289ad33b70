/** Remote histories among the inputs of a command: which they are, what they cost, how they are saved, how an object becomes plain bytes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FargazerError } from '#contract';
import { parseDuration, parseInstant, suggestion } from '../../config/index.ts';
import { cloudWatchLogsHistory } from '../../sources/cloudwatch-logs/history.ts';
import { expandPaths } from '../../sources/file/paths.ts';
import type { ReadOptions } from '../../sources/file/read-chunks.ts';
import { unpack } from '../../sources/file/unpack.ts';
import { parseRemote, type RemoteHistory, type RemoteObject, type RemoteSpec, type RemoteWords } from '../../sources/remote.ts';
import { s3History } from '../../sources/s3/history.ts';
import { saveHistory } from '../../sources/save-history.ts';
import type { EstimateOutcome, ReadSettings, SaveOutcome, SaveSettings } from '../cli/program.ts';

/** What a command named, taken apart. */
export interface Inputs {
  /** Files, folders, globs, standard input. */
  paths: string[];
  remotes: RemoteHistory[];
  notes: string[];
}

interface Named {
  paths: string[];
  specs: RemoteSpec[];
  notes: string[];
}

/** How times and slips of the pen are read in URIs. */
export function remoteWords(): RemoteWords {
  return { nowMs: Date.now(), duration: parseDuration, instant: parseInstant, suggestion };
}

function named(words: readonly string[]): Named {
  const made: Named = { paths: [], specs: [], notes: [] };
  const seen = new Set<string>();
  const ways = remoteWords();
  for (const word of words) {
    // What is there is a file, whatever its name looks like.
    const spec = existsSync(word) ? undefined : parseRemote(word, ways);
    if (spec === undefined) made.paths.push(word);
    else if (seen.has(word)) made.notes.push(`${spec.uri}: given twice; it is read once.`);
    else made.specs.push(spec);
    seen.add(word);
  }
  return made;
}

/** Throws `usage` where a URI is wrong. */
export function hasRemote(words: readonly string[]): boolean {
  return named(words).specs.length > 0;
}

/** Throws `usage` where a URI is wrong; asks nothing of anybody yet. */
export function inputsOf(words: readonly string[]): Inputs {
  const { paths, specs, notes } = named(words);
  return { paths, remotes: specs.map(historyOf), notes };
}

/** Kits of vendors are loaded when the first object is asked for. */
function historyOf(spec: RemoteSpec): RemoteHistory {
  return spec.kind === 's3' ? s3History(spec) : cloudWatchLogsHistory(spec);
}

/** An object's plain bytes; its notes are told at its end. */
export async function* objectChunks({ chunks, notes }: RemoteObject, { onBytes, onNote }: ReadOptions): AsyncGenerator<Buffer, void, void> {
  const stored = async function* stored(): AsyncGenerator<Buffer, void, void> {
    for await (const chunk of chunks) {
      onBytes?.(chunk.length);
      yield chunk;
    }
  };
  yield* unpack(stored(), onNote);
  for (const note of notes) onNote(note);
}

/** Asks lists and descriptions alone. Throws `usage` where no history is named, and as the histories do. */
export async function estimate({ paths, signal }: Pick<ReadSettings, 'paths' | 'signal'>): Promise<EstimateOutcome> {
  const inputs = inputsOf(paths);
  if (inputs.remotes.length === 0) throw nothingRemote('--estimate');
  const files = expandPaths(inputs.paths).inputs;
  const remotes: EstimateOutcome['remotes'] = [];
  for (const history of inputs.remotes) {
    if (signal.aborted) break;
    remotes.push({ uri: history.uri, ...(await history.estimate(signal)) });
  }
  return { remotes, files: files.length, fileBytes: files.reduce((sum, { storedBytes = 0 }) => sum + storedBytes, 0), isInterrupted: signal.aborted };
}

/** Saves every history that is named below the folder; `paths` then replay what stands there. */
export async function save({ paths, folder, signal, onProgress }: SaveSettings): Promise<SaveOutcome> {
  const inputs = named(paths);
  if (inputs.specs.length === 0) throw nothingRemote('--save');
  // A path that is missing is told before anything is read.
  expandPaths(inputs.paths);
  const outcome: SaveOutcome = { objects: 0, bytes: 0, kept: 0, notes: [...inputs.notes], paths: [...inputs.paths, ...savedPaths(inputs.specs, folder)], isInterrupted: false };
  for (const spec of inputs.specs) {
    if (signal.aborted) break;
    const { objects, bytes, kept, notes } = await saveHistory(historyOf(spec), folderOf(spec, folder), {
      signal,
      onProgress: (saved) => onProgress?.({ readBytes: outcome.bytes + saved.bytes, records: 0, objects: outcome.objects + saved.objects }),
    });
    outcome.objects += objects;
    outcome.bytes += bytes;
    outcome.kept += kept;
    outcome.notes.push(...notes);
  }
  return { ...outcome, isInterrupted: signal.aborted };
}

/** A name that records do not carry is given again when they are replayed: those of one name have a folder of their own. */
function folderOf(spec: RemoteSpec, folder: string): string {
  const place = spec.kind === 's3' ? join('s3', spec.bucket) : spec.kind;
  return spec.name === undefined ? join(folder, place) : join(folder, 'named', nameSegment(spec.name), place);
}

function savedPaths(specs: readonly RemoteSpec[], folder: string): string[] {
  if (specs.every(({ name }) => name === undefined)) return [folder];
  return [...new Set(specs.map((spec) => (spec.name === undefined ? folderOf(spec, folder) : `${spec.name}=${join(folder, 'named', nameSegment(spec.name))}`)))];
}

/** No name leads upward or is hidden. */
function nameSegment(name: string): string {
  return encodeURIComponent(name).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
}

function nothingRemote(option: string): FargazerError {
  return new FargazerError('usage', `${option}: no remote history is named. Nothing was read. Name one, such as s3://BUCKET/PREFIX?from=7d or cloudwatch-logs:///ecs/app?from=7d.`);
}
