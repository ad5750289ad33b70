/** Routing: what the configuration says about which alerts reach whom, when, and what stays unsaid. */
import type { LabelName, Matcher } from './label-matcher.ts';

/** A node of the tree of routes; what is absent is inherited from the node above, except where said. */
export interface RouteOptions {
  receiver?: string;
  /** Not inherited. */
  matchers?: Matcher[];
  /** Later siblings are looked at too. Not inherited. */
  continue?: boolean;
  /** `...` alone stands for every label. */
  groupBy?: (LabelName | '...')[];
  groupWaitMs?: number;
  groupIntervalMs?: number;
  repeatIntervalMs?: number;
  /** Names of mute times in which the route is silent. Not inherited. */
  muteTimes?: string[];
  /** Names of mute times outside of which the route is silent. Not inherited. */
  activeTimes?: string[];
  routes?: RouteOptions[];
}

export interface Receiver {
  /** Names of outputs. */
  outputs: string[];
  /** False where nobody wants to hear that something is over. */
  sendResolved: boolean;
}

/** While an alert that is a source fires, alerts that are targets and equal in some labels are not told. */
export interface InhibitRule {
  source: Matcher[];
  target: Matcher[];
  equal: LabelName[];
}

export type InclusiveRange = readonly [from: number, to: number];

/** A time that recurs: all parts must hold, of each part one; an empty part always holds. */
export interface TimeInterval {
  /** Minutes of the day, the end excluded (1440 is midnight). */
  times: InclusiveRange[];
  /** Sunday is 0. */
  weekdays: InclusiveRange[];
  /** From 1; -1 is the last of the month. */
  daysOfMonth: InclusiveRange[];
  /** January is 1. */
  months: InclusiveRange[];
  years: InclusiveRange[];
  /** IANA time zone. */
  location: string;
}

export interface AlertingSettings {
  /** The root matches everything and has a receiver. */
  route: RouteOptions;
  receivers: Record<string, Receiver>;
  inhibit: {
    rules: InhibitRule[];
    /** A deployment explains new programs of its revision. */
    deployments: boolean;
    /** A gap in telemetry explains silence. */
    coverage: boolean;
    /** Alerts are told as part of their incident, by its severity, and not each by itself. */
    stories: boolean;
  };
  muteTimes: Record<string, TimeInterval[]>;
  caps: {
    /** Messages of one route within an hour; what is beyond is told in a digest. */
    messagesPerHour: number;
    /** A digest waits so long, and until each group was due again, so that it counts what comes together. */
    digestAfterMs: number;
  };
  /** An alert of which nothing was heard for so long is over. */
  resolveAfterMs: number;
  locale: 'en' | 'ja';
  /** IANA time zone of those who read. */
  timeZone: string;
}

/** Somebody does not want to hear of something for a while, and says why. */
export interface Silence {
  id: string;
  /** All must hold; at least one of them does not hold for an empty label. */
  matchers: Matcher[];
  author: string;
  reason: string;
  startsMs: number;
  /** Never absent: a silence without end is how outages are missed. */
  endsMs: number;
}
