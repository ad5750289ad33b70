/** What `fargazer alerts` needs of the program. */
import type { LabelName, Matcher, Severity, Silence } from '#contract';
import type { Config } from '../../config/index.ts';
import type { Output } from './program.ts';

/** Where the state lies that is looked into. */
export interface AlertsPlace {
  config: Config;
  /** A folder, in place of the configuration's store. */
  stateDir?: string;
}

/** Decisions of the pipeline for one alert, in order. Times are release times, milliseconds. */
export interface AlertStory {
  id: string;
  title?: string;
  incident?: string;
  /** `waiting`: found, and not yet decided of; `counted`: more than is remembered one by one, told in a digest. */
  standing: 'open' | 'over' | 'waiting' | 'counted';
  decisions: { timeMs: number; lastMs: number; times: number; stage: string; reason: string; detail?: string }[];
  /** Outputs that refused it for good; clock time. */
  givenUp: { output: string; code: string; atMs: number; revision: number }[];
}

export interface AlertsListing {
  /** Open ones first, the gravest first. Event times. */
  incidents: {
    id: string;
    severity: Severity;
    isOpen: boolean;
    firstMs: number;
    lastMs: number;
    /** All that ever were part of it; those that are remembered stand in `alerts`. */
    alertCount: number;
    alerts: { id: string; isOpen: boolean; severity: Severity; detector: string; service: string; firstSeenMs: number; title?: string; silence?: string }[];
  }[];
  /** Release time up to which was decided; undefined where nothing was. */
  walkedMs: number | undefined;
  /** Alerts that were found and not yet decided of. */
  waiting: number;
}

export interface RoutedFinding {
  id: string;
  title: string;
  ways: {
    /** As the configuration has it: `route.routes[1]`. */
    path: string;
    receiver: string;
    outputs: string[];
    /** Labels that the route groups by, and those of them that the finding has. */
    grouped: string[];
    group: Partial<Record<LabelName, string>>;
    waitMs: number;
    repeatMs: number;
    /** Why the route is silent at this moment. */
    muted?: string;
  }[];
}

/** Every dead letter of an output is in one of the counts. */
export interface RedeliveryRow {
  output: string;
  delivered: number;
  /** Messages that have gone on since; not sent. */
  superseded: number;
  /** Their content is not kept any more. */
  lost: number;
  failed: number;
  /** Not tried, for the output failed as a whole. */
  skipped: number;
  firstFailure?: { message: string; isForAll: boolean };
}

export interface TrialRow {
  output: string;
  isDelivered: boolean;
  /** A sentence, or its end: what the service answered. */
  says: string;
  code?: string;
  tookMs: number;
}

export interface SilenceOrder {
  matchers: Matcher[];
  author: string;
  reason: string;
  /** Clock time; now where absent. */
  startsMs?: number;
  forMs: number;
}

/** Everything rejects with `FargazerError` only, but for defects. */
export interface AlertsProgram {
  /** Throws `alert-unknown`. */
  why(place: AlertsPlace, id: string): Promise<AlertStory>;
  /** Sends nothing and needs no state. Throws `path-missing` and `usage`. */
  route(config: Config, file: string): Promise<RoutedFinding[]>;
  list(place: AlertsPlace, isAll: boolean): Promise<AlertsListing>;
  silences(place: AlertsPlace): Promise<Silence[]>;
  silence(place: AlertsPlace, order: SilenceOrder): Promise<Silence>;
  /** Throws `alert-unknown`. */
  expire(place: AlertsPlace, id: string): Promise<Silence>;
  /** Of one output, or of all. Throws `sink-unknown`. */
  redeliver(place: AlertsPlace, request: { sink?: string; output: Output; signal: AbortSignal }): Promise<RedeliveryRow[]>;
  /** Throws `sink-unknown`. */
  test(config: Config, request: { sink?: string; output: Output; onRow: (row: TrialRow) => void }): Promise<TrialRow[]>;
}
