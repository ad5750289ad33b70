/** One watched directory: which of its files matter, as they were when last looked at. */
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import type { FileConcern } from '#contract';
import type { PerSecond } from '../per-second.ts';
import type { Root } from '../roots.ts';
import { isCode, isPassing, type Place } from './concerns.ts';

/** What tells that a file changed. */
export interface Known {
  inode: number;
  sizeBytes: number;
  modifiedMs: number;
  rights: string;
}

export interface Directory {
  root: Root;
  path: string;
  places: Place[];
  /** Levels of directories within it that are watched too. */
  depth: number;
  known: Map<string, Known>;
  watch: number | undefined;
  /** What it lay on is no longer there. */
  isUnmounted?: boolean;
  modifiedMs: number;
  notices: PerSecond;
}

export type Change = 'create' | 'update' | 'delete' | 'permissions';

export interface Changed {
  change: Change;
  concern: FileConcern;
  stats: Stats | undefined;
}

/** Files of one directory that are kept in mind; programs of an image come to some 1,500. */
const knownLimit = 4_096;
const executable = 0o111;

/** The places whose names fit; programs are judged by their mode later. */
export function placeOf(directory: Directory, name: string, isRead = false): Place | undefined {
  if (isPassing(name)) return undefined;
  return directory.places.find((place) => (place.isReadTold === true) === isRead && (place.names === undefined || place.names.test(name)))
    ?? (isRead ? undefined : directory.places.find((place) => place.isReadTold === true && (place.names === undefined || place.names.test(name))));
}

export function fullPath(directory: Directory, name: string): string {
  return `${directory.path === '/' ? '' : directory.path}/${name}`;
}

export function lookAtFile(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

export function namesIn(path: string): { name: string; isDirectory: boolean }[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true }).map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  } catch {
    return undefined;
  }
}

function matters(place: Place, name: string, stats: Stats): boolean {
  if (stats.isDirectory() || stats.isSocket() || stats.isFIFO()) return false;
  if (place.isForPrograms === true) return stats.isFile() && ((stats.mode & executable) !== 0 || /\.so(?:\.|$)/.test(name));
  if (place.concern === 'application') return isCode(name) || (stats.isFile() && (stats.mode & executable) !== 0);
  return true;
}

/** Compares a file with what is known of it, and keeps what it is now; undefined where nothing that matters changed. */
export function compare(directory: Directory, prefix: string, name: string): Changed | undefined {
  const place = placeOf(directory, name);
  if (place === undefined) return undefined;
  const before = directory.known.get(name);
  const found = lookAtFile(`${prefix}${fullPath(directory, name)}`);
  const stats = found !== undefined && matters(place, name, found) ? found : undefined;
  if (stats === undefined) {
    if (before === undefined || !directory.known.delete(name) || found !== undefined) return undefined;
    return { change: 'delete', concern: place.concern, stats: undefined };
  }
  const now: Known = { inode: stats.ino, sizeBytes: stats.size, modifiedMs: stats.mtimeMs, rights: `${stats.mode} ${stats.uid} ${stats.gid}` };
  if (directory.known.size < knownLimit || before !== undefined) directory.known.set(name, now);
  if (before === undefined) return { change: 'create', concern: place.concern, stats };
  if (before.sizeBytes !== now.sizeBytes || before.modifiedMs !== now.modifiedMs || before.inode !== now.inode) return { change: 'update', concern: place.concern, stats };
  return before.rights === now.rights ? undefined : { change: 'permissions', concern: place.concern, stats };
}
