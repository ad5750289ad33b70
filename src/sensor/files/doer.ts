/** Who did it: a process that has the file open, or was told its path; nobody is named who was not seen. */
import { readdirSync, readlinkSync } from 'node:fs';
import type { Program } from '#contract';
import type { KnownProcess, SensorContext } from '../part.ts';
import { PerSecond } from '../per-second.ts';

const newestLimit = 10;
/** Others cost some 50 µs each; a task rarely has more than these. */
const othersLimit = 32;
const descriptorsLimit = 64;
/** So many searches in a second at most: an intruder may change files faster than we look. */
const searchesASecond = 20;

export interface Doer {
  program: Program;
  lineage: Program[];
}

export interface DoerSearch {
  find(path: string): Doer | undefined;
}

export function doerSearch(context: SensorContext): DoerSearch {
  const { processes, procPath } = context;
  const searches = new PerSecond();
  const named = ({ pid, program }: KnownProcess): Doer => ({ program, lineage: processes.lineageOf(pid) });

  return {
    find(path) {
      if (searches.add(context.now()) > searchesASecond) return undefined;
      processes.refresh();
      const newest = [...processes.newest(newestLimit)];
      for (const one of newest) if (holdsOpen(procPath, one.pid, path)) return named(one);
      const name = path.slice(path.lastIndexOf('/') + 1);
      for (const one of newest) if (one.arguments.some((argument, at) => at > 0 && isPathOf(argument, path, name))) return named(one);
      let left = othersLimit;
      for (const one of processes.all()) {
        if (left <= 0) break;
        left -= 1;
        if (holdsOpen(procPath, one.pid, path)) return named(one);
      }
      return undefined;
    },
  };
}

/** `/etc/passwd` as it is, or from within its folder. Texts of scripts may mention anything: they name nobody. */
function isPathOf(argument: string, path: string, name: string): boolean {
  return argument === path || (argument.endsWith(name) && !argument.includes(' ') && path.endsWith(argument.replace(/^(?:\.{1,2}\/)+/, '/')));
}

function holdsOpen(procPath: string, pid: number, path: string): boolean {
  try {
    const names = readdirSync(`${procPath}/${pid}/fd`);
    for (const name of names.slice(-descriptorsLimit)) {
      if (readlinkSync(`${procPath}/${pid}/fd/${name}`) === path) return true;
    }
  } catch {
    // It is gone, or may not be looked at.
  }
  return false;
}
