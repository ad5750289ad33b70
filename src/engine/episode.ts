/** An episode: what is known of one alert while it lasts, and the alert as others get it. */
import { entityName, type Alert, type Entity, type Evidence, type Origin, type Severity } from '#contract';

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
    },
    explanation: {
      history: episode.history,
      quiet: evidence.quiet,
      lookFirst: evidence.lookFirst,
      ...(episode.deployment === undefined ? {} : { deployment: episode.deployment }),
    },
  };
}
