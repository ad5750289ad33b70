/** Saves a remote history below a folder, so that the same replay needs no account. */
import { hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FargazerError } from '#contract';
import type { RemoteDescription, RemoteHistory, RemoteObject } from './remote.ts';

export interface SaveResult {
  objects: number;
  bytes: number;
  /** Objects that stood there already, of the same size and time. */
  kept: number;
  notes: string[];
}

export interface SaveOptions {
  signal: AbortSignal;
  onProgress?: (saved: Readonly<SaveResult>) => void;
}

/** Endings under which a folder is replayed file by file; another ending may mean to the reader that it is no telemetry. */
const endings = /\.(?:gz|gzip|zst|log|logs|json|jsonl|ndjson|csv|tsv|txt|out|err)$/i;

/** Linux allows 255 bytes in a name; `.part` and `.log` need some. */
const longestName = 200;

/** Each object is written whole or not at all, with the time of its arrival. Throws `output-failed`, and what the history throws. */
export async function saveHistory(history: RemoteHistory, folder: string, { signal, onProgress }: SaveOptions): Promise<SaveResult> {
  const saved: SaveResult = { objects: 0, bytes: 0, kept: 0, notes: [] };
  const root = resolve(folder);
  const fileOf = ({ path, name }: RemoteDescription): string => {
    const file = join(root, safePath(path));
    // Cannot be, by the making of the path; the names come from others.
    if (!file.startsWith(root + sep)) throw new FargazerError('output-failed', `${name} would be saved outside ${folder}. ${saved.objects} objects were saved before.`);
    return file;
  };
  const isWanted = async (object: RemoteDescription): Promise<boolean> => {
    const isThere = await isSaved(object, fileOf(object));
    if (isThere) saved.kept++;
    return !isThere;
  };
  for await (const object of history.read(signal, isWanted)) {
    const bytes = await save(object, fileOf(object), folder, saved, signal);
    if (signal.aborted) break;
    if (bytes > 0) saved.objects++;
    saved.bytes += bytes;
    for (const note of object.notes) saved.notes.push(`${object.name}: ${note}`);
    onProgress?.(saved);
  }
  saved.notes.push(...history.notes());
  return saved;
}

/** The same object, by size and time; one without either is read again. */
async function isSaved({ storedBytes, arrivalMs }: RemoteDescription, file: string): Promise<boolean> {
  if (storedBytes === undefined || arrivalMs === undefined) return false;
  const there = await stat(file).catch(() => undefined);
  return there !== undefined && there.isFile() && there.size === storedBytes && Math.abs(there.mtimeMs - arrivalMs) < 1_000;
}

async function save(object: RemoteObject, file: string, folder: string, saved: SaveResult, signal: AbortSignal): Promise<number> {
  const draft = `${file}.part`;
  let bytes = 0;
  const counted = async function* counted(): AsyncGenerator<Buffer, void, void> {
    for await (const chunk of object.chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await mkdir(dirname(file), { recursive: true });
    await pipeline(counted, createWriteStream(draft), { signal });
    // Nothing was there to read: its note says why.
    if (bytes === 0) await rm(draft, { force: true });
    else {
      if (object.arrivalMs !== undefined) await utimes(draft, object.arrivalMs / 1_000, object.arrivalMs / 1_000);
      await rename(draft, file);
    }
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (signal.aborted) return 0;
    if (error instanceof FargazerError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const reason = { ENOSPC: 'the disk is full', EACCES: 'no permission', EROFS: 'it may not be written to', ENOTDIR: 'a file stands where a folder is needed', EISDIR: 'a folder stands where a file is needed' }[code] ?? code;
    throw new FargazerError('output-failed', `${folder}: ${object.name} could not be saved: ${reason}. ${saved.objects} objects were saved before and stay.`, { cause: error });
  }
  return bytes;
}

/** A key as a path: no segment leads upward, is hidden, or has a character that a system forbids. */
export function safePath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '').map(safeSegment);
  const last = segments.pop() ?? 'object';
  return [...segments, endings.test(last) ? last : `${last}.log`].join('/');
}

function safeSegment(segment: string): string {
  const encoded = segment.replace(/[^\p{L}\p{N} ._=+@,()-]|^[. ]+|[. ]+$/gu, (found) =>
    [...Buffer.from(found)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
  if (Buffer.byteLength(encoded) <= longestName) return encoded;
  // The beginning tells the origin, the end the kind, the hash apart.
  const bytes = Buffer.from(encoded);
  const part = (from: number, to?: number): string => bytes.subarray(from, to).toString().replaceAll('\uFFFD', '');
  return `${part(0, 120)}~${hash('sha1', segment, 'hex').slice(0, 12)}~${part(-50)}`;
}
