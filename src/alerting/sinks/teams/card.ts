/** A message as an Adaptive Card for Teams: text runs, in which nothing is markup; what is beyond the first look opens on demand. */
import type { Fact, Message, Severity } from '#contract';
import { choose, fitText, type Chosen } from '../../message/fit.ts';
import { sparkline } from '../../message/picture.ts';
import { quotedParts } from '../../message/quoted-parts.ts';
import { statusWord, type Locale } from '../../message/severity.ts';

/** Teams takes 28 KB a message; some of it is for the envelope that a workflow adds. */
const cardBytes = 24_000;
/** Text runs and toggles came with 1.2, which every client of Teams shows; newer versions some clients refuse. */
const version = '1.2';

/** Adaptive Cards have these colours and no others. */
const colours: Readonly<Record<Severity | 'resolved', string>> = { critical: 'Attention', high: 'Attention', medium: 'Warning', low: 'Accent', resolved: 'Good' };

interface TextRun {
  type: 'TextRun';
  text: string;
  weight?: 'Bolder';
  size?: 'Medium' | 'Small';
  color?: string;
  isSubtle?: true;
  fontType?: 'Monospace';
}
interface RichTextBlock {
  type: 'RichTextBlock';
  spacing?: 'Small' | 'None';
  inlines: TextRun[];
}

/** The whole body of the request. */
export function teamsMessage(message: Message, locale: Locale): object {
  const measure = (chosen: Chosen): number => Buffer.byteLength(JSON.stringify(envelope(message, chosen, [], locale)));
  const chosen = choose(message, { limit: cardBytes, withMore: false, measure });
  const more = [...message.more];
  const whole = (): object => envelope(message, chosen, more, locale);
  while (more.length > 0 && Buffer.byteLength(JSON.stringify(whole())) > cardBytes) more.pop();
  return whole();
}

function envelope(message: Message, chosen: Chosen, more: readonly Fact[], locale: Locale): object {
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card(message, chosen, more, locale) }] };
}

function card(message: Message, { title, facts, leftOut }: Chosen, more: readonly Fact[], locale: Locale): object {
  const word = statusWord(message, locale);
  const colour = colours[message.status === 'resolved' ? 'resolved' : message.severity];
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  const body = [
    block([run(title === '' ? '…' : title, { weight: 'Bolder', size: 'Medium' })]),
    block([run(word, { weight: 'Bolder', color: colour })], 'None'),
    ...facts.map((fact) => block(factRuns(fact), 'Small')),
    ...(drawn === '' ? [] : [block([run(drawn, { fontType: 'Monospace' })], 'Small')]),
    ...(leftOut === 0 ? [] : [block([run(`+${leftOut}`, { isSubtle: true })], 'Small')]),
    ...(more.length === 0 ? [] : [{ type: 'Container', id: 'more', isVisible: false, items: more.map((fact) => block(factRuns(fact), 'Small')) }]),
  ];
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version,
    lang: locale,
    fallbackText: fitText(`${word} · ${message.title}`, 300, (text) => text),
    msteams: { width: 'Full' },
    body,
    ...(more.length === 0 ? {} : { actions: [{ type: 'Action.ToggleVisibility', title: locale === 'ja' ? '詳細' : 'More', targetElements: ['more'] }] }),
  };
}

function factRuns({ label, text }: Fact): TextRun[] {
  return [...(label === undefined ? [] : [run(`${label}: `, { weight: 'Bolder' })]), ...quotedParts(text).map(({ text: part, isCode }) => run(part, isCode ? { fontType: 'Monospace' } : {}))];
}

function block(inlines: TextRun[], spacing?: RichTextBlock['spacing']): RichTextBlock {
  return { type: 'RichTextBlock', ...(spacing === undefined ? {} : { spacing }), inlines };
}

function run(text: string, style: Omit<TextRun, 'type' | 'text'> = {}): TextRun {
  return { type: 'TextRun', text, ...style };
}
