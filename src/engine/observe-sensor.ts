/** What the sensor saw, as observations: which sightings are one, and what a connection tells. */
import type { Connection, FileActivity, NetworkActivity, ProcessActivity, SocketActivity } from '#contract';
import type { FarSide } from './observe.ts';

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

/** Connections of one key and minute teach once; each of them is judged. */
export function keyOfConnection({ activity, side, program, lineage, peerAddress, port, protocol, isRejected, isLocal }: Connection): string {
  return ['connection', activity, side, program?.path, program?.name, lineage[0]?.path, peerAddress, port, protocol, isRejected, isLocal].join(separator);
}

/** What a connection's event tells of its far side, beside what every observation has; undefined for flows, which no activity is told of. */
export function connectionOf(row: NetworkActivity, far: FarSide): Omit<Connection, 'kind' | 'timeMs' | 'minuteMs' | 'count' | 'records'> | undefined {
  const { activity } = row;
  if (activity === undefined) return undefined;
  const { isClient, address, peer, peerKind, isPrivate, names, sentBytes, receivedBytes } = far;
  return {
    activity,
    side: isClient ? 'client' : 'server',
    program: row.program,
    lineage: row.lineage ?? [],
    peer,
    peerKind,
    peerAddress: address,
    port: row.serverPort,
    protocol: row.protocol,
    names,
    sentBytes,
    receivedBytes,
    isRejected: row.action === 'reject',
    isPrivate,
    isLocal: row.isLocal === true,
  };
}
