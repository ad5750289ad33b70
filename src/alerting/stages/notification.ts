/** From a draft to what people receive. */
import { createHash } from 'node:crypto';
import type { Alert, Incident, Notification, NotificationReason } from '#contract';
import { gravestOf } from './deduplicate.ts';
import { isOver, type Draft, type Fold } from './fold.ts';
import type { AlertRecord, IncidentRecord, LogEntry } from './state.ts';
import { rankOf } from './story.ts';

/** As the contract has it. */
const mostIncidents = 10;
const mostAlerts = 20;

/** Notes in the log what was told, or withheld for good; Alertmanager's notification log. */
export function note(fold: Fold, { group, alerts }: Draft, isSent: boolean): LogEntry {
  const { state, nowMs } = fold;
  const before = state.log.get(group.id);
  const firing = alerts.filter((record) => !isOver(record, nowMs));
  // What was all over begins anew in a message of its own, except an incident, which stays in its own.
  const goesOn = before !== undefined && (before.firing.length > 0 || before.incident !== undefined);
  const entry: LogEntry = {
    group: group.id,
    timeMs: nowMs,
    firing: firing.map(({ id }) => id),
    resolved: alerts.filter((record) => isOver(record, nowMs)).map(({ id }) => id),
    threadMs: goesOn ? before.threadMs : nowMs,
    sequence: (goesOn ? before.sequence : 0) + (isSent ? 1 : 0),
    severity: gravestOf(fold, firing.length > 0 ? firing : alerts),
    isTold: isSent || (goesOn && before.isTold),
  };
  if (group.labels.incident !== undefined) entry.incident = group.labels.incident;
  state.log.delete(group.id);
  state.log.set(group.id, entry);
  return entry;
}

export function notificationOf(fold: Fold, draft: Draft, reason: NotificationReason, { threadMs, sequence }: LogEntry): Notification {
  const { state, nowMs, settings } = fold;
  const { group, route } = draft;
  const sendResolved = settings.receivers[route.receiver]?.sendResolved ?? true;
  const alerts = sendResolved ? draft.alerts : draft.alerts.filter((record) => !isOver(record, nowMs));
  const byIncident = new Map<string, AlertRecord[]>();
  for (const record of alerts) {
    const of = byIncident.get(record.incident);
    if (of === undefined) byIncident.set(record.incident, [record]);
    else of.push(record);
  }
  const incidents = [...byIncident].flatMap(([id, records]) => {
    const incident = state.incidents.get(id);
    return incident === undefined ? [] : [storyIn(fold, draft, incident, records)];
  });
  incidents.sort((left, right) => rankOf(right.severity) - rankOf(left.severity) || left.firstMs - right.firstMs || (left.id < right.id ? -1 : 1));
  return {
    key: createHash('sha256').update([route.receiver, group.id, threadMs].join('\u0001')).digest('hex').slice(0, 32),
    sequence,
    receiver: route.receiver,
    reason,
    status: alerts.every((record) => isOver(record, nowMs)) ? 'resolved' : 'firing',
    timeMs: nowMs,
    groupLabels: { ...group.labels } as Record<string, string>,
    incidents: incidents.slice(0, mostIncidents),
    incidentCount: incidents.length,
  };
}

/** A story is told whole, with what was over before, but for what was held back; without stories a group tells its own alerts. */
function storyIn(fold: Fold, { group, alerts }: Draft, incident: IncidentRecord, records: readonly AlertRecord[]): Incident {
  const { state, settings } = fold;
  if (!settings.inhibit.stories) return incidentOf(fold, incident, records, records.length);
  const passed = new Set(alerts.map(({ id }) => id));
  const heldBack = new Set(group.alerts.filter((id) => !passed.has(id) && state.alerts.get(id)?.incident === incident.id));
  const told = incident.alerts.flatMap((id) => (heldBack.has(id) ? [] : (state.alerts.get(id) ?? [])));
  return incidentOf(fold, incident, told, incident.alertCount - heldBack.size);
}

export function incidentOf({ nowMs, settings }: Fold, incident: IncidentRecord, records: readonly AlertRecord[], alertCount: number): Incident {
  const told = records.filter((record) => record.alert !== undefined).sort((left, right) => left.firstSeenMs - right.firstSeenMs || (left.id < right.id ? -1 : 1));
  return {
    id: incident.id,
    severity: settings.inhibit.stories ? incident.severity : incident.worst,
    status: records.every((record) => isOver(record, nowMs)) ? 'resolved' : 'firing',
    firstMs: incident.firstMs,
    lastMs: incident.lastMs,
    alerts: told.slice(0, mostAlerts).map((record): Alert => ({ ...record.alert!, incident: incident.id, status: isOver(record, nowMs) ? 'resolved' : 'firing' })),
    alertCount,
  };
}
