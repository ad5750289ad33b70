/** What one task asked the name servers in the last minute, by registrable domain: how many names, how long, how random. */
import { hashed } from '#baselines';
import type { DnsLookup } from '#contract';

const keptMs = 60_000;
/** Domains kept; beyond them the one asked longest ago is forgotten. */
const domainLimit = 32;
/** Distinct names counted by their hashes; more are told as many. */
const nameLimit = 64;

export interface Asked {
  domain: string;
  sinceMs: number;
  lastMs: number;
  /** Hashes of distinct names. */
  names: number[];
  /** Names that look like bytes in letters. */
  coded: number;
  /** Questions of kinds that carry much, of distinct names. */
  carriers: number;
  /** Characters in front of the domain, of distinct names. */
  characters: number;
  /** Payload both ways, where known. */
  bytes: number;
}

export interface Questions {
  domains: Asked[];
}

export function createQuestions(): Questions {
  return { domains: [] };
}

const carriers = new Set(['TXT', 'NULL', 'CNAME', 'MX', 'SRV', 'PRIVATE', 'KEY', 'TYPE10', 'TYPE65399']);

export function isCarrier(queryType: string): boolean {
  return carriers.has(queryType.toUpperCase());
}

/** What stands in front of the domain. */
export function frontOf({ queryName, domain }: Pick<DnsLookup, 'queryName' | 'domain'>): string {
  return queryName.endsWith(`.${domain}`) ? queryName.slice(0, -domain.length - 1) : '';
}

/** Bits a character of a text has by the frequency of its characters (Shannon). */
export function entropyOf(text: string): number {
  if (text === '') return 0;
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Enough for three bytes in base32 beside a counter is no message; eight are. */
const codedLength = 14;
/** Words of a language with hyphens stay near 3; hexadecimal reaches 3.2 from 14 characters on, base32 3.5. */
const codedBits = 3.1;
/** No name of a person's making has so long a label. */
const certainLength = 40;

/** Does it look like bytes written in letters and digits? */
export function isCoded(front: string): boolean {
  const longest = front.split('.').reduce((most, label) => (label.length > most.length ? label : most), '');
  if (longest.length >= certainLength) return true;
  const plain = front.replaceAll('.', '');
  if (plain.length < codedLength || entropyOf(plain) < codedBits) return false;
  // Names that people give have hyphens between words, and few digits.
  const digits = plain.replace(/\D/g, '').length;
  return longest.length >= codedLength && (digits >= 2 || longest.length >= 24) && !/^[a-z]+(?:-[a-z]+)+$/.test(longest);
}

export function noteQuestion(questions: Questions, lookup: DnsLookup): void {
  const { domain, timeMs } = lookup;
  let at = questions.domains.findIndex((one) => one.domain === domain);
  if (at < 0 || timeMs - questions.domains[at]!.lastMs > keptMs || timeMs - questions.domains[at]!.sinceMs > 10 * keptMs) {
    if (at >= 0) questions.domains.splice(at, 1);
    if (questions.domains.length >= domainLimit) questions.domains.shift();
    questions.domains.push({ domain, sinceMs: timeMs, lastMs: timeMs, names: [], coded: 0, carriers: 0, characters: 0, bytes: 0 });
    at = questions.domains.length - 1;
  }
  const [asked] = questions.domains.splice(at, 1) as [Asked];
  questions.domains.push(asked);
  Object.assign(asked, withQuestion(asked, lookup));
}

/** The sums with one more question. */
export function withQuestion(asked: Asked, lookup: DnsLookup): Asked {
  const front = frontOf(lookup);
  const hash = hashed(front);
  const bytes = asked.bytes + lookup.bytes;
  const lastMs = Math.max(asked.lastMs, lookup.timeMs);
  if (front === '' || asked.names.includes(hash) || asked.names.length >= nameLimit) return { ...asked, bytes, lastMs };
  return {
    ...asked,
    lastMs,
    bytes,
    names: [...asked.names, hash],
    coded: asked.coded + (isCoded(front) ? 1 : 0),
    carriers: asked.carriers + (isCarrier(lookup.queryType) ? 1 : 0),
    characters: asked.characters + front.length,
  };
}

/** What was asked of a domain before, where that is not long ago. */
export function askedOf({ domains }: Questions, { domain, timeMs }: DnsLookup): Asked {
  const known = domains.find((one) => one.domain === domain);
  if (known !== undefined && timeMs - known.lastMs <= keptMs) return known;
  return { domain, sinceMs: timeMs, lastMs: timeMs, names: [], coded: 0, carriers: 0, characters: 0, bytes: 0 };
}
