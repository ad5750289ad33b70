/** Texts that many rows or tasks have: one string of each, told apart no more than before. */

const shared = new Map<string, string>();
const sharedLimit = 65_536;

/** The one string equal to a text. Many others between may make it another: for memory only. */
export function shareText(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size >= sharedLimit) shared.clear();
  shared.set(text, text);
  return text;
}
