/** A message as Slack's blocks: rich text, in which nothing is markup, and a fallback for lists and push notifications. */
import type { Fact, Message, Severity } from '#contract';
import { slackMrkdwn } from '../../message/dialects.ts';
import { choose, cutAtWord, fitText, type Chosen } from '../../message/fit.ts';
import { sparkline } from '../../message/picture.ts';
import { quotedParts } from '../../message/quoted-parts.ts';
import { statusWord, type Locale } from '../../message/severity.ts';

/** Nothing in a text is looked for or unfolded. */
export const still = { unfurl_links: false, unfurl_media: false };

/** All blocks together; from about 13,200 characters on Slack has answered `msg_blocks_too_long`. */
const blocksCharacters = 9_000;
/** A fact above this would fill a telephone's screen; Slack itself would take 3,000. */
const factCharacters = 1_500;
/** Slack takes 2,000 in an element of a context block, of which an emoji may count for two. */
const contextCharacters = 900;
/** Push notifications show less. */
const fallbackCharacters = 400;

/** Circles in the colours of the severities; the word stands beside. */
const circles: Readonly<Record<Severity | 'resolved', string>> = {
  critical: 'red_circle',
  high: 'large_orange_circle',
  medium: 'large_yellow_circle',
  low: 'large_blue_circle',
  resolved: 'white_check_mark',
};

interface TextElement {
  type: 'text';
  text: string;
  style?: { bold?: true; code?: true };
}
type Element = TextElement | { type: 'emoji'; name: string };
export type Block =
  | { type: 'rich_text'; elements: { type: 'rich_text_section'; elements: Element[] }[] }
  | { type: 'context'; elements: { type: 'plain_text'; text: string; emoji: false }[] };

export interface SlackContent {
  /** Escaped as mrkdwn. */
  text: string;
  blocks: Block[];
}

/** What a message becomes; `withMore` adds what is shown where there is room, small and grey. */
export function slackContent(message: Message, locale: Locale, withMore: boolean): SlackContent {
  const measure = (chosen: Chosen): number => JSON.stringify(blocksOf(message, chosen, locale, [])).length;
  const chosen = choose(message, { limit: blocksCharacters, withMore: false, measure });
  const left = blocksCharacters - measure(chosen);
  const more = withMore ? message.more.filter((_, index) => JSON.stringify(message.more.slice(0, index + 1)).length < left) : [];
  const said = `${statusWord(message, locale)} · ${message.title}`;
  return {
    text: fitText(said, fallbackCharacters, (text) => slackMrkdwn.escape(text)),
    blocks: blocksOf(message, chosen, locale, more),
  };
}

function blocksOf(message: Message, { title, facts, leftOut }: Chosen, locale: Locale, more: readonly Fact[]): Block[] {
  const circle = circles[message.status === 'resolved' ? 'resolved' : message.severity];
  const head: Element[] = [{ type: 'emoji', name: circle }, text(' '), ...quotedParts(title === '' ? '…' : title).map(({ text: part, isCode }) => text(part, { bold: true, ...(isCode ? { code: true } : {}) })), text(` · ${statusWord(message, locale)}`)];
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  const lines = [head, ...facts.map((fact) => factElements(fact)), ...(drawn === '' ? [] : [[text(drawn, { code: true })]]), ...(leftOut === 0 ? [] : [[text(`+${leftOut}`)]])];
  return [
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: lines.flatMap((line, index) => (index === 0 ? line : [text('\n'), ...line])) }] },
    ...(more.length === 0 ? [] : [{ type: 'context' as const, elements: more.slice(0, 10).map((fact) => ({ type: 'plain_text' as const, text: cutAtWord(plainFact(fact), contextCharacters), emoji: false as const })) }]),
  ];
}

function factElements({ label, text: said }: Fact): Element[] {
  return [...(label === undefined ? [] : [text(`${label}: `, { bold: true })]), ...quotedParts(cutAtWord(said, factCharacters)).map(({ text: part, isCode }) => text(part, isCode ? { code: true } : undefined))];
}

function plainFact({ label, text: said }: Fact): string {
  return label === undefined ? said : `${label}: ${said}`;
}

function text(said: string, style?: TextElement['style']): TextElement {
  return { type: 'text', text: said, ...(style === undefined ? {} : { style }) };
}
