/** One pass over a text that tells which kinds of secrets it might hold; clean text costs this pass and nothing else. */

/** Kinds of suspicion, as bits. */
export const named = 1;
export const authorization = 2;
export const prefixed = 4;
export const address = 8;
export const keyLike = 16;
export const card = 32;
export const privateKey = 64;

/**
 * Four characters, or three, any case, out of every name or prefix that a rule of `mask-text.ts` looks for. They end in
 * pairs of characters that are rare in logs.
 */
const grams: readonly (readonly [bit: number, grams: string])[] = [
  [named, 'assw assp assc secr tok cred apik pi_k pi-k atek te_k te-k essk ss_k ss-k untk nt_k nt-k sig cook pwd'],
  [authorization, 'oriz bear asic'],
  [prefixed, 'aki asi eyj iqoj fwog fqog ghp_ gho_ ghs_ ghu_ ghr_ hub_ xox _liv aiz glp npm_'],
  [privateKey, 'priv'],
];

const bits = new Map<number, number>();
const sieve = new Uint8Array(16_384);
/** The last two characters of each gram, five bits each: only where these stand the text is looked at closer. */
const isEnding = new Uint8Array(1_024);
for (const [bit, texts] of grams) {
  for (const text of texts.split(' ')) {
    let gram = 0;
    for (const character of text) gram = (gram << 8) | (character.charCodeAt(0) | 32);
    bits.set(gram, (bits.get(gram) ?? 0) | bit);
    sieve[place(gram)] = 1;
    isEnding[((gram >>> 3) & 0x3e0) | (gram & 31)] = 1;
  }
}

function place(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> 18;
}

/** Bits of the grams that end at `index`. */
function gramsAt(text: Uint8Array, start: number, index: number): number {
  if (index < start + 2) return 0;
  const three = ((text[index - 2]! | 32) << 16) | ((text[index - 1]! | 32) << 8) | (text[index]! | 32);
  let found = sieve[place(three)] === 1 ? (bits.get(three) ?? 0) : 0;
  if (index === start + 2) return found;
  const four = ((text[index - 3]! | 32) << 24) | three;
  if (sieve[place(four)] === 1) found |= bits.get(four) ?? 0;
  return found;
}

/** What base 64 is written with, by bits: 1 lower case, 2 digit, 4 upper case, 8 `/` and `+`. */
const run = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[a-z]/.test(character) ? 1 : /[0-9]/.test(character) ? 2 : /[A-Z]/.test(character) ? 4 : /[/+]/.test(character) ? 8 : 0;
});
const mixed = 7;

/** An AWS secret access key has 40 characters; card numbers have 14 to 16 digits. */
const keyLength = 40;
const cardDigits = 14;

/** Bits of what the text might hold. */
export function suspicions(text: string): number {
  const bytes = text.length <= scratch.length ? scratch : new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    bytes[index] = unit < 128 ? unit : 255;
  }
  return suspicionsOf(bytes, 0, text.length);
}

const scratch = new Uint8Array(4_096);

/** As `suspicions`, over bytes of UTF-8. */
export function suspicionsOf(text: Uint8Array, start: number, end: number): number {
  let found = 0;
  let runStart = start;
  let runKinds = 0;
  let hasScheme = false;
  let pair = 0;
  let digits = 0;
  // One step beyond the end, which ends the last run.
  for (let index = start; index <= end; index += 1) {
    const code = index < end ? text[index]! : 0;
    pair = ((pair << 5) | (code & 31)) & 0x3ff;
    if (isEnding[pair] === 1 && index < end) found |= gramsAt(text, start, index);
    const kind = run[code]!;
    runKinds |= kind;
    if (kind !== 0) continue;
    const length = index - runStart;
    if (length > 0) {
      if (length >= keyLength && (runKinds & mixed) === mixed) found |= keyLike;
      // Runs of digits with one blank or hyphen between them are one number, as far as this look goes.
      digits = runKinds === 2 ? digits + length : 0;
      if (digits >= cardDigits) found |= card;
    }
    if (code === 58 && (text[index + 1] === 47 || text[index + 1] === 92)) hasScheme = true;
    else if (code === 64 && hasScheme) found |= address;
    if (code !== 32 && code !== 45) digits = 0;
    runStart = index + 1;
    runKinds = 0;
  }
  return found;
}
