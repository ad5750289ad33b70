/** Secrets out of arguments, at the source: what is told of a process never holds them. */

/** What stands where a secret stood; tells nothing of its length. */
const mark = '‹masked›';
const argumentLimit = 32;
const characterLimit = 256;
/** Longer than this no argument is looked at: the patterns cost by length, and only the beginning is kept. */
const lookedAtLimit = 1_024;

const secretName =
  '(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|credential|api[-_]?key|private[-_]?key|access[-_]?key|account[-_]?key|auth|signature|cookie|session[-_]?id|dsn)';
/** `--password`, `-password`, `--db-password`, `--token`: the next argument is the secret. */
const announces = new RegExp(`^-{1,2}(?:[\\w.-]{0,40}[-_.])?${secretName}s?$`, 'i');
/** `key=value` and `"key": "value"`, in an argument or in a text within one. */
const keyValue = new RegExp(`((?:^|[^a-z])[\\w.-]{0,40}${secretName}[\\w.-]{0,20}["']{0,2}\\s{0,3}[=:]\\s{0,3})("[^"]{0,1024}"?|'[^']{0,1024}'?|[^\\s"'&;,]{1,1024})`, 'gi');
const authorization = /\b((?:proxy-)?authorization\s{0,3}[:=]\s{0,3})[^"'\n]{1,1024}|\b(bearer|basic)\s{1,3}[\w+/=.~-]{6,}/gi;
/** The user and password of an address: `scheme://user:password@host`. */
const inAddress = /(:\/\/)[^\s/@"']{1,256}@/g;
const known = /\b(?:A[KS]IA[A-Z0-9]{12,}|gh[opsur]_\w{12,}|github_pat_\w{12,}|xox[a-z]-[\w-]{8,}|[sr]k_live_\w{8,}|AIza[\w-]{20,}|glpat-[\w-]{8,}|npm_\w{20,}|eyJ[\w-]{8,}\.[\w.-]{8,}|(?:IQoJ|FwoG|FQoG)[\w+/=%-]{40,})|-----BEGIN [^]{0,1024}/g;
/** A run without blanks that mixes small and capital letters and digits, or is hexadecimal: nobody writes such words. */
const run = /[A-Za-z0-9+_=-]{24,}/g;
const isHexadecimal = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{32,}$/i;

/** At most 32 arguments of at most 256 characters. The first, the program's own name, is masked like any other. */
export function maskArguments(raw: readonly string[]): string[] {
  const masked: string[] = [];
  let isAnnounced = false;
  for (const argument of raw) {
    if (masked.length === argumentLimit) break;
    if (isAnnounced && !argument.startsWith('--')) {
      masked.push(mark);
      isAnnounced = false;
      continue;
    }
    isAnnounced = announces.test(argument) || /^-u(?:ser)?$|^--user$/.test(argument);
    masked.push(maskText(argument));
    // `-u name` of curl and its like holds a password only behind a colon.
    const next = raw[masked.length];
    if (isAnnounced && /^-{1,2}u/.test(argument) && next?.includes(':') !== true) isAnnounced = false;
  }
  return masked;
}

export function maskText(argument: string): string {
  const text = argument.length > lookedAtLimit ? argument.slice(0, lookedAtLimit) : argument;
  const masked = text
    .replace(authorization, (_found, name: string | undefined, scheme: string | undefined) => (name === undefined ? `${scheme} ${mark}` : `${name}${mark}`))
    .replace(known, mark)
    .replace(inAddress, `$1${mark}@`)
    .replace(keyValue, `$1${mark}`)
    .replace(run, (found) => (isRandom(found) ? mark : found));
  return masked.length > characterLimit ? `${masked.slice(0, characterLimit - 1)}…` : masked;
}

function isRandom(word: string): boolean {
  if (isHexadecimal.test(word)) return true;
  if (!/[a-z]/.test(word) || !/[A-Z]/.test(word) || !/\d/.test(word)) return false;
  let changes = 0;
  for (let at = 1; at < word.length; at += 1) if (kindOf(word.charCodeAt(at)) !== kindOf(word.charCodeAt(at - 1))) changes += 1;
  // Words joined by signs change kind about every sixth character; what chance made, every second or third.
  return changes > word.length / 4;
}

function kindOf(code: number): number {
  if (code >= 97) return 1;
  if (code >= 65 && code <= 90) return 2;
  return code >= 48 && code <= 57 ? 3 : 4;
}
