/** The live source `file`: follows files as they grow, are rotated, appear and vanish; each path is a lane. */
import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock, type JsonValue, type LaneHealth, type LiveBatch, type LiveSource } from '#contract';
import { FollowedLane } from './follow-lane.ts';
import type { FollowOptions } from './follow-options.ts';
import { isPacked, openFile, type Opened } from './follow-rotated.ts';

export interface FollowDependencies {
  clock?: Clock;
}

const standardPollMs = 500;
/** Between two looks for new files: a new task's file is found soon enough, and a folder of thousands costs little. */
const rescanMs = 5_000;
/** Files followed at once: each is held open, and many systems allow a process 1,024 in all. */
const mostLanes = 256;
/** A lane whose file is gone for so long gives nothing any more; where a pattern found it, it is forgotten. */
const forgetMs = 3_600_000;

export function follow({ path, from = 'start', pollMs = standardPollMs }: FollowOptions, { clock = systemClock }: FollowDependencies = {}): LiveSource {
  const lanes = new Map<string, FollowedLane>();
  let leftOut = 0;
  let isFirstLook = true;

  const isTaken = async (file: Opened, except?: string): Promise<boolean> => {
    for (const lane of lanes.values()) if (lane.path !== except && (await lane.knows(file))) return true;
    return false;
  };
  const add = (lanePath: string, position: JsonValue | undefined, isNamed: boolean): FollowedLane => {
    const lane = new FollowedLane({ path: lanePath, position, isNamed, clock, isFromEnd: from === 'end' && isFirstLook && position === undefined, isTaken: (file) => isTaken(file, lanePath) });
    lanes.set(lanePath, lane);
    return lane;
  };

  /** New paths that no lane reads, under whatever name. */
  async function discover(): Promise<FollowedLane[]> {
    const added: FollowedLane[] = [];
    leftOut = 0;
    const { isNamed, paths } = await expand(path);
    for (const found of paths) {
      if (lanes.has(found)) continue;
      if (lanes.size >= mostLanes) leftOut += 1;
      else if (isNamed || !(await isReadElsewhere(found))) added.push(add(found, undefined, isNamed));
    }
    isFirstLook = false;
    return added;
  }

  async function isReadElsewhere(found: string): Promise<boolean> {
    const opened = await openFile(found).catch(() => undefined);
    // A folder or pipe, or gone again; what may not be opened becomes a lane that says so.
    if (opened === undefined) return !(await isRegular(found));
    try {
      // A packed file does not grow: it is what a log was rotated to.
      return (await isPacked(opened)) || (await isTaken(opened));
    } finally {
      await opened.handle.close();
    }
  }

  /** Without the lane, what it read would be taken for new under another name. */
  async function isNeeded(lane: FollowedLane): Promise<boolean> {
    for (const found of (await expand(path)).paths) {
      const opened = await openFile(found).catch(() => undefined);
      const isKnown = opened !== undefined && (await lane.knows(opened));
      await opened?.handle.close();
      if (isKnown) {
        lane.goneSinceMs = clock.now();
        return true;
      }
    }
    return false;
  }

  const batch = (lane: FollowedLane, records: LiveBatch['records'] = []): LiveBatch => ({
    lane: lane.path,
    records,
    position: lane.position(),
    ...(lane.completeToMs === undefined ? {} : { completeToMs: lane.completeToMs }),
  });

  async function* read(resume: ReadonlyMap<string, JsonValue>, signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
    const toldMs = new Map<string, number>();
    try {
      for (const [lanePath, position] of resume) if (lanes.size < mostLanes) add(lanePath, position, false);
      let scannedMs = clock.now();
      const begun = [...lanes.values(), ...(await discover())];
      for (const lane of begun) yield batch(lane);
      while (!signal.aborted) {
        if (Math.abs(clock.now() - scannedMs) >= rescanMs) {
          scannedMs = clock.now();
          for (const lane of await discover()) yield batch(lane);
        }
        let hasMore = false;
        for (const lane of lanes.values()) {
          if (signal.aborted) return;
          const block = await lane.next();
          if (block !== undefined) {
            hasMore = true;
            yield batch(lane, [{ content: block.content, place: String(block.start) }]);
          } else if (lane.goneSinceMs !== undefined && lane.path !== path && clock.now() - lane.goneSinceMs >= forgetMs && !(await isNeeded(lane))) {
            lanes.delete(lane.path);
            toldMs.delete(lane.path);
            yield { ...batch(lane), ends: { children: [] }, forgets: [lane.path] };
          } else if (lane.completeToMs !== undefined && (toldMs.get(lane.path) ?? Number.NEGATIVE_INFINITY) < lane.completeToMs) {
            // Nothing new, but time passed: the walk may go on.
            toldMs.set(lane.path, lane.completeToMs);
            yield batch(lane);
          }
        }
        if (!hasMore) await clock.sleep(pollMs, signal);
      }
    } finally {
      await close();
    }
  }

  async function close(): Promise<void> {
    await Promise.all([...lanes.values()].map((lane) => lane.close()));
  }

  return {
    name: `file:${path}`,
    read,
    close,
    health(): LaneHealth[] {
      const rows = [...lanes.values()].map((lane) => lane.health());
      if (rows.length === 0 && leftOut === 0) return [{ lane: path, state: 'waiting', reason: 'There is no such file yet.' }];
      return leftOut === 0 ? rows : [...rows, { lane: path, state: 'failing', reason: `${leftOut} more files match; ${mostLanes} are followed at once. Narrow the pattern, or follow the rest in another process.` }];
    },
  };
}

/** The files of a path as it was given. A path that is there is itself, whatever characters it has. */
async function expand(path: string): Promise<{ isNamed: boolean; paths: string[] }> {
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined && !stats.isDirectory()) return { isNamed: true, paths: [path] };
  const pattern = stats === undefined ? path : join(path, '*');
  if (stats === undefined && !/[*?[\]{}]/.test(path)) return { isNamed: true, paths: [] };
  const paths: string[] = [];
  try {
    for await (const found of glob(pattern)) paths.push(found);
  } catch {
    // A folder that vanished or may not be entered; the next look tells.
  }
  // By code units, the same on every machine.
  return { isNamed: false, paths: paths.sort() };
}

async function isRegular(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
