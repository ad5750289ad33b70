/** Observations of a minute: what detectors read, made of what an instance sent. */
import type {
  Destination,
  DnsActivity,
  DnsLookup,
  LogKind,
  LogMinute,
  LogRecord,
  MetricMinute,
  MetricReading,
  NetworkActivity,
  NetworkMinute,
} from '#contract';
import type { Facts } from './facts.ts';
import type { EntityMinute, KindInMinute, NetworkInMinute, RawShown } from './minutes.ts';
import { minuteLengthMs } from './order.ts';
import type { Siblings } from './siblings.ts';
import { domainOf, peerOf } from './peers.ts';

const peerLimit = 64;
const severe = new Set(['FATAL', 'ERROR', 'CRITICAL', 'EMERGENCY', 'ALERT']);

export function shown(event: { origin: RawShown['origin']; raw: string }): RawShown {
  return { origin: event.origin, raw: event.raw };
}

export function logKind(row: LogRecord, minute: number): LogKind {
  return {
    kind: 'log-kind',
    timeMs: row.timeMs,
    minuteMs: minute * minuteLengthMs,
    count: row.count,
    records: [shown(row)],
    templateId: row.templateId,
    template: row.template,
    severityText: row.severityText,
    continuationLines: 0,
  };
}

export function logMinute(kinds: ReadonlyMap<string, KindInMinute>, minute: number): LogMinute {
  const counts = new Map<string, number>();
  const templates = new Map<string, string>();
  let lines = 0;
  let errors = 0;
  let first: LogRecord | undefined;
  for (const [id, kind] of kinds) {
    counts.set(id, kind.count);
    templates.set(id, kind.first.template);
    lines += kind.count;
    if (severe.has(kind.first.severityText ?? '')) errors += kind.count;
    if (first === undefined || kind.first.timeMs < first.timeMs) first = kind.first;
  }
  const minuteMs = minute * minuteLengthMs;
  return {
    kind: 'log-minute',
    timeMs: minuteMs,
    minuteMs,
    count: 1,
    records: first === undefined ? [] : [shown(first)],
    lines,
    kinds: counts,
    errors,
    templates,
  };
}

/** A metric's minute; `siblings` is worked out only when read. */
class MetricMinuteObservation implements MetricMinute {
  readonly kind = 'metric-minute' as const;
  readonly timeMs: number;
  readonly minuteMs: number;
  readonly count = 1;
  readonly metric: string;
  readonly unit: MetricReading['unit'];
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly #shown: RawShown;
  readonly #siblings: Siblings | undefined;
  readonly #of: EntityMinute;

  constructor(point: MetricReading, shownBy: RawShown, minute: number, rate: number | undefined, siblings: Siblings | undefined, of: EntityMinute) {
    this.minuteMs = minute * minuteLengthMs;
    this.timeMs = this.minuteMs;
    this.metric = point.metric;
    this.unit = rate === undefined ? point.unit : point.unit === 'bytes' ? 'bytes/s' : 'count/s';
    this.value = rate ?? point.value;
    this.minimum = rate ?? point.minimum;
    this.maximum = rate ?? point.maximum;
    this.#shown = shownBy;
    this.#siblings = siblings;
    this.#of = of;
  }

  get records(): RawShown[] {
    return [this.#shown];
  }

  get siblings(): readonly number[] {
    return this.#siblings === undefined ? [] : this.#siblings.of(this.#of, this.metric, this.value);
  }
}

export function metricMinute(
  point: MetricReading,
  shownBy: RawShown,
  minute: number,
  rate: number | undefined,
  siblings: Siblings | undefined,
  of: EntityMinute,
): MetricMinute {
  return new MetricMinuteObservation(point, shownBy, minute, rate, siblings, of);
}

/** Longest pause between two readings of a counter that still makes a rate. */
const counterPauseMs = 15 * minuteLengthMs;

/** Rate per second of a counter since its last reading; undefined after a reset, a long pause or at first. */
export function counterRate(
  counters: Map<string, { value: number; timeMs: number }>,
  point: MetricReading,
): number | undefined {
  const before = counters.get(point.metric);
  counters.set(point.metric, { value: point.value, timeMs: point.lastMs });
  if (before === undefined || point.value < before.value) return undefined;
  const passedMs = point.lastMs - before.timeMs;
  if (passedMs <= 0 || passedMs > counterPauseMs) return undefined;
  return ((point.value - before.value) * 1_000) / passedMs;
}

export function networkMinute(network: NetworkInMinute, minute: number): NetworkMinute {
  const minuteMs = minute * minuteLengthMs;
  const largest = [...network.sentByPeer].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1));
  return {
    kind: 'network-minute',
    timeMs: minuteMs,
    minuteMs,
    count: 1,
    records: network.records,
    sentBytes: network.sentBytes,
    receivedBytes: network.receivedBytes,
    flows: network.flows,
    rejectedFlows: network.rejectedFlows,
    sentByPeer: new Map(largest.slice(0, peerLimit)),
  };
}

/** Notes a flow on the instance's minute and gives the destination it is of, where the instance is the client. */
export function noteFlow(of: EntityMinute, row: NetworkActivity, side: 'client' | 'server', facts: Facts, minute: number): Destination | undefined {
  of.network ??= { sentBytes: 0, receivedBytes: 0, flows: 0, rejectedFlows: 0, sentByPeer: new Map(), records: [] };
  const { network } = of;
  const isClient = side === 'client';
  const sent = isClient ? row.clientSentBytes : row.serverSentBytes;
  const received = isClient ? row.serverSentBytes : row.clientSentBytes;
  network.flows += row.count;
  if (row.action === 'reject') network.rejectedFlows += row.count;
  else {
    network.sentBytes += sent;
    network.receivedBytes += received;
  }
  const farAddress = isClient ? row.serverAddress : row.clientAddress;
  const lookedUp = facts.namesOf(farAddress, row.startMs, row.timeMs);
  const names = row.serverName !== undefined && isClient ? [row.serverName, ...lookedUp] : lookedUp;
  const { peer, peerKind, isPrivate } = peerOf(farAddress, names, isClient ? row.serverService : undefined);
  if (row.action !== 'reject') {
    const toPeer = (network.sentByPeer.get(peer) ?? 0) + sent;
    if (network.sentByPeer.size < 1_024 || network.sentByPeer.has(peer)) network.sentByPeer.set(peer, toPeer);
    if (network.records.length < 5 && sent > 0) network.records.push(shown(row));
  }
  if (!isClient) return undefined;
  return {
    kind: 'destination',
    timeMs: row.timeMs,
    minuteMs: minute * minuteLengthMs,
    count: row.count,
    records: [shown(row)],
    peer,
    peerKind,
    port: row.serverPort,
    protocol: row.protocol,
    addresses: [row.serverAddress],
    names: [...new Set(names)].sort().slice(0, 8),
    sentBytes: row.clientSentBytes,
    receivedBytes: row.serverSentBytes,
    isRejected: row.action === 'reject',
    isPrivate,
  };
}

export function dnsLookup(row: DnsActivity, minute: number): DnsLookup {
  return {
    kind: 'dns-lookup',
    timeMs: row.timeMs,
    minuteMs: minute * minuteLengthMs,
    count: row.count,
    records: [shown(row)],
    queryName: row.queryName,
    domain: domainOf(row.queryName),
    queryType: row.queryType,
    responseCode: row.responseCode,
  };
}
