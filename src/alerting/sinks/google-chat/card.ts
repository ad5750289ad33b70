/** A message as a card of Google Chat: labels above their texts, what is beyond the first look in a section that opens. */
import type { Fact, Message } from '#contract';
import { circleOf } from '../../message/circle.ts';
import { html } from '../../message/dialects.ts';
import { choose, fitText, type Chosen } from '../../message/fit.ts';
import { sparkline } from '../../message/picture.ts';
import { inQuotationMarks } from '../../message/quotations.ts';
import { statusWord, type Locale } from '../../message/severity.ts';

/** Google Chat takes 32,000 bytes a message, cards included. */
const messageBytes = 31_000;
/** Push notifications show less. */
const fallbackCharacters = 300;

type Widget = { textParagraph: { text: string } } | { decoratedText: { topLabel: string; text: string; wrapText: true } };

export interface GoogleChatMessage {
  /** Plain text, where a card cannot be shown. */
  fallbackText: string;
  cardsV2: { cardId: string; card: { sections: { header?: string; collapsible?: true; widgets: Widget[] }[] } }[];
}

export function googleChatMessage(message: Message, locale: Locale, withMore: boolean): GoogleChatMessage {
  const measure = (chosen: Chosen): number => Buffer.byteLength(JSON.stringify(written(message, chosen, [], locale)));
  const chosen = choose(message, { limit: messageBytes, withMore: false, measure });
  const more = withMore ? [...message.more] : [];
  const whole = (): GoogleChatMessage => written(message, chosen, more, locale);
  while (more.length > 0 && Buffer.byteLength(JSON.stringify(whole())) > messageBytes) more.pop();
  return whole();
}

function written(message: Message, { title, facts, leftOut }: Chosen, more: readonly Fact[], locale: Locale): GoogleChatMessage {
  const word = statusWord(message, locale);
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  const widgets: Widget[] = [
    // The header of a card cuts titles at the end of a line; a paragraph does not.
    // No colour of ours is read well both in the light and in the dark card; the circle is.
    paragraph(`${circleOf(message)} <b>${cardText(title === '' ? '…' : title, locale)}</b> · <b>${cardText(word, locale)}</b>`),
    ...facts.map((fact) => factWidget(fact, locale)),
    ...(drawn === '' ? [] : [paragraph(cardText(drawn, locale))]),
    ...(leftOut === 0 ? [] : [paragraph(`+${leftOut}`)]),
  ];
  const sections = [{ widgets }, ...(more.length === 0 ? [] : [{ header: locale === 'ja' ? '詳細' : 'More', collapsible: true as const, widgets: more.map((fact) => factWidget(fact, locale)) }])];
  return { fallbackText: fitText(`${word} · ${message.title}`, fallbackCharacters, (text) => inQuotationMarks(text, locale, (part) => part)), cardsV2: [{ cardId: 'fargazer', card: { sections } }] };
}

function factWidget({ label, text }: Fact, locale: Locale): Widget {
  return label === undefined ? paragraph(cardText(text, locale)) : { decoratedText: { topLabel: label, text: cardText(text, locale), wrapText: true } };
}

function paragraph(text: string): Widget {
  return { textParagraph: { text } };
}

/** Cards know a little HTML, and no code; quotation marks need no entity where no attribute holds them. */
function cardText(text: string, locale: Locale): string {
  return inQuotationMarks(text, locale, (part) => html.escape(part).replaceAll('&#39;', "'").replaceAll('&quot;', '"'));
}
