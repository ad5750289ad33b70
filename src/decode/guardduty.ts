/** GuardDuty findings: bare, as exported to S3, or in an EventBridge envelope. */
import type { Decoded, Decoder, DetectionFinding, JsonObject, JsonValue, RawRecord, Subject } from '#contract';
import { groupOf, lastName, taskDefinitionOf, taskNameOf } from './arn.ts';
import { sharedFields, subjectOf } from './event-base.ts';
import { booleanOf, isObject, listOf, numberOf, objectOf, textOf } from './fields.ts';
import { instantOf } from './instant.ts';

export const guardDuty: Decoder = {
  id: 'guardduty',
  title: 'Amazon GuardDuty findings',
  source: 'https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html',
  feed: 'guardduty',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open: () => ({ decode }),
};

function accepts(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  const type = value['detail-type'];
  if (typeof type === 'string') return value['source'] === 'aws.guardduty' || type.startsWith('GuardDuty');
  return 'schemaVersion' in value && 'severity' in value && 'detectorId' in objectOf(value['service']);
}

/**
 * A finding is written again each time it happens again, under one id and with a new `updatedAt`: each is a record of its own,
 * the same update delivered twice is one. The event time is `updatedAt`, for a finding may come hours after what it is about.
 */
function decode(record: RawRecord): Decoded {
  const value = objectOf(record.value);
  const isEnvelope = 'detail-type' in value;
  if (isEnvelope && value['detail-type'] !== 'GuardDuty Finding') return { skipped: 'GuardDuty event that is no finding' };
  const finding = isEnvelope ? objectOf(value['detail']) : value;
  const service = objectOf(finding['service']);
  if (booleanOf(objectOf(service['additionalInfo'])['sample']) === true) return { skipped: 'GuardDuty sample finding' };
  if (booleanOf(service['archived']) === true) return { skipped: 'archived GuardDuty finding' };
  const type = textOf(finding['type']);
  if (type === '') return { unreadable: 'expected type in a GuardDuty finding' };
  const instant =
    instantOf(finding['updatedAt']) ??
    instantOf(value['time']) ??
    instantOf(service['eventLastSeen']) ??
    instantOf(finding['createdAt']) ??
    instantOf(record.carrierTimeMs);
  if (instant === undefined) return { unreadable: 'expected updatedAt as an ISO 8601 instant in a GuardDuty finding' };
  const id = textOf(finding['id']);
  const event: DetectionFinding = {
    kind: 'detection',
    ...sharedFields('guardduty', record, instant, subject(finding, value), id === '' ? '' : `${id}/${instant.timeMs}`),
    product: 'GuardDuty',
    type,
    title: textOf(finding['title']) || type,
    severity: severityOf(numberOf(finding['severity'])),
  };
  return { events: [event] };
}

/** Critical from 9, high from 7, medium from 4, low below, as GuardDuty publishes its levels; medium where none is told. */
function severityOf(number: number | undefined): DetectionFinding['severity'] {
  if (number === undefined) return 'medium';
  if (number >= 9) return 'critical';
  if (number >= 7) return 'high';
  return number >= 4 ? 'medium' : 'low';
}

function subject(finding: Readonly<JsonObject>, envelope: Readonly<JsonObject>): Subject {
  const resource = objectOf(finding['resource']);
  const account = textOf(finding['accountId']) || textOf(envelope['account']);
  const names: Subject = { account, region: textOf(finding['region']) || textOf(envelope['region']) };
  if (isObject(resource['ecsClusterDetails'])) addTask(names, resource['ecsClusterDetails']);
  if (isObject(resource['eksClusterDetails'])) {
    names.cluster ??= textOf(resource['eksClusterDetails']['name']);
    addWorkload(names, objectOf(resource['kubernetesDetails']));
  }
  if (isObject(resource['accessKeyDetails'])) addPrincipal(names, resource['accessKeyDetails'], account);
  const instance = objectOf(resource['instanceDetails']);
  names.host = textOf(instance['instanceId']);
  const networkInterface = objectOf(listOf(instance['networkInterfaces'], 1)[0]);
  names.networkInterface = textOf(networkInterface['networkInterfaceId']);
  names.address = textOf(networkInterface['privateIpAddress']);
  return subjectOf(names);
}

function addTask(names: Subject, cluster: Readonly<JsonObject>): void {
  const task = objectOf(cluster['taskDetails']);
  const name = taskNameOf(textOf(task['arn']));
  const definition = taskDefinitionOf(textOf(task['definitionArn']));
  const group = groupOf(textOf(task['group']));
  names.cluster = textOf(cluster['name']) || lastName(textOf(cluster['arn'])) || name?.cluster;
  names.service = group.service;
  names.family = definition?.family ?? group.family;
  names.revision = definition?.revision;
  names.task = name?.task;
  const containers = listOf(task['containers'], 2);
  if (containers.length === 1) names.container = textOf(objectOf(containers[0])['name']);
}

function addWorkload(names: Subject, details: Readonly<JsonObject>): void {
  const workload = objectOf(details['kubernetesWorkloadDetails']);
  names.namespace = textOf(workload['namespace']);
  names[textOf(workload['type']) === 'pods' ? 'pod' : 'workload'] = textOf(workload['name']);
}

/** The name of a user or role; its ARN as CloudTrail's events of the same principal have it. */
function addPrincipal(names: Subject, key: Readonly<JsonObject>, account: string): void {
  const userName = textOf(key['userName']);
  const type = textOf(key['userType']);
  if (type === 'Root') names.principal = `arn:aws:iam::${account}:root`;
  else if (userName !== '') {
    const kind = type === 'AssumedRole' || type === 'Role' ? 'role' : 'user';
    names.principal = `arn:aws:iam::${account}:${kind}/${userName}`;
  }
  const principalId = textOf(key['principalId']);
  const colon = principalId.indexOf(':');
  if (colon > 0) names.session = principalId.slice(colon + 1);
}
