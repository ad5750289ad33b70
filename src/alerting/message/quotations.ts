/** Names and lines that a sentence quotes in backticks, as a service shows quotations: in its code style, or in quotation marks. */
import type { Dialect } from './dialects.ts';
import type { Locale } from './severity.ts';

/** The escaped text; what stands between two backticks is code, a backtick without a second one is a sign like others. */
export function withQuotations(text: string, { escape, code }: Pick<Dialect, 'escape' | 'code'>): string {
  const parts = text.split('`');
  // An even number of parts leaves one backtick without its like: the last.
  const pairs = parts.length % 2 === 1 ? parts : [...parts.slice(0, -2), parts.slice(-2).join('`')];
  return pairs.map((part, index) => (part === '' ? '' : index % 2 === 1 ? code(part) || escape(part) : edged(part, escape))).join('');
}

/** The same in quotation marks, for titles and for services without code. */
export function inQuotationMarks(text: string, locale: Locale, escape: Dialect['escape']): string {
  const [open, close] = locale === 'ja' ? ['「', '」'] : ['“', '”'];
  return withQuotations(text, { escape, code: (quoted) => `${open}${escape(quoted)}${close}` });
}

/** Blanks beside a quotation stay; escaping a part by itself must not lose them. */
function edged(part: string, escape: Dialect['escape']): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)([^]*?)(\s*)$/.exec(part) ?? [];
  return `${before === '' ? '' : ' '}${inner === '' ? '' : escape(inner)}${after === '' ? '' : ' '}`;
}
