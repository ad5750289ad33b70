/** Tells of a process what is to be known at its launch, and keeps of it what the table needs. */
import type { ProcessActivity, Program } from '#contract';
import { readLink } from '../links.ts';
import type { SensorContext, Sighting } from '../part.ts';
import type { Root, Roots } from '../roots.ts';
import { capabilityNames } from './capabilities.ts';
import { executableReader } from './executable.ts';
import { maskArguments } from './mask-arguments.ts';
import { readPreloads } from './preloads.ts';
import { readArguments, readContainer, readRights, readText, type Rights, type Stat } from './read.ts';
import { mainThreadName, ticksPerSecond } from './names.ts';
import { streamReader } from './streams.ts';
import { lineageBehind, type Entry, type Table } from './table.ts';

export type ProcessSighting = Extract<Sighting, { kind: 'process' }>;

export interface LaunchTools {
  context: SensorContext;
  table: Table;
  roots: Roots;
  /** The program that was opened a moment ago under this name, where the opening was seen. */
  openedAs: (name: string) => { path: string; root: Root } | undefined;
}


export interface LaunchReader {
  /** Fills the table's entry of a process; `before` is the entry it had when it ran another program. */
  enter(pid: number, stat: Stat, nowMs: number, before?: Entry): { entry: Entry; sighting: ProcessSighting; isComplete: boolean };
}

export function launchReader({ context, table, roots, openedAs }: LaunchTools): LaunchReader {
  const { procPath, native } = context;
  const executables = executableReader(native);
  const streams = streamReader(native);
  const containers = containerStarts();

  return {
    enter(pid, stat, nowMs, before) {
      const folder = `${procPath}/${pid}`;
      const link = readLink(`${folder}/exe`);
      const raw = readArguments(folder);
      const rights = readRights(folder) ?? before?.rights;
      const containerId = before?.containerId ?? readContainer(folder);
      // One that has ended but is waited for shows its name alone.
      const isOver = stat.state === 'Z';
      const opened = isOver ? openedAs(stat.name) : undefined;
      const root = roots.of(pid, containerId) ?? before?.root ?? opened?.root;
      const parent = stat.parentPid === 0 || table.isOwn(stat.parentPid) ? undefined : (table.entry(stat.parentPid) ?? table.ended(stat.parentPid));
      const lineage = before?.lineage ?? lineageBehind(parent);

      const file = typeof link === 'object' ? executables.read(folder, link.target, root) : undefined;
      const isForked = stat.isForkOnly && parent !== undefined && (file === undefined || file.path === parent.program.path);
      const path = file?.path ?? (isForked ? parent!.program.path : (opened?.path ?? ''));
      const said = raw?.[0] ?? '';
      const program: Program = table.program(path, stat.name === mainThreadName ? lastStep(path === '' ? said : path) : stat.name);
      const executable: ProcessActivity['executable'] =
        isForked ? parent!.executable
        : file !== undefined ? file.executable
        : executables.isWritablePlace(path === '' ? said : path, root?.prefix()) ? 'writable-place'
        : opened === undefined ? 'unknown' : 'file';
      const args = maskArguments(raw ?? []);
      const startedMs = containers.startOf(root?.key ?? containerId ?? '', stat.startTicks, nowMs, procPath);
      const { hasDetails } = context.pace();
      const more = hasDetails && !isOver ? streams.read(folder) : undefined;
      const preloads = hasDetails && !isOver ? readPreloads(folder) : undefined;
      // A parent may have given up rights since it was looked at: it is compared with what it has now.
      const parentRights = parent === undefined ? undefined : ((table.entry(parent.pid) === parent ? readRights(`${procPath}/${parent.pid}`) : undefined) ?? parent.rights);
      const allowedBefore = allowed(before, parent, parentRights, containerId);
      const gained = rights === undefined || allowedBefore === undefined ? undefined : rights.effective & ~allowedBefore;

      const entry: Entry = {
        pid, parentPid: stat.parentPid, program, arguments: args, userId: rights?.userId ?? -1, containerId, startTicks: stat.startTicks,
        lineage, rights, allowedBefore, executable, root, firstSeenMs: before?.firstSeenMs ?? nowMs, programSeenMs: before?.isTold === false ? before.programSeenMs : nowMs, isForkOnly: stat.isForkOnly, isTold: false, untold: undefined,
        stackStart: stat.stackStart, state: stat.state, ticks: stat.ticks, childTicks: stat.childTicks, reaperPid: stat.parentPid,
        liveChildren: before?.liveChildren ?? 0, childSeenMs: before?.childSeenMs ?? nowMs, streamTargets: before?.streamTargets,
        tracerPid: before?.tracerPid ?? 0, memoryHolderPid: before?.memoryHolderPid ?? 0, busySinceMs: nowMs, busyTicks: stat.ticks, isAlwaysRunning: true, busyToldSeconds: 0,
      };
      const sighting: ProcessSighting = {
        kind: 'process', timeMs: nowMs, activity: 'launch', pid, program, lineage, arguments: args,
        userId: entry.userId, realUserId: rights?.realUserId ?? -1, parentUserId: parentRights?.userId ?? parent?.userId ?? -1,
        ...(rights === undefined ? {} : { capabilities: capabilityNames(rights.effective), hasNoNewPrivileges: rights.hasNoNewPrivileges }),
        ...(gained === undefined ? {} : { gainedCapabilities: capabilityNames(gained) }),
        executable,
        ...(file?.changedMs === undefined ? {} : {
          executableChangedMs: file.changedMs,
          ...(startedMs === undefined ? {} : { isOfImage: file.changedMs < startedMs }),
          isPrivilegedFile: file.isPrivileged ?? false,
        }),
        ...(more === undefined ? {} : { streams: more.streams, ...(more.peer === undefined ? {} : { streamPeer: more.peer }) }),
        ...(preloads === undefined || preloads.length === 0 ? {} : { preloads }),
        foundBy: 'proc',
      };
      return { entry, sighting, isComplete: raw === undefined || raw.length > 0 || isOver };
    },
  };
}

/** Names of threads have room for 15 bytes, and so has this. */
function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, path.lastIndexOf('/') + 16) || mainThreadName;
}

/**
 * Capabilities that were permitted before: to the process itself where it ran another program, else to its parent. What an
 * untold entry shows may be of either side of an exec. Undefined where the parent is not known, or is one that only takes
 * orphans in (another container's first process).
 */
function allowed(before: Entry | undefined, parent: Entry | undefined, parentRights: Rights | undefined, containerId: string | undefined): bigint | undefined {
  if (before !== undefined && !before.isTold) return before.allowedBefore;
  const isOrphan = parent?.pid === 1 && parent.containerId !== containerId;
  const rights = before === undefined ? (isOrphan ? undefined : parentRights) : before.rights;
  return rights === undefined ? undefined : rights.permitted | rights.effective;
}

/** When each container's first process began, by its root: files that changed later are not of its image. */
function containerStarts(): { startOf(key: string, startTicks: number, nowMs: number, procPath: string): number | undefined } {
  const firstTicks = new Map<string, number>();
  let bootMs: number | undefined;
  return {
    startOf(key, startTicks, nowMs, procPath) {
      bootMs ??= bootTime(procPath, nowMs);
      if (bootMs === undefined) return undefined;
      const first = Math.min(firstTicks.get(key) ?? Infinity, startTicks);
      if (firstTicks.size < 64 || firstTicks.has(key)) firstTicks.set(key, first);
      return bootMs + (first * 1_000) / ticksPerSecond;
    },
  };
}

function bootTime(procPath: string, nowMs: number): number | undefined {
  const seconds = Number((readText(`${procPath}/uptime`) ?? '').split(' ')[0]);
  return seconds > 0 ? nowMs - seconds * 1_000 : undefined;
}
