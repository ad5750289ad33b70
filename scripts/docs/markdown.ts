/** Pieces of Markdown for generated pages. */

export const generatedNote = '<!-- Generated from the code by `npm run docs`; change the code, not this page. -->';

/** Text as it stands within a table cell. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
}

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), `|${' --- |'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

/** Paragraphs and blocks as one page. */
export function page(title: string, ...blocks: readonly string[]): string {
  return `${[`# ${title}`, generatedNote, ...blocks.filter((block) => block !== '')].join('\n\n')}\n`;
}
