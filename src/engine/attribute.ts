/** Attribution: whom an event is about, by its own names and by facts walked so far (E6, E13). */
import type { FargazerEvent, NetworkActivity, Owner, Phase, Subject } from '#contract';
import type { Facts, TaskFacts } from './facts.ts';
import type { Lateness } from './order.ts';
import { networkOf } from './peers.ts';

export interface Attribution {
  owner: Owner;
  container: string;
  instance: string;
  /** Task id where one is known: joins sessions and flows to their task. */
  task: string | undefined;
  revision: string | undefined;
  /** No record told whom it is about. */
  isUnattributed: boolean;
}

const startPhaseMs = 5 * 60_000;

export function attribute(event: FargazerEvent, facts: Facts, lateness: Lateness): Attribution {
  const { subject } = event;
  const account = subject.account ?? '';
  const region = subject.region ?? '';
  const cluster = subject.cluster ?? '';
  if (event.kind === 'api') {
    const name = subject.principal ?? event.actor.principal;
    return {
      owner: { kind: 'principal', account, region: '', cluster, name },
      container: '',
      instance: subject.session ?? event.actor.session ?? '',
      task: subject.task,
      revision: undefined,
      isUnattributed: name === '',
    };
  }
  const id = taskOf(event, facts);
  const task = id === undefined ? undefined : facts.tasks.get(id);
  const name = serviceName(subject, task, lateness[event.feed]);
  if (name !== undefined) {
    return {
      owner: {
        kind: 'service',
        account: subject.account ?? task?.account ?? '',
        region: subject.region ?? task?.region ?? '',
        cluster: subject.cluster ?? task?.cluster ?? '',
        name,
      },
      container: subject.container ?? '',
      instance: id ?? '',
      task: id,
      revision: subject.revision ?? task?.revision,
      isUnattributed: false,
    };
  }
  return { ...withoutTask(subject, { account, region, cluster }), task: id, revision: undefined };
}

function taskOf(event: FargazerEvent, facts: Facts): string | undefined {
  const { subject } = event;
  if (subject.task !== undefined) return subject.task;
  const startMs = event.kind === 'network' ? event.startMs : event.timeMs;
  if (subject.networkInterface !== undefined) {
    const task = facts.taskOf('interface', subject.networkInterface, startMs, event.timeMs);
    if (task !== undefined) return task;
  }
  if (subject.address !== undefined) return facts.taskOf('address', subject.address, startMs, event.timeMs);
  return undefined;
}

/** A task without a service belongs to its family; a service name from a slower feed is not used yet. */
function serviceName(subject: Subject, task: TaskFacts | undefined, latenessMs: number): string | undefined {
  if (subject.service !== undefined) return subject.service;
  if (task?.service !== undefined && task.serviceLatenessMs <= latenessMs) return task.service;
  return subject.family ?? task?.family;
}

type Place = Pick<Owner, 'account' | 'region' | 'cluster'>;

function withoutTask(
  subject: Subject,
  place: Place,
): Pick<Attribution, 'owner' | 'container' | 'instance' | 'isUnattributed'> {
  const container = subject.container ?? '';
  if (subject.workload !== undefined) {
    const name = subject.namespace === undefined ? subject.workload : `${subject.namespace}/${subject.workload}`;
    return { owner: { kind: 'workload', ...place, name }, container, instance: subject.pod ?? '', isUnattributed: false };
  }
  if (subject.networkInterface !== undefined) {
    return { owner: { kind: 'interface', ...place, name: subject.networkInterface }, container, instance: '', isUnattributed: false };
  }
  const host = subject.host ?? subject.address;
  if (host !== undefined) {
    return { owner: { kind: 'host', ...place, name: host }, container, instance: '', isUnattributed: false };
  }
  if (subject.namespace !== undefined) {
    return { owner: { kind: 'namespace', ...place, name: subject.namespace }, container, instance: '', isUnattributed: false };
  }
  if (subject.name === undefined && place.cluster !== '') {
    return { owner: { kind: 'cluster', ...place, name: place.cluster }, container, instance: subject.task ?? '', isUnattributed: false };
  }
  const name = subject.name ?? subject.task ?? '';
  return { owner: { kind: 'stream', ...place, name }, container, instance: '', isUnattributed: name === '' };
}

/** Which side of a connection is ours, and what it sent and received. */
export function ownSide(event: NetworkActivity, facts: Facts): 'client' | 'server' {
  if (event.side !== 'unknown') return event.side;
  const { subject, clientAddress, serverAddress } = event;
  const own =
    subject.address ?? (subject.networkInterface === undefined ? undefined : facts.ownAddressOf(subject.networkInterface));
  if (own !== undefined) return own === serverAddress && own !== clientAddress ? 'server' : 'client';
  return networkOf(serverAddress).isPrivate && !networkOf(clientAddress).isPrivate ? 'server' : 'client';
}

/**
 * Start: five minutes after the task's start, else after its first sighting, unless that is where the records
 * themselves begin (`sightedFromStart` false: nobody knows how old it is). Stop: from when ECS wants it stopped.
 */
export function phaseOf(
  task: TaskFacts | undefined,
  firstSeenMs: number,
  sightedFromStart: boolean,
  timeMs: number,
): Phase {
  if (task?.stopWantedMs !== undefined && timeMs >= task.stopWantedMs) return 'stop';
  const startedMs = task?.startedMs ?? (sightedFromStart ? firstSeenMs : undefined);
  return startedMs !== undefined && timeMs >= startedMs && timeMs < startedMs + startPhaseMs ? 'start' : 'run';
}
