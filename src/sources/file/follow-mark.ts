/** Marks: which file was read and how far, so that it is known again under another name, and a new one under the old name is not taken for it. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { JsonValue } from '#contract';

export interface Mark {
  /** Device and inode. */
  inode: string;
  /** Bytes read: all before it was given, and it stands behind a newline. */
  offset: number;
  /** Hash of the first bytes, of those that were read; absent where none were. */
  head?: { bytes: number; hash: string };
}

/** Bytes that tell one log from another; logs begin with a time, a version, a first request. */
export const headBytes = 1_024;

/** A shorter head may be a title line that every file has: it confirms an inode, and stands for none. */
const strongHeadBytes = 64;

/** The hash of the first bytes, or undefined where the file has fewer. */
export async function headHash(handle: FileHandle, bytes: number): Promise<string | undefined> {
  const buffer = Buffer.allocUnsafe(bytes);
  let have = 0;
  while (have < bytes) {
    const { bytesRead } = await handle.read(buffer, have, bytes - have, have);
    if (bytesRead === 0) return undefined;
    have += bytesRead;
  }
  return createHash('sha256').update(buffer).digest('base64url').slice(0, 22);
}

/** The mark of a file read up to an offset. */
export async function markOf(handle: FileHandle, inode: string, offset: number): Promise<Mark> {
  const bytes = Math.min(offset, headBytes);
  const hash = bytes === 0 ? undefined : await headHash(handle, bytes);
  return { inode, offset, ...(hash === undefined ? {} : { head: { bytes, hash } }) };
}

/** `same`: the very file; `copy`: another that begins with what was read; undefined: neither. */
export async function compare(mark: Mark, handle: FileHandle): Promise<'same' | 'copy' | undefined> {
  const { size, ino, dev } = await handle.stat({ bigint: true });
  if (Number(size) < mark.offset) return undefined;
  const isInode = mark.inode === `${dev}:${ino}`;
  if (mark.head === undefined) return isInode ? 'same' : undefined;
  if (!isInode && mark.head.bytes < strongHeadBytes) return undefined;
  if ((await headHash(handle, mark.head.bytes)) !== mark.head.hash) return undefined;
  return isInode ? 'same' : 'copy';
}

/** What a lane saves: the file it reads, and those it is done with. */
export interface Saved {
  /** Absent where nothing was read yet. */
  mark?: Mark;
  past: readonly Mark[];
}

/** Files of the past that are remembered; rotation keeps a handful. */
export const mostPast = 8;

export function toPosition({ mark, past }: Saved): JsonValue {
  const json = ({ inode, offset, head }: Mark): JsonValue => ({ inode, offset, ...(head === undefined ? {} : { head: { ...head } }) });
  return { ...(mark === undefined ? {} : { mark: json(mark) }), past: past.slice(-mostPast).map(json) };
}

/** What is no position of ours says that nothing was read. */
export function fromPosition(position: JsonValue | undefined): Saved {
  if (typeof position !== 'object' || position === null || Array.isArray(position)) return { past: [] };
  const mark = readMark(position['mark']);
  const past = Array.isArray(position['past']) ? position['past'].map(readMark).filter((one) => one !== undefined) : [];
  return { ...(mark === undefined ? {} : { mark }), past: past.slice(-mostPast) };
}

function readMark(value: JsonValue | undefined): Mark | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { inode, offset, head } = value;
  if (typeof inode !== 'string' || !isCount(offset)) return undefined;
  if (typeof head !== 'object' || head === null || Array.isArray(head)) return { inode, offset };
  const { bytes, hash } = head;
  return { inode, offset, ...(isCount(bytes) && bytes <= headBytes && bytes > 0 && typeof hash === 'string' ? { head: { bytes, hash } } : {}) };
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
