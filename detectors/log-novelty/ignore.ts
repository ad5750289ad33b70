/** Patterns of lines that are never news: plain text with `*` for anything, matched in time linear in the line for each part. */

/** Does the pattern occur in the text? `*` stands for any run of characters, all else for itself, in any case. */
export function occurs(pattern: string, text: string): boolean {
  let from = 0;
  const lower = text.toLowerCase();
  for (const part of pattern.toLowerCase().split('*')) {
    const at = lower.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
