/** The outcome of a walk: alerts, readings, entities and what could not be seen, as reports and tables show it. */
import { entityName, type EntityOutcome, type FileReading, type ReplayOutcome } from '#contract';
import manifest from '../../../package.json' with { type: 'json' };
import type { Recorder } from '../../engine/record.ts';
import type { Walk } from '../../engine/run.ts';
import { detectors } from '../../../detectors/index.ts';

export interface OutcomeParts {
  walk: Walk;
  reading: FileReading[];
  recorder: Recorder;
  isRawKept: boolean;
  isInterrupted: boolean;
  command: string;
  incidentOf: (alertId: string) => string | undefined;
}

/** Owners a report tells of; the most seen first. */
const entityLimit = 500;

export function outcomeOf({ walk, reading, recorder, isRawKept, isInterrupted, command, incidentOf }: OutcomeParts): ReplayOutcome {
  const { state, gate, tape } = walk;
  const markMs = walk.spanMs?.toMs ?? 0;
  const alerts = state.episodes.alerts(markMs, isRawKept).map((alert) => ({ ...alert, incident: incidentOf(alert.id) ?? null }));
  const sum = (of: (file: FileReading) => number): number => reading.reduce((total, file) => total + of(file), 0);
  const alertsOf = new Map<string, number>();
  for (const { detector } of alerts) alertsOf.set(detector, (alertsOf.get(detector) ?? 0) + 1);
  const enabled = new Set(walk.settings.detectors.map(({ detector }) => detector.id));
  return {
    version: manifest.version,
    alerts,
    reading,
    records: sum(({ records }) => records),
    events: sum(({ events }) => events),
    unreadable: sum(({ unreadable }) => unreadable.reduce((total, { count }) => total + count, 0)),
    setAside: { ...gate.setAside },
    duplicates: tape.counts.duplicates,
    unattributed: walk.rows.unattributed,
    ...(walk.spanMs === undefined ? {} : { span: walk.spanMs }),
    ...(Number.isFinite(state.teachUntilMs) ? { teachUntilMs: state.teachUntilMs } : {}),
    entities: entitiesOf(walk, recorder),
    detectors: detectors
      .filter(({ id }) => enabled.has(id))
      .map(({ id, title }) => {
        const counts = walk.judges.countsOf(id);
        return {
          id,
          title,
          judged: counts?.judged ?? 0,
          abstained: counts?.abstained ?? 0,
          alerts: alertsOf.get(id) ?? 0,
          quarantined: [...(counts?.quarantined ?? [])].map((owner) => `${owner}: the detector failed on a record of this owner and judges it no more in this run`),
        };
      }),
    blind: blindSentences(walk),
    bounds: boundSentences(walk),
    command,
    isInterrupted,
    isRawKept,
  };
}

function entitiesOf(walk: Walk, recorder: Recorder): EntityOutcome[] {
  const { state } = walk;
  return [...walk.state.owners.records.values()]
    .filter(({ events }) => events > 0)
    .sort((left, right) => right.events - left.events || (left.key < right.key ? -1 : 1))
    .slice(0, entityLimit)
    .map((record) => ({
      owner: record.owner,
      name: entityName({ owner: record.owner, container: '', instance: '', phase: 'run' }),
      tasks: record.instanceCount,
      events: record.events,
      feeds: [...record.feeds].sort(),
      firstSeenMs: record.firstSeenMs,
      lastSeenMs: record.lastSeenMs,
      ...(record.readyFromMs === undefined ? {} : { readyFromMs: record.readyFromMs }),
      judgedShare: record.judged + record.abstained === 0 ? (record.lastSeenMs < state.teachUntilMs ? 1 : 0) : record.judged / (record.judged + record.abstained),
      series: recorder.seriesOf(record.key),
      destinations: recorder.rowsOf(record.key, 'destinations'),
      kinds: recorder.rowsOf(record.key, 'kinds'),
      calls: recorder.rowsOf(record.key, 'calls'),
    }));
}

function blindSentences(walk: Walk): string[] {
  const { spanMs, state, settings, judges } = walk;
  if (spanMs === undefined || spanMs.toMs < state.teachUntilMs) return [];
  const lacking = new Map<string, string[]>();
  for (const { detector } of settings.detectors) {
    const counts = judges.countsOf(detector.id);
    if (counts === undefined || counts.judged + counts.abstained > 0) continue;
    const need = neededFor[detector.reads] ?? detector.reads;
    lacking.set(need, [...(lacking.get(need) ?? []), detector.id]);
  }
  return [...lacking].map(([need, ids]) => `Not judged by ${ids.join(' and ')}: ${need}.`);
}

/** Which telemetry a kind of observation is made of. */
export const neededFor: Readonly<Record<string, string>> = {
  'log-kind': 'container logs are needed: FireLens, CloudWatch Logs, Docker or plain text',
  'log-minute': 'container logs are needed: FireLens, CloudWatch Logs, Docker or plain text',
  'metric-minute': 'metrics are needed: Container Insights, task metadata or a CSV series',
  'network-minute': 'flows are needed: VPC flow logs or Zeek conn',
  destination: 'flows are needed: VPC flow logs or Zeek conn',
  'dns-lookup': 'name queries are needed: Route 53 Resolver query logs or Zeek dns',
  'api-call': 'API calls are needed: CloudTrail or Kubernetes audit',
  'task-change': 'ECS events are needed',
};

function boundSentences(walk: Walk): string[] {
  const sentences = [...walk.bounds].map(([sentence, count]) => (count > 1 ? `${sentence} (${count.toLocaleString('en-US')} times)` : sentence));
  const { overflow } = walk.tape.counts;
  if (overflow > 0) sentences.push(`${overflow.toLocaleString('en-US')} records were of more kinds than one entity may have in a minute; they were counted and not judged.`);
  return sentences.sort();
}
