/** Which addresses an output may reach: a URL in a configuration must not become a way into the machine or its network. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Link-local holds the metadata and credential endpoints of EC2 and ECS; fd00:ec2::/32 is the same by IPv6. Never a receiver of messages. */
const metadataNetwork = ipaddr.IPv6.parseCIDR('fd00:ec2::/32');

/** May this IP address be reached? Names and nonsense may not. */
export function isReachable(address: string, allowPrivate: boolean): boolean {
  const bare = address.replace(/^\[|\]$/g, '');
  if (!ipaddr.isValid(bare)) return false;
  const parsed = ipaddr.process(bare);
  const range = parsed.range();
  if (range === 'linkLocal' || range === 'unspecified' || range === 'broadcast' || range === 'multicast') return false;
  if (parsed instanceof ipaddr.IPv6 && parsed.match(metadataNetwork)) return false;
  return range === 'unicast' || allowPrivate;
}

/** Thrown into the connection where a name resolves to an address that may not be reached. */
export class AddressRefused extends Error {}

/**
 * A lookup that gives no address which may not be reached. The check stands at the connection itself,
 * so that a name cannot answer one thing when asked and another when connected to.
 */
export function guardedLookup(allowPrivate: boolean, lookup: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const addresses: LookupAddress[] = found;
      if (addresses.length === 0 || !addresses.every(({ address }) => isReachable(address, allowPrivate))) {
        return callback(new AddressRefused(), '', 0);
      }
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}
