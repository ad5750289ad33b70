/** What the command line needs of the program: `compose.ts` provides it, and tests stand in for it. */
import type { Alert, EntityOutcome, FargazerError, FileReading, JsonValue, Notification, Origin, ReplayOutcome } from '#contract';
import type { Config } from '../../config/index.ts';
import type { AlertsProgram } from './alerts-program.ts';
import type { DoctorRow } from './doctor-row.ts';
import type { SidecarProgram } from './sidecar-program.ts';

/** How far a run is; bytes as stored, so that their share is known before anything is unpacked. */
export interface Progress {
  readBytes: number;
  /** Absent where the input has no known end (standard input). */
  totalBytes?: number;
  records: number;
  /** Objects of remote histories; absent where none is named. */
  objects?: number;
}

/** Where a feed of a service stands. */
export interface CoverageListing {
  rows: { name: string; feed: string; state: string; lastMs: number | undefined; usualPauseMinutes: number | undefined }[];
  /** Release time up to which was walked. */
  walkedMs: number | undefined;
}

/** Where alerts for people go that are printed. */
export interface Output {
  write(text: string): void | Promise<void>;
  columns: number;
  hasColour: boolean;
  timeZone: string;
}

export interface ConsumeSettings {
  config: Config;
  /** A folder for the state, in place of the configuration's store. */
  stateDir?: string;
  output: Output;
  signal: AbortSignal;
  /** Told where health and metrics are served. */
  onListening?: (url: string) => void;
}

/** Which records are read and how. */
export interface ReadSettings {
  /** Files, folders, globs, `-` for standard input, remote histories by URI; `NAME=PATH` for records that carry no name. */
  paths: string[];
  /** Decoder id; recognised from content where absent. */
  format?: string;
  flowFields?: string[];
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface ReplaySettings extends ReadSettings {
  config: Config;
  stateDir?: string;
  learnForMs?: number;
  isLearnOnly: boolean;
  /** Event times, milliseconds: from the first, before the second. */
  fromMs?: number;
  toMs?: number;
  /** At least 1. */
  workers: number;
  /** False with `--no-raw`. */
  isRawKept: boolean;
  /** The command line that makes this run again, for the report. */
  command: string;
}

/** `failure` is what went wrong after something had been judged: the outcome is shown all the same. */
export interface ReplayResult {
  outcome: ReplayOutcome;
  /** What people would have received, and when. */
  notifications?: Notification[];
  failure?: FargazerError;
}

/** What came of delivering the alerts to one sink. */
export interface DeliveryCount {
  sink: string;
  delivered: number;
  failed: number;
  skipped: number;
  firstFailure?: { message: string };
}

export interface InspectOutcome {
  reading: FileReading[];
  entities: Pick<EntityOutcome, 'owner' | 'name' | 'tasks' | 'events' | 'feeds' | 'firstSeenMs' | 'lastSeenMs'>[];
  span?: { fromMs: number; toMs: number };
  /** Whether each detector will have what it needs; `missing` is a sentence without capital and full stop. */
  detectors: { id: string; title: string; isFed: boolean; missing?: string }[];
  isInterrupted: boolean;
  /** Why a remote history could not be read to its end. */
  failure?: FargazerError;
}

/** Remote histories to be saved; other paths are passed on. */
export interface SaveSettings extends Pick<ReadSettings, 'paths' | 'signal' | 'onProgress'> {
  folder: string;
}

export interface SaveOutcome {
  objects: number;
  bytes: number;
  /** Objects that stood there already. */
  kept: number;
  notes: string[];
  /** What is replayed in place of the histories, beside the paths that were named with them. */
  paths: string[];
  isInterrupted: boolean;
}

export interface EstimateOutcome {
  /** Of each history what reading it takes; `usd` is what AWS charges, `basis` a sentence. */
  remotes: { uri: string; objects: number; bytes: number; requests: number; usd: number; basis: string }[];
  /** Files named beside them. */
  files: number;
  fileBytes: number;
  isInterrupted: boolean;
}

export interface TailSettings {
  /** Files, folders, globs, `-`, `cloudwatch-logs://GROUP`, `kinesis:STREAM`. */
  places: string[];
  config: Config;
  stateDir?: string;
  learnForMs?: number;
  flowFields?: string[];
  /** Files and streams are read from what they hold already. */
  isFromStart: boolean;
  /** CloudWatch Logs by Live Tail. */
  isLiveTail: boolean;
  kind: 'table' | 'jsonl';
  output: Output;
  signal: AbortSignal;
  /** What is to be said meanwhile: a sentence each, without the end of a line. */
  onNotice: (notice: string) => void;
}

export interface TailOutcome {
  events: number;
  /** As the carriers gave them. */
  bytes: number;
  unreadable: number;
  late: number;
  /** Not judged for their dates: ahead of their arrival, before 2006, or older than what was walked. */
  setAside: number;
  alerts: number;
  /** Owners seen, and how many of them are known well enough to be judged. */
  owners: number;
  readyOwners: number;
  /** Until when everything teaches, event time; absent where that is over or was not asked for. */
  teachUntilMs?: number;
  tookMs: number;
  /** What ended it after something had been read. */
  failure?: FargazerError;
}

export interface DoctorSettings {
  stack: string;
  region?: string;
  /** Sends a synthetic record and a test alert. */
  isSending: boolean;
  signal: AbortSignal;
  /** Told of each check as it ends. */
  onCheck: (check: DoctorRow) => void;
}

/** Where the record asked about stands: `FILE:LINE` (from 1) or `FILE#RECORD` (from 0). */
export type Position = Pick<Origin, 'file' | 'line' | 'record'>;

/** Why a record did or did not alert. */
export interface Explanation {
  /** Sentences in the order of the record's life: read, attributed, judged by each detector, learned. */
  sentences: string[];
  alerts: Alert[];
}

export interface ScoreSettings {
  files: string[];
  outputDir: string;
  config: Config;
  signal: AbortSignal;
}
export interface ScoredFile {
  file: string;
  output: string;
  rows: number;
  /** Rows scored 0.5 and above. */
  alarms: number;
  /** Rows without a time or value that can be read; they stand in the output with score 0. */
  unreadable: number;
}

export interface TemplateSettings extends Pick<ReadSettings, 'format' | 'signal'> {
  file: string;
  /** Called per line, in order; what it returns is waited for. */
  onLine: (line: { templateId: string; template: string }) => Promise<void> | void;
}
export interface TemplateOutcome {
  lines: number;
  /** Representative by id, of ids that turned out to differ only in variable positions. */
  merged: Record<string, string>;
}

/** Which baseline, as `baseline show` names it. */
export interface BaselineName {
  stateDir: string;
  /** As `ownerKey` writes it, or the owner's name alone where only one owner has it. */
  owner?: string;
  /** `detector.baseline`, or the detector alone. */
  baseline?: string;
}
export interface BaselineListing {
  owner: string;
  baseline: string;
  /** One sentence: since when, days, tasks, ready or learning. */
  history: string;
  rows: Record<string, string | number>[];
}

export interface FormatRow {
  id: string;
  title: string;
  source: string;
  feed: string;
}
export interface DetectorRow {
  id: string;
  title: string;
  severity: string;
  attack: string[];
  reads: string;
}

/** Everything rejects with `FargazerError` only, but for defects. */
export interface Program extends SidecarProgram {
  formats(): FormatRow[];
  detectors(): DetectorRow[];
  /** Throws `config-invalid` or `config-unreadable`; the defaults where no file is named. */
  config(file?: string): Config;
  /** What the environment of a task tells. Throws `config-invalid`. */
  liveConfig(): Config;
  /** What people receive, as one page. Throws `sink-unknown`, `path-missing`, `path-unreadable`. */
  previewSinks(settings: { sink?: string; folder?: string; timeZone?: string }): Promise<string>;
  coverage(settings: Pick<ConsumeSettings, 'config' | 'stateDir'>): Promise<CoverageListing>;
  /** Resolves when the signal aborted and everything is saved. */
  consume(settings: ConsumeSettings): Promise<void>;
  replay(settings: ReplaySettings): Promise<ReplayResult>;
  /** Throws `usage` where no remote history is named. */
  save(settings: SaveSettings): Promise<SaveOutcome>;
  /** Reads no content. Throws `usage` where no remote history is named. */
  estimate(settings: Pick<ReadSettings, 'paths' | 'signal'>): Promise<EstimateOutcome>;
  /** Resolves when the signal aborted, or when everything that is followed has ended. */
  tail(settings: TailSettings): Promise<TailOutcome>;
  /** The worst of the checks. */
  doctor(settings: DoctorSettings): Promise<DoctorRow['verdict']>;
  inspect(settings: ReadSettings): Promise<InspectOutcome>;
  why(position: Position, settings: ReplaySettings): Promise<Explanation>;
  score(settings: ScoreSettings): Promise<ScoredFile[]>;
  templates(settings: TemplateSettings): Promise<TemplateOutcome>;
  /** The report as one self-contained page. */
  report(outcome: ReplayOutcome): Promise<string>;
  /** Sends to the sinks of the configuration; throws `usage` where it names none. */
  deliver(alerts: readonly Alert[], notifications: readonly Notification[], config: Config, output: Output): Promise<DeliveryCount[]>;
  alerts: AlertsProgram;
  baselines: {
    show(name: BaselineName & { limit: number }): Promise<BaselineListing[]>;
    /** False where that baseline has no such value. */
    accept(name: Required<BaselineName>, value: string): Promise<boolean>;
    /** Without a value everything of that baseline, or of that owner; returns how much was forgotten. */
    forget(name: BaselineName & { owner: string }, value?: string): Promise<number>;
    export(name: BaselineName): Promise<JsonValue>;
  };
}
