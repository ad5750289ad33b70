/**
 * DNS tunnel: a task asks for many long or random names under one domain that its service never asked about.
 *
 * Detects          data carried out or orders fetched through the name servers (T1071.004, T1048), floods of TXT and NULL questions,
 *                  told with the question that makes them many.
 * Blind spots      a domain in use; a name or two a minute; questions to a server of the intruder's own over an encrypted
 *                  connection, which `new-destination` tells; names invented by the thousand, each with a domain of its own.
 * False positives  block lists and reputation services asked by name: accept their domain, or list it in `usualDomains`.
 * Baseline         registrable domains and names asked for, per service; the last minute's questions of each task as a trace.
 * Triage           which program asks; who owns the domain and its name servers; how much the names could carry.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, grouped, type DnsLookup, type Evidence } from '#contract';
import { counted, shortName, sized, spanned } from '../phrase.ts';
import { plainName, titled } from '../process-phrase.ts';
import { countedUnder, isReverse } from './domain.ts';
import { askedOf, createQuestions, frontOf, noteQuestion, withQuestion, type Asked } from './questions.ts';

/** Under one domain, of short names as well, nobody asks for so many. */
const manyNames = 40;
/** Characters of distinct names that carry more than a page of a person's names would. */
const manyCharacters = 400;
const leastNames = 8;

function underDomain(lookup: DnsLookup): DnsLookup {
  const domain = countedUnder(lookup);
  return domain === lookup.domain ? lookup : { ...lookup, domain };
}

/** What tells that it is a tunnel; undefined where nothing does. */
function reasonOf({ names, coded, carriers, characters, bytes }: Asked, enough: number, muchBytes: number): string | undefined {
  if (coded >= enough) return `${counted(coded, 'name')} of which look like data`;
  if (carriers >= enough) return `${counted(carriers, 'question')} of kinds that carry much`;
  if (names.length >= leastNames && characters >= manyCharacters) return `with ${grouped(characters)} characters in front of it`;
  if (names.length >= leastNames && bytes >= muchBytes) return `with ${sized(bytes)} of questions and answers`;
  return names.length >= manyNames ? 'each asked for the first time' : undefined;
}

export const dnsTunnel = defineDetector({
  id: 'dns-tunnel',
  title: 'Task asks for many long or random names under a domain it never used',
  severity: 'high',
  attack: ['T1071.004', 'T1048'],
  reads: 'dns-lookup',
  scope: 'owner',
  options: z.strictObject({
    usualDomains: z.array(z.string().min(1).max(253)).max(500).default([]).describe('Domains under which any number of names may be asked for (`zen.spamhaus.org`).'),
    codedNames: z.int().min(2).max(60).default(6).describe('Distinct names that look like data, or questions of kinds that carry much, within a minute of each other from which it is a tunnel.'),
    muchBytes: z.number().min(0).default(16_384).describe('Bytes of questions and answers under one new domain from which eight names are enough.'),
  }),

  baseline: {
    domains: { ...seen((lookup: DnsLookup) => countedUnder(lookup)), borrows: true },
    // A name that fails is asked for again with each search domain behind it.
    names: { ...seen(({ queryName }: DnsLookup) => queryName), mayLag: true },
  },

  trace: { create: createQuestions, note: (questions, lookup) => noteQuestion(questions, underDomain(lookup)) },

  judge({ domains, names }, observation, { usualDomains, codedNames, muchBytes }, { name, entity, trace, isAllowed }) {
    const lookup = underDomain(observation);
    const { domain, queryName, queryType } = lookup;
    if (domains.of(domain).isUsual || isReverse(queryName)) return undefined;
    const front = frontOf(lookup);
    if (front === '' || names.of(front).isUsual) return undefined;
    if (usualDomains.some((one) => domain === one || queryName.endsWith(`.${one}`)) || isAllowed('domain', domain)) return undefined;
    const asked = withQuestion(askedOf(trace, lookup), lookup);
    const reason = reasonOf(asked, codedNames, muchBytes);
    if (reason === undefined) return undefined;

    const shown = plainName(domain, 80);
    const count = asked.names.length;
    const evidence: Evidence = {
      object: `names under ${shown}`,
      title: titled(`${name} asked for ${count} names under ${shortName(shown)}, ${reason}`),
      summary: `Within ${spanned(asked.lastMs - asked.sinceMs)} ${counted(count, 'distinct name')} under ${shortName(shown)} were asked for, ${reason}; the last, of kind ${plainName(queryType, 12)}, was ${plainName(queryName, 60)}. The service never asked about that domain, and names can carry data past any filter.`,
      observed: count,
      expected: 0,
      unit: 'names',
      score: Math.min(0.97, 0.85 + 0.002 * count),
      quiet: `Fewer than ${codedNames} such names within a minute, or questions about the domain on three days, or its name in \`usualDomains\`.`,
      lookFirst: `Which program in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`} asks about ${shortName(shown)}, and what the first labels decode to.`,
    };
    return evidence;
  },
});
