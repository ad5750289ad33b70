/** How many columns text takes on a terminal, and lines that fit. */

const noColumn = /^[\p{M}\p{Cf}]$/u;
// East Asian Width W and F (Unicode TR 11), in the blocks that text of this kind meets, and emoji.
const twoColumns =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** Columns of one code point: 0, 1 or 2. */
function columnsOf(character: string): number {
  if (character <= '\u02ff') return 1;
  if (noColumn.test(character)) return 0;
  return twoColumns.test(character) ? 2 : 1;
}

/** Columns of text that is free of control characters. */
export function width(text: string): number {
  let sum = 0;
  for (const character of text) sum += columnsOf(character);
  return sum;
}

/** The text on one line of at most `columns`, ending in `…` where something was left out. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let line = '';
  let used = 0;
  for (const character of text) {
    const more = columnsOf(character);
    if (used + more > columns - 1) break;
    line += character;
    used += more;
  }
  return `${line.trimEnd()}…`;
}

/** The text broken at blanks, or within a word where it is too long, into at most `limit` lines. */
export function wrap(text: string, columns: number, limit: number): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (lines.length < limit - 1 && width(rest) > columns) {
    let used = 0;
    let end = 0;
    let blank = -1;
    for (const character of rest) {
      const more = columnsOf(character);
      if (used + more > columns) break;
      used += more;
      end += character.length;
      if (character === ' ') blank = end;
    }
    const isAtBlank = rest.charAt(end) === ' ';
    const cut = isAtBlank || blank <= 0 ? Math.max(end, 1) : blank;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, fit(rest, columns)];
}
