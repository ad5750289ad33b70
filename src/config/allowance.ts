/** Allowances: what the configuration calls usual whatever the baseline says. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

export const allowanceSchema = z.strictObject({
  kind: z.enum(['cidr', 'domain', 'principal', 'program']).describe('What the value is.'),
  value: z
    .string()
    .min(1)
    .max(2_048)
    .describe('A CIDR or address; a domain, which stands for all names below it too; a principal or program, in which * stands for anything.'),
  service: z.string().min(1).max(512).optional().describe('The service, family or principal it holds for; all where absent. * stands for anything.'),
  reason: z.string().max(2_048).optional().describe('Why, for those who read the file later.'),
});
export type Allowance = z.infer<typeof allowanceSchema>;

/** What is wrong with the value of an allowance, or undefined. */
export function allowanceFault({ kind, value }: Allowance): string | undefined {
  if (kind === 'cidr' && parseNetwork(value) === undefined) return 'expected an address or a CIDR such as 203.0.113.0/24 or 2001:db8::/32';
  if (kind === 'domain' && !/^(?:\*\.)?[^\s/:*]+$/.test(value)) return 'expected a domain such as example.com';
  return undefined;
}

type Network = [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

function parseNetwork(text: string): Network | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return undefined;
  }
}

function isWithin(text: string, network: Network): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return address.kind() === network[0].kind() && address.match(network);
}

/** A test of text against a pattern in which `*` stands for anything; never slower than the product of the lengths. */
function wildcard(pattern: string): (text: string) => boolean {
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1) return (text) => text === pattern;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    for (const piece of pieces.slice(1, -1)) {
      const at = text.indexOf(piece, from);
      if (at < 0 || at + piece.length > text.length - last.length) return false;
      from = at + piece.length;
    }
    return from <= text.length - last.length;
  };
}

function valueTest({ kind, value }: Allowance): (text: string) => boolean {
  if (kind === 'cidr') {
    const network = parseNetwork(value);
    return (text) => network !== undefined && isWithin(text, network);
  }
  if (kind === 'domain') {
    const domain = value.toLowerCase().replace(/^\*\./, '').replace(/\.$/, '');
    return (text) => {
      const name = text.toLowerCase().replace(/\.$/, '');
      return name === domain || name.endsWith(`.${domain}`);
    };
  }
  return wildcard(value);
}

/** What a detector asks about, as in `Allowances` of the contract. */
export type AllowedKind = 'address' | 'domain' | 'principal' | 'program';

/** Answers whether a value is allowed for the owner of this name (service, family or principal). */
export function allowanceCheck(
  allowances: readonly Allowance[],
): (kind: AllowedKind, value: string, ownerName: string) => boolean {
  const tests = allowances.map((allowance) => ({
    kind: allowance.kind === 'cidr' ? 'address' : allowance.kind,
    isValue: valueTest(allowance),
    isOwner: allowance.service === undefined ? () => true : wildcard(allowance.service),
  }));
  return (kind, value, ownerName) =>
    tests.some((test) => test.kind === kind && test.isValue(value) && test.isOwner(ownerName));
}
