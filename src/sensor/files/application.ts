/** Where the application's own code lies: derived from what its long-running processes were started from. */
import { statSync } from 'node:fs';
import { readLink } from '../links.ts';
import type { SensorContext } from '../part.ts';
import { resolveWithin, type Root } from '../roots.ts';

/** Places of the system, and places too wide to be an application's. */
const systemPlaces = /^\/(?:usr|bin|sbin|lib|lib64|etc|proc|sys|dev|boot|run)(?:\/|$)/;
const wide = /^\/(?:|root|home|home\/[^/]+|tmp|var|var\/tmp|opt|srv|mnt|media|work|app\/data)$/;
const argumentsLookedAt = 8;
const processesLimit = 256;
const givenLimit = 1_024;

export interface ApplicationPlace {
  root: Root;
  directory: string;
  /** How deep its directories are watched. */
  depth: number;
}

/** Directories of processes that ran at the last look already, each given once. */
export function applicationFinder(context: SensorContext, rootOf: (pid: number, containerId: string | undefined) => Root | undefined): () => ApplicationPlace[] {
  const seen = new Set<string>();
  /** Given once already: workers and helpers of one application come from the same places. */
  const given = new Set<string>();
  let done = new Set<string>();

  const directoriesOf = (pid: number, path: string, args: readonly string[], prefix: string, shownAt: string): { directory: string; depth: number }[] => {
    const found: { directory: string; depth: number }[] = [];
    const cwd = readLink(`${context.procPath}/${pid}/cwd`);
    const shown = typeof cwd === 'object' ? cwd.target : undefined;
    const working = shownAt !== '' && shown?.startsWith(shownAt) === true ? shown.slice(shownAt.length) || '/' : shown;
    if (path !== '') found.push({ directory: path.slice(0, path.lastIndexOf('/')), depth: 1 });
    for (const argument of args.slice(1, argumentsLookedAt)) {
      if (argument === '' || argument.startsWith('-') || argument.includes('://') || argument.length > 200) continue;
      const absolute = argument.startsWith('/') ? argument : working === undefined ? undefined : `${working}/${argument}`;
      const real = absolute === undefined ? undefined : resolveWithin(prefix, absolute);
      if (real !== undefined && isFile(`${prefix}${real}`)) found.push({ directory: real.slice(0, real.lastIndexOf('/')), depth: 4 });
    }
    if (working !== undefined) found.push({ directory: working, depth: 3 });
    return found.filter(({ directory }) => directory !== '' && !systemPlaces.test(directory)).map((one) => (wide.test(one.directory) ? { ...one, depth: 0 } : one));
  };

  return () => {
    const places: ApplicationPlace[] = [];
    const next = new Set<string>();
    let left = processesLimit;
    for (const one of context.processes.all()) {
      const key = `${one.pid} ${one.startTicks} ${one.program.path}`;
      if (done.has(key)) {
        next.add(key);
        continue;
      }
      if (!seen.has(key)) {
        // Seen for the first time: it has yet to show that it stays.
        seen.add(key);
        continue;
      }
      left -= 1;
      if (left < 0) break;
      next.add(key);
      const root = rootOf(one.pid, one.containerId);
      const prefix = root?.prefix();
      if (root === undefined || prefix === undefined) continue;
      for (const { directory, depth } of directoriesOf(one.pid, one.program.path, one.arguments, prefix, root.shownAt)) {
        const place = `${root.key} ${directory} ${depth}`;
        if (given.has(place)) continue;
        if (given.size > givenLimit) given.clear();
        given.add(place);
        places.push({ root, directory, depth });
      }
    }
    if (seen.size > 4 * processesLimit) seen.clear();
    done = next;
    return places;
  };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
