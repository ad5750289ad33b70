/**
 * Reads of files that matter by their names. Each has a watch of its own: one on a directory tells of every file that is
 * opened in it, and all who look up a host's name open two or three of `/etc`.
 */
import { openedFile, type Inotify } from '../native/inotify.ts';
import { resolveWithin } from '../roots.ts';
import type { Place } from './concerns.ts';
import { fullPath, type Directory } from './directory.ts';

/** A home has a handful of them. */
const watchLimit = 256;

export interface ReadWatches {
  /** Watches the file of this name, if it is one whose readers are told. */
  add(directory: Directory, prefix: string, name: string): void;
  /** What a notice's watch is of, where it is one of these. */
  of(watch: number): { directory: Directory; name: string } | undefined;
  /** The file is gone. */
  forget(watch: number): void;
  clear(): void;
}

/** All files of the directory, whatever their names, are told of when they are read: its own watch tells that. */
export function isReadAsWhole(places: readonly Place[]): boolean {
  return places.some((place) => place.isReadTold === true && place.names === undefined);
}

export function readWatches(inotify: () => Inotify | undefined): ReadWatches {
  const files = new Map<number, { directory: Directory; name: string }>();
  return {
    add(directory, prefix, name) {
      if (files.size >= watchLimit || isReadAsWhole(directory.places)) return;
      if (!directory.places.some((place) => place.isReadTold === true && place.names?.test(name) === true)) return;
      const path = resolveWithin(prefix, fullPath(directory, name));
      const watch = path === undefined ? undefined : inotify()?.add(`${prefix}${path}`, openedFile, false);
      if (watch !== undefined) files.set(watch, { directory, name });
    },
    of: (watch) => files.get(watch),
    forget: (watch) => void files.delete(watch),
    clear: () => files.clear(),
  };
}
