/** The sweep: goes round the known processes, a slice a beat, for what rings no bell. */
import { readdirSync } from 'node:fs';
import type { Program } from '#contract';
import { readLink } from '../links.ts';
import type { SensorContext } from '../part.ts';
import { capabilityNames } from './capabilities.ts';
import type { ProcessSighting } from './launch.ts';
import { isOtherPeriod } from '../pace.ts';
import { mainThreadName, ticksPerSecond } from './names.ts';
import { readRights, readStat, type Rights, type Stat } from './read.ts';
import type { Entry, Table } from './table.ts';

/** One round is worth no more than this part of a processor; a round of 10,000 processes so takes some 20 s. */
const costShare = 0.01;
/** While something new runs, what it may do to others is looked for more often. */
const attentiveShare = 0.04;
/** Among more processes than these a closer look costs too much. */
const attentiveAmong = 500;
/** Among more than these a round is no answer to one start. */
const hastenedAmong = 128;
/** Longest slice of one beat. */
const sliceMs = 8;
/** A process that is younger still arranges its streams and rights. */
const settledAfterMs = 3_000;
/** Only those new enough to be worth it have their descriptors searched for the memory of others. */
const youngForMs = 10_000;
const descriptorsLimit = 64;
/** Processes searched so in one round: listing descriptors costs most of all. */
const searchedLimit = 48;
const busyShare = 0.7;
/** Of one that wanted to run whenever it was looked at, on a machine or within a limit that gave it less. */
const starvedShare = 0.3;
const busySteps = [2, 10, 60];
/** Who lived shorter is no loss to anybody: its end is not told. */
const toldLifeMs = 1_000;

export interface SweepTools {
  context: SensorContext;
  table: Table;
  tell(entry: Entry, sighting: ProcessSighting): void;
  /** It runs another program than it did. */
  changed(entry: Entry, stat: Stat, nowMs: number): void;
  /** A child has ended whose processor time shows and that was never seen. */
  missed(count: number): void;
  /** Part of a processor that counts as all of it: below 1 where the task has less. */
  cores: number;
}

export interface Sweep {
  look(nowMs: number): void;
  /** Something new began: look closer for a while. */
  attend(nowMs: number): void;
  /** Goes round with the next look: one of those that run already has begun another program. */
  hasten(): void;
  /** A process that is gone. */
  end(entry: Entry, nowMs: number): void;
  /** How long a round takes at the moment, milliseconds. */
  readonly roundMs: number;
}

export function sweeper({ context, table, tell, changed, missed, cores }: SweepTools): Sweep {
  const { procPath } = context;
  let round: Entry[] = [];
  let at = 0;
  let roundBeganMs = 0;
  let roundCostMs = 0;
  let roundMs = context.pace().round;
  let rightsMs = 0;
  let doesRights = false;
  let attentiveUntilMs = 0;
  let searched = 0;

  const say = (entry: Entry, nowMs: number, activity: ProcessSighting['activity'], more: Partial<ProcessSighting> = {}): void =>
    tell(entry, {
      kind: 'process', timeMs: nowMs, activity, pid: entry.pid, program: entry.program, lineage: entry.lineage, arguments: [...entry.arguments],
      userId: entry.rights?.userId ?? -1, realUserId: entry.rights?.realUserId ?? -1, parentUserId: (table.entry(entry.parentPid) ?? table.ended(entry.parentPid))?.userId ?? -1,
      ...(entry.rights === undefined ? {} : { capabilities: capabilityNames(entry.rights.effective), hasNoNewPrivileges: entry.rights.hasNoNewPrivileges }),
      executable: entry.executable, foundBy: 'proc', ...more,
    });

  const end = (entry: Entry, nowMs: number): void => {
    if (table.entry(entry.pid) !== entry) return;
    table.end(entry);
    for (const pid of new Set([entry.parentPid, entry.reaperPid])) {
      const parent = table.entry(pid);
      if (parent === undefined) continue;
      if (pid === entry.parentPid) parent.liveChildren = Math.max(0, parent.liveChildren - 1);
      parent.childSeenMs = nowMs;
    }
    const livedMs = nowMs - entry.firstSeenMs;
    if (entry.isTold && livedMs >= toldLifeMs) say(entry, nowMs, 'terminate', { seconds: Math.round(livedMs / 100) / 10 });
  };

  const checkRights = (entry: Entry, folder: string, nowMs: number): void => {
    const rights = readRights(folder);
    if (rights === undefined) return;
    const before = entry.rights;
    entry.rights = rights;
    entry.userId = rights.userId;
    const gained = before === undefined ? 0n : rights.effective & ~(before.permitted | before.effective);
    if (before !== undefined && (gained !== 0n || becameRoot(before, rights))) say(entry, nowMs, 'set-user', { gainedCapabilities: capabilityNames(gained) });
    if (rights.tracerPid !== entry.tracerPid) {
      entry.tracerPid = rights.tracerPid;
      if (rights.tracerPid !== 0) say(entry, nowMs, 'inject', { by: programOf(rights.tracerPid), means: 'trace' });
    }
  };

  const programOf = (pid: number): Program => {
    const known = table.get(pid) ?? table.ended(pid);
    if (known !== undefined) return known.program;
    const stat = readStat(`${procPath}/${pid}`);
    const link = readLink(`${procPath}/${pid}/exe`);
    return table.program(typeof link === 'object' ? link.target.replace(/ \(deleted\)$/, '') : '', stat?.name ?? '');
  };

  const checkStreams = (entry: Entry, folder: string, nowMs: number): void => {
    if (nowMs - entry.firstSeenMs < settledAfterMs) return;
    const now: [string, string] = [targetOf(`${folder}/fd/1`), targetOf(`${folder}/fd/2`)];
    const before = entry.streamTargets;
    if (now.includes('denied')) return;
    entry.streamTargets = now;
    if (before === undefined || (before[0] === now[0] && before[1] === now[1])) return;
    if (isRotation(before[0], now[0]) && isRotation(before[1], now[1])) return;
    // What is gone meanwhile has no streams.
    if (readStat(folder)?.state === 'Z') return;
    say(entry, nowMs, 'stream', { streams: ['unknown', streamOf(now[0]), streamOf(now[1])] });
  };

  /** Whoever holds the memory of another process open. */
  const checkDescriptors = (entry: Entry, folder: string, nowMs: number): void => {
    let names: string[];
    try {
      names = readdirSync(`${folder}/fd`);
    } catch {
      return;
    }
    for (const name of names.slice(0, descriptorsLimit)) {
      const pid = Number(/^\/proc\/(\d+)\/(?:task\/\d+\/)?mem$/.exec(targetOf(`${folder}/fd/${name}`))?.[1] ?? 0);
      const victim = pid === 0 || pid === entry.pid ? undefined : table.entry(pid);
      if (victim === undefined || victim.tracerPid === entry.pid || victim.memoryHolderPid === entry.pid) continue;
      victim.memoryHolderPid = entry.pid;
      say(victim, nowMs, 'inject', { by: entry.program, means: 'memory' });
    }
  };

  const checkBusy = (entry: Entry, stat: Stat, nowMs: number): void => {
    const seconds = (nowMs - entry.busySinceMs) / 1_000;
    const used = (stat.ticks - entry.busyTicks) / ticksPerSecond;
    if (stat.state !== 'R') entry.isAlwaysRunning = false;
    if (seconds < 0.4) return;
    if (used < seconds * (entry.isAlwaysRunning ? starvedShare : busyShare) * cores) {
      entry.isAlwaysRunning = true;
      entry.busySinceMs = nowMs;
      entry.busyTicks = stat.ticks;
      entry.busyToldSeconds = 0;
      return;
    }
    const step = busySteps.findLast((one) => seconds >= one);
    if (step !== undefined && step > entry.busyToldSeconds) {
      entry.busyToldSeconds = step;
      say(entry, nowMs, 'busy', { seconds: step });
    }
  };

  const visit = (entry: Entry, nowMs: number): void => {
    if (table.entry(entry.pid) !== entry) return;
    const folder = `${procPath}/${entry.pid}`;
    const stat = readStat(folder);
    if (stat === undefined || stat.startTicks !== entry.startTicks || stat.state === 'Z' || stat.state === 'X') return end(entry, nowMs);
    if (isOtherProgram(entry, stat)) return changed(entry, stat, nowMs);
    if (stat.state === 'T' && entry.state !== 'T') say(entry, nowMs, 'stop');
    entry.state = stat.state;
    entry.reaperPid = stat.parentPid;
    // The first process of a task waits for orphans of others; a moment is left for children whose end is not noted yet.
    if (stat.childTicks > entry.childTicks && entry.pid !== 1 && entry.liveChildren === 0 && nowMs - entry.childSeenMs > 2 * roundMs + 1_000) missed(1);
    entry.childTicks = stat.childTicks;
    checkBusy(entry, stat, nowMs);
    const isYoung = nowMs - entry.firstSeenMs < youngForMs;
    const { rights, hasStreams, hasDetails } = context.pace();
    if (rights < Infinity && (doesRights || isYoung || stat.state === 't')) checkRights(entry, folder, nowMs);
    if (hasStreams && doesRights) checkStreams(entry, folder, nowMs);
    if (hasDetails && isYoung && searched < searchedLimit) {
      searched += 1;
      checkDescriptors(entry, folder, nowMs);
    }
  };

  const begin = (nowMs: number): void => {
    const isAttentive = nowMs < attentiveUntilMs && table.size <= attentiveAmong;
    const pace = context.pace();
    roundMs = Math.max(isAttentive ? pace.attentiveRound : pace.round, roundCostMs / (isAttentive ? attentiveShare : costShare));
    if (!isOtherPeriod(roundBeganMs, nowMs, roundMs)) return;
    roundBeganMs = nowMs;
    roundCostMs = 0;
    searched = 0;
    round = [...(table.all() as Iterable<Entry>)];
    at = 0;
    doesRights = isOtherPeriod(rightsMs, nowMs, pace.rights);
    if (doesRights) rightsMs = nowMs;
  };

  return {
    look(nowMs) {
      if (at >= round.length) begin(nowMs);
      if (at >= round.length) return;
      const beganMs = performance.now();
      const before = process.cpuUsage();
      let usedMs = 0;
      // A large table is gone round in slices over the whole round, not at once.
      while (at < round.length && usedMs < sliceMs) {
        const until = Math.min(at + 16, round.length);
        for (; at < until; at += 1) visit(round[at]!, nowMs);
        usedMs = performance.now() - beganMs;
      }
      // What others take of the processor meanwhile is no cost of ours.
      const { user, system } = process.cpuUsage(before);
      roundCostMs += Math.min(usedMs, (user + system) / 1_000);
      if (at >= round.length) round = [];
    },
    attend(nowMs) {
      attentiveUntilMs = nowMs + 2_000;
    },
    hasten() {
      if (table.size <= hastenedAmong && at >= round.length) roundBeganMs = -Infinity;
    },
    end,
    get roundMs() {
      return roundMs;
    },
  };
}

/** Another stack; or, where stacks may not be seen, a fork that has begun to run something, or another name (which may be a mere name). */
export function isOtherProgram(entry: Entry, stat: Stat): boolean {
  if (entry.isForkOnly !== stat.isForkOnly) return true;
  if (entry.stackStart !== 0 && stat.stackStart !== 0) return entry.stackStart !== stat.stackStart || looksNew(entry, stat);
  return entry.program.name !== stat.name && stat.name !== mainThreadName;
}

const kernelNames = /^\[?(?:k(?:worker|softirqd|thread|swapd|devtmpfs|audit|compactd|integrity|blockd)|migration|rcu_|watchdog|cpuhp|jbd2|scsi_eh|irq\/)/;

/** It calls itself by the name of a thread of the kernel since. */
function looksNew(entry: Entry, stat: Stat): boolean {
  return entry.program.name !== stat.name && kernelNames.test(stat.name);
}

function becameRoot(before: Rights, now: Rights): boolean {
  return now.userId === 0 && before.userId !== 0 && before.realUserId !== 0 && before.savedUserId !== 0;
}

function targetOf(path: string): string {
  const link = readLink(path);
  return typeof link === 'object' ? link.target : link;
}

/** The same file under its own name again, or another of its folder: what log rotation does. */
function isRotation(before: string, now: string): boolean {
  if (before === now) return true;
  const directoryOf = (path: string): string => path.replace(/ \(deleted\)$/, '').replace(/[^/]*$/, '');
  return before.startsWith('/') && !before.startsWith('/dev/') && directoryOf(before) === directoryOf(now);
}

function streamOf(target: string): 'pipe' | 'socket' | 'null' | 'none' | 'terminal' | 'file' | 'unknown' {
  if (target === 'missing') return 'none';
  if (target.startsWith('pipe:')) return 'pipe';
  if (target.startsWith('socket:')) return 'socket';
  if (target === '/dev/null') return 'null';
  if (/^\/dev\/(?:pts\/|tty|console)/.test(target)) return 'terminal';
  return target.startsWith('/') ? 'file' : 'unknown';
}
