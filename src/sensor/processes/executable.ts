/** What is known of the file that a process runs: where it lies, how old it is, which rights it gives. */
import { statSync, type Stats } from 'node:fs';
import type { ProcessActivity } from '#contract';
import type { Native } from '../native/index.ts';
import type { Root } from '../roots.ts';
import { bindAttribute } from './streams.ts';

export interface Executable {
  path: string;
  executable: ProcessActivity['executable'];
  changedMs?: number;
  isPrivileged?: boolean;
}

const deletedMark = ' (deleted)';
const setId = 0o6000;
const anybodyWrites = 0o002;
const writablePlaces = /^\/(?:tmp|var\/tmp|dev\/shm|run|var\/run|dev\/mqueue)\//;
const cacheLimit = 1_024;

export interface ExecutableReader {
  /** `target` is where `/proc/PID/exe` leads. */
  read(folder: string, target: string, root: Root | undefined): Executable;
  /** A path as its container sees it lies where anybody may write. */
  isWritablePlace(path: string, rootPrefix: string | undefined): boolean;
}

export function executableReader(native: Native | undefined): ExecutableReader {
  const ask = bindAttribute(native);
  const value = Buffer.alloc(64);
  /** By device, inode and time of change: a file that was written again is another. */
  const privileged = new Map<string, boolean>();
  const places = new Map<string, boolean>();

  const isPrivileged = (link: string, { dev, ino, ctimeMs, mode }: Stats): boolean => {
    if ((mode & setId) !== 0) return true;
    if (ask === undefined) return false;
    const key = `${dev}:${ino}:${ctimeMs}`;
    let known = privileged.get(key);
    if (known === undefined) {
      known = ask(link, 'security.capability', value) > 0;
      if (privileged.size >= cacheLimit) privileged.clear();
      privileged.set(key, known);
    }
    return known;
  };

  const isWritablePlace = (path: string, rootPrefix: string | undefined): boolean => {
    if (writablePlaces.test(path)) return true;
    if (rootPrefix === undefined || !path.startsWith('/')) return false;
    const directory = `${rootPrefix}${path.slice(0, path.lastIndexOf('/'))}/`;
    let known = places.get(directory);
    if (known === undefined) {
      known = ((statOf(directory)?.mode ?? 0) & anybodyWrites) !== 0;
      if (places.size >= cacheLimit) places.clear();
      places.set(directory, known);
    }
    return known;
  };

  return {
    isWritablePlace,
    read(folder, target, root) {
      const link = `${folder}/exe`;
      const isDeleted = target.endsWith(deletedMark);
      const shown = isDeleted ? target.slice(0, -deletedMark.length) : target;
      const path = root !== undefined && root.shownAt !== '' && shown.startsWith(`${root.shownAt}/`) ? shown.slice(root.shownAt.length) : shown;
      const isMemory = path.startsWith('/memfd:') || (isDeleted && /^\/(?:SYSV|dev\/zero)/.test(path));
      const stats = statOf(link);
      return {
        path,
        executable: isMemory ? 'memory' : isDeleted ? 'deleted' : isWritablePlace(path, root?.prefix()) ? 'writable-place' : 'file',
        ...(stats === undefined ? {} : { changedMs: Math.round(stats.ctimeMs), isPrivileged: isPrivileged(link, stats) }),
      };
    },
  };
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
