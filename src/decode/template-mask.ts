/** Masking of one line's text: tokens that hold a digit become `<*>`, white space is folded, colours are gone. */

/** Characters of a line that are looked at; what follows does not tell the kind of a line any more. */
export const lineLimit = 2_048;

/** How the bytes of a line fall into tokens; `template-shape.ts` follows the same table. */
export const delimiter = 0;
export const space = 1;
/** Tokens are made of these two, which one shift tells from all others: a branch a character less in the fast path. */
export const letter = 2;
export const digit = 3;

/** Class by ASCII code; everything beyond ASCII is a letter. Control characters are white space. */
export const characterClass: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code <= 32 || code === 127) return space;
  const character = String.fromCharCode(code);
  if (/[0-9]/.test(character)) return digit;
  return /[A-Za-z_$@.-]/.test(character) ? letter : delimiter;
});

const tokens = /[\w$@.\-\u0080-\uffff]+/g;
// eslint-disable-next-line no-control-regex
const blanks = /[\u0000-\u0020\u007f]+/g;
// eslint-disable-next-line no-control-regex
const colours = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-Z\\^-~])/g;

/** The text without terminal escapes (ECMA-48 control sequences, operating system commands). */
export function withoutColours(text: string): string {
  return text.includes('\u001b') ? text.replace(colours, '') : text;
}

/** The text with each token that holds an ASCII digit replaced by `<*>` and each run of white space by one blank. */
export function maskTokens(text: string): string {
  return text.replace(blanks, ' ').replace(tokens, (token) => (/[0-9]/.test(token) ? '<*>' : token));
}

const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}';
const clock = '<\\*>:<\\*>(?::<\\*>)?(?:[.,]<\\*>)?(?: ?\\+<\\*>(?::<\\*>)?|:<\\*>)?(?: <\\*>(?=\\]))?(?: ?(?:Z|UTC|GMT)\\b)?';
const datedMonth = new RegExp(`(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?(?:\\b${month} <\\*>|<\\*>([ /])${month}\\1<\\*>)`, 'g');
const leadingTime = new RegExp(`^ ?[[(]?(?:<\\*>(?:/<\\*>){0,2}[ :,]{1,2}){0,2}${clock}[\\])]?[ |:,-]*`);
const hexChain = /(?<![\w:>])(?:(?:<\*>|[0-9A-Fa-f]{1,4}):{1,2}){2,}(?:<\*>|[0-9A-Fa-f]{1,4})?(?![\w<])/g;
const list = /<\*>(?:, ?<\*>)+/g;

/**
 * From masked text to the words of a kind: month names in dates masked too, a time in front gone, chains such as
 * times and MAC or IPv6 addresses one `<*>`, lists of masked tokens one `<*>`. Knows the masked text alone.
 */
export function canonicalWords(masked: string): string {
  const dated = masked.replace(datedMonth, '<*>');
  return dated
    .replace(leadingTime, '')
    .replace(hexChain, (chain) => (chain.includes('<*>') ? '<*>' : chain))
    .replace(list, '<*>')
    .trim();
}
