/**
 * A notification as an event of PagerDuty's Events API v2.
 * Format: PagerDuty/developer-docs, `docs/events-API-v2/02-Trigger-Events.md` (fields, lengths, deduplication) and `01-Overview.md` (512 KB, PD-CEF).
 */
import type { Fact, Message, Notification, Severity } from '#contract';
import { leadOf } from '../../message/rank.ts';
import { fitText } from '../../message/fit.ts';
import { sparkline } from '../../message/picture.ts';
import type { Locale } from '../../message/severity.ts';
import { plain } from '../../message/plain.ts';
import { neverEmpty } from '../../never-empty.ts';

/** Lengths of the documentation, characters. */
const limits = { summary: 1_024, dedupKey: 255 };
/** No bound is published for these; lists show less. */
const wordCharacters = 200;

const severities: Readonly<Record<Severity, string>> = { critical: 'critical', high: 'error', medium: 'warning', low: 'info' };

export function pagerDutyEvent(notification: Notification, message: Message, routingKey: string, locale: Locale): Record<string, unknown> {
  const { key, status, reason, timeMs, incidents } = notification;
  const [incident] = incidents;
  const lead = incident === undefined ? undefined : leadOf(incident);
  const entity = lead?.entity;
  const word = (text: string | undefined): string => plain(text ?? '', wordCharacters);
  const source = [entity?.account, entity?.region, entity?.cluster, entity?.name].map(word).filter((part) => part !== '').join('/');
  const drawn = message.picture === undefined ? '' : sparkline(message.picture);
  const optional = { component: word(entity?.container), group: word(entity?.cluster), class: word(lead?.detector) };
  return {
    routing_key: routingKey,
    event_action: status === 'resolved' ? 'resolve' : 'trigger',
    dedup_key: key.slice(0, limits.dedupKey),
    client: 'fargazer',
    payload: {
      summary: neverEmpty(fitText(message.title, limits.summary, (text) => text)),
      source: source === '' ? 'fargazer' : source,
      // A test wakes nobody.
      severity: reason === 'test' ? 'info' : severities[message.severity],
      timestamp: new Date(incident?.lastMs ?? timeMs).toISOString(),
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== '')),
      custom_details: { ...details([...message.facts, ...message.more], locale), ...(drawn === '' ? {} : { [values[locale]]: drawn }) },
    },
  };
}

/** Of facts that need no heading elsewhere: here each of them is a row with one. */
const headings: Readonly<Record<Locale, Readonly<Partial<Record<Fact['kind'], string>>>>> = {
  en: { unusual: 'How unusual', what: 'What', count: 'How many', whom: 'Where' },
  ja: { unusual: '通常との違い', what: '内容', count: '件数', whom: '対象' },
};

/** Heading of the picture. */
const values: Readonly<Record<Locale, string>> = { en: 'Values', ja: '推移' };

/** Facts by their headings; those of one heading together, a line each. */
function details(facts: readonly Fact[], locale: Locale): Record<string, string> {
  const byHeading = new Map<string, string>();
  for (const { label, kind, text } of facts) {
    const heading = label ?? headings[locale][kind] ?? kind;
    const before = byHeading.get(heading);
    byHeading.set(heading, before === undefined ? text : `${before}\n${text}`);
  }
  return Object.fromEntries(byHeading);
}
