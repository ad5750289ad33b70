/** The part of the sensor that looks at files: what of a container's accounts, start, loader, keys and code changes. */
import { created, ended, isDirectoryBit, modified, movedTo, openedFile, openInotify, overflowed, type Inotify, type Notice } from '../native/inotify.ts';
import { isOtherPeriod } from '../pace.ts';
import { libraryCure, type SensorContext, type SensorPart, type Way } from '../part.ts';
import { PerSecond } from '../per-second.ts';
import { followWithin, type Root, type Roots } from '../roots.ts';
import { applicationFinder } from './application.ts';
import { isStorage, placesOf, type Place } from './concerns.ts';
import { compare, fullPath, lookAtFile, namesIn, placeOf, type Directory } from './directory.ts';
import { doerSearch } from './doer.ts';
import { homesOf } from './homes.ts';
import { missingPlaces } from './missing.ts';
import { isReadAsWhole, readWatches } from './read-watches.ts';
import { changes, settling } from './settling.ts';
import { fileTelling } from './telling.ts';

const watchLimit = 2_000;
/** Directories of applications, all containers together. */
const applicationLimit = 600;
/** Directories of many files are looked through file by file only each so many polls. */
const manyFiles = 200;
const pollsOfMany = 10;
/** A directory that tells more in a second is left to the polls. */
const busyNotices = 300;
/** The file system itself went: a volume, or the root of a container that ended. */
const unmounted = 0x2000;

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
  const missing = missingPlaces();
  const knownRoots = new Set<string>();
  const settled = settling(context, doers, telling, soon);
  const reads = readWatches(() => inotify);
  let inotify: Inotify | undefined;
  let unwatch: (() => void) | undefined;
  let applicationCount = 0;
  let polledMs = 0;
  let polls = 0;
  let reason: string | undefined;

  const pollMs = (): number => (inotify === undefined ? context.pace().noticelessFiles : context.pace().files);

  const maskOf = (places: readonly Place[]): number => {
    let mask = changes;
    if (isReadAsWhole(places)) mask |= openedFile;
    // While it is being written its writer still has it open; applications and temporary files are written too often.
    if (places.every((place) => place.concern !== 'application' && place.isForPrograms !== true)) mask |= modified;
    return mask;
  };

  /** Watches a directory for one more reason. `isNew`: what it holds came with it. */
  const add = (root: Root, place: Place, isNew: boolean): void => {
    const prefix = root.prefix();
    if (prefix === undefined) return;
    const { path, isThere } = followWithin(prefix, place.directory);
    const names = isThere ? namesIn(`${prefix}${path}`) : undefined;
    if (names === undefined) {
      // Whoever led there may have ended meanwhile: then nothing is known of what was there.
      if (place.concern !== 'application') missing.note({ root, place, isNew: lookAtFile(`${prefix}/`) !== undefined, lacks: path, isSilent: false });
      return;
    }
    missing.found(root, place);
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
      if (isDirectory) {
        addWithin(directory, place, name, isNew);
        continue;
      }
      reads.add(directory, prefix, name);
      if (isNew) settled.wait(directory, name, 0);
      else if (!directory.known.has(name)) compare(directory, prefix, name);
    }
  };

  const watch = (directory: Directory, prefix: string): void => {
    const number = inotify?.add(`${prefix}${directory.path}`, maskOf(directory.places));
    if (number === undefined) {
      if (inotify !== undefined) reason = `${directory.path} cannot be watched (the kernel's limit of watches, or no right); it is looked at every ${pollMs() / 1_000} s.`;
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
    if (directory === undefined) return noteRead(number, mask);
    if ((mask & unmounted) !== 0) directory.isUnmounted = true;
    if ((mask & ended) !== 0) return forget(directory);
    if (name === '' || isBusy(directory, nowMs)) return;
    if ((mask & isDirectoryBit) !== 0) {
      if ((mask & (created | movedTo)) !== 0) appear(directory, name);
      return;
    }
    if ((mask & openedFile) !== 0) tellRead(directory, name);
    if ((mask & (created | movedTo)) !== 0) watchReads(directory, name);
    if ((mask & (changes | modified)) !== 0) settled.wait(directory, name, mask);
  };

  const noteRead = (number: number, mask: number): void => {
    const file = reads.of(number);
    if (file === undefined) return;
    if ((mask & ended) !== 0) reads.forget(number);
    else tellRead(file.directory, file.name);
  };

  const tellRead = (directory: Directory, name: string): void => {
    const read = placeOf(directory, name, true);
    // Whoever makes a file opens it too.
    if (read !== undefined && !settled.isWaiting(directory, name)) telling.tellRead(directory, name, read);
  };

  const watchReads = (directory: Directory, name: string): void => {
    const prefix = directory.root.prefix();
    if (prefix !== undefined) reads.add(directory, prefix, name);
  };

  const forget = (directory: Directory): void => {
    if (directory.watch !== undefined) watches.delete(directory.watch);
    directories.delete(`${directory.root.key} ${directory.path}`);
    for (const place of directory.places) {
      if (place.concern === 'application') applicationCount = Math.max(0, applicationCount - 1);
      // A container that starts again may have the same root by number: what its image holds is no news.
      const isUnmounted = directory.isUnmounted === true;
      if (isUnmounted || (place.concern !== 'application' && place.directory === directory.path)) {
        missing.note({ root: directory.root, place, isNew: !isUnmounted, lacks: directory.path, isSilent: isUnmounted });
      }
    }
  };

  /** A directory came into one that is watched. */
  const appear = (directory: Directory, name: string): void => {
    const path = fullPath(directory, name);
    for (const { root, place } of missing.lacking(directory.root, path)) add(root, place, true);
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
    for (const { root, place, isNew } of missing.perhapsThere(isWatched)) add(root, place, isNew);
    if (context.pace().hasDetails) for (const { root, directory, depth } of application()) add(root, { directory, concern: 'application', depth }, false);
    for (const directory of directories.values()) {
      const prefix = directory.root.prefix();
      if (prefix === undefined) continue;
      if (directory.watch === undefined) pollAll(directory, prefix);
      else if (directory.path === '/etc') for (const name of directory.known.keys()) if (directory.known.size < manyFiles) pollOne(directory, prefix, name);
    }
  };

  const isWatched = (root: Root, path: string): boolean => directories.get(`${root.key} ${path}`)?.watch !== undefined;

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
    settled.wait(directory, name, 0);
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
      return [{ name: 'file-notify', isWorking, without: `Changes of files are seen up to ${context.pace().noticelessFiles / 1_000} s late, reads of credentials and files that are gone again not at all.`, cure: libraryCure, ...(why === undefined ? {} : { reason: why }) }];
    },
    start() {
      inotify = context.native === undefined ? undefined : openInotify(context.native);
      if (inotify !== undefined) unwatch = context.native!.watch(inotify.descriptor, () => run(drain));
      enterRoots();
    },
    look(nowMs) {
      drain();
      settled.look(nowMs);
      if (isOtherPeriod(polledMs, nowMs, pollMs())) {
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
      reads.clear();
      missing.clear();
      settled.clear();
      knownRoots.clear();
      applicationCount = 0;
    },
  };
}
