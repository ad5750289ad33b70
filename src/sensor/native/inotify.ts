/** Notices of the file system (inotify) through the foreign-function library: what was opened, written, renamed or changed. */
import type { Native } from './index.ts';

export const openedFile = 0x20;
export const modified = 0x2;
export const attributes = 0x4;
export const closedAfterWrite = 0x8;
export const movedFrom = 0x40;
export const movedTo = 0x80;
export const created = 0x100;
export const deleted = 0x200;
/** The watch is gone, with what it watched. */
export const ended = 0x8000;
/** More happened than the kernel kept. */
export const overflowed = 0x4000;
export const isDirectoryBit = 0x40000000;

const onlyDirectory = 0x01000000;
const addToMask = 0x20000000;
const nonBlocking = 0o4000;
const closeOnExec = 0o2000000;
/** `struct inotify_event`: int watch, uint32 mask, cookie, length; the name follows, filled up with zeros. */
const headBytes = 16;
const bufferBytes = 32_768;
const interrupted = 4;

export interface Notice {
  watch: number;
  mask: number;
  /** Of the file within the watched directory; empty where the watched thing itself is meant. */
  name: string;
}

export interface Inotify {
  descriptor: number;
  /**
   * Watches a file or directory; a second watch of the same inode adds to its mask and gives the same number.
   * Undefined where it is missing, may not be read or the kernel's limit of watches is reached (`errno` tells: 28).
   */
  add(path: string, mask: number, isDirectory?: boolean): number | undefined;
  remove(watch: number): void;
  /** Everything that waits, at most `limit` notices; the rest stays for the next call. */
  read(limit?: number): Notice[];
  close(): void;
}

/** Undefined where the kernel gives no descriptor for it. */
export function openInotify(native: Native): Inotify | undefined {
  try {
    return makeInotify(native);
  } catch {
    return undefined;
  }
}

function makeInotify(native: Native): Inotify | undefined {
  const descriptor = native.bind('int inotify_init1(int flags)')(nonBlocking | closeOnExec);
  if (descriptor < 0) return undefined;
  const addWatch = native.bind('int inotify_add_watch(int fd, str path, uint32_t mask)');
  const removeWatch = native.bind('int inotify_rm_watch(int fd, int wd)');
  const read = native.bind('long read(int fd, _Out_ uint8_t *buf, unsigned long count)');
  const close = native.bind('int close(int fd)');
  const buffer = Buffer.alloc(bufferBytes);
  let isClosed = false;

  return {
    descriptor,
    add(path, mask, isDirectory = true) {
      if (isClosed || path.includes('\0')) return undefined;
      const watch = addWatch(descriptor, path, (mask | addToMask | (isDirectory ? onlyDirectory : 0)) >>> 0);
      return watch < 0 ? undefined : watch;
    },
    remove(watch) {
      if (!isClosed) removeWatch(descriptor, watch);
    },
    read(limit = 4_096) {
      const notices: Notice[] = [];
      while (!isClosed && notices.length < limit) {
        const bytes = Number(read(descriptor, buffer, bufferBytes));
        if (bytes < 0 && native.errno() === interrupted) continue;
        if (bytes <= 0) break;
        parseNotices(buffer, bytes, notices);
      }
      return notices;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      close(descriptor);
    },
  };
}

function parseNotices(buffer: Buffer, bytes: number, into: Notice[]): void {
  for (let at = 0; at + headBytes <= bytes; ) {
    const length = buffer.readUInt32LE(at + 12);
    const start = at + headBytes;
    const limit = Math.min(start + length, bytes);
    let end = start;
    while (end < limit && buffer[end] !== 0) end += 1;
    into.push({ watch: buffer.readInt32LE(at), mask: buffer.readUInt32LE(at + 4), name: buffer.toString('utf8', start, end) });
    at = start + length;
  }
}
