/** Tells of files: a change at a time, reads once in a while, and no more in a second than anybody can take. */
import type { FileActivity, FileConcern } from '#contract';
import type { SensorContext } from '../part.ts';
import { PerSecond } from '../per-second.ts';
import type { Place } from './concerns.ts';
import { fullPath, lookAtFile, type Changed, type Directory } from './directory.ts';
import type { Doer, DoerSearch } from './doer.ts';

/** Reads of the same file by the same program are told once in this time. */
const readAgainMs = 10_000;
const readsKept = 256;
const toldASecond = 100;

export interface FileTelling {
  tell(directory: Directory, name: string, activity: FileActivity['activity'], concern: FileConcern, stats: Changed['stats'], doer: Doer | undefined): void;
  tellRead(directory: Directory, name: string, place: Place): void;
  /** Says how many were left out. */
  report(nowMs: number): void;
}

export function fileTelling(context: SensorContext, doers: DoerSearch): FileTelling {
  const readsTold = new Map<string, number>();
  const told = new PerSecond();
  let untold = 0;

  const telling: FileTelling = {
    tell(directory, name, activity, concern, stats, doer) {
      const nowMs = context.now();
      if (told.add(nowMs) > toldASecond) {
        untold += 1;
        return;
      }
      const mode = stats?.mode ?? 0;
      const isFile = stats?.isFile() ?? false;
      const { containerId } = directory.root;
      context.tell({
        kind: 'file', timeMs: nowMs, activity, path: fullPath(directory, name), concern,
        isExecutable: isFile && (mode & 0o111) !== 0, hasSetId: isFile && (mode & 0o6000) !== 0,
        ...(doer === undefined ? {} : doer), ...(stats === undefined ? {} : { sizeBytes: stats.size }),
      }, containerId === undefined ? {} : { containerId });
    },
    tellRead(directory, name, place) {
      const nowMs = context.now();
      const path = fullPath(directory, name);
      const doer = doers.find(`${directory.root.shownAt}${path}`);
      const key = `${directory.root.key} ${path} ${doer?.program.path ?? ''}`;
      const toldMs = readsTold.get(key);
      if (toldMs !== undefined && Math.abs(nowMs - toldMs) < readAgainMs) return;
      if (readsTold.size > readsKept) readsTold.clear();
      readsTold.set(key, nowMs);
      const prefix = directory.root.prefix();
      const stats = prefix === undefined ? undefined : lookAtFile(`${prefix}${path}`);
      if (stats?.isFile() === true || stats?.isSymbolicLink() === true) telling.tell(directory, name, 'open', place.concern, stats, doer);
    },
    report(nowMs) {
      if (untold === 0 || !told.isOver(nowMs)) return;
      context.tell({ kind: 'coverage', timeMs: nowMs, state: 'lossy', detail: `${untold} changes of files that matter were not told one by one: more than ${toldASecond} came in a second.` });
      untold = 0;
    },
  };
  return telling;
}
