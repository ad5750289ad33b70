/**
 * A notification as Amazon Q Developer in chat applications takes it from a topic: a card, threaded by key.
 * Format: its administrator guide, "Custom notifications" (event schema 1.0).
 */
import type { Fact, Message, Notification } from '#contract';
import { markdown, slackMrkdwn, type Dialect } from '../../message/dialects.ts';
import { fit, fitText } from '../../message/fit.ts';
import { circleOf } from '../../message/circle.ts';
import { sparkline } from '../../message/picture.ts';
import { inQuotationMarks, withQuotations } from '../../message/quotations.ts';
import { statusWord, type Locale } from '../../message/severity.ts';
import { leadOf } from '../../message/rank.ts';

/** The guide gives 8,000; a card longer than this nobody reads. */
const descriptionCharacters = 5_000;
/** As long as a title stays whole in Slack and in Teams, escapes included. */
const titleCharacters = 240;
const stepCharacters = 500;
const keywordCharacters = 80;

export interface CustomNotification {
  version: '1.0';
  source: 'custom';
  id: string;
  content: { textType: 'client-markdown'; title: string; description: string; nextSteps?: string[]; keywords: string[] };
  metadata: { threadId: string; summary: string; eventType: string; relatedResources: string[]; additionalContext: Record<string, string> };
}

const dialects: Readonly<Record<'slack' | 'teams', Dialect>> = { slack: slackMrkdwn, teams: markdown };

export function customNotification(notification: Notification, message: Message, locale: Locale, chat: 'slack' | 'teams'): CustomNotification {
  const dialect = dialects[chat];
  const { key, sequence, status, reason, incidents } = notification;
  const title = `${circleOf(message)} ${fitText(message.title, titleCharacters, (text) => inQuotationMarks(text, locale, dialect.escape)) || '…'}`;
  // What to do first has a place of its own in the card.
  const isStep = ({ kind }: Fact): boolean => kind === 'look';
  const steps = message.facts.filter(isStep);
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  const description = fit({ ...message, facts: message.facts.filter((fact) => !isStep(fact)) }, {
    limit: descriptionCharacters,
    measure: (text) => text.length,
    // The title is a field of its own.
    head: () => `${dialect.bold(statusWord(message, locale))}${drawn === '' ? '' : `\n${dialect.code(drawn)}`}`,
    fact: ({ label, text }) => `${label === undefined ? '' : `${dialect.bold(`${label}:`)} `}${withQuotations(text, dialect)}`,
    // Markdown of Teams runs lines together that are not paragraphs.
    between: chat === 'teams' ? '\n\n' : '\n',
    // Nothing folds away in a card; techniques are among the keywords, ids in the metadata.
    withMore: false,
  });
  const lead = incidents[0] === undefined ? undefined : leadOf(incidents[0]);
  const word = (text: string): string => fitText(text, keywordCharacters, dialect.escape);
  const keywords = [statusWord(message, locale), ...(lead === undefined ? [] : [lead.entity.name.split('/').at(-1) ?? '', lead.detector, ...lead.attack.slice(0, 3)])].map(word).filter((text) => text !== '');
  return {
    version: '1.0',
    source: 'custom',
    id: `${key}-${sequence}`,
    content: {
      textType: 'client-markdown',
      title,
      description,
      ...(steps.length === 0 ? {} : { nextSteps: steps.map(({ text }) => fitText(text, stepCharacters, (some) => withQuotations(some, dialect))) }),
      keywords,
    },
    metadata: {
      threadId: key,
      summary: title,
      // Letters, digits and hyphens: a custom action is tied to it by name.
      eventType: reason === 'test' ? 'fargazer-test' : reason === 'digest' ? 'fargazer-digest' : 'fargazer-incident',
      relatedResources: incidents.slice(0, 10).map(({ id }) => word(id)),
      additionalContext: { severity: message.severity, status, reason },
    },
  };
}
