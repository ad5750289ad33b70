/**
 * A notification as an alert of Opsgenie and of Jira Service Management, which took its form over.
 * Format: Opsgenie, "Alert API" (create alert, close alert, lengths) and "Alerts and alert fields"; lengths count characters.
 */
import type { Message, Notification, Severity } from '#contract';
import { leadOf } from '../../message/rank.ts';
import { fit, fitText } from '../../message/fit.ts';
import { sparkline } from '../../message/picture.ts';
import { plain } from '../../message/plain.ts';
import { neverEmpty } from '../../never-empty.ts';
import { severityWord, type Locale } from '../../message/severity.ts';

export const limits = { message: 130, description: 15_000, entity: 512, note: 25_000, tag: 50 };

/** P5 is for what may wait for days; a test may. */
const priorities: Readonly<Record<Severity, string>> = { critical: 'P1', high: 'P2', medium: 'P3', low: 'P4' };

export interface GenieAlert {
  message: string;
  alias: string;
  description: string;
  entity?: string;
  source: string;
  priority: string;
  tags: string[];
  details: Record<string, string>;
}

export function genieAlert(notification: Notification, message: Message, locale: Locale, tags: readonly string[]): GenieAlert {
  const { key, reason, incidents } = notification;
  const lead = incidents[0] === undefined ? undefined : leadOf(incidents[0]);
  const word = (text: string | undefined): string => plain(text ?? '', 200);
  const entity = fitText(word(lead?.entity.name), limits.entity, (text) => text);
  const details: [string, string][] = [
    ['severity', message.severity], ['detector', word(lead?.detector)], ['account', word(lead?.entity.account)], ['region', word(lead?.entity.region)],
    ['cluster', word(lead?.entity.cluster)], ['incident', word(incidents[0]?.id)], ['alert', word(lead?.id)],
  ];
  return {
    message: neverEmpty(fitText(message.title, limits.message, escaped)),
    alias: key,
    // The title stands above it.
    description: toldIn(message, limits.description, '') || described(message, locale, limits.description),
    ...(entity === '' ? {} : { entity }),
    source: 'fargazer',
    priority: reason === 'test' ? 'P5' : priorities[message.severity],
    tags: ['fargazer', message.severity, ...tags].slice(0, 20),
    details: Object.fromEntries(details.filter(([, value]) => value !== '')),
  };
}

/** The whole message in lines, its title above, for a note. */
export function described(message: Message, locale: Locale, limit: number): string {
  return toldIn(message, limit, `${message.title} (${severityWord(message.severity, locale)})`);
}

/** Facts in lines, the picture above them. */
function toldIn(message: Message, limit: number, title: string): string {
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  return fit(message, {
    limit,
    measure: (text) => text.length,
    head: () => [title, drawn].filter((line) => line !== '').map(escaped).join('\n'),
    fact: ({ label, text }) => escaped(label === undefined ? text : `${label}: ${text}`),
    between: '\n',
    withMore: true,
  });
}

/** Both services render HTML in messages and descriptions; there is none in ours, and no sign that could begin it or an entity. */
function escaped(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›').replace(/&(?=#?\w+;)/g, '&\u200b');
}
