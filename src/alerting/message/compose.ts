/** A notification in words: what happened to whom, how unusual, what to look at first; plain text in the reader's language and zone. */
import { severities, type Alert, type Fact, type Message, type Notification, type Picture, type Severity } from '#contract';
import { quantity, range } from '../text.ts';
import { english } from './english.ts';
import { cutAtWord } from './fit.ts';
import { clockTime, inReadersZone, zoneName, type Reader } from './moment.ts';
import { plain } from './plain.ts';
import { leadOf } from './rank.ts';
import { storyOf } from './story.ts';
import type { Words } from './words.ts';

export type { Reader } from './moment.ts';

/** What a message shows before "more", labels included, characters. */
const factsCharacters = 599;
const titleCharacters = 120;

/** How much of the facts' room one of them may take; what is longer is cut at a word. */
const limits = { unusual: 210, look: 140, deployment: 120, when: 90, whom: 120, count: 160, leastStory: 130, mostStory: 330 };

/** The same notification and reader give the same message. Nothing in it is markup, a link, a secret or hidden. */
export async function compose(notification: Notification, reader: Reader): Promise<Message> {
  return composeIn(await wordsOf(reader.locale), notification, reader);
}

/** Each further language is loaded by who speaks it: it is as long as half of an output. */
export async function wordsOf(locale: Reader['locale']): Promise<Words> {
  return locale === 'ja' ? (await import('./japanese/words.ts')).japanese : english;
}

/** Pure. */
export function composeIn(words: Words, notification: Notification, reader: Reader): Message {
  const isTest = notification.reason === 'test';
  const told = notification.digest !== undefined ? digest(notification, notification.digest, words, reader) : incidentsTold(notification, words, reader);
  const facts = isTest ? [fact('what', words, words.testText), ...told.facts] : told.facts;
  const mark = isTest ? words.testMark : '';
  const title = `${mark}${cutAtWord(told.title, titleCharacters - mark.length)}`;
  return { ...told, title, ...divided(facts, told.more) };
}

/** Facts within their room, the last that have none at the head of `more`. */
function divided(facts: readonly Fact[], more: readonly Fact[]): { facts: Fact[]; more: Fact[] } {
  let room = factsCharacters;
  const kept: Fact[] = [];
  for (const [index, one] of facts.entries()) {
    room -= (one.label === undefined ? 0 : one.label.length + 2) + one.text.length;
    if (room < 0) return { facts: kept, more: [...facts.slice(index), ...more] };
    kept.push(one);
  }
  return { facts: kept, more: [...more] };
}

/** A fact, its text made plain once more: whatever language wrote it. */
function fact(kind: Fact['kind'], words: Words, text: string | undefined, limit = 2_000): Fact {
  const label = words.labels[kind];
  return { kind, ...(label === undefined ? {} : { label }), text: cutAtWord(plain(text ?? ''), limit) };
}

const said = ({ text }: Fact): boolean => text !== '';

/** Alerts of incidents: the gravest incident tells, others are named. */
function incidentsTold(notification: Notification, words: Words, reader: Reader): Message {
  const { incidents, incidentCount, reason, status } = notification;
  const [incident] = incidents;
  const lead = incident === undefined ? undefined : leadOf(incident);
  if (incident === undefined || lead === undefined) {
    return { title: reason === 'test' ? words.testTitle : words.nothing, severity: 'low', status, facts: [], more: [] };
  }
  const isOver = status === 'resolved';
  const zoned = (text: string): string => inReadersZone(text, Date.parse(lead.firstSeen), reader);
  const bare = plain(words.title(lead));
  const title = isOver ? words.over(bare) : reason === 'repeat interval elapsed' ? words.still(bare) : bare;

  const unusual = fact('unusual', words, zoned(words.unusual(lead)), limits.unusual);
  const look = fact('look', words, zoned(words.lookFirst(lead)), limits.look);
  const deployment = fact('deployment', words, zoned(words.deployment(lead) ?? ''), limits.deployment);
  const lasted = words.lasted(incident.lastMs - incident.firstMs, incident.alertCount, isOver);
  const comma = reader.locale === 'ja' ? '、' : ', ';
  const when = fact('when', words, [words.when(incident.firstMs, incident.lastMs, reader), lasted].filter((part) => part !== '').join(comma), limits.when);
  const whom = fact('whom', words, words.whom(lead), limits.whom);
  const others = incidents.slice(1, 3).flatMap((other) => leadOf(other) ?? []);
  const left = incidentCount - 1 - others.length;
  const count = fact('count', words, incidentCount > 1 ? words.others(others.map((alert) => cutAtWord(plain(words.title(alert)), 70)), left) : '', limits.count);

  const around = [unusual, look, deployment, when, whom, count].filter(said).reduce((sum, { label = '', text }) => sum + label.length + 2 + text.length, 0);
  const room = Math.min(limits.mostStory, Math.max(limits.leastStory, factsCharacters - around - 14));
  const story = fact('story', words, storyOf(incident, lead, words, reader, room));
  const ids = fact('ids', words, `${incident.id}, ${lead.detector} ${lead.id}`);
  return {
    title,
    severity: incident.severity,
    status,
    facts: [unusual, story, ...(isOver ? [] : [look]), deployment, when, whom, count].filter(said),
    more: [
      ...(isOver ? [look] : []),
      fact('history', words, zoned(words.history(lead))),
      fact('quiet', words, zoned(words.quiet(lead))),
      fact('attack', words, [...new Set(incident.alerts.flatMap(({ attack }) => attack))].slice(0, 12).join(', ')),
      ids,
    ].filter(said),
    // What is over is no longer drawn.
    ...(isOver ? {} : pictureOf(lead, words)),
  };
}

/** Fewer values show nothing. */
const leastValues = 3;
/** A unit is of any length; services take 1,000 and more. */
const descriptionCharacters = 300;

function pictureOf({ evidence: { series } }: Alert, words: Words): { picture?: Picture } {
  if (series === undefined || series.values.filter((value) => value !== null).length < leastValues) return {};
  const { values, low, high, unit, stepSeconds } = series;
  const known = values.filter((value) => value !== null);
  const caption = plain(words.recent(values.length * stepSeconds * 1_000));
  const usual = high === null ? '' : low === null ? `up to ${quantity(high, unit)}` : range(low, high, unit);
  const description = plain(words.pictured(caption, range(Math.min(...known), Math.max(...known), unit), usual), descriptionCharacters);
  return { picture: { points: values, low, high, unit, caption, description } };
}

function digest({ status, timeMs, incidents }: Notification, held: NonNullable<Notification['digest']>, words: Words, reader: Reader): Message {
  const counts = severities.toReversed().flatMap((severity): [Severity, number][] => {
    const count = held.bySeverity[severity] ?? 0;
    return count > 0 ? [[severity, count]] : [];
  });
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const since = `${clockTime(held.sinceMs, reader.timeZone)} ${zoneName(held.sinceMs, reader.timeZone)}`;
  const gravest = incidents.slice(0, 2).flatMap((incident) => leadOf(incident) ?? []);
  return {
    title: words.digestTitle(total, since),
    severity: counts[0]?.[0] ?? 'low',
    status,
    facts: [
      { kind: 'count' as const, text: words.bySeverity(counts) },
      fact('what', words, gravest.map((alert) => cutAtWord(plain(words.title(alert)), 90)).join(' / '), 200),
      { kind: 'whom' as const, text: plain(words.digestNames(held.byName.slice(0, 8))) },
      { ...fact('look', words, words.digestLook) },
      fact('when', words, words.when(held.sinceMs, timeMs, reader)),
    ].filter(said),
    more: [fact('whom', words, words.digestNames(held.byName.slice(8)))].filter(said),
  };
}
