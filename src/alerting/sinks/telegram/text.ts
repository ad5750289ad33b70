/** A message as Telegram's HTML: title and facts, what is beyond the first look in a quotation that opens on a tap. */
import type { Fact, Message } from '#contract';
import { circleOf } from '../../message/circle.ts';
import { html } from '../../message/dialects.ts';
import { fit, fitText } from '../../message/fit.ts';
import { sparkline } from '../../message/picture.ts';
import type { PictureFile } from '../../message/picture-file.ts';
import { beginsParagraph } from '../../message/paragraphs.ts';
import { inQuotationMarks, withQuotations } from '../../message/quotations.ts';
import { statusWord, type Locale } from '../../message/severity.ts';

/** Telegram takes 4,096 after it has read the markup; counted before, with the markup, it is always less. */
export const textCharacters = 4_096;
/** Beneath or above a photograph, after the markup was read. */
export const captionCharacters = 1_024;

/** `+12` and the marks of the quotation. */
const moreRoom = 60;

const opened = '<blockquote expandable>';
const closed = '</blockquote>';

export function telegramText(message: Message, locale: Locale): string {
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  return written(message, locale, drawn, { limit: textCharacters, measure: (text) => text.length });
}

/** The same above a photograph; without a file the photograph is an older one, and the blocks stand for what is new. */
export function telegramCaption(message: Message, locale: Locale, file?: PictureFile): string {
  const drawn = message.picture === undefined || file !== undefined ? '' : sparkline(message.picture);
  const over = html.escape(file?.caption ?? '');
  const text = written(message, locale, drawn, { limit: captionCharacters - over.length - 2, measure: readCharacters });
  // A quotation is a paragraph by itself.
  return over === '' ? text : `${text}${text.endsWith(closed) ? '\n' : '\n\n'}${over}`;
}

/** Signs that Telegram counts: without tags, an entity as one. */
function readCharacters(text: string): number {
  return text.replace(/<[^>]*>/g, '').replace(/&[^;]*;/g, '&').length;
}

function written(message: Message, locale: Locale, drawn: string, { limit, measure }: { limit: number; measure(text: string): number }): string {
  const base = fit(message, {
    limit: limit - moreRoom,
    measure,
    head: (titled) => `${headline(titled, locale)}${drawn === '' ? '' : `\n${html.code(drawn)}`}`,
    // An empty line between paragraphs.
    fact: (one) => `${beginsParagraph(one) ? '\n' : ''}${fact(one)}`,
    between: '\n',
    withMore: false,
  });
  const more: string[] = [];
  let room = limit - measure(base) - moreRoom;
  for (const one of message.more.map(fact)) {
    room -= measure(one) + 1;
    if (room < 0) break;
    more.push(one);
  }
  if (more.length === 0) return base;
  const leftOut = message.more.length - more.length;
  return `${base}\n\n${opened}${[...more, ...(leftOut === 0 ? [] : [`+${leftOut}`])].join('\n')}${closed}`;
}

/** The one line that answers the message when there is something new. */
export function telegramNews(message: Message, locale: Locale): string {
  return `${circleOf(message)} ${fitText(message.title, textCharacters / 2, (text) => boldTitle(text, locale))} · ${html.escape(statusWord(message, locale))}`;
}

function headline(message: Message, locale: Locale): string {
  return `${circleOf(message)} ${boldTitle(message.title, locale)} · ${html.escape(statusWord(message, locale))}`;
}

/** Telegram lets nothing bold be code. */
function boldTitle(title: string, locale: Locale): string {
  return title === '' ? '' : `<b>${inQuotationMarks(title, locale, html.escape)}</b>`;
}

/** Inside of code Telegram looks for nothing, and what is copied from there must be whole. */
const quoting = { escape: html.escape, code: (text: string) => html.code(text).replaceAll('\u200b', '') };

function fact({ label, text }: Fact): string {
  return `${label === undefined ? '' : `${html.bold(`${label}:`)} `}${withQuotations(text, quoting)}`;
}
