/** Secrets out of everything that is shown or stored: access keys, passwords, tokens, private keys, card numbers. */
import { rawLimit } from '#contract';
import { address, authorization, card, keyLike, named, prefixed, privateKey, suspicions } from './mask-suspect.ts';

/** What stands where a secret stood; tells nothing of its length. */
export const mark = '‹masked›';

/** Names after which a value is a secret, in `name=value`, `"name": "value"` and `name: value`. */
const secretName =
  'pass(?:word|wd|phrase|code)|pwd|secret|token(?!s|iz)|credential|api[-_]?key|private[-_]?key|access[-_]?key|account[-_]?key|signature|set-cookie|cookie';

type Rule = readonly [suspicion: number, pattern: RegExp, replacement: string | ((found: string, ...groups: string[]) => string)];

/** Every repetition is bounded or cannot overlap its neighbour, so that no text costs more than its length. */
const rules: readonly Rule[] = [
  [privateKey, /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]{0,30}-----)?/g, mark],
  [prefixed, /\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, mark],
  [prefixed, /\b(?:IQoJ|FwoG|FQoG)[A-Za-z0-9+/=%_-]{40,}/g, mark],
  [prefixed, /\b(A[KS]IA)[A-Z0-9]{12,}\b/g, `$1${mark}`],
  [prefixed, /\b(?:gh[opsur]_|github_pat_|xox[a-z]-|[sr]k_live_|AIza|glpat-|npm_)[\w-]{12,}/g, mark],
  [authorization, /(authorization[\\"']{0,4}\s{0,4}[:=]\s{0,4}[\\"']{0,4})(?:(bearer|basic|digest|token|negotiate)\s+)?[^\s"'\\,;]+/gi,
    (_found, head, scheme) => `${head}${scheme === undefined ? '' : `${scheme} `}${mark}`],
  [authorization, /\b(bearer|basic)(\s+)(?=[^\s"'\\]{0,64}[\d=+/.])[\w+/=.~-]{8,}/gi, `$1$2${mark}`],
  [named, new RegExp(
    `((?:${secretName})[\\w.-]{0,40}[\\\\"']{0,4}\\s{0,4}[:=]{1,2}\\s{0,4})` +
      `(\\\\+"(?:[^"\\\\]|\\\\\\\\\\\\?.)*|"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?|[^\\s"'\\\\,;&}\\])<]+)`,
    'gis',
  ), hideValue],
  [address, /(:(?:\\{0,3}\/){2}[^\s/@:"'\\]{0,128}:)[^\s/@"'\\]{1,256}(?=@)/g, `$1${mark}`],
  [keyLike, /(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])/g, (found) => (isKeyLike(found) ? mark : found)],
  [card, /(?<![\w.-])[3-6](?:[ -]?\d){13,15}(?!\w|[.-]\d)/g, (found) => (isCardNumber(found) ? mark : found)],
];

/** The text with secrets replaced by `mark`; clean text comes back as it is after one pass. */
export function maskSecrets(text: string): string {
  return maskSuspected(text, suspicions(text));
}

function maskSuspected(text: string, suspected: number): string {
  if (suspected === 0) return text;
  let masked = text;
  for (const [suspicion, pattern, replacement] of rules) {
    if ((suspected & suspicion) !== 0) masked = masked.replace(pattern, replacement as string);
  }
  return masked;
}

/**
 * Masked and shortened to `rawLimit` characters, the last of them an ellipsis where something was left out.
 * `suspected` may be given where it is known: `suspicions` of the text, or more than these.
 */
export function shortenRaw(text: string, suspected?: number): string {
  // Four times the limit is masked before the cut, so that a secret across the cut is still known as one.
  const head = text.length > 4 * rawLimit ? text.slice(0, 4 * rawLimit) : text;
  return cut(maskSuspected(head, suspected ?? suspicions(head)), rawLimit);
}

/** At most `limit` characters; never ends in half a surrogate pair. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 2);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return `${text.slice(0, isHalf ? limit - 2 : limit - 1)}…`;
}

/** Keeps what surrounds the value: quotes, and values that are no secret. */
function hideValue(found: string, head: string, value: string): string {
  if (/^[\\"']*(?:<\*>|null|true|false|undefined|none)?[\\"']*$/i.test(value)) return found;
  const open = /^\\*["']?/.exec(value)?.[0] ?? '';
  const close = open !== '' && !open.startsWith('\\') && value.length > 1 && value.endsWith(open) ? open : '';
  return `${head}${open}${mark}${close}`;
}

/** Forty characters of base 64 that are no path, word or hexadecimal digest: the form of an AWS secret access key. */
function isKeyLike(text: string): boolean {
  return /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text) && !/^[\da-f]+$/i.test(text) && text.split('/').length <= 4;
}

/** Luhn's check (ISO/IEC 7812-1). */
function isCardNumber(text: string): boolean {
  let sum = 0;
  let isDouble = false;
  for (let index = text.length - 1; index >= 0; index -= 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) continue;
    const added = isDouble ? digit * 2 : digit;
    sum += added > 9 ? added - 9 : added;
    isDouble = !isDouble;
  }
  return sum % 10 === 0;
}
