/**
 * What OCSF 1.8.0 asks of a Detection Finding, written from ocsf/ocsf-schema: `events/base_event.json`, `events/findings/finding.json`,
 * `events/findings/detection_finding.json`, `profiles/cloud.json` and the objects named below: required attributes, attributes that exist, enumerations, constraints.
 */
import assert from 'node:assert/strict';

interface Shape {
  required: readonly string[];
  optional: readonly string[];
  /** Of these at least one. */
  oneOf?: readonly string[];
}

const entity = ['uid', 'name'];
const shapes: Readonly<Record<string, Shape>> = {
  detection_finding: {
    required: ['activity_id', 'category_uid', 'class_uid', 'type_uid', 'time', 'severity_id', 'metadata', 'finding_info', 'cloud'],
    optional: [
      'activity_name', 'category_name', 'class_name', 'type_name', 'start_time', 'end_time', 'count', 'duration', 'severity', 'status', 'status_id', 'status_code', 'status_detail', 'is_alert', 'message',
      'confidence', 'confidence_id', 'confidence_score', 'resources', 'anomaly_analyses', 'evidences', 'remediation', 'observables', 'raw_data', 'unmapped', 'timezone_offset', 'comment',
    ],
  },
  metadata: { required: ['product', 'version'], optional: ['uid', 'event_code', 'profiles', 'correlation_uid', 'log_name', 'log_provider', 'original_time', 'modified_time', 'sequence', 'labels'] },
  product: { required: [], optional: ['name', 'uid', 'vendor_name', 'version', 'lang', 'feature'], oneOf: entity },
  finding_info: {
    required: ['uid'],
    optional: ['title', 'desc', 'created_time', 'modified_time', 'first_seen_time', 'last_seen_time', 'analytic', 'attacks', 'types', 'tags', 'src_url', 'product', 'product_uid', 'related_events_count', 'data_sources'],
  },
  analytic: { required: ['type_id'], optional: ['type', 'uid', 'name', 'desc', 'version', 'category', 'algorithm', 'state', 'state_id'], oneOf: entity },
  attack: { required: [], optional: ['technique', 'sub_technique', 'tactic', 'tactics', 'version', 'mitigation'], oneOf: ['tactic', 'technique', 'sub_technique'] },
  technique: { required: [], optional: ['uid', 'name', 'src_url'], oneOf: entity },
  sub_technique: { required: [], optional: ['uid', 'name', 'src_url'], oneOf: entity },
  cloud: { required: ['provider'], optional: ['account', 'region', 'cloud_partition', 'org', 'project_uid', 'zone'] },
  account: { required: [], optional: ['uid', 'name', 'type', 'type_id', 'labels', 'tags'], oneOf: entity },
  resource_details: { required: [], optional: ['uid', 'name', 'type', 'region', 'cloud_partition', 'labels', 'version', 'group', 'owner', 'criticality', 'data', 'tags'], oneOf: entity },
  anomaly_analysis: { required: ['analysis_targets', 'anomalies'], optional: ['baselines'] },
  analysis_target: { required: ['name'], optional: ['type'] },
  anomaly: { required: ['observation_parameter', 'observations'], optional: ['observation_type', 'observed_pattern'] },
  baseline: { required: ['observation_parameter', 'observations'], optional: ['observation_type', 'observed_pattern'] },
  observation: { required: ['value'], optional: ['count', 'timespan'] },
  evidences: { required: [], optional: ['data', 'name', 'uid'], oneOf: ['data'] },
};

/** Attributes that hold an object, or objects, of another name than theirs. */
const objects: Readonly<Record<string, string>> = {
  metadata: 'metadata', product: 'product', finding_info: 'finding_info', analytic: 'analytic', attacks: 'attack', technique: 'technique', sub_technique: 'sub_technique', cloud: 'cloud', account: 'account',
  resources: 'resource_details', anomaly_analyses: 'anomaly_analysis', analysis_targets: 'analysis_target', anomalies: 'anomaly', baselines: 'baseline', observations: 'observation', evidences: 'evidences',
};

function assertShape(value: unknown, name: string, path: string): void {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), `${path} is no object`);
  const shape = shapes[name];
  assert.ok(shape !== undefined, name);
  const keys = Object.keys(value);
  for (const key of shape.required) assert.ok(keys.includes(key), `${path}.${key} is missing`);
  for (const key of keys) assert.ok(shape.required.includes(key) || shape.optional.includes(key), `${path}.${key} is unknown to OCSF`);
  if (shape.oneOf !== undefined) assert.ok(shape.oneOf.some((key) => keys.includes(key)), `${path} needs one of ${shape.oneOf.join(', ')}`);
  for (const [key, part] of Object.entries(value)) {
    assert.notEqual(part, '', `${path}.${key} is empty`);
    const object = objects[key];
    if (object === undefined) continue;
    for (const [index, one] of (Array.isArray(part) ? part : [part]).entries()) assertShape(one, object, `${path}.${key}[${index}]`);
  }
}

export function assertDetectionFinding(finding: Record<string, unknown>): void {
  assertShape(finding, 'detection_finding', 'finding');
  const whole = (name: string): number => {
    const value = finding[name];
    assert.ok(Number.isSafeInteger(value), `${name} is no integer`);
    return value as number;
  };
  assert.ok([1, 2, 3].includes(whole('activity_id')));
  assert.equal(whole('category_uid'), 2);
  assert.equal(whole('class_uid'), 2004);
  assert.equal(whole('type_uid'), 200_400 + whole('activity_id'));
  assert.ok([0, 1, 2, 3, 4, 5, 6, 99].includes(whole('severity_id')));
  assert.ok([1, 2, 3, 4, 5, 6].includes(whole('status_id')));
  // timestamp_t: milliseconds since 1970.
  for (const name of ['time', 'start_time', 'end_time']) assert.ok(whole(name) > 1e12 && whole(name) < 1e13, name);
  const { version, profiles } = finding['metadata'] as { version: string; profiles: string[] };
  assert.equal(version, '1.8.0');
  assert.deepEqual(profiles, ['cloud']);
  const { analytic } = finding['finding_info'] as { analytic: { type_id: number } };
  assert.ok([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99].includes(analytic.type_id));
}
