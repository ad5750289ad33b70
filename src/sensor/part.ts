/** What the parts of the sensor have in common: each looks at one thing, by ways that may be missing here, and tells what it saw. */
import type { CoverageEvent, DnsActivity, FileActivity, NetworkActivity, ProcessActivity, Program, SocketActivity } from '#contract';
import type { Native } from './native/index.ts';
import type { Pace } from './pace.ts';

/** Fields that the sensor files by itself: feed, id, count, subject. */
type Filed = 'feed' | 'timeNs' | 'id' | 'hasOwnId' | 'count' | 'subject' | 'origin' | 'raw';
type Unfiled<Event> = Event extends unknown ? Omit<Event, Filed> : never;

/** What a part tells: the fields of an event's kind. `timeMs` is the clock's when it was seen. */
export type Sighting = Unfiled<ProcessActivity | SocketActivity | FileActivity | NetworkActivity | DnsActivity | CoverageEvent>;

/** One way of looking, for `fargazer doctor`, health and coverage. */
export interface Way {
  /** Lower case with hyphens: `exec-notify`, `packet-socket`, `socket-diagnosis`, `proc-of-other-users`. */
  name: string;
  isWorking: boolean;
  /** What is not seen, or seen later, while it is missing: a sentence. */
  without: string;
  /** Why it is missing here, or works by half: a sentence; absent while it works. */
  reason?: string;
  /** What to change where it is missing: a sentence, with the words of a task definition. */
  cure: string;
}

/** The way without which nothing of the task is seen; without any other it is seen less well. */
export const indispensableWay = 'shared-process-namespace';

/** Of all ways that need the foreign-function library. */
export const libraryCure = 'Use the image that is built for the platform of the task; on a host of your own see fs.inotify.max_user_watches, and that nothing forbids the calls.';

/** A process as the table keeps it. */
export interface KnownProcess {
  pid: number;
  parentPid: number;
  program: Program;
  arguments: readonly string[];
  userId: number;
  /** Container id out of its cgroup, where that tells it. */
  containerId: string | undefined;
  /** Start in clock ticks since boot, from `stat`: tells a pid that was given again. */
  startTicks: number;
}

/** Who is who: kept by the part that looks at processes, asked by the others. */
export interface ProcessTable {
  get(pid: number): KnownProcess | undefined;
  /** Parent first, at most 8. */
  lineageOf(pid: number): Program[];
  all(): Iterable<KnownProcess>;
  /** Looks at once for processes that began since the last look; cheap when none did. */
  refresh(): void;
  /** Processes that began most lately, newest first: who opened what just appeared is most likely among them. */
  newest(limit: number): Iterable<KnownProcess>;
  /** Ours, and what we started. */
  isOwn(pid: number): boolean;
}

export interface SensorContext {
  /** `/proc`, or where it is mounted. */
  procPath: string;
  /** Undefined where the foreign-function library or the C library's functions are not there. */
  native: Native | undefined;
  now(): number;
  /** Files what was seen. `pid` or `containerId` tells whose it is; without either it is the task's. */
  tell(sighting: Sighting, whose?: { pid?: number; containerId?: string }): void;
  processes: ProcessTable;
  /** Names of ways that are switched off though they may be there; none where absent. */
  without?: ReadonlySet<string>;
  /** How often everything is looked at now, and what is left out. */
  pace(): Pace;
}

export interface SensorPart {
  readonly name: string;
  ways(): readonly Way[];
  /** Opens what it needs; what is missing is told by `ways`, not thrown. `first` is the state of things, told before anything new. */
  start(): void;
  /** Called every beat, and sooner where a part asked for it; must cost microseconds when nothing happened. */
  look(nowMs: number): void;
  stop(): void;
}
