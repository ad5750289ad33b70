/** An episode: what is known of one alert while it lasts, and the alert as others get it. */
import { entityName, type Alert, type AlertSeries, type Entity, type Evidence, type Origin, type Series, type Severity } from '#contract';

/** A record as an alert shows it. */
export interface RawShown {
  origin: Origin;
  raw: string;
}

/** An episode ends after this much event time without a finding. */
export const quietMs = 30 * 60_000;

export interface Episode {
  fingerprint: string;
  id: string;
  revision: number;
  detector: string;
  severity: Severity;
  attack: string[];
  entity: Entity;
  isAboutOwner: boolean;
  evidence: Evidence;
  firstMs: number;
  lastMs: number;
  count: number;
  records: RawShown[];
  history: string;
  deployment: string | undefined;
  /** Changed in this run: to be shown. */
  isChanged: boolean;
}

export function alertOf(episode: Episode, markMs: number, includeRaw: boolean): Alert {
  const { entity, evidence } = episode;
  return {
    schemaVersion: 1,
    id: episode.id,
    revision: episode.revision,
    incident: null,
    status: markMs - episode.lastMs > quietMs ? 'resolved' : 'firing',
    detector: episode.detector,
    severity: episode.severity,
    title: evidence.title,
    summary: evidence.summary,
    firstSeen: new Date(episode.firstMs).toISOString(),
    lastSeen: new Date(episode.lastMs).toISOString(),
    count: episode.count,
    entity: {
      kind: entity.owner.kind,
      name: entityName({ ...entity, container: '' }),
      account: entity.owner.account,
      region: entity.owner.region,
      cluster: entity.owner.cluster,
      container: entity.container,
      instance: episode.isAboutOwner ? '' : entity.instance,
      phase: entity.phase,
      ...(entity.revision === undefined ? {} : { revision: entity.revision }),
    },
    object: evidence.object,
    attack: episode.attack,
    evidence: {
      observed: evidence.observed,
      expected: evidence.expected,
      unit: evidence.unit,
      score: Math.round(evidence.score * 1_000) / 1_000,
      records: episode.records.map(({ origin, raw }) => ({ ...origin, ...(includeRaw ? { raw } : {}) })),
      ...(evidence.series === undefined ? {} : seriesOf(evidence.series)),
    },
    explanation: {
      history: episode.history,
      quiet: evidence.quiet,
      lookFirst: evidence.lookFirst,
      ...(episode.deployment === undefined ? {} : { deployment: episode.deployment }),
    },
  };
}

/** The schema's limit. */
const valuesShown = 60;
/** More digits than a drawing has rows. */
const digits = 4;

/** Bounded and finite, whatever a detector gave; absent where nothing can be drawn. */
function seriesOf({ unit, startMs, stepMs, values, low, high }: Series): { series?: AlertSeries } {
  const cut = Math.max(0, values.length - valuesShown);
  const firstMs = startMs + cut * stepMs;
  if (values.length === 0 || !(stepMs > 0) || !Number.isFinite(stepMs) || !(Math.abs(firstMs) <= 8.64e15)) return {};
  return { series: { unit, start: new Date(firstMs).toISOString(), stepSeconds: stepMs / 1_000, values: values.slice(cut).map(rounded), low: rounded(low), high: rounded(high) } };
}

function rounded(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(digits));
}
