/** Notifications made of the recorded stories: the alerts of one entity as one incident, as the pipeline would group them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { severities, type Alert, type Incident, type Notification } from '#contract';

export function storyAlerts(story: string): Alert[] {
  const text = readFileSync(join(import.meta.dirname, '../../../replay-data', story, 'expected.jsonl'), 'utf8');
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Alert);
}

export function anIncident(alerts: Alert[]): Incident {
  const ordered = alerts.toSorted((a, b) => Date.parse(a.firstSeen) - Date.parse(b.firstSeen));
  return {
    id: `i${alerts[0]?.id ?? ''}`,
    severity: severities[Math.max(...alerts.map(({ severity }) => severities.indexOf(severity)))] ?? 'low',
    status: alerts.every(({ status }) => status === 'resolved') ? 'resolved' : 'firing',
    firstMs: Math.min(...alerts.map(({ firstSeen }) => Date.parse(firstSeen))),
    lastMs: Math.max(...alerts.map(({ lastSeen }) => Date.parse(lastSeen))),
    alerts: ordered.slice(0, 20),
    alertCount: alerts.length,
  };
}

export function aNotification(incidents: Incident[], changes: Partial<Notification> = {}): Notification {
  return {
    key: '00112233445566778899aabbccddeeff',
    sequence: 1,
    receiver: 'on-call',
    reason: 'first notification',
    status: 'firing',
    timeMs: Math.max(0, ...incidents.map(({ lastMs }) => lastMs)),
    groupLabels: {},
    incidents: incidents.slice(0, 10),
    incidentCount: incidents.length,
    ...changes,
  };
}

/** One notification an entity of a story, the most alerts first. */
export function storyNotifications(story: string): Notification[] {
  const groups = Map.groupBy(storyAlerts(story), ({ entity }) => entity.name);
  return [...groups.values()].toSorted((a, b) => b.length - a.length).map((alerts) => aNotification([anIncident(alerts)]));
}

export const stories = ['fargate-exfiltration', 'cloudtrail-intrusion', 'kubernetes-intrusion', 'container-fault', 'command-and-control'];
