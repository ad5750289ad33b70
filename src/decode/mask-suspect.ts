/** One pass over a text that tells which kinds of secrets it might hold; clean text costs this pass and nothing else. */

/** Kinds of suspicion, as bits. */
export const named = 1;
export const authorization = 2;
export const prefixed = 4;
export const address = 8;
export const keyLike = 16;
export const card = 32;
export const privateKey = 64;

const alphanumeric = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const wordLike = [...alphanumeric, '_', '-', '.', '=', ':', '"', "'", '\\', ' '];

/** Four characters, any case, out of every name or prefix that a rule of `mask-text.ts` begins with. */
const grams: readonly (readonly [bit: number, grams: readonly string[]])[] = [
  [named, ['assw', 'assp', 'assc', 'cret', 'oken', 'eden', 'ikey', 'i_ke', 'i-ke', 'ekey', 'e_ke', 'e-ke', 'sske', 's_ke', 's-ke', 'tkey', 't_ke', 't-ke', 'natu', 'ooki', ...wordLike.map((next) => `pwd${next}`)]],
  [authorization, ['oriz', 'eare', 'asic']],
  [prefixed, ['akia', 'asia', 'iqoj', 'fwog', 'fqog', 'ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'gith', 'sk_l', 'rk_l', 'aiza', 'glpa', 'npm_', ...alphanumeric.flatMap((next) => [`eyj${next}`, `xox${next}`])]],
  [privateKey, ['priv']],
];

const bits = new Map<number, number>();
const sieve = new Uint8Array(16_384);
for (const [bit, texts] of grams) {
  for (const text of texts) {
    let gram = 0;
    for (const character of text) gram = (gram << 8) | (character.charCodeAt(0) | 32);
    bits.set(gram, (bits.get(gram) ?? 0) | bit);
    sieve[place(gram)] = 1;
  }
}

function place(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> 18;
}

/** What base 64 is written with, by bits: 1 lower case, 2 digit, 4 upper case, 8 `/` and `+`. */
const run = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[a-z]/.test(character) ? 1 : /[0-9]/.test(character) ? 2 : /[A-Z]/.test(character) ? 4 : /[/+]/.test(character) ? 8 : 0;
});
const mixed = 7;

/** An AWS secret access key has 40 characters; card numbers have 14 to 16 digits. */
const keyLength = 40;
const cardDigits = 14;

/** Bits of what the text might hold. */
export function suspicions(text: string): number {
  const length = Math.min(text.length, units.length);
  let found = 0;
  for (let from = 0; ; from += length - overlap) {
    const end = Math.min(text.length, from + length);
    for (let index = from; index < end; index += 1) units[index - from] = text.charCodeAt(index);
    found |= suspicionsOf(units, end - from);
    if (end === text.length) return found;
  }
}

/** Longer than every form that is looked for. */
const overlap = 64;
const units = new Uint16Array(4_096);

/** As `suspicions`, over the first `length` units. */
export function suspicionsOf(text: Uint16Array, length: number): number {
  let found = 0;
  let gram = 0;
  let runStart = 0;
  let runKinds = 0;
  let digits = 0;
  for (let index = 0; index < length; index += 1) {
    const code = text[index]!;
    gram = (gram << 8) | (code | 32);
    if (sieve[place(gram)] === 1) found |= bits.get(gram) ?? 0;
    const kind = code < 128 ? run[code]! : 0;
    runKinds |= kind;
    if (kind === 2) {
      digits += 1;
      if (digits >= cardDigits) found |= card;
      continue;
    }
    if (kind !== 0) {
      digits = 0;
      continue;
    }
    if ((runKinds & mixed) === mixed && index - runStart >= keyLength) found |= keyLike;
    runStart = index + 1;
    runKinds = 0;
    if (code === 64) found |= address;
    if (code !== 32 && code !== 45) digits = 0;
  }
  return (runKinds & mixed) === mixed && length - runStart >= keyLength ? found | keyLike : found;
}
