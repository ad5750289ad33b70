/** Observations of what the sensor saw: a process, a socket, a file, a connection; each is judged when it is walked. */
import type { Connection, FileActivity, FileSeen, NetworkActivity, ProcessActivity, ProcessSeen, SocketActivity, SocketSeen } from '#contract';
import type { Facts } from './facts.ts';
import { shown } from './observe.ts';
import { minuteLengthMs } from './order.ts';
import { peerOf } from './peers.ts';

const separator = '\u0001';

/** Sightings of one key and minute are judged once and counted on: all that a detector may look at is in it. */
export function keyOfSighting(row: ProcessActivity | SocketActivity | FileActivity): string {
  switch (row.kind) {
    case 'process': {
      const { activity, program, lineage, userId, executable, streams, streamPeer, gainedCapabilities, preloads, foundBy, isOfImage, seconds, by, means } = row;
      const [parent] = lineage;
      return [
        'process', activity, program.path, program.name, parent?.path, parent?.name, userId, row.parentUserId, executable, isOfImage, streams, streamPeer, gainedCapabilities,
        preloads, foundBy, by?.path, means, activity === 'busy' ? seconds : '', ...row.arguments,
      ].join(separator);
    }
    case 'socket':
      return ['socket', row.activity, row.localAddress, row.localPort, row.protocol, row.program?.path, row.program?.name].join(separator);
    case 'file':
      return ['file', row.activity, row.path, row.program?.path].join(separator);
  }
}

export function sighting(row: ProcessActivity | SocketActivity | FileActivity, minute: number): ProcessSeen | SocketSeen | FileSeen {
  return { kind: row.kind, timeMs: row.timeMs, minuteMs: minute * minuteLengthMs, count: row.count, records: [shown(row)], activity: row } as ProcessSeen | SocketSeen | FileSeen;
}

/** Connections of one key and minute teach once; each of them is judged. */
export function keyOfConnection({ activity, side, program, lineage, peerAddress, port, protocol, isRejected, isLocal }: Connection): string {
  return ['connection', activity, side, program?.path, program?.name, lineage[0]?.path, peerAddress, port, protocol, isRejected, isLocal].join(separator);
}

/** What a connection's event tells of its far side; undefined for flows, which no activity is told of. */
export function connection(row: NetworkActivity, side: 'client' | 'server', facts: Facts, minute: number): Connection | undefined {
  const { activity } = row;
  if (activity === undefined) return undefined;
  const isClient = side === 'client';
  const peerAddress = isClient ? row.serverAddress : row.clientAddress;
  const lookedUp = facts.namesOf(peerAddress, row.startMs, row.timeMs);
  const names = row.serverName !== undefined && isClient ? [row.serverName, ...lookedUp] : lookedUp;
  const { peer, peerKind, isPrivate } = peerOf(peerAddress, names, isClient ? row.serverService : undefined);
  return {
    kind: 'connection',
    timeMs: row.timeMs,
    minuteMs: minute * minuteLengthMs,
    count: row.count,
    records: [shown(row)],
    activity,
    side,
    program: row.program,
    lineage: row.lineage ?? [],
    peer,
    peerKind,
    peerAddress,
    port: row.serverPort,
    protocol: row.protocol,
    names: [...new Set(names)].sort().slice(0, 8),
    sentBytes: isClient ? row.clientSentBytes : row.serverSentBytes,
    receivedBytes: isClient ? row.serverSentBytes : row.clientSentBytes,
    isRejected: row.action === 'reject',
    isPrivate,
    isLocal: row.isLocal === true,
  };
}
