/** Answers of the task metadata endpoint that describe a task or a container. */
import type { Decoded, FargazerEvent, JsonObject, RawRecord, Subject, TaskState } from '#contract';
import { lastName, taskNameOf } from './arn.ts';
import { sharedFields, subjectOf } from './event-base.ts';
import { isObject, listOf, numberOf, objectOf, optionalText, textOf, textsOf } from './fields.ts';
import { instantOf, millisecondsOf } from './instant.ts';
import type { Instant } from './instant.ts';
import { mebibyte, MetricPoints } from './metric-point.ts';
import type { TaskMemory } from './task-memory.ts';

type Answer = Readonly<JsonObject>;

/** Containers of one task; ECS allows ten and adds one of its own for the network. */
const containerLimit = 64;

export function isTask(value: Answer): boolean {
  return typeof value['TaskARN'] === 'string' && Array.isArray(value['Containers']);
}

export function isContainer(value: Answer): boolean {
  return typeof value['DockerId'] === 'string' && typeof value['KnownStatus'] === 'string';
}

/** `/task`: the state of the task, what its ephemeral storage holds, and the names of its containers for the stats to come. */
export function decodeTask(task: Answer, record: RawRecord, memory: TaskMemory): Decoded {
  const containers = listOf(task['Containers'], containerLimit).map(objectOf);
  const instant = timeOf(record, memory, [task, objectOf(task['ClockDrift']), ...containers]);
  if (instant === undefined) return { unreadable: noTime };
  const subject = taskSubject(task, containers);
  for (const container of containers) learn(container, subject, memory);
  const own = containers.filter((container) => container['Type'] !== 'CNI_PAUSE');
  const starts = own.map((container) => millisecondsOf(container['StartedAt'])).filter((timeMs) => timeMs !== undefined);
  const creations = containers.map((container) => millisecondsOf(container['CreatedAt'])).filter((timeMs) => timeMs !== undefined);
  const state: TaskState = {
    kind: 'task',
    ...sharedFields('task-metadata', record, instant, subject),
    status: textOf(task['KnownStatus']),
    desiredStatus: textOf(task['DesiredStatus']),
    createdMs: millisecondsOf(task['PullStartedAt']) ?? minimumOf(creations),
    startedMs: minimumOf(starts),
    stoppedMs: millisecondsOf(task['ExecutionStoppedAt']),
    launchType: optionalText(task['LaunchType']),
    addresses: addressesOf(containers),
    images: own.map(imageOf),
  };
  const events: FargazerEvent[] = [state];
  const storage = task['EphemeralStorageMetrics'];
  if (isObject(storage)) {
    const points = new MetricPoints('task-metadata', record, instant);
    const used = numberOf(storage['Utilized']);
    const reserved = numberOf(storage['Reserved']) ?? 0;
    if (used !== undefined) points.add(subject, 'task.ephemeral_storage.usage', 'bytes', used * mebibyte);
    if (used !== undefined && reserved > 0) points.add(subject, 'task.ephemeral_storage.utilization', 'ratio', used / reserved);
    events.push(...points.finish());
  }
  return { events };
}

/**
 * The endpoint itself: one container. It tells that its task runs, never that it stopped: a container may end before its task.
 */
export function decodeContainer(container: Answer, record: RawRecord, memory: TaskMemory): Decoded {
  const instant = timeOf(record, memory, [container]);
  if (instant === undefined) return { unreadable: noTime };
  const task = taskSubject({}, [container]);
  const subject = learn(container, task, memory);
  const state: TaskState = {
    kind: 'task',
    ...sharedFields('task-metadata', record, instant, subject),
    status: container['KnownStatus'] === 'RUNNING' ? 'RUNNING' : '',
    desiredStatus: container['DesiredStatus'] === 'RUNNING' ? 'RUNNING' : '',
    createdMs: millisecondsOf(container['CreatedAt']),
    startedMs: millisecondsOf(container['StartedAt']),
    addresses: addressesOf([container]),
    images: [imageOf(container)],
  };
  return { events: [state] };
}

const noTime = 'task metadata without a time of its own or of its carrier';

/**
 * Answers carry no time of reading. The carrier's is best; else the latest of the times inside and of those that the stream has told
 * before, for a task that runs for days has old times only.
 */
function timeOf(record: RawRecord, memory: TaskMemory, objects: readonly Answer[]): Instant | undefined {
  const carrier = instantOf(record.carrierTimeMs);
  if (carrier !== undefined) return carrier;
  let latest: Instant | undefined = memory.latestMs > 0 ? { timeMs: memory.latestMs, timeNs: 0 } : undefined;
  for (const object of objects) {
    for (const field of timeFields) {
      const instant = instantOf(object[field]);
      if (instant !== undefined && (latest === undefined || instant.timeMs > latest.timeMs)) latest = instant;
    }
  }
  return latest;
}

const timeFields = [
  'PullStartedAt', 'PullStoppedAt', 'CreatedAt', 'StartedAt', 'FinishedAt', 'ExecutionStoppedAt', 'ReferenceTimestamp',
];

function taskSubject(task: Answer, containers: readonly Answer[]): Subject {
  const labels = objectOf(containers[0]?.['Labels']);
  const name = taskNameOf(textOf(task['TaskARN']) || textOf(labels['com.amazonaws.ecs.task-arn']));
  const subject = subjectOf({
    account: name?.account,
    region: name?.region,
    cluster: lastName(textOf(task['Cluster']) || textOf(labels['com.amazonaws.ecs.cluster'])) || name?.cluster,
    service: textOf(task['ServiceName']),
    family: textOf(task['Family']) || textOf(labels['com.amazonaws.ecs.task-definition-family']),
    revision: textOf(task['Revision']) || textOf(labels['com.amazonaws.ecs.task-definition-version']),
    task: name?.task,
  });
  const address = addressesOf(containers)[0];
  if (address !== undefined) subject.address = address;
  return subject;
}

function learn(container: Answer, task: Subject, memory: TaskMemory): Subject {
  const name = textOf(container['Name']);
  const subject: Subject = name === '' ? task : { ...task, container: name };
  const limits = objectOf(container['Limits']);
  const cpu = numberOf(limits['CPU']) ?? 0;
  memory.learn(textOf(container['DockerId']), {
    subject,
    // 2 is the least that Docker takes; ECS reports it for containers that reserve no CPU.
    cpuUnits: cpu > 2 ? cpu : 0,
    memoryBytes: Math.max(0, numberOf(limits['Memory']) ?? 0) * mebibyte,
  });
  return subject;
}

function addressesOf(containers: readonly Answer[]): string[] {
  const addresses = new Set<string>();
  for (const container of containers) {
    for (const item of listOf(container['Networks'], 16)) {
      const network = objectOf(item);
      // Containers in bridge mode have addresses of the host's own network, which nobody else sees.
      if (network['NetworkMode'] !== 'awsvpc') continue;
      for (const address of [...textsOf(network['IPv4Addresses'], 16), ...textsOf(network['IPv6Addresses'], 16)]) addresses.add(address);
    }
  }
  return [...addresses].slice(0, 16);
}

/** `ImageID` is no digest of the registry's, hence not comparable with that of ECS events; an image named by digest has it in its name. */
function imageOf(container: Answer): TaskState['images'][number] {
  const image = textOf(container['Image']);
  const at = image.indexOf('@sha256:');
  return { container: textOf(container['Name']), image, ...(at < 0 ? {} : { digest: image.slice(at + 1) }) };
}

function minimumOf(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times);
}
