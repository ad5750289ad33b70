/** A message as Discord takes it: the title as content, which push notifications show, the facts and the picture as an embed in the severity's colour. */
import type { Fact, Message } from '#contract';
import { markdown } from '../../message/dialects.ts';
import { fit, fitText } from '../../message/fit.ts';
import { circleOf } from '../../message/circle.ts';
import { sparkline } from '../../message/picture.ts';
import type { PictureFile } from '../../message/picture-file.ts';
import { inQuotationMarks, withQuotations } from '../../message/quotations.ts';
import { colourNumber, statusWord, type Locale } from '../../message/severity.ts';

/** Discord takes 2,000 in the content; a title needs no more than this even where each of its signs is escaped. */
const contentCharacters = 600;
/** Discord takes 4,096; much more than this nobody reads on a telephone. */
const descriptionCharacters = 3_000;
/** Discord takes 2,048. */
const footerCharacters = 500;

export interface DiscordMessage {
  content: string;
  embeds: { description?: string; color: number; image?: { url: string }; footer?: { text: string } }[];
  /** All files that the message has from now on, by the number of their field; a change takes away those that it does not name. */
  attachments?: { id: number; filename: string; description: string }[];
  /** Nobody is pinged, whatever the texts hold. */
  allowed_mentions: { parse: [] };
}

/** With a file the embed shows it, which the request has to bring as `files[0]`; without one the blocks stand for it. */
export function discordMessage(message: Message, locale: Locale, file?: PictureFile): DiscordMessage {
  const word = statusWord(message, locale);
  const fact = ({ label, text }: Fact): string => `${label === undefined ? '' : `${markdown.bold(`${label}:`)} `}${withQuotations(text, markdown)}`;
  const drawn = message.picture === undefined || file !== undefined ? '' : sparkline(message.picture);
  // A footer has no markup, and ids are looked up there.
  const ids = message.more.find(({ kind }) => kind === 'ids')?.text ?? '';
  const facts = fit({ ...message, more: message.more.filter(({ kind }) => kind !== 'ids') }, {
    limit: descriptionCharacters,
    measure: (text) => text.length,
    head: () => (drawn === '' ? '' : markdown.code(drawn)),
    fact,
    between: '\n',
    withMore: true,
  });
  // The picture stands beneath the text.
  const described = [facts, markdown.escape(file?.caption ?? '')].filter((part) => part !== '').join('\n\n');
  return {
    content: `${circleOf(message)} ${fitText(message.title, contentCharacters, (text) => (text.trim() === '' ? '' : `**${inQuotationMarks(text.trim(), locale, markdown.escape)}**`))} · ${word}`,
    embeds: [{ ...(described === '' ? {} : { description: described }), color: colourNumber(message), ...(file === undefined ? {} : { image: { url: `attachment://${file.name}` } }), footer: { text: fitText(ids === '' ? 'fargazer' : `fargazer · ${ids}`, footerCharacters, (text) => text) } }],
    ...(file === undefined ? {} : { attachments: [{ id: 0, filename: file.name, description: file.description }] }),
    allowed_mentions: { parse: [] },
  };
}
