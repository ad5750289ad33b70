/** Observations: what detectors read. The engine makes them of events, with the entity attributed. */
import type { ApiActivity, MetricUnit, Origin, TaskState } from './event.ts';
import type { FileActivity, ProcessActivity, Program, SocketActivity } from './sensor-event.ts';

interface ObservationBase<Kind extends string> {
  kind: Kind;
  /** Event time of the first record it was made of; for minutes, the start of the minute. Milliseconds. */
  timeMs: number;
  /** Start of its minute, milliseconds. */
  minuteMs: number;
  count: number;
  /** The raw records to show, first in order first; at most 5. */
  records: { origin: Origin; raw: string }[];
}

/** A kind of line, in one minute of one container. */
export interface LogKind extends ObservationBase<'log-kind'> {
  templateId: string;
  template: string;
  severityText?: string;
  /** Lines that continue others (stack frames) seen in the container in that minute. */
  continuationLines: number;
}

/** All lines of one container in one minute; also made, with zeros, while its task lives and its feed works. */
export interface LogMinute extends ObservationBase<'log-minute'> {
  lines: number;
  /** Lines by template id. */
  kinds: ReadonlyMap<string, number>;
  /** Severe lines (FATAL, ERROR). */
  errors: number;
  /** Template text by id, for those of this minute. */
  templates: ReadonlyMap<string, string>;
}

/** One metric of one container or task in one minute. */
export interface MetricMinute extends ObservationBase<'metric-minute'> {
  metric: string;
  unit: MetricUnit;
  /** Last value of the minute; for counters the mean rate per second since the minute before. */
  value: number;
  minimum: number;
  maximum: number;
  /** The same metric of the other tasks of the owner in this minute, sorted; at most 64. */
  siblings: readonly number[];
}

/** Everything one task exchanged in one minute. */
export interface NetworkMinute extends ObservationBase<'network-minute'> {
  sentBytes: number;
  receivedBytes: number;
  flows: number;
  rejectedFlows: number;
  /** Bytes sent by peer owner (see `Destination.peer`); at most 64, largest first. */
  sentByPeer: ReadonlyMap<string, number>;
}

/** An owner of addresses that a task talked to, in one minute. */
export interface Destination extends ObservationBase<'destination'> {
  /** Whom the address belongs to: registrable DNS name, `aws:S3`, or a /24 or /48. */
  peer: string;
  peerKind: 'name' | 'cloud-service' | 'network';
  port: number;
  protocol: number;
  /** Addresses seen, sorted; at most 8. */
  addresses: string[];
  /** Full names that were looked up for the addresses, sorted; at most 8. */
  names: string[];
  sentBytes: number;
  receivedBytes: number;
  isRejected: boolean;
  /** The peer is in a private range (RFC 1918, RFC 4193, link-local, loopback). */
  isPrivate: boolean;
  /** Of what the sensor sees, as it happens: a connection that opens has moved no bytes yet. Absent for flows. */
  activity?: Connection['activity'];
}

/** A name that was asked for, in one minute. */
export interface DnsLookup extends ObservationBase<'dns-lookup'> {
  queryName: string;
  /** Its registrable domain, or the name itself where there is none. */
  domain: string;
  queryType: string;
  responseCode: string;
  /** Payload bytes of all of them, where known. */
  bytes: number;
}

/** One API call. */
export interface ApiCall extends ObservationBase<'api-call'> {
  activity: ApiActivity;
}

/** What one process did; judged at once. */
export interface ProcessSeen extends ObservationBase<'process'> {
  activity: ProcessActivity;
}

/** A listening socket that appeared or went; judged at once. */
export interface SocketSeen extends ObservationBase<'socket'> {
  activity: SocketActivity;
}

/** A file that matters was changed or read; judged at once. */
export interface FileSeen extends ObservationBase<'file'> {
  activity: FileActivity;
}

/**
 * A connection as the sensor sees it, or a message of datagrams: judged when it opens, when it has moved more bytes, and
 * when it closes. Loopback and inbound connections too.
 */
export interface Connection extends ObservationBase<'connection'> {
  activity: 'open' | 'traffic' | 'close';
  side: 'client' | 'server';
  /** Who holds it; undefined where that cannot be known. */
  program: Program | undefined;
  lineage: readonly Program[];
  /** As in `Destination`: whom the far address belongs to. */
  peer: string;
  peerKind: Destination['peerKind'];
  peerAddress: string;
  /** The server's port, whichever side it is. */
  port: number;
  protocol: number;
  /** Names that were looked up for the address, sorted; at most 8. */
  names: string[];
  /** Bytes since the last observation of this connection. */
  sentBytes: number;
  receivedBytes: number;
  isRejected: boolean;
  isPrivate: boolean;
  /** Both ends inside the task. */
  isLocal: boolean;
}

/** One change of a task or a deployment. */
export interface TaskChange extends ObservationBase<'task-change'> {
  state: TaskState;
}

export interface ObservationByKind {
  'log-kind': LogKind;
  'log-minute': LogMinute;
  'metric-minute': MetricMinute;
  'network-minute': NetworkMinute;
  destination: Destination;
  'dns-lookup': DnsLookup;
  'api-call': ApiCall;
  'task-change': TaskChange;
  process: ProcessSeen;
  socket: SocketSeen;
  file: FileSeen;
  connection: Connection;
}
export type ObservationKind = keyof ObservationByKind;
export type Observation = ObservationByKind[ObservationKind];
