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
 * characters that are rare in logs, since only there the text is looked at closer.
 */
const grams: readonly (readonly [bit: number, grams: string])[] = [
  [named, 'assw assp assc secr tok cred apik pi_k pi-k atek te_k te-k essk ss_k ss-k untk nt_k nt-k sig cook pwd'],
  [authorization, 'oriz bear asic'],
  [prefixed, 'aki asi eyj iqoj fwog fqog ghp_ gho_ ghs_ ghu_ ghr_ hub_ xox _liv aiz glp npm_'],
  [privateKey, 'priv'],
];

const bits = new Map<number, number>();
const sieve = new Uint8Array(16_384);
/** Characters at which grams end; `I` ends those of access keys, which are in capitals. */
const isGate = new Uint8Array(256);
for (const [bit, texts] of grams) {
  for (const text of texts.split(' ')) {
    let gram = 0;
    for (const character of text) gram = (gram << 8) | (character.charCodeAt(0) | 32);
    bits.set(gram, (bits.get(gram) ?? 0) | bit);
    sieve[place(gram)] = 1;
    const last = text.charAt(text.length - 1);
    isGate[last.toUpperCase().charCodeAt(0)] = 1;
    if (last !== 'i') isGate[last.charCodeAt(0)] = 1;
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
const run = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[a-z]/.test(character) ? 1 : /[0-9]/.test(character) ? 2 : /[A-Z]/.test(character) ? 4 : /[/+]/.test(character) ? 8 : 0;
});
const mixed = 7;

/** An AWS secret access key has 40 characters; card numbers have 14 to 16 digits. */
const keyLength = 40;
const cardDigits = 14;

/** Far enough below zero that no text counts up from it. */
const noCard = -0x4000_0000;

/** Card numbers begin with 3 to 6, and not within a word or number. */
function mayBeginCard(text: Uint8Array, start: number, index: number): boolean {
  const digit = text[index]!;
  if (digit < 0x33 || digit > 0x36) return false;
  if (index === start) return true;
  const before = text[index - 1]!;
  return before !== 45 && before !== 46 && before !== 95 && (before >= 128 || run[before]! === 0 || run[before]! === 8);
}

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
  let digits = 0;
  let hasScheme = false;
  for (let index = start; index < end; index += 1) {
    const code = text[index]!;
    if (isGate[code] === 1) found |= gramsAt(text, start, index);
    const kind = code < 128 ? run[code]! : 0;
    runKinds |= kind;
    if (kind === 2) {
      if (digits === 0 && !mayBeginCard(text, start, index)) digits = noCard;
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
    if (code === 58 && (text[index + 1] === 47 || text[index + 1] === 92)) hasScheme = true;
    else if (code === 64 && hasScheme) found |= address;
    // One blank or hyphen may stand between the digits of a card; what is none may still be followed by one.
    if ((code !== 32 && code !== 45) || (code === 32 && digits < 0)) digits = 0;
  }
  return (runKinds & mixed) === mixed && end - runStart >= keyLength ? found | keyLike : found;
}
