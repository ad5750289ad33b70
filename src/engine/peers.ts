/** Whom an address belongs to (E13): the registrable name looked up for it, the cloud service named, else its /24 or /48. */
import ipaddr from 'ipaddr.js';
import { getDomain } from 'tldts';

export interface Peer {
  peer: string;
  peerKind: 'name' | 'cloud-service' | 'network';
  isPrivate: boolean;
}

/** A cloud's general address space is nobody's: anyone can rent there. */
const generalServices = new Set(['AMAZON', 'EC2', 'GLOBALACCELERATOR', 'CLOUDFRONT', 'CLOUDFRONT_ORIGIN_FACING']);

const privateRanges = new Set(['private', 'uniqueLocal', 'linkLocal', 'loopback', 'carrierGradeNat']);

const cacheLimit = 65_536;
const networks = new Map<string, { network: string; isPrivate: boolean }>();

/** The /24 or /48 of an address, and whether it is of a private range. Text that is no address is its own network. */
export function networkOf(address: string): { network: string; isPrivate: boolean } {
  const known = networks.get(address);
  if (known !== undefined) return known;
  const found = findNetwork(address);
  if (networks.size >= cacheLimit) networks.clear();
  networks.set(address, found);
  return found;
}

function findNetwork(address: string): { network: string; isPrivate: boolean } {
  if (!ipaddr.isValid(address)) return { network: address.slice(0, 64), isPrivate: false };
  const parsed = ipaddr.process(address);
  const isPrivate = privateRanges.has(parsed.range());
  const bytes = parsed.toByteArray();
  if (parsed.kind() === 'ipv4') return { network: `${bytes[0]}.${bytes[1]}.${bytes[2]}.0/24`, isPrivate };
  const parts = [0, 2, 4].map((place) => ((bytes[place]! << 8) | bytes[place + 1]!).toString(16));
  return { network: `${parts.join(':')}::/48`, isPrivate };
}

const domains = new Map<string, string>();

/** The registrable domain of a name; the name itself where there is none. */
export function domainOf(name: string): string {
  const known = domains.get(name);
  if (known !== undefined) return known;
  const found = getDomain(name, { allowPrivateDomains: true }) ?? name.slice(0, 128);
  if (domains.size >= cacheLimit) domains.clear();
  domains.set(name, found);
  return found;
}

/** The owner of an address, by the names known for it and the cloud service that the record names. */
export function peerOf(address: string, names: readonly string[], cloudService: string | undefined): Peer {
  const { network, isPrivate } = networkOf(address);
  const name = names[0];
  if (name !== undefined) return { peer: domainOf(name), peerKind: 'name', isPrivate };
  if (cloudService !== undefined && !generalServices.has(cloudService)) {
    return { peer: `aws:${cloudService}`, peerKind: 'cloud-service', isPrivate: false };
  }
  return { peer: network, peerKind: 'network', isPrivate };
}
