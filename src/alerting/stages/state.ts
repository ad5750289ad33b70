/** What the pipeline remembers: alerts, their incidents and groups, what was told, what was withheld. Plain, and bounded. */
import type { Alert, Labels, Severity, Silence } from '#contract';

export const stageNames = ['incident', 'route', 'group', 'inhibit', 'mute', 'silence', 'deduplicate', 'cap', 'resolve'] as const;
export type StageName = (typeof stageNames)[number];

/** What a stage decided of an alert, and why. */
export interface Decision {
  /** Release time, milliseconds: the first and the last of the same decision taken again and again. */
  timeMs: number;
  lastMs: number;
  times: number;
  stage: StageName;
  /** One of few words; `detail` names the rule, the receiver, the author. */
  reason: string;
  detail?: string;
}

export interface AlertRecord {
  id: string;
  revision: number;
  /** Release time since when it fires. */
  startsMs: number;
  /** Release time from which on it is over, if nothing is heard of it before. */
  endsMs: number;
  severity: Severity;
  incident: string;
  labels: Labels;
  /** Event time. */
  firstSeenMs: number;
  /** A deployment explains it. */
  isExplained: boolean;
  groups: string[];
  decisions: Decision[];
  /** Whole, without raw records; absent where its incident tells enough others. */
  alert?: Alert;
}

export interface IncidentRecord {
  id: string;
  /** Event times. */
  firstMs: number;
  lastMs: number;
  /** Of the story. */
  severity: Severity;
  /** Of its gravest part. */
  worst: Severity;
  tactics: string[];
  kinds: string[];
  /** All alerts that ever were part of it. */
  alertCount: number;
  /** Those that are remembered. */
  alerts: string[];
  ties: string[];
  /** Group that tells it, by receiver. */
  tellers: [receiver: string, group: string][];
}

/** Alerts counted by severity and by service. */
export interface Tally {
  bySeverity: Partial<Record<Severity, number>>;
  byName: [name: string, count: number][];
}

export interface GroupRecord {
  id: string;
  route: string;
  labels: Labels;
  alerts: string[];
  dueMs: number;
  hasFlushed: boolean;
  /** Order in which groups were made. */
  order: number;
  /** Alerts that are counted and not remembered one by one. */
  untold?: Tally;
}

/** What was last told of a group: Alertmanager's notification log, and the message or thread. */
export interface LogEntry {
  group: string;
  /** Where the group is one of an incident. */
  incident?: string;
  timeMs: number;
  firing: string[];
  resolved: string[];
  /** When the message or thread began; part of its key. */
  threadMs: number;
  sequence: number;
  /** Gravest severity that was told. */
  severity: Severity;
  /** False where all of it went into a digest. */
  isTold: boolean;
}

/** Messages of one route. */
export interface CapRecord {
  route: string;
  /** Release times of the messages of the last hour. */
  sentMs: number[];
  lastDigestMs?: number;
  digest?: { sinceMs: number; dueMs: number; tally: Tally; messages: number; incidents: string[] };
}

/** What is still known of an alert that is over. */
export interface ClosedAlert {
  id: string;
  revision: number;
  incident: string;
  decisions: Decision[];
}

export interface Limits {
  alerts: number;
  alertsPerIncident: number;
  incidents: number;
  /** Alerts that keep their text: of all, and of one incident (a notification shows no more). */
  texts: number;
  textsPerIncident: number;
  closed: number;
  logEntries: number;
  silences: number;
}

/** Some megabytes of JSON when all is full. People read none of what is beyond; it is counted. */
export const standardLimits: Limits = {
  alerts: 5_000,
  alertsPerIncident: 200,
  incidents: 1_000,
  texts: 3_000,
  textsPerIncident: 20,
  closed: 1_000,
  logEntries: 10_000,
  silences: 1_000,
};

export class State {
  readonly alerts = new Map<string, AlertRecord>();
  readonly closed = new Map<string, ClosedAlert>();
  readonly incidents = new Map<string, IncidentRecord>();
  readonly groups = new Map<string, GroupRecord>();
  readonly log = new Map<string, LogEntry>();
  readonly caps = new Map<string, CapRecord>();
  readonly silences = new Map<string, Silence>();
  /** Incident that a tie leads to: the last one that used it. */
  readonly ties = new Map<string, string>();
  /** Number of the last alert that was walked. */
  through = 0;
  /** Release time walked to, milliseconds. */
  walkedMs = 0;
  /** When forgetting is due next. */
  tidyMs = 0;
  notifications = 0;
  groupsMade = 0;
  textsKept = 0;
}
