/** Files that were touched a moment ago: looked at once they have been left alone, so that a file written in steps is told once. */
import { attributes, closedAfterWrite, created, deleted, movedFrom, movedTo } from '../native/inotify.ts';
import type { SensorContext } from '../part.ts';
import { compare, fullPath, placeOf, type Directory } from './directory.ts';
import type { Doer, DoerSearch } from './doer.ts';
import type { FileTelling } from './telling.ts';

/** A file written in steps, or beside its place and renamed, is looked at when it has been left alone for so long. */
const settleMs = 80;
const settleAtMostMs = 400;
const waitingLimit = 2_000;
export const changes = created | closedAfterWrite | attributes | movedTo | movedFrom | deleted;

interface Waiting {
  directory: Directory;
  name: string;
  dueMs: number;
  latestMs: number;
  doer: Doer | undefined;
  isRightsOnly: boolean;
}

export interface Settling {
  /** A file was touched: `mask` says how, 0 where it was found so. */
  wait(directory: Directory, name: string, mask: number): void;
  isWaiting(directory: Directory, name: string): boolean;
  /** Tells those that were left alone for long enough. */
  look(nowMs: number): void;
  clear(): void;
}

export function settling(context: SensorContext, doers: DoerSearch, telling: FileTelling, soon: (delayMs: number) => void): Settling {
  const waiting = new Map<string, Waiting>();
  const keyOf = (directory: Directory, name: string): string => `${directory.root.key} ${fullPath(directory, name)}`;
  const doerOf = (directory: Directory, name: string): Doer | undefined => doers.find(`${directory.root.shownAt}${fullPath(directory, name)}`);

  const settle = ({ directory, name, doer, isRightsOnly }: Waiting): void => {
    const prefix = directory.root.prefix();
    const changed = prefix === undefined ? undefined : compare(directory, prefix, name);
    if (changed === undefined) return;
    const isDropPlace = directory.places.some((place) => place.isForPrograms === true && place.depth !== undefined);
    if (changed.change === 'delete' && (isDropPlace || directory.places.every((place) => place.concern === 'executable'))) return;
    const activity = changed.change === 'create' && isRightsOnly ? 'permissions' : changed.change;
    telling.tell(directory, name, activity, changed.concern, changed.stats, doer ?? (changed.change === 'delete' ? undefined : doerOf(directory, name)));
  };

  return {
    wait(directory, name, mask) {
      if (placeOf(directory, name) === undefined) return;
      const nowMs = context.now();
      const key = keyOf(directory, name);
      const known = waiting.get(key);
      if (known !== undefined) {
        known.dueMs = Math.min(nowMs + settleMs, known.latestMs);
        known.isRightsOnly &&= (mask & changes & ~attributes) === 0;
        known.doer ??= directory.places[0]?.isForPrograms === true ? undefined : doerOf(directory, name);
      } else {
        if (waiting.size >= waitingLimit) return;
        const doer = mask === 0 || directory.places.some((place) => place.isForPrograms === true) ? undefined : doerOf(directory, name);
        waiting.set(key, { directory, name, dueMs: nowMs + settleMs, latestMs: nowMs + settleAtMostMs, doer, isRightsOnly: mask !== 0 && (mask & changes & ~attributes) === 0 });
      }
      soon(settleMs);
    },
    isWaiting: (directory, name) => waiting.has(keyOf(directory, name)),
    look(nowMs) {
      for (const [key, one] of waiting) {
        // A clock that was set back must not keep it for ever.
        if (nowMs < one.dueMs && one.latestMs - nowMs <= settleAtMostMs) continue;
        waiting.delete(key);
        settle(one);
      }
      if (waiting.size > 0) soon(settleMs / 2);
    },
    clear: () => waiting.clear(),
  };
}
