/** ECS events as EventBridge delivers them: task state changes, service actions and deployments. */
import type { Decoded, Decoder, JsonObject, JsonValue, RawRecord, TaskState } from '#contract';
import { arnOf, groupOf, lastName, taskDefinitionOf, taskNameOf } from './arn.ts';
import { sharedFields, subjectOf } from './event-base.ts';
import { isObject, listOf, objectOf, optionalText, textOf } from './fields.ts';
import { instantOf, millisecondsOf } from './instant.ts';

export const ecsEvent: Decoder = {
  id: 'ecs-event',
  title: 'Amazon ECS events from EventBridge',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html',
  feed: 'ecs-event',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open: () => ({ decode }),
};

/** Any EventBridge event but those whose detail is a record of another decoder; a bare task detail too. */
function accepts(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  if (isBareTask(value)) return true;
  const type = value['detail-type'];
  if (typeof type !== 'string' || !isObject(value['detail'])) return false;
  return value['source'] !== 'aws.guardduty' && !type.startsWith('GuardDuty') && !type.endsWith('via CloudTrail');
}

function isBareTask(value: Readonly<JsonObject>): boolean {
  return typeof value['taskArn'] === 'string' && typeof value['lastStatus'] === 'string' && 'clusterArn' in value;
}

function decode(record: RawRecord): Decoded {
  const value = objectOf(record.value);
  if (isBareTask(value)) return taskChange(value, {}, record);
  const detail = objectOf(value['detail']);
  switch (value['detail-type']) {
    case 'ECS Task State Change':
      return taskChange(detail, value, record);
    case 'ECS Service Action':
    case 'ECS Deployment State Change':
      return deploymentChange(detail, value, record);
    case 'ECS Container Instance State Change':
      return { skipped: 'ECS container instance: it is no task' };
    default:
      return { skipped: 'EventBridge event of a kind that is not read' };
  }
}

const noTime = 'expected time as an ISO 8601 instant in an ECS event';

function taskChange(detail: Readonly<JsonObject>, envelope: Readonly<JsonObject>, record: RawRecord): Decoded {
  const taskArn = textOf(detail['taskArn']);
  const name = taskNameOf(taskArn);
  if (name === undefined) return { unreadable: 'expected taskArn as the ARN of a task in an ECS task state change' };
  const instant = instantOf(detail['updatedAt']) ?? instantOf(envelope['time']) ?? instantOf(record.carrierTimeMs);
  if (instant === undefined) return { unreadable: noTime };
  const group = groupOf(textOf(detail['group']));
  const definition = taskDefinitionOf(textOf(detail['taskDefinitionArn']));
  const subject = subjectOf({
    account: name.account || textOf(envelope['account']),
    region: name.region || textOf(envelope['region']),
    cluster: lastName(textOf(detail['clusterArn'])) || name.cluster,
    service: group.service,
    family: definition?.family ?? group.family,
    revision: definition?.revision,
    task: name.task,
  });
  const interfaces = interfacesOf(detail);
  if (interfaces.networkInterface !== undefined) subject.networkInterface = interfaces.networkInterface;
  const first = interfaces.addresses[0];
  if (first !== undefined) subject.address = first;
  const event: TaskState = {
    kind: 'task',
    ...sharedFields('ecs-event', record, instant, subject, textOf(envelope['id'])),
    status: textOf(detail['lastStatus']),
    desiredStatus: textOf(detail['desiredStatus']),
    createdMs: millisecondsOf(detail['createdAt']),
    startedMs: millisecondsOf(detail['startedAt']),
    stoppedMs: millisecondsOf(detail['stoppedAt']),
    stopCode: optionalText(detail['stopCode']),
    stoppedReason: optionalText(detail['stoppedReason']),
    launchType: optionalText(detail['launchType']),
    ...interfaces,
    images: imagesOf(detail['containers']),
  };
  return { events: [event] };
}

/** The service is the first of `resources`. */
function deploymentChange(detail: Readonly<JsonObject>, envelope: Readonly<JsonObject>, record: RawRecord): Decoded {
  const resource = textOf(listOf(envelope['resources'], 1)[0]);
  const arn = arnOf(resource);
  const deployment = textOf(detail['eventName']);
  if (arn === undefined || deployment === '') {
    return { unreadable: 'expected resources with the ARN of a service, and eventName, in an ECS service event' };
  }
  const instant =
    instantOf(envelope['time']) ??
    instantOf(detail['updatedAt']) ??
    instantOf(detail['createdAt']) ??
    instantOf(record.carrierTimeMs);
  if (instant === undefined) return { unreadable: noTime };
  const parts = arn.resource.split('/');
  const subject = subjectOf({
    account: arn.account || textOf(envelope['account']),
    region: arn.region || textOf(envelope['region']),
    // `service/cluster/name`; the old form of the ARN, `service/name`, lacks the cluster.
    cluster: lastName(textOf(detail['clusterArn'])) || (parts.length > 2 ? parts[1] : ''),
    service: parts.at(-1),
  });
  const event: TaskState = {
    kind: 'task',
    ...sharedFields('ecs-event', record, instant, subject, textOf(envelope['id'])),
    status: textOf(detail['eventType']),
    desiredStatus: '',
    stoppedReason: optionalText(detail['reason']),
    addresses: [],
    images: [],
    deployment,
  };
  return { events: [event] };
}

/** Tasks have one elastic network interface, in `attachments` and again in each container; spelling differs between the two. */
function interfacesOf(detail: Readonly<JsonObject>): { networkInterface: string | undefined; addresses: string[] } {
  let networkInterface: string | undefined;
  const addresses = new Set<string>();
  for (const item of listOf(detail['attachments'], 16)) {
    const attachment = objectOf(item);
    const type = textOf(attachment['type']).toLowerCase();
    if (type !== 'eni' && type !== 'elasticnetworkinterface') continue;
    for (const pair of listOf(attachment['details'], 32)) {
      const name = textOf(objectOf(pair)['name']).toLowerCase();
      const text = textOf(objectOf(pair)['value']);
      if (name === 'networkinterfaceid') networkInterface ??= text === '' ? undefined : text;
      if (text !== '' && (name.endsWith('ipv4address') || name.endsWith('ipv6address'))) addresses.add(text);
    }
  }
  for (const container of listOf(detail['containers'], 64)) {
    for (const item of listOf(objectOf(container)['networkInterfaces'], 16)) {
      const entry = objectOf(item);
      for (const key of ['privateIpv4Address', 'privateIPv4Address', 'ipv6Address']) {
        const text = textOf(entry[key]);
        if (text !== '') addresses.add(text);
      }
    }
  }
  return { networkInterface, addresses: [...addresses].slice(0, 16) };
}

function imagesOf(value: JsonValue | undefined): TaskState['images'] {
  const images: TaskState['images'] = [];
  for (const item of listOf(value, 64)) {
    const { name, image, imageDigest } = objectOf(item);
    if (textOf(name) === '') continue;
    const digest = optionalText(imageDigest);
    images.push({ container: textOf(name), image: textOf(image), ...(digest === undefined ? {} : { digest }) });
  }
  return images;
}
