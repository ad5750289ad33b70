/** Settings, alerts and stories for tests of the pipeline. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMatcher, type Alert, type AlertingSettings, type Labels, type Matcher, type Notification, type PendingAlert } from '#contract';
import { anAlert } from '../alert.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** A Tuesday, 10:00 UTC. */
export const startMs = Date.UTC(2026, 2, 3, 10);

export function matchers(...texts: string[]): Matcher[] {
  return texts.map((text) => {
    const matcher = parseMatcher(text);
    if ('fault' in matcher) throw new Error(`${text}: ${matcher.fault}`);
    return matcher;
  });
}

export function settings(changes: Partial<AlertingSettings> = {}): AlertingSettings {
  return {
    route: { receiver: 'team' },
    receivers: { team: { outputs: ['slack'], sendResolved: true }, pager: { outputs: ['pagerduty'], sendResolved: true } },
    inhibit: { rules: [], deployments: true, coverage: true, stories: true },
    muteTimes: {},
    caps: { messagesPerHour: 30, digestAfterMs: 5 * minute },
    resolveAfterMs: 30 * minute,
    locale: 'en',
    timeZone: 'UTC',
    ...changes,
  };
}

/** Settings under which alerts stand for themselves, as in Alertmanager. */
export function plainSettings(changes: Partial<AlertingSettings> = {}): AlertingSettings {
  return settings({ inhibit: { rules: [], deployments: false, coverage: false, stories: false }, ...changes });
}

export interface Given extends Partial<Omit<Alert, 'entity' | 'firstSeen' | 'lastSeen'>> {
  entity?: Partial<Alert['entity']>;
  /** Event time, milliseconds after the start. */
  atMs?: number;
  lastMs?: number;
}

/** An alert of one service and one task; each name of a service is a service of its own. */
export function alertOf(id: string, { entity, atMs = 0, lastMs = atMs, ...rest }: Given = {}): Alert {
  const plain = anAlert();
  return {
    ...plain,
    id,
    revision: 1,
    entity: { ...plain.entity, ...entity },
    firstSeen: new Date(startMs + atMs).toISOString(),
    lastSeen: new Date(startMs + lastMs).toISOString(),
    ...rest,
  };
}

/** Pending alerts with numbers in the order given; released when they were last seen, or when said. */
export function pending(alerts: readonly (Alert | [alert: Alert, releaseMs: number])[], from = 1): PendingAlert[] {
  return alerts.map((each, at) => {
    const [alert, releaseMs] = Array.isArray(each) ? [each[0], startMs + each[1]] : [each, Date.parse(each.lastSeen)];
    return { number: from + at, alert, releaseMs };
  });
}

/** Ids of the alerts of a notification, by status. */
export function idsOf({ incidents }: Notification): { firing: string[]; resolved: string[] } {
  const alerts = incidents.flatMap((incident) => incident.alerts);
  const of = (status: Alert['status']): string[] => alerts.filter((alert) => alert.status === status).map(({ id }) => id).sort();
  return { firing: of('firing'), resolved: of('resolved') };
}

/** One line a notification: when (seconds after the start), to whom, why, what. */
export function lineOf({ notification }: { notification: Notification }): string {
  const { firing, resolved } = idsOf(notification);
  const { timeMs, receiver, reason, sequence } = notification;
  return `${(timeMs - startMs) / second} ${receiver} ${reason} #${sequence}:${firing.length === 0 ? '' : ` ${firing.join(' ')}`}${resolved.length === 0 ? '' : ` (${resolved.join(' ')})`}`;
}

export function labelsText(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).sort().join(' ');
}

const stories = join(import.meta.dirname, '../../../replay-data');

/** The final alerts of a story of `replay-data` as updates: when first and when last seen. */
export function storyUpdates(name: string): PendingAlert[] {
  const finals = readFileSync(join(stories, name, 'expected.jsonl'), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Alert);
  const updates = finals.flatMap((alert): { alert: Alert; releaseMs: number }[] => {
    const first: Alert = { ...alert, status: 'firing', revision: 1, count: 1, lastSeen: alert.firstSeen };
    const last: Alert = { ...alert, status: 'firing', revision: Math.max(alert.revision, 2) };
    return [{ alert: first, releaseMs: Date.parse(alert.firstSeen) }, { alert: last, releaseMs: Date.parse(alert.lastSeen) }];
  });
  updates.sort((left, right) => left.releaseMs - right.releaseMs || (left.alert.id < right.alert.id ? -1 : 1) || left.alert.revision - right.alert.revision);
  return updates.map((update, at) => ({ number: at + 1, ...update }));
}
