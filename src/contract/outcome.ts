/** What a replay gives: alerts, what was read and what was not, and what each entity looked like. */
import type { Alert } from './alert.ts';
import type { Origin } from './event.ts';
import type { FeedName } from './feed.ts';
import type { MetricUnit } from './event.ts';
import type { Owner } from './entity.ts';

/** Why records of a file were not read: a sentence, how many, and the first of them. */
export interface Unreadable {
  reason: string;
  count: number;
  first: Origin;
  /** Of the first, masked and shortened. */
  raw: string;
}

/** What came of one file or stream. */
export interface FileReading {
  file: string;
  /** Bytes read, as stored (compressed). */
  bytes: number;
  /** Records per decoder id. */
  formats: Record<string, number>;
  records: number;
  events: number;
  /** Understood, nothing to judge: reason to count. */
  skipped: Record<string, number>;
  unreadable: Unreadable[];
  /** Sentences on the file as a whole: cut off, vanished, read once though given twice. */
  notes: string[];
}

/** A point of a chart: the minute's range over the usual band at that time; NaN-free, null where unknown. */
export interface ChartPoint {
  timeMs: number;
  minimum: number;
  maximum: number;
  low: number | null;
  high: number | null;
}

export interface ChartSeries {
  metric: string;
  unit: MetricUnit | 'bytes/min' | 'lines/min';
  container: string;
  /** The task; absent or empty where the series is the owner's as a whole. */
  instance?: string;
  /** At most 2,000, evenly thinned (the extremes of what is thinned out are kept). */
  points: ChartPoint[];
}

/** A row of a table of things seen: a destination, a kind of line, a call. */
export interface SeenRow {
  what: string;
  detail: string;
  firstSeenMs: number;
  count: number;
  tasks: number;
  /** First seen after the baseline was ready. */
  isNew: boolean;
}

export interface EntityOutcome {
  owner: Owner;
  name: string;
  tasks: number;
  events: number;
  feeds: FeedName[];
  firstSeenMs: number;
  lastSeenMs: number;
  /** From when at least one baseline could judge; absent if never. */
  readyFromMs?: number;
  /** Share of its observations that were judged by a ready baseline, 0 to 1. */
  judgedShare: number;
  series: ChartSeries[];
  destinations: SeenRow[];
  kinds: SeenRow[];
  calls: SeenRow[];
}

export interface DetectorOutcome {
  id: string;
  title: string;
  judged: number;
  /** Observations not judged because a baseline was still learning. */
  abstained: number;
  alerts: number;
  /** Entities for which it threw and was put in quarantine: sentences. */
  quarantined: string[];
}

export interface ReplayOutcome {
  version: string;
  /** In order of first seen, then id. */
  alerts: Alert[];
  reading: FileReading[];
  records: number;
  events: number;
  unreadable: number;
  /** Set aside, each counted and shown. */
  setAside: { future: number; past: number; olderThanState: number; outsideSpan: number; alreadyRead: number };
  /** Equal own ids met more than once. */
  duplicates: number;
  unattributed: number;
  /** Event time of the first and last event walked. */
  span?: { fromMs: number; toMs: number };
  /** End of the teaching period, where there was one. */
  teachUntilMs?: number;
  entities: EntityOutcome[];
  detectors: DetectorOutcome[];
  /** Sentences on what could not be seen. */
  blind: string[];
  /** Bounds that were reached, as sentences with counts. */
  bounds: string[];
  /** The command line that makes this again. */
  command: string;
  isInterrupted: boolean;
  /** False with `--no-raw`: nothing of a raw record is shown anywhere. */
  isRawKept: boolean;
}
