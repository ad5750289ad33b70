/** A text taken apart into words and what they quote in backticks, for services that take structured text. */

export interface QuotedPart {
  text: string;
  isCode: boolean;
}

/** The parts of a text in order, those between two backticks as code; a backtick without a second one is a sign like others. Empty parts are left out. */
export function quotedParts(text: string): QuotedPart[] {
  const parts = text.split('`');
  // An even number of parts leaves one backtick without its like: the last.
  const pairs = parts.length % 2 === 1 ? parts : [...parts.slice(0, -2), parts.slice(-2).join('`')];
  return pairs.flatMap((part, index) => (part === '' ? [] : [{ text: part, isCode: index % 2 === 1 }]));
}
