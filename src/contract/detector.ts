/** Detectors: values that judge one observation against declared baselines and the recent past of one task. */
import type { z } from 'zod';
import type { BaselineKind, BaselineSpec, BaselineView } from './baseline.ts';
import type { Entity } from './entity.ts';
import type { ObservationByKind, ObservationKind } from './observation.ts';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/**
 * Whose baseline: `container` = owner, container and phase; `owner` = the service or principal as a whole;
 * `account` = everything of the account and region.
 */
export type Scope = 'container' | 'owner' | 'account';

/** Recent values of what was judged, equal steps apart, to be drawn over what is usual; the last is the one that is told. */
export interface Series {
  unit: string;
  /** Event time of the first value. */
  startMs: number;
  stepMs: number;
  /** Oldest first; null where unknown. Of more than 60 the last are kept. */
  values: readonly (number | null)[];
  /** Ends of the usual band; null where there is none. */
  low: number | null;
  high: number | null;
}

/** What a detector says of one observation. Sentences follow the voice in `docs/voice.md`. */
export interface Evidence {
  /** Part of the alert's identity: the destination, the kind of line, the metric. Stable, without counts. */
  object: string;
  /** What happened, the service's own name first, under 120 characters, no full stop. */
  title: string;
  /** One sentence that a person not involved understands; says how unusual. */
  summary: string;
  observed: string | number;
  expected: string | number;
  unit: string;
  /** 0.5 to 1: how far from usual. */
  score: number;
  /** What would have made it quiet, one sentence. */
  quiet: string;
  /** What to look at first, one sentence. */
  lookFirst: string;
  /** Where this evidence deserves another than the detector's own. */
  severity?: Severity;
  attack?: string[];
  /** `instance`: this task alone (default); `owner`: true of the service as a whole, one alert for all its tasks. */
  about?: 'instance' | 'owner';
  /** Where it judges a number whose recent past it knows. */
  series?: Series;
}

export interface Allowances {
  /** Is this address, name, principal or program allowed by the configuration for this entity? */
  isAllowed(kind: 'address' | 'domain' | 'principal' | 'program', value: string): boolean;
}

/** What else a judgement may look at; all of it is a function of what was walked so far. */
export interface Context<Trace> extends Allowances {
  entity: Entity;
  /** The name for sentences (`checkout`, `checkout (worker)`). */
  name: string;
  /** The recent past of this task for this detector, before this observation. */
  trace: Trace;
  /** A revision of the service was first seen less than 30 minutes ago. */
  deployment?: { revision: string; sinceMs: number };
  /** False where the feed has a known gap in this minute: judgements that need completeness abstain. */
  isComplete: boolean;
}

// The baselines of a detector differ in their state and value types; only the views reach `judge`.
// oxlint-disable-next-line no-explicit-any
export type AnySpec<Observed> = BaselineSpec<Observed, any, any, any>;

export type ViewsOf<Baselines> = {
  [Name in keyof Baselines]: Baselines[Name] extends { kind: BaselineKind<infer _S, infer _V, infer View> }
    ? View extends BaselineView
      ? View
      : never
    : never;
};

/** The recent past of one task: bounded plain JSON, never shared, never a baseline. */
export interface TraceSpec<Observed, Trace> {
  create(): Trace;
  /** Called after the observation was judged, with what was said of it; changes the trace in place and keeps it bounded. */
  note(trace: Trace, observation: Observed, evidence: readonly Evidence[]): void;
  /** A trace of its own per value of this (a metric, for example). */
  part?(observation: Observed): string;
}

export interface Detector<
  Kind extends ObservationKind = ObservationKind,
  Options extends z.ZodType = z.ZodType,
  // oxlint-disable-next-line no-explicit-any
  Baselines extends Record<string, AnySpec<any>> = Record<string, AnySpec<any>>,
  // oxlint-disable-next-line no-explicit-any
  Trace = any,
> {
  id: string;
  title: string;
  severity: Severity;
  /** MITRE ATT&CK technique ids. */
  attack: string[];
  reads: Kind;
  scope: Scope;
  options: Options;
  baseline: Baselines;
  trace?: TraceSpec<ObservationByKind[Kind], Trace>;
  /** True where something is wrong under any baseline, so that it judges while learning too. Else it abstains until every baseline is ready. */
  judgesWhileLearning?: boolean;
  /**
   * Of a minute's sum: asked already while it grows, where it comes from connections as they are, until it says something
   * in that minute. What it says then must hold whatever the rest of the minute brings; the minute's end says it anew.
   */
  judgesEarly?: boolean;
  judge(
    baseline: ViewsOf<Baselines>,
    observation: ObservationByKind[Kind],
    options: z.infer<Options>,
    context: Context<Trace>,
  ): Evidence | readonly Evidence[] | undefined;
}

/** Gives a detector its types; the value itself is returned unchanged. */
export function defineDetector<
  Kind extends ObservationKind,
  Options extends z.ZodType,
  Baselines extends Record<string, AnySpec<ObservationByKind[Kind]>>,
  Trace = undefined,
>(detector: Detector<Kind, Options, Baselines, Trace>): Detector<Kind, Options, Baselines, Trace> {
  return detector;
}
