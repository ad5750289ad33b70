/** Stories of names asked for: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { at, every, lookupLine, ordinary, teachUntil } from '../case-lines.ts';

const taught = ordinary(0, 60);
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** Bytes in base32, the same in every run. */
function coded(seed: number, length: number): string {
  let state = (seed + 1) * 2_654_435_761;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += alphabet[state >>> 27];
  }
  return text;
}
const questions = (count: number, from: number, step: number, name: (index: number) => string, change: Partial<Parameters<typeof lookupLine>[0]> = {}): string[] =>
  Array.from({ length: count }, (_, index) => lookupLine({ at: from + index * step, name: name(index), ...change }));
const fires = (from: number, to: number, object = 'names under evil.example'): Case['fires'] => [{ from: at(from), to: at(to), object, severity: 'high' }];
/** What a service asks for all day, under names that are long and random by themselves. */
const cloud = (from: number, to: number): string[] =>
  every(1, from, to, (_second, index) => [
    lookupLine({ at: from + index, name: `${coded(index, 32)}.s3.eu-west-1.amazonaws.com` }),
    lookupLine({ at: from + index + 0.1, name: `d${coded(index % 4, 13)}.cloudfront.net` }),
    lookupLine({ at: from + index + 0.2, name: `${coded(index, 24)}.cache.supplier.example` }),
  ]);

export const cases: Case[] = [
  { title: 'fires with the sixth long name that looks like data', records: [...taught, ...ordinary(60, 120), ...questions(40, 80, 0.2, (index) => `${coded(index, 40)}.t.evil.example`)], teachUntil, fires: fires(80.9, 81.3) },
  { title: 'fires for names that do not exist, and for those that nobody answers', records: [...taught, ...questions(20, 80, 0.5, (index) => `${coded(index, 30)}.evil.example`, { code: 'NXDOMAIN' }), ...questions(20, 80, 2, (index) => `${coded(index, 30)}.worse.example`, { code: 'TIMEOUT' })], teachUntil, fires: [...fires(82, 90), ...fires(89, 120, 'names under worse.example')] },
  { title: 'fires for a flood of questions for text', records: [...taught, ...questions(30, 80, 0.1, (index) => `c${index}.evil.example`, { type: 'TXT' })], teachUntil, fires: fires(80.4, 80.7) },
  { title: 'fires for names that no registry would take', records: [...taught, ...questions(30, 80, 0.1, (index) => `${coded(index, 40)}\u00e6\u00bd.t.evil.example`, { type: 'NULL' })], teachUntil, fires: fires(80.4, 80.7) },
  { title: 'fires for short names with much in the answers', records: [...taught, ...questions(20, 80, 0.2, (index) => `n${index}.evil.example`, { bytes: 4_000 })], teachUntil, fires: fires(81, 82) },
  { title: 'fires when names are asked for slowly', records: [...taught, ...questions(20, 80, 9, (index) => `${coded(index, 44)}.evil.example`)], teachUntil, fires: fires(120, 270) },
  { title: 'stays quiet for long random names under domains in use', records: [...taught, ...cloud(0, 60), ...cloud(60, 180)], teachUntil, fires: [] },
  {
    title: 'stays quiet while name servers fail, with search domains behind the usual names',
    records: [
      ...taught,
      ...every(1, 1, 60, (second, index) => [lookupLine({ at: second, name: `${['orders', 'stock', 'api-gateway-internal-v2', 'user-profile-service-blue'][index % 4]}.supplier.example` })]),
      ...every(0.1, 80, 110, (second, index) => {
        const name = `${['orders', 'stock', 'api-gateway-internal-v2', 'user-profile-service-blue'][index % 4]}.supplier.example`;
        return [
          lookupLine({ at: second, name, code: index % 2 === 0 ? 'SERVFAIL' : 'TIMEOUT' }),
          lookupLine({ at: second + 0.01, name: `${name}.eu-west-1.compute.internal`, code: 'NXDOMAIN' }),
          lookupLine({ at: second + 0.02, name: `${name}.shop.local`, code: 'NXDOMAIN', type: 'AAAA' }),
        ];
      }),
    ],
    teachUntil,
    fires: [],
  },
  { title: 'stays quiet for a few names of a new domain, and for names of addresses', records: [...taught, ...questions(5, 80, 1, (index) => `www${index}.news.example`), ...questions(90, 80, 0.1, (index) => `${index}.${index + 1}.0.10.in-addr.arpa`, { type: 'PTR' })], teachUntil, fires: [] },
  { title: 'stays quiet for domains that the options name', records: [...taught, ...questions(60, 80, 0.1, (index) => `${coded(index, 32)}.hashes.example`)], options: { usualDomains: ['hashes.example'] }, teachUntil, fires: [] },
  { title: 'stays quiet at ten times what was taught', records: [...taught, ...cloud(0, 60), ...every(1, 60, 120, (second) => cloud(second, second + 10))], teachUntil, fires: [] },
];
