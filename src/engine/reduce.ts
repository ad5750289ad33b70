/** Reduction: which events of one subject and minute are one, and how two of them become one. */
import type { FargazerEvent, Subject } from '#contract';
import { addMetrics } from './metric-sets.ts';
import { compareInFeed } from './order.ts';

const separator = '\u0001';

/** Decoders give the records of one task one subject, so its line is made once. */
const subjectKeys = new WeakMap<Subject, string>();

/** One line that names a subject by all its raw names, for this process alone. A subject is not changed once it was asked. */
export function subjectKey(subject: Subject): string {
  let key = subjectKeys.get(subject);
  if (key === undefined) {
    key = joinNames(subject);
    subjectKeys.set(subject, key);
  }
  return key;
}

/** What the tasks of a service share, by number: spelt out in each key it would be most of it. */
const shared = new Map<string, string>();
const sharedLimit = 65_536;

function numberOfShared(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  // Never given anew: what is spelt out stays so.
  if (shared.size >= sharedLimit) return text;
  const number = shared.size.toString(36);
  shared.set(text, number);
  return number;
}

function joinNames(subject: Subject): string {
  const ofService = [subject.account, subject.region, subject.cluster, subject.service, subject.family, subject.revision];
  return [
    numberOfShared(ofService.join(separator)), subject.task, subject.container, subject.networkInterface, subject.address, subject.principal,
    subject.session, subject.namespace, subject.workload, subject.pod, subject.host, subject.name,
  ].join(separator);
}

/**
 * The key under which events of one subject and minute are one.
 * Calls, task changes and findings stay single: their key is their id.
 */
export function reductionKey(event: FargazerEvent): string {
  switch (event.kind) {
    case 'metrics':
      return 'metrics';
    case 'log':
      if (event.hasOwnId || event.piece !== undefined) return `log${separator}${event.id}`;
      return event.isContinuation ? 'continuation' : event.templateId;
    case 'network':
      return [
        'network', event.clientAddress, event.serverAddress, event.serverPort, event.protocol, event.side,
        event.action, event.serverService, event.serverName, event.hasOwnId ? event.id : '',
      ].join(separator);
    case 'dns':
      return ['dns', event.queryName, event.queryType, event.responseCode, event.answers.join(','), event.hasOwnId ? event.id : ''].join(separator);
    default:
      return `${event.kind}${separator}${event.id}`;
  }
}

function takeFirst(into: FargazerEvent, other: FargazerEvent): void {
  into.timeMs = other.timeMs;
  into.timeNs = other.timeNs;
  into.id = other.id;
  into.origin = other.origin;
  into.raw = other.raw;
}

/**
 * Adds `other` to `into`, both of one key and minute. Commutes: the first in order gives time, id and raw record.
 * Returns false where both are one record with one own id, and nothing was added.
 */
export function mergeInto(into: FargazerEvent, other: FargazerEvent): boolean {
  if (into.hasOwnId && other.hasOwnId && into.id === other.id) {
    // One record that came twice, perhaps in two forms: the same form stays whichever came first.
    if (compareInFeed(other, into) < 0) {
      Object.assign(into, other);
      // Made when asked, where it is no field yet.
      into.raw = other.raw;
    }
    return false;
  }
  if (into.kind === 'metrics') {
    if (other.kind === 'metrics') addMetrics(into, other);
  } else if (into.kind === 'network' && other.kind === 'network') {
    into.clientSentBytes += other.clientSentBytes;
    into.serverSentBytes += other.serverSentBytes;
    into.packets += other.packets;
    into.startMs = Math.min(into.startMs, other.startMs);
  }
  if (compareInFeed(other, into) < 0) takeFirst(into, other);
  into.count += other.count;
  return true;
}
