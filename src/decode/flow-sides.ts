/** Which end of a flow is the client, and which is the task's own: decided from one record alone. */

export interface FlowEnds {
  sourcePort: number;
  destinationPort: number;
  /** OR of the TCP flags seen in the interval; undefined where not logged. */
  tcpFlags?: number | undefined;
}

const syn = 2;
const ack = 16;
/** First port of the range Linux takes client ports from (`ip_local_port_range` is 32768 to 60999). */
const ephemeralPort = 32_768;
/** Ports below are bound by services only. */
const privilegedPort = 1_024;

/**
 * True where the source is the client. A SYN without ACK is sent by who opens the connection, one with ACK by who
 * accepts it (a lone ACK is not logged). Without flags the ports tell; with equal ports the destination is the server.
 */
export function isSourceClient({ sourcePort, destinationPort, tcpFlags }: FlowEnds): boolean {
  if (tcpFlags !== undefined && (tcpFlags & syn) !== 0) return (tcpFlags & ack) === 0;
  const isSourceEphemeral = sourcePort >= ephemeralPort;
  if (isSourceEphemeral !== destinationPort >= ephemeralPort) return isSourceEphemeral;
  const isSourcePrivileged = sourcePort < privilegedPort;
  if (isSourcePrivileged !== destinationPort < privilegedPort) return !isSourcePrivileged;
  return destinationPort <= sourcePort;
}

export type OwnEnd = 'source' | 'destination' | 'unknown';

/**
 * The end that is the interface's own. Where neither direction nor traffic path is logged (as in the default format), a flow between a
 * private and a public IPv4 address still tells it: flow logs show an interface by its private address.
 */
export function ownEndOf(direction: string, trafficPath: string, source: string, destination: string): OwnEnd {
  if (direction === 'egress') return 'source';
  if (direction === 'ingress') return 'destination';
  // A traffic path is logged for egress only.
  if (trafficPath !== '') return 'source';
  if (source.includes(':') || destination.includes(':')) return 'unknown';
  const isSourcePrivate = isPrivateIpv4(source);
  if (isSourcePrivate === isPrivateIpv4(destination)) return 'unknown';
  return isSourcePrivate ? 'source' : 'destination';
}

/** RFC 1918 and the shared space of RFC 6598, both of which a VPC may use. */
function isPrivateIpv4(address: string): boolean {
  if (address.startsWith('10.') || address.startsWith('192.168.')) return true;
  const isShared = address.startsWith('100.');
  if (!isShared && !address.startsWith('172.')) return false;
  const second = Number(address.slice(4, address.indexOf('.', 4)));
  return isShared ? second >= 64 && second <= 127 : second >= 16 && second <= 31;
}
