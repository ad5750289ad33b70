/** HTML that cannot be broken by what is put into it: every text is made visible and escaped, only markup made here is not. */
import { clip, sanitize } from '../../alerting/text.ts';

/** Finished HTML. */
export class Markup {
  readonly html: string;
  constructor(html: string) {
    this.html = html;
  }
  get bytes(): number {
    return Buffer.byteLength(this.html);
  }
}

/** A part of the page, and what links may point to in it. */
export interface Section {
  markup: Markup;
  anchors: ReadonlySet<string>;
}

export type Value = string | number | Markup | readonly Value[] | undefined | false;

/** Longest text shown whole, in characters; longer ones end in `…`. Titles and sentences are far shorter, raw records are cut before. */
const textLimit = 1_000;

/** A template of HTML; interpolated texts are escaped for element content and for attributes in double quotes. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(parts.map((part, index) => part + (index < values.length ? fill(values[index]) : '')).join(''));
}

function fill(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.html;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return typeof value === 'string' ? escape(value) : value.map(fill).join('');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** A text that must be whole to be of use, as a command line; cut at 20,000 characters. */
export function whole(text: string): Markup {
  return new Markup(escape(text, 20_000));
}

function escape(text: string, limit = textLimit): string {
  return sanitize(clip(text, limit)).replace(/[&<>"'`]/g, (character) => entities[character] ?? '');
}

/** JSON for a data block within HTML: no `</script>`, no `<!--`. */
export function embedJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

/** The first pieces that fit into so many bytes, and how many were left out. */
export function within<Item>(items: readonly Item[], limitBytes: number, draw: (item: Item, index: number) => Markup): { shown: Markup[]; left: number } {
  const shown: Markup[] = [];
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const piece = draw(item, index);
    bytes += piece.bytes;
    if (bytes > limitBytes) break;
    shown.push(piece);
  }
  return { shown, left: items.length - shown.length };
}
