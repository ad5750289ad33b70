/** Observations of a minute: what detectors read, made of what an instance sent. */
import type {
  Destination,
  DnsActivity,
  DnsLookup,
  MetricMinute,
  MetricSet,
  NetworkActivity,
  NetworkMinute,
} from '#contract';
import type { Facts } from './facts.ts';
import { put } from './few.ts';
import type { EntityMinute, NetworkInMinute } from './minutes.ts';
import type { RawShown } from './episode.ts';
import { lastMsAt, maximumAt, minimumAt } from './metric-sets.ts';
import { minuteLengthMs } from './order.ts';
import type { Instance } from './owners.ts';
import type { Siblings } from './siblings.ts';
import { domainOf, peerOf } from './peers.ts';

const peerLimit = 64;

export function shown(event: { origin: RawShown['origin']; raw: string }): RawShown {
  return { origin: event.origin, raw: event.raw };
}

const nothing = { list: { metrics: [''], units: ['1'], isCumulative: [false] }, values: [0] } as unknown as MetricSet;

/** A metric's minute: points at one metric of a set after the other; what few ask for is worked out only when read. */
export class MetricObservation implements MetricMinute {
  readonly minuteMs: number;
  readonly timeMs: number;
  metric = '';
  unit: MetricMinute['unit'] = '1';
  value = NaN;
  readonly #siblings: Siblings;
  #set = nothing;
  #at = 0;
  #of: EntityMinute | undefined;

  constructor(minute: number, siblings: Siblings) {
    this.minuteMs = minute * minuteLengthMs;
    this.timeMs = this.minuteMs;
    this.#siblings = siblings;
  }

  /** Points it at the metric at a place of a set; false for a counter that has no rate. */
  point(of: EntityMinute, set: MetricSet, at: number): boolean {
    const { list } = set;
    const unit = list.units[at]!;
    const isRate = list.isCumulative[at]!;
    const value = isRate ? of.rates![at]! : set.values[at]!;
    if (isRate && Number.isNaN(value)) return false;
    this.metric = list.metrics[at]!;
    this.unit = !isRate ? unit : unit === 'bytes' ? 'bytes/s' : 'count/s';
    this.value = value;
    this.#set = set;
    this.#at = at;
    this.#of = of;
    return true;
  }

  get kind(): 'metric-minute' {
    return 'metric-minute';
  }

  get count(): number {
    return 1;
  }

  get #isRate(): boolean {
    return this.#set.list.isCumulative[this.#at]!;
  }

  get minimum(): number {
    return this.#isRate ? this.value : minimumAt(this.#set, this.#at);
  }

  get maximum(): number {
    return this.#isRate ? this.value : maximumAt(this.#set, this.#at);
  }

  get records(): RawShown[] {
    return [shown(this.#set)];
  }

  get siblings(): readonly number[] {
    return this.#siblings.of(this.#of!, this.metric, this.value);
  }
}

/** Longest pause between two readings of a counter that still makes a rate. */
const counterPauseMs = 15 * minuteLengthMs;

/** By place in the set the rate per second of a counter since its last reading; NaN after a reset, a long pause, at first, and where it is none. */
export function counterRates(instance: Instance, set: MetricSet): number[] | undefined {
  const { metrics, isCumulative } = set.list;
  let rates: number[] | undefined;
  for (let at = 0; at < metrics.length; at += 1) {
    if (!isCumulative[at]!) continue;
    rates ??= metrics.map(() => NaN);
    rates[at] = counterRate((instance.counters ??= new Map()), metrics[at]!, set.values[at]!, lastMsAt(set, at));
  }
  return rates;
}

function counterRate(counters: Map<string, { value: number; timeMs: number }>, metric: string, value: number, timeMs: number): number {
  const last = counters.get(metric);
  if (last === undefined) {
    counters.set(metric, { value, timeMs });
    return NaN;
  }
  const grown = value - last.value;
  const passedMs = timeMs - last.timeMs;
  last.value = value;
  last.timeMs = timeMs;
  return grown < 0 || passedMs <= 0 || passedMs > counterPauseMs ? NaN : (grown * 1_000) / passedMs;
}

export function networkMinute(network: NetworkInMinute, minute: number): NetworkMinute {
  const minuteMs = minute * minuteLengthMs;
  const largest = [...(network.sentByPeer ?? [])].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1));
  return {
    kind: 'network-minute',
    timeMs: network.sinceMs ?? minuteMs,
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

/** Many minutes have none, and none of these is ever added to. */
const noRecords: RawShown[] = [];
const noNames: string[] = [];

/** `teachUntilMs` may lie within the minute: then this is a sum of what comes from there on. */
function noTraffic(timeMs: number, minute: number, teachUntilMs: number): NetworkInMinute {
  const isRest = minute * minuteLengthMs < teachUntilMs && timeMs >= teachUntilMs;
  return { sentBytes: 0, receivedBytes: 0, flows: 0, rejectedFlows: 0, sentByPeer: undefined, records: noRecords, ...(isRest ? { sinceMs: teachUntilMs } : {}) };
}

/** Whom a row's far side belongs to, and what went there and came from there. */
export interface FarSide {
  isClient: boolean;
  address: string;
  peer: string;
  peerKind: Destination['peerKind'];
  isPrivate: boolean;
  /** Names that were looked up for the address, sorted; at most 8. */
  names: string[];
  sentBytes: number;
  receivedBytes: number;
}

export function farSideOf(row: NetworkActivity, side: 'client' | 'server', facts: Facts): FarSide {
  const isClient = side === 'client';
  const address = isClient ? row.serverAddress : row.clientAddress;
  const lookedUp = facts.namesOf(address, row.startMs, row.timeMs);
  const names = row.serverName !== undefined && isClient ? [row.serverName, ...lookedUp] : lookedUp;
  return {
    isClient,
    address,
    ...peerOf(address, names, isClient ? row.serverService : undefined),
    names: names.length === 0 ? noNames : [...new Set(names)].sort().slice(0, 8),
    sentBytes: isClient ? row.clientSentBytes : row.serverSentBytes,
    receivedBytes: isClient ? row.serverSentBytes : row.clientSentBytes,
  };
}

/** Notes a flow on the instance's minute and gives the destination it is of, where the instance is the client. */
export function noteFlow(of: EntityMinute, row: NetworkActivity, far: FarSide, minute: number, teachUntilMs: number): Destination | undefined {
  of.network ??= noTraffic(row.timeMs, minute, teachUntilMs);
  const { network } = of;
  const { isClient, peer, peerKind, isPrivate, names, sentBytes, receivedBytes } = far;
  // What a connection moved later is no other one.
  const begun = row.activity === undefined || row.activity === 'open' ? row.count : 0;
  network.flows += begun;
  if (row.action === 'reject') network.rejectedFlows += row.count;
  else {
    network.sentBytes += sentBytes;
    network.receivedBytes += receivedBytes;
  }
  const records = [shown(row)];
  if (row.action !== 'reject') {
    const known = network.sentByPeer?.get(peer);
    if (known !== undefined || (network.sentByPeer?.size ?? 0) < 1_024) network.sentByPeer = put(network.sentByPeer, peer, (known ?? 0) + sentBytes);
    if (network.records.length < 5 && sentBytes > 0) network.records = network.records.length === 0 ? records : [...network.records, ...records];
  }
  if (!isClient) return undefined;
  return {
    kind: 'destination',
    timeMs: row.timeMs,
    minuteMs: minute * minuteLengthMs,
    count: row.count,
    records,
    peer,
    peerKind,
    port: row.serverPort,
    protocol: row.protocol,
    addresses: [row.serverAddress],
    names,
    sentBytes,
    receivedBytes,
    isRejected: row.action === 'reject',
    isPrivate,
    ...(row.activity === undefined ? {} : { activity: row.activity }),
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
    bytes: (row.queryBytes ?? 0) + (row.answerBytes ?? 0),
  };
}
