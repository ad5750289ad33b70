/** The domain a question is counted under, also where its name is none that a host may have. */
import type { DnsLookup } from '#contract';

/** Names of hosts as they should be: letters, digits, hyphens; services begin with an underscore. */
const hostName = /^(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}$/;

/** Tunnels put bytes into labels that no registry would take: there the last two labels stand for the domain. */
export function countedUnder({ queryName, domain }: Pick<DnsLookup, 'queryName' | 'domain'>): string {
  if (domain !== queryName || hostName.test(queryName)) return domain;
  return queryName.split('.').slice(-2).join('.').slice(-128);
}

/** Names of addresses, as log readers ask for them: each is another, and none carries anything. */
export function isReverse(queryName: string): boolean {
  return queryName.endsWith('.in-addr.arpa') || queryName.endsWith('.ip6.arpa');
}
