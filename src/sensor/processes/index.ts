/** The part of the sensor that looks at processes: who began, as whom, out of which file, and what became of it. */
import type { SensorContext, SensorPart } from '../part.ts';
import type { Roots } from '../roots.ts';
import { listProcesses, openBell, type Bell } from './bell.ts';
import { coresOf } from './cores.ts';
import { oneOfMany } from './crowd.ts';
import { openExecNotify, type ExecNotify, type Opening } from './exec-notify.ts';
import { launchReader, type LaunchReader } from './launch.ts';
import { missedStarts } from './missed.ts';
import { readStat, type Stat } from './read.ts';
import { isOtherProgram, sweeper, type Sweep } from './sweep.ts';
import type { Entry, Table } from './table.ts';
import { processWays } from './ways.ts';
import { isWorker, nextLookMs, soonFor } from './young.ts';

/** All processes are listed so often, for those that no bell told of; more rarely where there are thousands. */
const listEveryMs = 2_000;
/** Without a bell they are listed at a notice, no sooner than this after the last time. */
const listedAtLeastMs = 5;
/** Longest stretch of looking at what is new in one beat: the rest of thousands follows in the next, so that nothing waits. */
const newcomersMs = 12;
/** An id that shows no process yet is tried again after so long. */
const idAgainMs = 5;
/** A notice comes while a program is opened, a moment before it runs. */
const followMs = 3;
const heldLimit = 2_048;

interface Pending {
  entry: Entry;
  dueMs: number;
}

export interface ProcessesSettings {
  context: SensorContext;
  table: Table;
  roots: Roots;
  /** Asks for a look within some milliseconds. */
  soon(delayMs: number): void;
  /** Runs what a descriptor's notice starts, under the watchdog. */
  run(action: () => void): void;
}

export type ProcessesPart = SensorPart & {
  /** Hears the bell and looks at what is new, at once. */
  refresh(): void;
  /** Starts of programs ring; without that they are found by looking often. */
  isNotified(): boolean;
};

export function processesPart({ context, table, roots, soon, run }: ProcessesSettings): ProcessesPart {
  const { procPath } = context;
  let bell: Bell | undefined;
  let notify: ExecNotify | undefined;
  let reader: LaunchReader;
  let sweep: Sweep;
  /** Ids not looked at yet, from `newcomersAt` on. */
  let newcomers: number[] = [];
  let newcomersAt = 0;
  let newcomersAfterTicks = -1;
  let isFirstLook = false;
  let isOneOfMany: ReturnType<typeof oneOfMany>;
  let pending: Pending[] = [];
  let listedMs = 0;
  let listCostMs = 0;
  let newestTicks = -1;
  /** Starts told of by notices that no launch explains yet, and when they are looked for again. */
  let unexplained = 0;
  let followDueMs = Infinity;
  const programs = new Set<string>();
  const missed = missedStarts({ context, table });

  const tellLaunch = (entry: Entry, sighting: ReturnType<LaunchReader['enter']>['sighting']): void => {
    entry.isTold = true;
    entry.untold = undefined;
    if (!entry.isForkOnly) unexplained = Math.max(0, unexplained - 1);
    context.tell(sighting, { pid: entry.pid, containerId: entry.containerId });
    const key = `${entry.program.path}\0${entry.program.name}`;
    if (!programs.has(key)) {
      if (programs.size >= heldLimit) programs.clear();
      programs.add(key);
      sweep.attend(context.now());
    }
    notify?.addProgram(entry.root, entry.executable === 'deleted' || entry.executable === 'memory' ? '' : entry.program.path);
    missed.explain(entry.root?.key, entry.program.path, entry.arguments);
  };

  /** True where the id is known for good: a process, a thread, or one of ours. */
  const arrive = (pid: number, nowMs: number, depth = 0, newerThanTicks = -1): boolean => {
    const stat = readStat(`${procPath}/${pid}`);
    if (stat === undefined) return false;
    if (stat.isThread || stat.isKernelThread || table.isOwn(pid)) return true;
    const known = table.entry(pid);
    if (known !== undefined) {
      if (known.startTicks === stat.startTicks) return true;
      sweep.end(known, nowMs);
    }
    if (table.isOwn(stat.parentPid)) {
      table.own(pid);
      return true;
    }
    // Nobody waited for it yet, and its end is known; or it ended before we came.
    if (stat.state === 'X' || (stat.state === 'Z' && (stat.startTicks <= newerThanTicks || table.ended(pid)?.startTicks === stat.startTicks))) return true;
    newestTicks = Math.max(newestTicks, stat.startTicks);
    const parent = table.entry(stat.parentPid);
    if (parent !== undefined && !parent.isTold) again(parent, nowMs);
    if (parent === undefined && stat.parentPid > 0 && depth < 8) arrive(stat.parentPid, nowMs, depth + 1);
    enter(pid, stat, nowMs);
    return true;
  };

  const enter = (pid: number, stat: Stat, nowMs: number): void => {
    const { entry, sighting, isComplete } = reader.enter(pid, stat, nowMs);
    table.add(entry);
    if (entry.root !== undefined) notify?.addRoot(entry.root);
    const parent = table.entry(stat.parentPid);
    if (parent !== undefined) {
      parent.liveChildren += 1;
      parent.childSeenMs = nowMs;
    }
    const isOld = isFirstLook;
    if (isOld && isOneOfMany?.(entry) === true) entry.isTold = true;
    else if (isOld || (isComplete && !stat.isForkOnly)) tellLaunch(entry, sighting);
    else if (!stat.isForkOnly) entry.untold = sighting;
    if (isOld) return;
    watchOver(entry, nowMs);
  };

  /** Looks at a process again: gone, the same, or another program. True while it is the same. */
  const again = (entry: Entry, nowMs: number, isLast = false): boolean => {
    if (table.entry(entry.pid) !== entry) return false;
    const stat = readStat(`${procPath}/${entry.pid}`);
    if (stat === undefined || stat.startTicks !== entry.startTicks) {
      if (entry.untold !== undefined) tellLaunch(entry, entry.untold);
      // It never was seen to run a program of its own: perhaps its file was.
      else if (!entry.isTold) missed.note(entry.programSeenMs, nowMs);
      sweep.end(entry, nowMs);
      return false;
    }
    const isUntold = !entry.isTold && (!stat.isForkOnly || isLast);
    if (!isUntold && !isOtherProgram(entry, stat)) return true;
    change(entry, stat, nowMs, isLast);
    return false;
  };

  const change = (entry: Entry, stat: Stat, nowMs: number, isLast = false): void => {
    const isExec = stat.stackStart !== entry.stackStart || entry.isForkOnly !== stat.isForkOnly;
    const { entry: next, sighting, isComplete } = reader.enter(entry.pid, stat, nowMs, entry);
    // The same with the same rights: it was told in the middle of its exec, or has run itself again.
    const isSame = entry.isTold && next.program === entry.program && next.arguments.join('\0') === entry.arguments.join('\0') && next.userId === entry.userId && next.rights?.effective === entry.rights?.effective;
    next.isTold = isSame || (entry.isTold && !isExec && isComplete);
    table.replace(next);
    if (isSame) return;
    // Without the right to see stacks, a name alone may have changed: an exec has other arguments too.
    if (next.isTold && stat.stackStart === 0 && next.arguments.join('\0') === entry.arguments.join('\0')) return;
    if (isComplete || isLast) tellLaunch(next, sighting);
    else next.untold = sighting;
    watchOver(next, nowMs);
  };

  const watchOver = (entry: Entry, nowMs: number): void => {
    const dueMs = nextLookMs(entry, nowMs, isNotified());
    if (dueMs === undefined || pending.length >= heldLimit) return;
    pending.push({ entry, dueMs });
    wakeAt(dueMs, nowMs);
  };

  const lookAgain = (nowMs: number, isNoticed: boolean): void => {
    if (pending.length === 0) return;
    const due = pending.filter(({ dueMs }) => isNoticed || dueMs <= nowMs + 0.5);
    if (due.length > 0) pending = isNoticed ? [] : pending.filter(({ dueMs }) => dueMs > nowMs + 0.5);
    for (const { entry } of due) if (again(entry, nowMs, isWorker(entry, nowMs))) watchOver(entry, nowMs);
    let nextMs = Infinity;
    for (const { dueMs } of pending) if (dueMs < nextMs) nextMs = dueMs;
    if (nextMs < Infinity) wakeAt(nextMs, nowMs);
  };

  const wakeAt = (dueMs: number, nowMs: number): void => {
    const delayMs = soonFor(dueMs, nowMs, isNotified());
    if (delayMs !== undefined) soon(delayMs);
  };

  const hear = (nowMs: number): void => {
    if (bell === undefined) return;
    const ids = bell.ring();
    if (ids === 'all') return list(nowMs);
    const beganMs = ids.length > 16 ? performance.now() : Infinity;
    for (const [index, id] of ids.entries()) {
      if (performance.now() - beganMs > newcomersMs) {
        newcomers.push(...ids.slice(index));
        soon(1);
        break;
      }
      if (!arrive(id, nowMs)) missed.retry(id, nowMs);
    }
    if (missed.waiting > 0) {
      missed.again((id) => arrive(id, nowMs), nowMs);
      // Where notices tell of starts, what is not there yet rings when it runs a program; most are threads that are gone.
      if (notify === undefined) soon(idAgainMs);
    }
    if (notify !== undefined) missed.resolve(notify, nowMs);
  };

  const list = (nowMs: number): void => {
    const beganMs = performance.now();
    newcomersAfterTicks = isFirstLook ? Infinity : newestTicks;
    newcomers = listProcesses(procPath).filter((pid) => table.entry(pid) === undefined && !table.isOwn(pid));
    newcomersAt = 0;
    listCostMs = performance.now() - beganMs;
    listedMs = nowMs;
    lookAtNewcomers(nowMs);
  };

  const lookAtNewcomers = (nowMs: number): void => {
    const beganMs = performance.now();
    while (newcomersAt < newcomers.length) {
      if (performance.now() - beganMs > newcomersMs) return soon(1);
      const pid = newcomers[newcomersAt]!;
      newcomersAt += 1;
      if (table.entry(pid) === undefined) arrive(pid, nowMs, 0, newcomersAfterTicks);
    }
    newcomers = [];
    newcomersAt = 0;
    isFirstLook = false;
    isOneOfMany = undefined;
  };

  const isNotified = (): boolean => notify !== undefined && notify.watches > 0;
  const isDeaf = (): boolean => bell === undefined || bell.state === 'deaf';

  /** Everything but the slow round. */
  const hearAll = (nowMs: number): void => {
    const isNoticed = notify?.drain(nowMs) ?? false;
    const starts = notify?.takeStarts() ?? 0;
    if (starts > 0) {
      unexplained += starts;
      followDueMs = Math.min(followDueMs, nowMs + followMs);
      soon(followMs);
    }
    hear(nowMs);
    // No bell tells which ids are new, and a notice names none: the list does, as often as it is cheap.
    if (isNoticed && isDeaf() && Math.abs(nowMs - listedMs) > Math.max(listedAtLeastMs, listCostMs * 50)) list(nowMs);
    lookAgain(nowMs, isNoticed || nowMs >= followDueMs);
    if (nowMs >= followDueMs) {
      followDueMs = Infinity;
      if (unexplained > 0) sweep.hasten();
      unexplained = 0;
    }
  };

  return {
    name: 'processes',
    ways: () => processWays({ context, table, bell, notify, sweep }),
    start() {
      sweep = sweeper({
        context, table, cores: coresOf(),
        tell: (entry, sighting) => context.tell(sighting, { pid: entry.pid, containerId: entry.containerId }),
        changed: (entry, stat, nowMs) => change(entry, stat, nowMs),
        missed: (count) => missed.certain(count),
      });
      bell = context.without?.has('pid-bell') === true ? undefined : openBell(procPath);
      notify = context.native === undefined || context.without?.has('exec-notify') === true ? undefined : openExecNotify(context.native, () => run(() => hearAll(context.now())));
      reader = launchReader({ context, table, roots, openedAs: (name) => openedAs(notify, name) });
      for (const root of roots.all()) notify?.addRoot(root);
      isFirstLook = true;
      newcomers = listProcesses(procPath).filter((pid) => table.entry(pid) === undefined);
      newcomersAt = 0;
      newcomersAfterTicks = Infinity;
      isOneOfMany = oneOfMany(newcomers.length);
      listedMs = context.now();
    },
    look(nowMs) {
      if (newcomers.length > 0) lookAtNewcomers(nowMs);
      else isFirstLook = false;
      hearAll(nowMs);
      if (!isFirstLook) sweep.look(nowMs);
      if (newcomers.length === 0 && Math.abs(nowMs - listedMs) > Math.max(listEveryMs, listCostMs * 200)) list(nowMs);
      missed.report(nowMs);
    },
    refresh: () => hearAll(context.now()),
    isNotified,
    stop() {
      bell?.close();
      bell = undefined;
      notify?.close();
      notify = undefined;
      pending = [];
    },
  };
}

/** The file of this name that was opened a moment ago; a name has 15 bytes of it at most. */
function openedAs(notify: ExecNotify | undefined, name: string): Opening | undefined {
  return notify?.openings().findLast(({ path }) => Buffer.from(path.slice(path.lastIndexOf('/') + 1)).subarray(0, 15).toString() === name);
}
