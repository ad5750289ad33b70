/** Exec notices: whoever starts a program opens its file, and the file system tells of that at once. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import type { Native } from '../native/index.ts';
import { attributes, closedAfterWrite, created, ended, isDirectoryBit, movedTo, openedFile, openInotify, overflowed, type Inotify, type Notice } from '../native/inotify.ts';
import { resolveWithin, type Root } from '../roots.ts';

/** What every image keeps its programs in. */
const programDirectories = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/bin', '/usr/lib/jvm', '/busybox'];
/** The loader is opened by each start of a program that is linked with it, wherever that lies: a bell without a name. */
const loaderDirectories = ['/lib64', '/lib', '/usr/lib', '/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu'];
const loaderName = /^ld-(?:linux|musl)[\w.-]*\.so(?:\.\d+)?$/;
/** Where anybody may write: a program that appears there is watched itself, for directories of temporary files are busy. */
const dropPlaces = ['/tmp', '/var/tmp', '/dev/shm', '/run'];
const dropMask = created | closedAfterWrite | attributes | movedTo;

const elfMagic = 0x7f454c46;
const watchLimit = 1_024;
const openedLimit = 256;
/** An opening says who started for so long: a fork and its exec lie closer together on any machine that is not stuck. */
const openedForMs = 1_000;
/** A place told of more often than this in a second costs more than it tells: it is left alone for a while. */
const busyNotices = 400;
const leftAloneMs = 10_000;

interface Watched {
  directory: string;
  root: Root;
  /** The watch is of one file, whose path this is. */
  file?: string;
  isLoader?: boolean;
  isDropPlace?: boolean;
  opens: number;
  sinceMs: number;
}

export interface Opening {
  path: string;
  root: Root;
  atMs: number;
  isExplained: boolean;
  /** The loader was opened next: this was a start, and no mere reading. */
  isStart: boolean;
}

export interface ExecNotify {
  /** Watches the directories of programs of a root once. */
  addRoot(root: Root): void;
  /** Watches where a program lies that was started. */
  addProgram(root: Root | undefined, path: string): void;
  /** Reads what was told; true where something was opened or dropped that may be a start. */
  drain(nowMs: number): boolean;
  /** Programs that asked for a loader since the last time this was asked: they are about to run. */
  takeStarts(): number;
  /** Files opened lately, oldest first. */
  openings(): readonly Opening[];
  /** The program that a file was started as: itself, or what its first line names; undefined where it was only read. */
  programOf(opening: Opening): { path: string; script?: string } | undefined;
  readonly watches: number;
  readonly failure: string | undefined;
  close(): void;
}

export function openExecNotify(native: Native, onNotice: () => void): ExecNotify | undefined {
  const inotify = openInotify(native);
  if (inotify === undefined) return undefined;
  const unwatch = native.watch(inotify.descriptor, onNotice);
  return execNotify(inotify, unwatch);
}

function execNotify(inotify: Inotify, unwatch: () => void): ExecNotify {
  const watched = new Map<number, Watched>();
  const roots = new Set<string>();
  const directories = new Set<string>();
  const opened = new Map<string, Opening>();
  /** Openings of our own, which are told too. */
  const ownOpenings = new Map<string, number>();
  const leftAlone: { one: Watched; untilMs: number }[] = [];
  let failure: string | undefined;
  let lastOpened: string | undefined;
  let starts = 0;

  const watch = (root: Root, path: string, mask: number, more: Partial<Watched> = {}): void => {
    const prefix = root.prefix();
    const real = prefix === undefined ? undefined : resolveWithin(prefix, path);
    if (prefix === undefined || real === undefined) return;
    const key = `${root.key} ${real}`;
    if (directories.has(key)) return;
    if (watched.size >= watchLimit) {
      failure = `more than ${watchLimit} directories hold programs`;
      return;
    }
    directories.add(key);
    const number = inotify.add(`${prefix}${real}`, mask, more.file === undefined);
    if (number === undefined || watched.has(number)) return;
    watched.set(number, { directory: real, root, opens: 0, sinceMs: 0, ...more, ...(more.file === undefined ? {} : { file: real }) });
  };

  const watchDropped = (root: Root, path: string): void => {
    const prefix = root.prefix();
    if (prefix === undefined) return;
    try {
      const stats = statSync(`${prefix}${path}`);
      if (stats.isFile() && (stats.mode & 0o111) !== 0) watch(root, path, openedFile, { file: path });
    } catch {
      // It is gone again.
    }
  };

  const isBusy = (number: number, one: Watched, nowMs: number): boolean => {
    if (nowMs - one.sinceMs > 1_000) {
      one.sinceMs = nowMs;
      one.opens = 0;
    }
    one.opens += 1;
    if (one.opens <= busyNotices || one.isLoader === true) return false;
    inotify.remove(number);
    watched.delete(number);
    directories.delete(`${one.root.key} ${one.file ?? one.directory}`);
    leftAlone.push({ one, untilMs: nowMs + leftAloneMs });
    failure = `${one.directory} is used too often to be watched`;
    return true;
  };

  /** True where it may be the start of a program. */
  const note = ({ watch: number, mask, name }: Notice, nowMs: number): boolean => {
    if ((mask & overflowed) !== 0) return true;
    const one = watched.get(number);
    if (one === undefined) return false;
    if ((mask & ended) !== 0) {
      watched.delete(number);
      directories.delete(`${one.root.key} ${one.file ?? one.directory}`);
      return false;
    }
    if ((mask & isDirectoryBit) !== 0) {
      if (one.isDropPlace === true && name !== '' && (mask & (created | movedTo)) !== 0) watch(one.root, `${one.directory}/${name}`, dropMask, { isDropPlace: true });
      return false;
    }
    if (isBusy(number, one, nowMs)) return true;
    if (one.isDropPlace === true) {
      if ((mask & (closedAfterWrite | attributes | movedTo)) !== 0) watchDropped(one.root, `${one.directory}/${name}`);
      return true;
    }
    if ((mask & openedFile) === 0) return false;
    if (one.isLoader === true) {
      const last = lastOpened === undefined ? undefined : opened.get(lastOpened);
      if (last !== undefined) last.isStart = true;
      starts += 1;
      lastOpened = undefined;
      return true;
    }
    const path = one.file ?? `${one.directory === '/' ? '' : one.directory}/${name}`;
    const key = `${one.root.key} ${path}`;
    const own = ownOpenings.get(key) ?? 0;
    if (own > 0) {
      ownOpenings.set(key, own - 1);
      return false;
    }
    opened.delete(key);
    if (opened.size >= openedLimit) opened.delete(opened.keys().next().value!);
    opened.set(key, { path, root: one.root, atMs: nowMs, isExplained: false, isStart: false });
    lastOpened = key;
    return true;
  };

  const headOf = (opening: Opening): Buffer | undefined => {
    const prefix = opening.root.prefix();
    if (prefix === undefined) return undefined;
    const key = `${opening.root.key} ${opening.path}`;
    let descriptor: number | undefined;
    try {
      if (!statSync(`${prefix}${opening.path}`).isFile()) return undefined;
      descriptor = openSync(`${prefix}${opening.path}`, 'r');
      if (ownOpenings.size > openedLimit) ownOpenings.clear();
      ownOpenings.set(key, (ownOpenings.get(key) ?? 0) + 1);
      const head = Buffer.alloc(1_024);
      return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    } catch {
      return undefined;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  };

  return {
    addRoot(root) {
      if (roots.has(root.key)) return;
      const prefix = root.prefix();
      if (prefix === undefined) return;
      roots.add(root.key);
      for (const directory of programDirectories) watch(root, directory, openedFile);
      for (const directory of loaderDirectories) {
        for (const name of namesIn(`${prefix}${resolveWithin(prefix, directory) ?? directory}`)) {
          if (loaderName.test(name)) watch(root, `${directory}/${name}`, openedFile, { file: name, isLoader: true });
        }
      }
      for (const directory of dropPlaces) watch(root, directory, dropMask, { isDropPlace: true });
    },
    addProgram(root, path) {
      if (root === undefined || !path.startsWith('/')) return;
      const directory = path.slice(0, path.lastIndexOf('/')) || '/';
      if (dropPlaces.some((place) => path.startsWith(`${place}/`))) watchDropped(root, path);
      else watch(root, directory, openedFile);
    },
    drain(nowMs) {
      let isTelling = false;
      for (const notice of inotify.read()) if (note(notice, nowMs)) isTelling = true;
      while (leftAlone[0] !== undefined && nowMs >= leftAlone[0].untilMs) {
        const { one } = leftAlone.shift()!;
        if (leftAlone.length === 0) failure = undefined;
        watch(one.root, one.file ?? one.directory, one.isDropPlace === true ? dropMask : openedFile, { ...one, opens: 0 });
      }
      for (const [key, { atMs }] of opened) {
        if (Math.abs(nowMs - atMs) <= openedForMs) break;
        opened.delete(key);
      }
      return isTelling;
    },
    takeStarts() {
      const taken = starts;
      starts = 0;
      return taken;
    },
    openings: () => [...opened.values()],
    programOf(opening) {
      const head = headOf(opening);
      if (head === undefined) return undefined;
      if (head.length > 4 && head.readUInt32BE(0) === elfMagic) return opening.isStart || !hasLoader(head) ? { path: opening.path } : undefined;
      const interpreter = /^#!\s*(\/\S+)/.exec(head.toString('latin1'))?.[1];
      const prefix = opening.root.prefix();
      if (interpreter === undefined || prefix === undefined) return undefined;
      const path = resolveWithin(prefix, interpreter) ?? interpreter;
      return opened.get(`${opening.root.key} ${path}`)?.isStart === true ? { path, script: opening.path } : undefined;
    },
    get watches() {
      return watched.size;
    },
    get failure() {
      return failure;
    },
    close() {
      unwatch();
      inotify.close();
    },
  };
}

/** A program header of a 64-bit ELF file asks for a loader (PT_INTERP); a program that is linked with none runs alone. */
function hasLoader(head: Buffer): boolean {
  if (head.length < 64) return true;
  const size = head.readUInt16LE(54);
  const count = head.readUInt16LE(56);
  for (let at = 64, left = count; left > 0 && size > 0; left -= 1, at += size) {
    if (at + 4 > head.length) return true;
    if (head.readUInt32LE(at) === 3) return true;
  }
  // Libraries name no loader either.
  return head.readUInt16LE(16) !== 2;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
