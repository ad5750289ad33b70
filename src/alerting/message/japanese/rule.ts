/** Rules from an English sentence of a detector to a Japanese one: detectors write English, of which the patterns are known. */

/** A pattern of a whole sentence, and what it says in Japanese of the parts that it caught. */
export type Rule = readonly [pattern: RegExp, say: (...parts: string[]) => string];

/** Longer texts are no sentences of a detector; patterns are not tried on them. */
const longestSentence = 1_200;

/** The first rule that fits; undefined where none does. */
export function sayBy(rules: readonly Rule[], text: string): string | undefined {
  if (text.length > longestSentence) return undefined;
  for (const [pattern, say] of rules) {
    const found = pattern.exec(text);
    if (found !== null) return say(...found.slice(1).map((part) => part ?? ''));
  }
  return undefined;
}
