/** The part of the sensor that looks at files: what of a container's accounts, start, loader, keys and code changes. */
import { attributes, closedAfterWrite, created, deleted, ended, isDirectoryBit, modified, movedFrom, movedTo, openedFile, openInotify, overflowed, type Inotify, type Notice } from '../native/inotify.ts';
import { libraryCure, type SensorContext, type SensorPart, type Way } from '../part.ts';
import { PerSecond } from '../per-second.ts';
import { resolveWithin, type Root, type Roots } from '../roots.ts';
import { applicationFinder } from './application.ts';
import { isStorage, placesOf, type Place } from './concerns.ts';
import { compare, fullPath, lookAtFile, namesIn, placeOf, type Directory } from './directory.ts';
import { doerSearch, type Doer } from './doer.ts';
import { homesOf } from './homes.ts';
import { fileTelling } from './telling.ts';

const watchLimit = 2_000;
/** Directories of applications, all containers together. */
const applicationLimit = 600;
/** A file written in steps, or beside its place and renamed, is looked at when it has been left alone for so long. */
const settleMs = 80;
const settleAtMostMs = 400;
/** What notices do not tell (bind mounts, directories that appear) is looked at so often; without notices, everything. */
const pollMs = 2_000;
/** Directories of many files are looked through file by file only each so many polls. */
const manyFiles = 200;
const pollsOfMany = 10;
/** A directory that tells more in a second is left to the polls. */
const busyNotices = 300;
/** The file system itself went: a volume, or the root of a container that ended. */
const unmounted = 0x2000;
const changes = created | closedAfterWrite | attributes | movedTo | movedFrom | deleted;

interface Waiting {
  directory: Directory;
  name: string;
  dueMs: number;
  latestMs: number;
  doer: Doer | undefined;
  isRightsOnly: boolean;
}

export interface FilesSettings {
  context: SensorContext;
  roots: Roots;
  soon(delayMs: number): void;
  run(action: () => void): void;
}

export function filesPart({ context, roots, soon, run }: FilesSettings): SensorPart {
  const doers = doerSearch(context);
  const telling = fileTelling(context, doers);
  const application = applicationFinder(context, (pid, containerId) => roots.of(pid, containerId));
  const directories = new Map<string, Directory>();
  const watches = new Map<number, Directory>();
  /** `isNew`: what is in it once it is there came then. */
  const missing = new Map<string, { root: Root; place: Place; isNew: boolean }>();
  const waiting = new Map<string, Waiting>();
  const knownRoots = new Set<string>();
  let inotify: Inotify | undefined;
  let unwatch: (() => void) | undefined;
  let applicationCount = 0;
  let polledMs = 0;
  let polls = 0;
  let reason: string | undefined;

  const maskOf = (places: readonly Place[]): number => {
    let mask = changes;
    if (places.some((place) => place.isReadTold === true)) mask |= openedFile;
    // While it is being written its writer still has it open; applications and temporary files are written too often.
    if (places.every((place) => place.concern !== 'application' && place.isForPrograms !== true)) mask |= modified;
    return mask;
  };

  /** Watches a directory for one more reason. `isNew`: what it holds came with it. */
  const add = (root: Root, place: Place, isNew: boolean): void => {
    const prefix = root.prefix();
    if (prefix === undefined) return;
    const path = resolveWithin(prefix, place.directory);
    const missingKey = `${root.key} ${place.directory} ${place.concern}`;
    const names = path === undefined ? undefined : namesIn(`${prefix}${path}`);
    if (path === undefined || names === undefined) {
      // Whoever led there may have ended meanwhile: then nothing is known of what was there.
      if (place.concern !== 'application') missing.set(missingKey, { root, place, isNew: lookAtFile(`${prefix}/`) !== undefined });
      return;
    }
    missing.delete(missingKey);
    const key = `${root.key} ${path}`;
    let directory = directories.get(key);
    if (directory !== undefined) {
      const depth = place.depth ?? 0;
      const hasPlace = directory.places.some((one) => one.concern === place.concern && one.isReadTold === place.isReadTold);
      if (hasPlace && depth <= directory.depth) return;
      if (!hasPlace) directory.places = place.concern === 'application' ? [...directory.places.filter((one) => one.isForPrograms !== true), place] : [...directory.places, place];
    } else {
      if (directories.size >= watchLimit) {
        reason = `More than ${watchLimit} directories matter here; the rest is not watched.`;
        return;
      }
      directory = { root, path, places: [place], depth: 0, known: new Map(), watch: undefined, modifiedMs: lookAtFile(`${prefix}${path}`)?.mtimeMs ?? 0, notices: new PerSecond() };
      directories.set(key, directory);
    }
    watch(directory, prefix);
    directory.depth = Math.max(directory.depth, place.depth ?? 0);
    for (const { name, isDirectory } of names) {
      if (isDirectory) addWithin(directory, place, name, isNew);
      else if (isNew) wait(directory, name, 0);
      else if (!directory.known.has(name)) compare(directory, prefix, name);
    }
  };

  const watch = (directory: Directory, prefix: string): void => {
    const number = inotify?.add(`${prefix}${directory.path}`, maskOf(directory.places));
    if (number === undefined) {
      if (inotify !== undefined) reason = `${directory.path} cannot be watched (the kernel's limit of watches, or no right); it is looked at every ${pollMs / 1_000} s.`;
      return;
    }
    directory.watch = number;
    watches.set(number, directory);
  };

  const addWithin = (directory: Directory, place: Place, name: string, isNew: boolean): void => {
    const depth = place.depth ?? 0;
    if (depth <= 0) return;
    if (place.concern === 'application') {
      if (isStorage(name) || name.startsWith('.') || applicationCount >= applicationLimit) return;
      applicationCount += 1;
    }
    add(directory.root, { ...place, directory: fullPath(directory, name), depth: depth - 1 }, isNew);
  };

  const wait = (directory: Directory, name: string, mask: number): void => {
    if (placeOf(directory, name) === undefined) return;
    const nowMs = context.now();
    const key = `${directory.root.key} ${fullPath(directory, name)}`;
    const known = waiting.get(key);
    if (known !== undefined) {
      known.dueMs = Math.min(nowMs + settleMs, known.latestMs);
      known.isRightsOnly &&= (mask & changes & ~attributes) === 0;
      known.doer ??= directory.places[0]?.isForPrograms === true ? undefined : doers.find(`${directory.root.shownAt}${fullPath(directory, name)}`);
    } else {
      if (waiting.size >= watchLimit) return;
      const doer = mask === 0 || directory.places.some((place) => place.isForPrograms === true) ? undefined : doers.find(`${directory.root.shownAt}${fullPath(directory, name)}`);
      waiting.set(key, { directory, name, dueMs: nowMs + settleMs, latestMs: nowMs + settleAtMostMs, doer, isRightsOnly: mask !== 0 && (mask & changes & ~attributes) === 0 });
    }
    soon(settleMs);
  };

  const settle = (nowMs: number): void => {
    for (const [key, { directory, name, dueMs, latestMs, doer, isRightsOnly }] of waiting) {
      // A clock that was set back must not keep it for ever.
      if (nowMs < dueMs && latestMs - nowMs <= settleAtMostMs) continue;
      waiting.delete(key);
      const prefix = directory.root.prefix();
      const changed = prefix === undefined ? undefined : compare(directory, prefix, name);
      if (changed === undefined) continue;
      const isDropPlace = directory.places.some((place) => place.isForPrograms === true && place.depth !== undefined);
      if (changed.change === 'delete' && (isDropPlace || directory.places.every((place) => place.concern === 'executable'))) continue;
      const activity = changed.change === 'create' && isRightsOnly ? 'permissions' : changed.change;
      telling.tell(directory, name, activity, changed.concern, changed.stats, doer ?? (changed.change === 'delete' ? undefined : doers.find(`${directory.root.shownAt}${fullPath(directory, name)}`)));
    }
    if (waiting.size > 0) soon(settleMs / 2);
  };

  const isBusy = (directory: Directory, nowMs: number): boolean => {
    if (directory.notices.add(nowMs) <= busyNotices || directory.watch === undefined) return false;
    inotify?.remove(directory.watch);
    watches.delete(directory.watch);
    directory.watch = undefined;
    return true;
  };

  const note = ({ watch: number, mask, name }: Notice, nowMs: number): void => {
    if ((mask & overflowed) !== 0) {
      polledMs = 0;
      return;
    }
    const directory = watches.get(number);
    if (directory === undefined) return;
    if ((mask & unmounted) !== 0) directory.isUnmounted = true;
    if ((mask & ended) !== 0) return forget(directory);
    if (name === '' || isBusy(directory, nowMs)) return;
    if ((mask & isDirectoryBit) !== 0) {
      if ((mask & (created | movedTo)) !== 0) appear(directory, name);
      return;
    }
    const read = (mask & openedFile) === 0 ? undefined : placeOf(directory, name, true);
    // Whoever makes a file opens it too.
    if (read !== undefined && !waiting.has(`${directory.root.key} ${fullPath(directory, name)}`)) telling.tellRead(directory, name, read);
    if ((mask & (changes | modified)) !== 0) wait(directory, name, mask);
  };

  const forget = (directory: Directory): void => {
    if (directory.watch !== undefined) watches.delete(directory.watch);
    directories.delete(`${directory.root.key} ${directory.path}`);
    for (const place of directory.places) {
      if (place.concern === 'application') applicationCount = Math.max(0, applicationCount - 1);
      // A container that starts again may have the same root by number: what its image holds is no news.
      const isUnmounted = directory.isUnmounted === true;
      if (isUnmounted || (place.concern !== 'application' && place.directory === directory.path)) {
        missing.set(`${directory.root.key} ${place.directory} ${place.concern}`, { root: directory.root, place, isNew: !isUnmounted });
      }
    }
  };

  /** A directory came into one that is watched. */
  const appear = (directory: Directory, name: string): void => {
    const path = fullPath(directory, name);
    for (const { root, place } of missing.values()) {
      if (root === directory.root && (place.directory === path || place.directory.startsWith(`${path}/`))) add(root, place, true);
    }
    for (const place of directory.places) addWithin(directory, { ...place, depth: directory.depth }, name, true);
  };

  const enterRoots = (): void => {
    for (const root of roots.all()) {
      const prefix = root.prefix();
      if (prefix === undefined || knownRoots.has(root.key) || !roots.isOfTask(root)) continue;
      knownRoots.add(root.key);
      for (const place of placesOf(homesOf(prefix))) add(root, place, false);
    }
  };

  const poll = (): void => {
    polls += 1;
    enterRoots();
    for (const { root, place, isNew } of missing.values()) add(root, place, isNew);
    if (context.level() < 2) for (const { root, directory, depth } of application()) add(root, { directory, concern: 'application', depth }, false);
    for (const directory of directories.values()) {
      const prefix = directory.root.prefix();
      if (prefix === undefined) continue;
      if (directory.watch === undefined) pollAll(directory, prefix);
      else if (directory.path === '/etc') for (const name of directory.known.keys()) if (directory.known.size < manyFiles) pollOne(directory, prefix, name);
    }
  };

  const pollAll = (directory: Directory, prefix: string): void => {
    const stats = lookAtFile(`${prefix}${directory.path}`);
    if (stats === undefined) return forget(directory);
    const isChanged = stats.mtimeMs !== directory.modifiedMs;
    directory.modifiedMs = stats.mtimeMs;
    if (isChanged) {
      for (const { name, isDirectory } of namesIn(`${prefix}${directory.path}`) ?? []) {
        if (isDirectory) appear(directory, name);
        else if (!directory.known.has(name)) pollOne(directory, prefix, name);
      }
    }
    if (!isChanged && directory.known.size > manyFiles && polls % pollsOfMany !== 0) return;
    for (const name of directory.known.keys()) pollOne(directory, prefix, name);
    if (inotify !== undefined && directory.notices.count <= busyNotices) watch(directory, prefix);
    directory.notices.count = 0;
  };

  const pollOne = (directory: Directory, prefix: string, name: string): void => {
    const known = directory.known.get(name);
    const stats = lookAtFile(`${prefix}${fullPath(directory, name)}`);
    if (known !== undefined && stats !== undefined && known.modifiedMs === stats.mtimeMs && known.sizeBytes === stats.size && known.rights === `${stats.mode} ${stats.uid} ${stats.gid}`) return;
    wait(directory, name, 0);
  };

  const drain = (): void => {
    const nowMs = context.now();
    for (const notice of inotify?.read() ?? []) note(notice, nowMs);
  };

  return {
    name: 'files',
    ways: (): readonly Way[] => {
      const isWorking = inotify !== undefined && watches.size > 0;
      const why = isWorking ? reason : context.native === undefined ? 'The foreign-function library cannot be loaded here.' : 'The kernel gives no inotify descriptor or no watch.';
      return [{ name: 'file-notify', isWorking, without: `Changes of files are seen up to ${pollMs / 1_000} s late, reads of credentials and files that are gone again not at all.`, cure: libraryCure, ...(why === undefined ? {} : { reason: why }) }];
    },
    start() {
      inotify = context.native === undefined ? undefined : openInotify(context.native);
      if (inotify !== undefined) unwatch = context.native!.watch(inotify.descriptor, () => run(drain));
      enterRoots();
    },
    look(nowMs) {
      drain();
      settle(nowMs);
      if (Math.abs(nowMs - polledMs) >= pollMs * (context.level() + 1)) {
        polledMs = nowMs;
        poll();
      }
      telling.report(nowMs);
    },
    stop() {
      unwatch?.();
      inotify?.close();
      inotify = undefined;
      directories.clear();
      watches.clear();
      missing.clear();
      waiting.clear();
      knownRoots.clear();
      applicationCount = 0;
    },
  };
}
