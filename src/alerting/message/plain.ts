/** Any text as plain text for a message: nothing hidden in it, no secret, nothing that a service turns into a link. */
import { parse } from 'tldts';
import { clip, defang, sanitize } from '../text.ts';

/** Longer texts of telemetry are cut before anything else is done to them: no message has room for more. */
const mostCharacters = 2_000;

/** What is certainly a secret by its form: keys and tokens of well-known services, private keys, JSON web tokens, passwords in URLs and assignments. */
const secrets: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, '‹masked›'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '‹masked›'],
  [/\bey[JK][\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}/g, '‹masked›'],
  [/\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abposr]-[\w-]{10,}|sk-[\w-]{20,}|whsec_[\w+/=]{16,}|AIza[\w-]{30,})/g, '‹masked›'],
  [/(:\/\/[^\s/:@[\]]{1,80}:)[^\s/@[\]]{1,200}(?=@)/g, '$1‹masked›'],
  [/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, '$1 ‹masked›'],
  [/\b(pass(?:word|wd|phrase)?|pwd|secret(?:_?(?:access_?)?key)?|(?:api|access|auth|private)[_-]?(?:key|token)|token)(["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;&`]{4,}/gi, '$1$2‹masked›'],
];

/** Addresses of private networks lead nowhere that an outsider could wait: broken they would only be harder to read. */
const privateBroken = /(?<![\d.])((?:10|127)\.\d{1,3}\.\d{1,3}|192\.168\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])\.\d{1,3}|169\.254\.\d{1,3})\[\.\](\d{1,3})(?!\d|\.\d)/g;

/** Names of hosts, in ASCII first: letters of another script beside one do not keep a service from making it a link. */
const hostNames: readonly RegExp[] = [
  /(?<![\w.])(?:\w(?:[\w-]{0,62}\w)?\.)+(?:xn--[a-z\d-]{2,59}|[a-z]{2,24})(?![a-z\d])/gi,
  /(?<![\p{L}\d_.])(?:[\p{L}\d_](?:[\p{L}\d_-]{0,62}[\p{L}\d_])?\.)+\p{L}[\p{L}\d-]{1,62}(?![\p{L}\d_-])/gu,
];

/** One line of plain text; `limit` is in characters. Applied twice it gives the same. */
export function plain(text: string, limit = mostCharacters): string {
  const shown = sanitize(text.length > mostCharacters * 2 ? text.slice(0, mostCharacters * 2) : text).replace(/ {2,}/g, ' ').trim();
  return clippedPlain(unlinked(masked(shown)), Math.min(limit, mostCharacters));
}

/** Where a text is cut, what is left may be a link that the whole was not. */
function clippedPlain(text: string, limit: number): string {
  const cut = clip(text, limit);
  return cut === text ? text : clip(unlinked(cut), limit + 8);
}

/** The same text with secrets replaced by `‹masked›`. */
export function masked(text: string): string {
  return secrets.reduce((rest, [pattern, mask]) => rest.replace(pattern, mask), text);
}

/** The same text in which no address, name of a host or mail address is a link to any service: `hxxp://`, `203.0.113[.]77`, `evil[.]com`. */
export function unlinked(text: string): string {
  const broken = defang(text)
    .replace(privateBroken, '$1.$2')
    .replace(/(?<![a-z\d+.-])([a-z][a-z\d+.-]{1,20}):\/\//gi, (whole, scheme: string) => (/^hxxps?$/i.test(scheme) ? whole : `${scheme}[:]//`))
    .replace(/(?<![a-z\d])(mailto|tel|javascript|data|file|slack|msteams|tg):(?=\S)/gi, '$1[:]')
    .replace(/(?<![a-z\d])www\.(?=\S)/gi, (found) => `${found.slice(0, -1)}[.]`)
    .replace(/(?<=\S)@(?=[\p{L}\d-]+\.)/gu, '[@]');
  return hostNames.reduce((rest, pattern) => rest.replace(pattern, hostBroken), broken);
}

/** Services link bare names by their ending; names under an ending that nobody can register stay readable. */
function hostBroken(name: string): string {
  const { isIcann, publicSuffix } = parse(name, { allowPrivateDomains: false });
  if (isIcann !== true && !/\.(?:example|test|internal|local|onion|i2p)$/i.test(name)) return name;
  const end = publicSuffix === null || name.length <= publicSuffix.length ? name.lastIndexOf('.') : name.length - publicSuffix.length - 1;
  return `${name.slice(0, end)}[.]${name.slice(end + 1).replaceAll('.', '[.]')}`;
}
