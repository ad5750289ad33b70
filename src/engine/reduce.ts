/** Reduction: which events of one subject and minute are one, and how two of them become one. */
import type { FargazerEvent, MetricReading, Subject } from '#contract';
import { compareInFeed } from './order.ts';

const separator = '\u0001';

/** Decoders give the records of one task one subject, so its line is made once. */
const subjectKeys = new WeakMap<Subject, string>();

/** One line that names a subject by all its raw names. A subject is not changed once it was asked. */
export function subjectKey(subject: Subject): string {
  let key = subjectKeys.get(subject);
  if (key === undefined) {
    key = joinNames(subject);
    subjectKeys.set(subject, key);
  }
  return key;
}

function joinNames(subject: Subject): string {
  return [
    subject.account, subject.region, subject.cluster, subject.service, subject.family, subject.revision,
    subject.task, subject.container, subject.networkInterface, subject.address, subject.principal,
    subject.session, subject.namespace, subject.workload, subject.pod, subject.host, subject.name,
  ].join(separator);
}

/**
 * The key under which events of one subject and minute are one.
 * Calls, task changes and findings stay single: their key is their id.
 */
export function reductionKey(event: FargazerEvent): string {
  switch (event.kind) {
    case 'metric':
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
      return ['dns', event.queryName, event.queryType, event.responseCode, event.answers.join(',')].join(separator);
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
    if (compareInFeed(other, into) < 0) Object.assign(into, other);
    return false;
  }
  if (into.kind === 'metrics') {
    if (other.kind === 'metrics') for (const reading of other.readings) addReading(into.readings, reading);
    else if (other.kind === 'metric') addReading(into.readings, other);
  } else if (into.kind === 'network' && other.kind === 'network') {
    into.clientSentBytes += other.clientSentBytes;
    into.serverSentBytes += other.serverSentBytes;
    into.packets += other.packets;
    into.startMs = Math.min(into.startMs, other.startMs);
  }
  // Points of one record come together and share its place: nothing is earlier among them.
  if (other.origin !== into.origin && compareInFeed(other, into) < 0) takeFirst(into, other);
  into.count += other.count;
  return true;
}

/** What stands on the tape for an event that is the first of its key: a metric point begins a set. */
export function standingFor(event: FargazerEvent): FargazerEvent {
  if (event.kind !== 'metric') return event;
  const { feed, timeMs, timeNs, id, hasOwnId, count, subject, origin, raw } = event;
  return { kind: 'metrics', feed, timeMs, timeNs, id, hasOwnId, count, subject, origin, raw, readings: [readingOf(event)] };
}

function readingOf({ metric, unit, value, minimum, maximum, lastMs, lastNs, isCumulative }: MetricReading): MetricReading {
  return { metric, unit, value, minimum, maximum, lastMs, lastNs, isCumulative };
}

/** Adds a reading to those of its minute; commutes. */
export function addReading(readings: MetricReading[], other: MetricReading): void {
  const { metric } = other;
  for (let index = 0; index < readings.length; index += 1) {
    const known = readings[index]!;
    if (known.metric !== metric) continue;
    if (other.minimum < known.minimum) known.minimum = other.minimum;
    if (other.maximum > known.maximum) known.maximum = other.maximum;
    const isLater = other.lastMs - known.lastMs || other.lastNs - known.lastNs || other.value - known.value;
    if (isLater > 0) {
      known.value = other.value;
      known.lastMs = other.lastMs;
      known.lastNs = other.lastNs;
    }
    return;
  }
  readings.push(readingOf(other));
}
