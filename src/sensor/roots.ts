/** The file systems seen: one root a container, reached through `/proc/PID/root` of any process that has it. */
import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { isRefusal } from './links.ts';

/** A task has at most ten containers; what changes its root beyond that is watched no more. */
const rootLimit = 24;
const linkLimit = 16;
const stepLimit = 64;

export interface Root {
  /** Device and inode of its `/`. */
  key: string;
  containerId: string | undefined;
  /** Where it lies in our own file system (a changed root); empty for ours, and for those of other mount namespaces. */
  shownAt: string;
  /** What leads there from here: empty for our own; undefined once no process of it is known any more. */
  prefix(): string | undefined;
}

export interface Roots {
  /** The root of a process; undefined where that may not be looked at. */
  of(pid: number, containerId: string | undefined): Root | undefined;
  all(): readonly Root[];
  /** Processes of the task have it, or might: ours is of no concern to the task where all of them are known to have others. */
  isOfTask(root: Root): boolean;
}

interface KeptRoot extends Root {
  pids: number[];
}

const pidsKept = 8;
/** What led to a root a moment ago leads there still: one look at its files asks hundreds of times. */
const prefixForMs = 10;

export function knownRoots(procPath: string): Roots {
  const roots: KeptRoot[] = [];
  const own = rootKey('/');
  if (own !== undefined) roots.push({ key: own, containerId: undefined, shownAt: '', prefix: () => '', pids: [] });
  let isAnyHidden = false;
  return {
    all: () => roots,
    isOfTask: (root) => root.key !== own || isAnyHidden || (roots.find(({ key }) => key === own)?.pids.length ?? 0) > 0,
    of(pid, containerId) {
      const key = rootKey(`${procPath}/${pid}/root/`, () => (isAnyHidden = true));
      if (key === undefined) return undefined;
      const known = roots.find((root) => root.key === key);
      if (known !== undefined) {
        if (!known.pids.includes(pid)) {
          // Those who live long are of more use than whoever came last.
          if (known.pids.length >= pidsKept) known.pids = known.pids.filter((other) => rootKey(`${procPath}/${other}/root/`) === key);
          if (known.pids.length < pidsKept) known.pids.push(pid);
        }
        known.containerId ??= containerId;
        return known;
      }
      if (roots.length >= rootLimit) return undefined;
      const added: KeptRoot = { key, containerId, shownAt: shownAt(`${procPath}/${pid}/root`), pids: [pid], prefix: () => undefined };
      added.prefix = rememberedFor(prefixForMs, () => {
        for (const candidate of added.pids) {
          const path = `${procPath}/${candidate}/root`;
          if (rootKey(`${path}/`) === key) return path;
          added.pids = added.pids.filter((other) => other !== candidate);
        }
        return undefined;
      });
      roots.push(added);
      return added;
    },
  };
}

/** What is not there is looked for at each call. */
function rememberedFor<Value>(forMs: number, look: () => Value | undefined): () => Value | undefined {
  let value: Value | undefined;
  let lookedMs = -Infinity;
  return () => {
    const nowMs = performance.now();
    if (value === undefined || nowMs - lookedMs > forMs) {
      value = look();
      lookedMs = nowMs;
    }
    return value;
  };
}

function shownAt(link: string): string {
  try {
    return readlinkSync(link).replace(/\/$/, '');
  } catch {
    return '';
  }
}

function rootKey(path: string, onHidden?: () => void): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}`;
  } catch (error) {
    if (isRefusal(error)) onHidden?.();
    return undefined;
  }
}

/** A path with its links followed inside a root, as its container would; undefined where there is nothing. */
export function resolveWithin(prefix: string, path: string): string | undefined {
  const followed = followWithin(prefix, path);
  return followed.isThere ? followed.path : undefined;
}

/** The same; where there is nothing, the first path on the way that is missing. */
export function followWithin(prefix: string, path: string): { path: string; isThere: boolean } {
  let steps = path.split('/').filter((step) => step !== '' && step !== '.');
  const done: string[] = [];
  let links = 0;
  while (steps.length > 0) {
    const step = steps.shift()!;
    if (step === '..') {
      done.pop();
      continue;
    }
    const way = `/${[...done, step].join('/')}`;
    const here = `${prefix}${way}`;
    try {
      // An exception costs ten times the look, and much that is looked for is not there.
      const stats = lstatSync(here, { throwIfNoEntry: false });
      if (stats === undefined) return { path: way, isThere: false };
      if (!stats.isSymbolicLink()) {
        done.push(step);
        continue;
      }
      links += 1;
      if (links > linkLimit || steps.length + done.length > stepLimit) return { path: way, isThere: false };
      const target = readlinkSync(here);
      if (target.startsWith('/')) done.length = 0;
      steps = [...target.split('/').filter((part) => part !== '' && part !== '.'), ...steps];
    } catch {
      return { path: way, isThere: false };
    }
  }
  return { path: `/${done.join('/')}`, isThere: true };
}
