/** What the sensor sees beyond owners: exact addresses, so that a name that comes late, or not, makes nobody new. */
import ipaddr from 'ipaddr.js';
import type { Destination, SetView } from '#contract';
import { portOf } from './identity.ts';

const namePort = 53;
const udp = 17;

/** Asks for a name. Name servers are asked in the order of a list: one that fails makes the others be asked for the first time. */
export function isNameServer({ port, protocol, isPrivate }: Destination): boolean {
  return port === namePort && (isPrivate || protocol === udp);
}

const nameServerKey = ({ isPrivate }: Destination): string => `name server|${isPrivate ? 'inside' : 'outside'}`;

function networkKey(address: string, place: string): string | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  return `${address.slice(0, address.lastIndexOf('.'))}.0/24|${place}`;
}

const placeOf = (destination: Destination): string => `${portOf(destination)}|${destination.protocol}`;

/**
 * Keys under which a sighting is kept beside its owner: its addresses, inside also their /24. Flows are not: a fleet's
 * would fill the set, and their names are looked for over hours. A cloud service has addresses without number.
 */
export function sightingKeys(destination: Destination): string[] | undefined {
  const { activity, addresses, isPrivate, peerKind } = destination;
  if (activity === undefined || peerKind === 'cloud-service') return undefined;
  if (isNameServer(destination)) return [nameServerKey(destination)];
  if (destination.isRejected) return undefined;
  const place = placeOf(destination);
  const keys = addresses.map((address) => `${address}|${place}`);
  const network = isPrivate && addresses[0] !== undefined ? networkKey(addresses[0], place) : undefined;
  return network === undefined ? keys : [...keys, network];
}

/**
 * Was this address, on this port, used before under another name or none? Inside it suffices that its /24 was, where
 * no name tells it apart, or where none told its neighbours apart (`networks`: what is known by /24 alone).
 */
export function isSighted(destination: Destination, sightings: SetView, networks: SetView): boolean {
  const { activity, addresses, isPrivate, peerKind } = destination;
  if (activity === undefined) return false;
  if (isNameServer(destination)) return sightings.of(nameServerKey(destination)).isUsual;
  const place = placeOf(destination);
  const [address = ''] = addresses;
  if (sightings.of(`${address}|${place}`).isUsual) return true;
  const network = isPrivate ? networkKey(address, place) : undefined;
  if (network === undefined) return false;
  return peerKind === 'network' ? sightings.of(network).isUsual : networks.of(network).isUsual;
}

/** A connection that was seen to open is none whose beginning was missed, and has had no time to say anything. */
export function isWhole({ activity }: Destination): boolean {
  return activity !== undefined;
}
