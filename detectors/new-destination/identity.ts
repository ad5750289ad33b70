/** What makes a destination one: its owner, the port as far as it means something, and the protocol. */
import ipaddr from 'ipaddr.js';
import { getDomain } from 'tldts';
import type { Destination } from '#contract';

/** First of the dynamic ports (RFC 6335, section 6), given out by chance: remote procedure calls, passive transfers, returns. */
const firstDynamicPort = 49_152;
const dynamicPorts = '49152-65535';

/** A minute of time synchronisation at its liveliest (`iburst`, four servers) stays far below this. */
const timeServiceBytes = 16_384;
const timePort = 123;
const udp = 17;
const protocols: ReadonlyMap<number, string> = new Map([[1, 'icmp'], [6, 'tcp'], [udp, 'udp'], [58, 'icmp'], [132, 'sctp']]);

/** Names that are given to an address and not to a service: `ip-10-0-3-17.ec2.internal`. */
const addressLike = /\d{1,3}[-.]\d{1,3}[-.]\d{1,3}[-.]\d{1,3}/;

/** Of Fargate itself (and EKS), the same for each task: credentials and metadata, resolver, clock. */
const platform = new Set(['169.254.170.2', '169.254.170.23', 'fd00:ec2::23', '169.254.169.253', '169.254.169.123', 'fd00:ec2::253', 'fd00:ec2::123']);
/** What stays on the link leads nowhere: announcements, discovery, loopback. */
const linkRanges = new Set(['multicast', 'broadcast', 'loopback', 'unspecified']);

/** Credentials of the machine beneath (EC2 instance metadata); nothing on Fargate needs it. */
export const machineMetadata = new Set(['169.254.169.254', 'fd00:ec2::254']);

export function protocolName(protocol: number): string {
  return protocols.get(protocol) ?? `ip-${protocol}`;
}

export function isDynamic({ port }: Destination): boolean {
  return port >= firstDynamicPort;
}

/** The port as it is compared: the dynamic ones are one. */
export function portOf(destination: Destination): string {
  return isDynamic(destination) ? dynamicPorts : String(destination.port);
}

/** Is it of the platform or the link, and so never news? */
export function isOfTheLink({ addresses: [address = ''] }: Destination): boolean {
  if (platform.has(address)) return true;
  return ipaddr.isValid(address) && linkRanges.has(ipaddr.process(address).range());
}

function networkOf(address: string): string {
  return ipaddr.IPv4.isValidFourPartDecimal(address) ? `${address.slice(0, address.lastIndexOf('.'))}.0/24` : address;
}

/**
 * Owners that a destination may be of, first the one that it is told under. Inside private ranges the service's own
 * name, for a whole namespace shares a registrable one, else the /24. Outside the engine's peer; where several names
 * lead to one address (a shared edge) the others' domains may be meant as well.
 */
export function ownersOf({ peer, peerKind, isPrivate, names, addresses }: Destination): string[] {
  if (peerKind !== 'name') return [peer];
  if (!isPrivate) {
    if (names.length < 2) return [peer];
    return [...new Set([peer, ...names.map((name) => getDomain(name, { allowPrivateDomains: true }) ?? name)])];
  }
  const services = names.filter((name) => !addressLike.test(name));
  return services.length > 0 ? services : [networkOf(addresses[0] ?? peer)];
}

/** Time servers are drawn from pools: which one is asked is not news, unless what is sent to it is no question for the time. */
export function isTimeService(destination: Destination): boolean {
  return destination.port === timePort && destination.protocol === udp && destination.sentBytes <= timeServiceBytes;
}

/** Keys under which a destination may be known, first the one that it is learned under. What was refused is known apart. */
export function keysOf(destination: Destination): string[] {
  const place = `${portOf(destination)}|${destination.protocol}${destination.isRejected ? '|refused' : ''}`;
  if (isTimeService(destination)) return [`time|${place}`];
  return ownersOf(destination).map((owner) => `${owner}|${place}`);
}

/** `203.0.113.0/24:443/tcp`, `[2001:db8:7::/48]:443/tcp`: what an alert is about. */
export function objectOf(destination: Destination): string {
  const [owner = destination.peer] = ownersOf(destination);
  const host = owner.includes(':') && destination.peerKind === 'network' ? `[${owner}]` : owner;
  const protocol = protocolName(destination.protocol);
  return protocol === 'icmp' ? `${host}/icmp` : `${host}:${portOf(destination)}/${protocol}`;
}
