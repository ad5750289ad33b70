/** Files that a log was moved or copied to when it was rotated. */
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { compare, type Mark } from './follow-mark.ts';

/** An open file; who gets it closes it. */
export interface Opened {
  path: string;
  handle: FileHandle;
  inode: string;
  size: number;
  /** Last change of content, milliseconds. */
  changedMs: number;
}

/** Entries of a folder that are looked at; a folder of more holds something else than a log and its past. */
const mostEntries = 5_000;

/** First bytes of gzip and zstd: rotated files are often packed, and a packed file does not grow. */
const packed: readonly (readonly number[])[] = [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd]];

/** Undefined where there is no such file, or no regular one. Throws where it may not be opened. */
export async function openFile(path: string): Promise<Opened | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const { dev, ino, size, mtimeMs, isFile } = await look(handle);
    if (isFile) return { path, handle, inode: `${dev}:${ino}`, size, changedMs: mtimeMs };
    await handle.close();
    return undefined;
  } catch (error) {
    await handle?.close().catch(() => undefined);
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR' || codeOf(error) === 'EISDIR') return undefined;
    throw error;
  }
}

export async function look(handle: FileHandle): Promise<{ dev: bigint; ino: bigint; size: number; mtimeMs: number; isFile: boolean }> {
  const stats = await handle.stat({ bigint: true });
  return { dev: stats.dev, ino: stats.ino, size: Number(stats.size), mtimeMs: Number(stats.mtimeNs) / 1e6, isFile: stats.isFile() };
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

export async function isPacked({ handle }: Opened): Promise<boolean> {
  const first = Buffer.alloc(4);
  const { bytesRead } = await handle.read(first, 0, 4, 0);
  return packed.some((magic) => bytesRead >= magic.length && magic.every((byte, at) => first[at] === byte));
}

/** A file that a mark speaks of: itself, or one that begins with what was read of it. */
export interface Moved {
  opened: Opened;
  likeness: 'same' | 'copy';
}

/**
 * Where the file of a mark is now, in the folder of `path`: under its inode wherever it went, else as a copy under a
 * name that rotation gives. Undefined where it is gone or packed.
 */
export async function findMoved(path: string, mark: Mark): Promise<Moved | undefined> {
  let copy: Opened | undefined;
  const names = await entries(dirname(path));
  // Those that rotation names first: the others are looked at only for their inode.
  for (const name of names.toSorted((left, right) => Number(isRotatedName(path, right)) - Number(isRotatedName(path, left)))) {
    const other = join(dirname(path), name);
    if (other === path) continue;
    const opened = await openFile(other).catch(() => undefined);
    if (opened === undefined) continue;
    const likeness = await compare(mark, opened.handle).catch(() => undefined);
    if (likeness === 'same') {
      await copy?.handle.close();
      return { opened, likeness };
    }
    if (likeness === 'copy' && copy === undefined && isRotatedName(path, name)) copy = opened;
    else await opened.handle.close();
  }
  return copy === undefined ? undefined : { opened: copy, likeness: 'copy' };
}

/** Paths beside `path` under names that rotation gives and that were changed since, oldest change first. */
export async function rotatedSince(path: string, changedMs: number): Promise<string[]> {
  const found: { path: string; changedMs: number }[] = [];
  for (const name of await entries(dirname(path))) {
    if (!isRotatedName(path, name)) continue;
    const opened = await openFile(join(dirname(path), name)).catch(() => undefined);
    if (opened === undefined) continue;
    // At the same instant too: many file systems count in steps of milliseconds.
    if (opened.changedMs >= changedMs && !(await isPacked(opened))) found.push(opened);
    await opened.handle.close();
  }
  return found.toSorted((left, right) => left.changedMs - right.changedMs || byAge(left.path, right.path)).map((one) => one.path);
}

/** Of two rotated names the older first: `app.log.2` before `app.log.1`, an earlier date before a later one. */
function byAge(left: string, right: string): number {
  const [leftCount, rightCount] = [left, right].map((path) => Number(/\.(\d{1,4})$/.exec(path)?.[1] ?? Number.NaN));
  if (leftCount !== undefined && rightCount !== undefined && !Number.isNaN(leftCount - rightCount)) return rightCount - leftCount;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `app.log.1`, `app.log-20260301`, `app-2026-03-01.log` beside `app.log`. */
export function isRotatedName(path: string, name: string): boolean {
  const base = basename(path);
  const end = extname(base);
  const stem = base.slice(0, base.length - end.length);
  if (name.length <= base.length) return false;
  if (name.startsWith(base)) return /^(?:[-._]\d[\dT:_.-]*|\.old|\.bak)$/.test(name.slice(base.length));
  // A date, for worker-2.log is another log than worker.log.
  return end !== '' && name.startsWith(stem) && name.endsWith(end) && /^[-._]\d{4}[\dT:_.-]{2,}$/.test(name.slice(stem.length, name.length - end.length));
}

async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).slice(0, mostEntries);
  } catch {
    return [];
  }
}
