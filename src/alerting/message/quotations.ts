/** Names and lines that a sentence quotes in backticks, as a service shows quotations: in its code style, or in quotation marks. */
import type { Dialect } from './dialects.ts';
import { quotedParts } from './quoted-parts.ts';
import type { Locale } from './severity.ts';

/** The escaped text; what stands between two backticks is code, a backtick without a second one is a sign like others. */
export function withQuotations(text: string, { escape, code }: Pick<Dialect, 'escape' | 'code'>): string {
  return quotedParts(text).map(({ text: part, isCode }) => (isCode ? code(part) || escape(part) : edged(part, escape))).join('');
}

/** The same in quotation marks, for titles and for services without code. Japanese marks bring their own space. */
export function inQuotationMarks(text: string, locale: Locale, escape: Dialect['escape']): string {
  if (locale === 'en') return withQuotations(text, { escape, code: (quoted) => `“${escape(quoted)}”` });
  const parts = quotedParts(text);
  return parts
    .map(({ text: part, isCode }, index) => {
      if (isCode) return `「${escape(part)}」`;
      const start = parts[index - 1]?.isCode === true ? part.trimStart() : part;
      return edged(parts[index + 1]?.isCode === true ? start.trimEnd() : start, escape);
    })
    .join('');
}

/** Blanks beside a quotation stay; escaping a part by itself must not lose them. */
function edged(part: string, escape: Dialect['escape']): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)([^]*?)(\s*)$/.exec(part) ?? [];
  return `${before === '' ? '' : ' '}${inner === '' ? '' : escape(inner)}${after === '' ? '' : ' '}`;
}
