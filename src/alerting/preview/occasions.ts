/** Notifications made of recorded stories: one incident a story, and what may come later of the first of them. */
import { createHash } from 'node:crypto';
import { severities, type Alert, type Incident, type Notification, type Severity } from '#contract';

export interface Story {
  name: string;
  alerts: readonly Alert[];
}

export interface Occasion {
  /** What a person looks for on the page. */
  title: string;
  notification: Notification;
}

/** As an incident keeps them. */
const mostAlerts = 20;

/** Stories without alerts give nothing; they are the quiet ones. */
export function occasionsOf(stories: readonly Story[]): Occasion[] {
  const told = stories.flatMap(({ name, alerts }): Occasion[] => (alerts.length === 0 ? [] : [{ title: name, notification: firstOf(name, alerts) }]));
  const [first] = told;
  if (first === undefined) return [];
  const { notification } = first;
  const over = { ...notification, sequence: 3, reason: 'all alerts resolved' as const, status: 'resolved' as const };
  return [
    ...told,
    { title: `${first.title}, still going on`, notification: { ...notification, sequence: 2, reason: 'repeat interval elapsed' } },
    { title: `${first.title}, over`, notification: { ...over, incidents: over.incidents.map((incident) => ({ ...incident, status: 'resolved' as const })) } },
    { title: 'a digest', notification: digestOf(told.map((occasion) => occasion.notification)) },
    { title: 'a test', notification: { ...notification, key: hashed('test'), sequence: 1, reason: 'test', incidents: [], incidentCount: 0 } },
  ];
}

function firstOf(name: string, alerts: readonly Alert[]): Notification {
  const incident = incidentOf(name, alerts);
  return {
    key: hashed(name), sequence: 1, receiver: 'preview', reason: 'first notification', status: 'firing', timeMs: incident.lastMs, groupLabels: {}, incidents: [incident], incidentCount: 1,
  };
}

function incidentOf(name: string, alerts: readonly Alert[]): Incident {
  const ordered = alerts.toSorted((a, b) => Date.parse(a.firstSeen) - Date.parse(b.firstSeen));
  return {
    id: hashed(`incident ${name}`).slice(0, 16),
    severity: severities[Math.max(...alerts.map(({ severity }) => severities.indexOf(severity)))] ?? 'low',
    status: 'firing',
    firstMs: Math.min(...alerts.map(({ firstSeen }) => Date.parse(firstSeen))),
    lastMs: Math.max(...alerts.map(({ lastSeen }) => Date.parse(lastSeen))),
    alerts: ordered.slice(0, mostAlerts),
    alertCount: alerts.length,
  };
}

/** What would have been held back had all of it come within the same hour. */
function digestOf(notifications: readonly Notification[]): Notification {
  const incidents = notifications.flatMap((notification) => notification.incidents);
  const alerts = incidents.flatMap((incident) => incident.alerts);
  const count = <K extends string>(keys: readonly K[]): [K, number][] => [...Map.groupBy(keys, (key) => key)].map(([key, some]): [K, number] => [key, some.length]).toSorted((a, b) => b[1] - a[1]);
  const timeMs = Math.max(...incidents.map(({ lastMs }) => lastMs));
  const bySeverity = Object.fromEntries(count<Severity>(alerts.map(({ severity }) => severity)));
  const byName = count(alerts.map(({ entity }) => entity.name)).slice(0, 20);
  return {
    key: hashed('digest'), sequence: 1, receiver: 'preview', reason: 'digest', status: 'firing', timeMs, groupLabels: {}, incidents: incidents.slice(0, 10), incidentCount: incidents.length,
    digest: { bySeverity, byName, sinceMs: timeMs - 3_600_000 },
  };
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
