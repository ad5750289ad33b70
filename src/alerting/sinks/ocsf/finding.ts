/**
 * An alert as an OCSF Detection Finding (class 2004), with the profile `cloud`.
 * Format: ocsf/ocsf-schema 1.8.0, `events/base_event.json`, `events/findings/finding.json`, `events/findings/detection_finding.json` and the objects
 * metadata, product, finding_info, analytic, attack, technique, resource_details, evidences, anomaly_analysis, anomaly, baseline, observation, cloud, account.
 */
import type { Alert, Severity } from '#contract';
import { partitionOf } from '../../aws/settings.ts';
import { plain } from '../../message/plain.ts';
import { neverEmpty } from '../../never-empty.ts';
import { clip, sanitize } from '../../text.ts';

export const ocsfVersion = '1.8.0';
const classUid = 2004;

const severityIds: Readonly<Record<Severity, { id: number; caption: string }>> = {
  low: { id: 2, caption: 'Low' }, medium: { id: 3, caption: 'Medium' }, high: { id: 4, caption: 'High' }, critical: { id: 5, caption: 'Critical' },
};

const activities = { create: { id: 1, name: 'Create' }, update: { id: 2, name: 'Update' }, close: { id: 3, name: 'Close' } };

/** Longer names and values are cut: no bound is published, and nobody reads more. */
const wordCharacters = 500;

export function detectionFinding(alert: Alert): Record<string, unknown> {
  const { entity, evidence, explanation } = alert;
  const isResolved = alert.status === 'resolved';
  const activity = isResolved ? activities.close : alert.revision === 1 ? activities.create : activities.update;
  const severity = severityIds[alert.severity];
  const [firstMs, lastMs] = [Date.parse(alert.firstSeen), Date.parse(alert.lastSeen)];
  const title = neverEmpty(plain(alert.title, wordCharacters));
  const summary = neverEmpty(plain(alert.summary));
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: classUid,
    class_name: 'Detection Finding',
    type_uid: classUid * 100 + activity.id,
    type_name: `Detection Finding: ${activity.name}`,
    time: lastMs,
    start_time: firstMs,
    end_time: lastMs,
    count: alert.count,
    severity_id: severity.id,
    severity: severity.caption,
    status_id: isResolved ? 4 : 1,
    status: isResolved ? 'Resolved' : 'New',
    is_alert: !isResolved,
    message: title,
    metadata: { version: ocsfVersion, product: { name: 'fargazer', vendor_name: 'fargazer' }, profiles: ['cloud'], uid: `${word(alert.id)}-${alert.revision}`, event_code: word(alert.detector) },
    finding_info: {
      uid: word(alert.id),
      title,
      desc: summary,
      created_time: firstMs,
      first_seen_time: firstMs,
      last_seen_time: lastMs,
      modified_time: lastMs,
      analytic: { type_id: 2, type: 'Behavioral', uid: word(alert.detector), name: word(alert.detector) },
      ...(alert.attack.length === 0 ? {} : { attacks: alert.attack.slice(0, 50).map(attack) }),
    },
    confidence_score: Math.round(evidence.score * 100),
    cloud: { provider: 'AWS', ...(entity.region === '' ? {} : { region: word(entity.region), cloud_partition: partitionOf(entity.region) }), ...(entity.account === '' ? {} : { account: { uid: word(entity.account), type_id: 10, type: 'AWS Account' } }) },
    resources: [resource(alert)],
    anomaly_analyses: [
      {
        analysis_targets: [{ name: word(entity.name), type: word(entity.kind) }],
        anomalies: [{ observation_parameter: word(alert.object), observations: [{ value: word(String(evidence.observed)), count: alert.count }] }],
        baselines: [{ observation_parameter: word(alert.object), observations: [{ value: word(String(evidence.expected)) }] }],
      },
    ],
    ...(evidence.records.length === 0 ? {} : { evidences: evidence.records.map((record) => ({ data: record })) }),
    unmapped: {
      unit: word(evidence.unit), history: plain(explanation.history), quiet_if: plain(explanation.quiet), look_first: plain(explanation.lookFirst), phase: entity.phase,
      ...(explanation.deployment === undefined ? {} : { deployment: plain(explanation.deployment) }),
    },
  };
}

function attack(technique: string): Record<string, unknown> {
  const uid = word(technique);
  const [parent = uid] = uid.split('.');
  return parent === uid ? { technique: { uid } } : { technique: { uid: parent }, sub_technique: { uid } };
}

function resource({ entity }: Alert): Record<string, unknown> {
  const { kind, name, instance, region, container, cluster, revision } = entity;
  const labels = [...(container === '' ? [] : [`container:${word(container)}`]), ...(cluster === '' ? [] : [`cluster:${word(cluster)}`])];
  return {
    name: word(name),
    type: word(kind),
    ...(instance === '' ? {} : { uid: word(instance) }),
    ...(region === '' ? {} : { region: word(region), cloud_partition: partitionOf(region) }),
    ...(revision === undefined ? {} : { version: word(revision) }),
    ...(labels.length === 0 ? {} : { labels }),
  };
}

/** Never empty, for an empty name says nothing. */
function word(text: string): string {
  return neverEmpty(clip(sanitize(text), wordCharacters));
}
