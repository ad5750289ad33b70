/** Who is who among processes: what runs, who started it, and for a while what ran. */
import { lineageLimit, type Program, type ProcessActivity } from '#contract';
import type { KnownProcess, ProcessTable, Sighting } from '../part.ts';
import type { Root } from '../roots.ts';
import type { Rights } from './read.ts';

type ProcessSighting = Extract<Sighting, { kind: 'process' }>;

export interface Entry extends KnownProcess {
  /** Parent first, as it was when this one was first seen; later changes of parents do not rewrite it. */
  lineage: Program[];
  /** Undefined where `status` could not be read. */
  rights: Rights | undefined;
  /** Capabilities that were permitted before its program ran; undefined where that is not known. */
  allowedBefore: bigint | undefined;
  executable: ProcessActivity['executable'];
  root: Root | undefined;
  firstSeenMs: number;
  /** When it was first seen to be about to run its present program. */
  programSeenMs: number;
  /** It runs its parent's program; told only if it stays so. */
  isForkOnly: boolean;
  isTold: boolean;
  /** What would be told of it, had it shown its arguments; told so when it is gone before that. */
  untold: ProcessSighting | undefined;
  stackStart: number;
  state: string;
  ticks: number;
  childTicks: number;
  /** Whoever waits for it now: another than `parentPid` once it was orphaned. */
  reaperPid: number;
  liveChildren: number;
  /** When a child of it was last seen to begin or to end. */
  childSeenMs: number;
  /** Standard output and error as links, once it has settled. */
  streamTargets: [string, string] | undefined;
  tracerPid: number;
  /** Who was seen to hold its memory open. */
  memoryHolderPid: number;
  busySinceMs: number;
  busyTicks: number;
  /** It ran or waited for a processor at each look since. */
  isAlwaysRunning: boolean;
  busyToldSeconds: number;
}

export interface Table extends ProcessTable {
  entry(pid: number): Entry | undefined;
  add(entry: Entry): void;
  /** The same process runs another program. */
  replace(entry: Entry): void;
  /** It ended: known for a while still, as somebody's parent. */
  end(entry: Entry): void;
  /** One that ended lately. */
  ended(pid: number): Entry | undefined;
  own(pid: number): void;
  readonly size: number;
  /** A program as one object for all that run it: a table of thousands of processes holds few. */
  program(path: string, name: string): Program;
}

const newestLimit = 64;
const endedLimit = 512;
const programLimit = 4_096;
const ownLimit = 1_024;

export function processTable(refresh: () => void, ownPid = process.pid): Table {
  const entries = new Map<number, Entry>();
  const ended = new Map<number, Entry>();
  const programs = new Map<string, Program>();
  const own = new Set<number>([ownPid]);
  const newest: number[] = [];

  const table: Table = {
    get: (pid) => entries.get(pid),
    entry: (pid) => entries.get(pid),
    ended: (pid) => ended.get(pid),
    all: () => entries.values(),
    get size() {
      return entries.size;
    },
    lineageOf: (pid) => [...(entries.get(pid)?.lineage ?? ended.get(pid)?.lineage ?? [])],
    refresh,
    *newest(limit) {
      let left = limit;
      for (let at = newest.length - 1; at >= 0 && left > 0; at -= 1) {
        const entry = entries.get(newest[at]!);
        if (entry === undefined) continue;
        left -= 1;
        yield entry;
      }
    },
    isOwn: (pid) => own.has(pid),
    own(pid) {
      if (own.size >= ownLimit) {
        own.clear();
        own.add(ownPid);
      }
      own.add(pid);
    },
    add(entry) {
      entries.set(entry.pid, entry);
      ended.delete(entry.pid);
      own.delete(entry.pid);
      newest.push(entry.pid);
      if (newest.length > newestLimit * 2) newest.splice(0, newestLimit);
    },
    replace(entry) {
      entries.set(entry.pid, entry);
    },
    end(entry) {
      entries.delete(entry.pid);
      ended.delete(entry.pid);
      ended.set(entry.pid, entry);
      if (ended.size > endedLimit) for (const [pid] of ended) { ended.delete(pid); break; }
    },
    program(path, name) {
      const key = `${path}\0${name}`;
      const known = programs.get(key);
      if (known !== undefined) return known;
      if (programs.size >= programLimit) programs.clear();
      const made = { path, name };
      programs.set(key, made);
      return made;
    },
  };
  return table;
}

/** The parent and the parent's own lineage. */
export function lineageBehind(parent: Entry | undefined): Program[] {
  return parent === undefined ? [] : [parent.program, ...parent.lineage].slice(0, lineageLimit);
}
