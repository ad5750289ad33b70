/** A message as Mattermost takes it: an attachment with a bar in the severity's colour, and a grey one with what is beyond the first look; both in Markdown. */
import type { Fact, Message } from '#contract';
import { markdown } from '../../message/dialects.ts';
import { fit, fitText } from '../../message/fit.ts';
import { beginsParagraph } from '../../message/paragraphs.ts';
import { sparkline } from '../../message/picture.ts';
import type { PictureFile } from '../../message/picture-file.ts';
import { inQuotationMarks, withQuotations } from '../../message/quotations.ts';
import { messageColour, statusWord, type Locale } from '../../message/severity.ts';

/** Mattermost takes 16,383 in a post; much more than this, both attachments together, nobody reads on a telephone. */
const textCharacters = 4_000;
const moreCharacters = 2_000;
const grey = '#8a8f98';
/** Notifications show less. */
const fallbackCharacters = 300;

export interface MattermostContent {
  attachments: { fallback: string; color: string; text: string }[];
}

/** What is said of the picture where a post brings it: its caption; the blocks where it does not. */
export function mattermostContent(message: Message, locale: Locale, file?: PictureFile): MattermostContent {
  const word = statusWord(message, locale);
  const drawn = message.picture === undefined || file !== undefined ? '' : sparkline(message.picture);
  const text = fit(message, {
    limit: textCharacters,
    measure: (some) => some.length,
    head: ({ title }) => `**${inQuotationMarks(title === '' ? '…' : title, locale, markdown.escape)}** · ${markdown.escape(word)}${drawn === '' ? '' : `\n${markdown.code(drawn)}`}`,
    // An empty line between paragraphs.
    fact: (one) => `${beginsParagraph(one) ? '\n' : ''}${fact(one)}`,
    between: '\n',
    withMore: false,
  });
  const more = fit({ ...message, facts: message.more }, { limit: moreCharacters, measure: (some) => some.length, head: () => '', fact, between: '\n', withMore: false });
  // A fallback has no markup of its own, but the server looks for names of users in it.
  const fallback = fitText(`${word} · ${message.title}`, fallbackCharacters, (some) => inQuotationMarks(some, locale, (part) => part).replaceAll('@', '@\u200b'));
  // Files stand beneath everything else.
  const last = [more, markdown.escape(file?.caption ?? '')].filter((part) => part !== '').join('\n\n');
  const further = last === '' ? [] : [{ fallback: '', color: grey, text: last }];
  return { attachments: [{ fallback, color: messageColour(message), text }, ...further] };
}

function fact({ label, text }: Fact): string {
  return `${label === undefined ? '' : `${markdown.bold(`${label}:`)} `}${withQuotations(text, markdown)}`;
}
