/** Stage group: puts alerts that belong together into one message, and says when it is due. */
import type { Alert, Labels } from '#contract';
import { withhold } from './cap.ts';
import { decide } from './decide.ts';
import { keepClosed } from './forget.ts';
import type { Arrival, Fold } from './fold.ts';
import { labelsOf } from './labels.ts';
import { groupIdOf, groupLabels, type RouteNode } from './route-tree.ts';
import type { AlertRecord, GroupRecord, IncidentRecord } from './state.ts';
import { addTo, emptyTally } from './tally.ts';

export function group(fold: Fold, arrival: Arrival): void {
  const { stories } = fold.settings.inhibit;
  for (const { record, routes } of arrival.ways) {
    // Who has an alert keeps it until it is over; a story that became graver reaches others besides.
    const held = stories && record.groups.length > 0 ? receiversOf(fold, record) : [];
    for (const route of routes) if (!held.includes(route.receiver)) insert(fold, record, route, fold.state.incidents.get(record.incident));
  }
  if (arrival.record === undefined && arrival.alert !== undefined) count(fold, arrival.alert, arrival.incident);
}

function receiversOf({ state, routes }: Fold, record: AlertRecord): (string | undefined)[] {
  return record.groups.map((id) => routes.get(state.groups.get(id)?.route ?? '')?.receiver);
}

/** The group that tells the story to the receiver, where there is one; else the group of the route and the labels. */
function placeOf({ state, settings }: Fold, route: RouteNode, labels: Labels, incident: IncidentRecord | undefined): { id: string; own: Labels; isTeller: boolean } {
  const { stories } = settings.inhibit;
  const teller = stories ? incident?.tellers.find(([receiver]) => receiver === route.receiver)?.[1] : undefined;
  const told = teller === undefined ? undefined : state.groups.get(teller);
  // The usual case, in a storm above all: the story has one group, which is its own.
  if (told !== undefined && told.route === route.id && route.groupBy?.length === 1 && route.groupBy[0] === 'incident') return { id: told.id, own: told.labels, isTeller: false };
  const own = groupLabels(route, labels);
  const id = groupIdOf(route, own);
  return told !== undefined && told.id !== id ? { id: told.id, own, isTeller: true } : { id, own, isTeller: false };
}

function insert(fold: Fold, record: AlertRecord, route: RouteNode, incident: IncidentRecord | undefined): void {
  const { state, nowMs, due, routes } = fold;
  const { id, own, isTeller } = placeOf(fold, route, record.labels, incident);
  let group = state.groups.get(id);
  if (group === undefined) {
    state.groupsMade += 1;
    group = { id, route: route.id, labels: own, alerts: [], dueMs: nowMs + route.groupWaitMs, hasFlushed: false, order: state.groupsMade };
    state.groups.set(id, group);
    due.add(group);
  }
  if (isTeller) decide(record, nowMs, 'inhibit', 'told by its story', group.id);
  if (incident !== undefined && !isTeller) tellBy(incident, route.receiver, id);
  if (!record.groups.includes(id)) {
    record.groups.push(id);
    group.alerts.push(record.id);
    beginAnew(fold, group);
    const { groupWaitMs, path } = routes.get(group.route) ?? route;
    decide(record, nowMs, 'group', group.hasFlushed ? 'joins a group' : `waits ${groupWaitMs / 1_000} s for others`, path);
  }
  hasten(fold, group, record);
}

/** The wait for others counts from when the alert began to fire. */
function hasten({ nowMs, due, routes }: Fold, group: GroupRecord, record: AlertRecord): void {
  const waitMs = routes.get(group.route)?.groupWaitMs ?? 0;
  if (group.hasFlushed || record.startsMs + waitMs >= nowMs || group.dueMs <= nowMs) return;
  group.dueMs = nowMs;
  due.add(group);
}

/** Of a story nothing was told yet, because all that came before was held back: it waits no longer than one that begins. */
function beginAnew({ state, settings, nowMs, due, routes }: Fold, group: GroupRecord): void {
  const dueMs = nowMs + (routes.get(group.route)?.groupWaitMs ?? 0);
  const isTold = (state.log.get(group.id)?.firing.length ?? 0) > 0;
  if (!settings.inhibit.stories || !group.hasFlushed || isTold || group.dueMs <= dueMs) return;
  group.dueMs = dueMs;
  due.add(group);
}

function tellBy(incident: IncidentRecord, receiver: string, id: string): void {
  const teller = incident.tellers.find(([name]) => name === receiver);
  if (teller === undefined) incident.tellers.push([receiver, id]);
  else teller[1] = id;
}

/** An alert for which there was no room is counted where it would have been told. */
function count(fold: Fold, alert: Alert, incident: IncidentRecord | undefined): void {
  const { state, settings, routes, silencer, nowMs } = fold;
  if (alert.revision > 1) return;
  const severity = incident !== undefined && settings.inhibit.stories ? incident.severity : alert.severity;
  const labels = labelsOf(alert, incident?.id ?? '', severity);
  const trace: Pick<AlertRecord, 'decisions'> = { decisions: [] };
  const silence = silencer.mutes(labels, nowMs);
  if (silence !== undefined) decide(trace, nowMs, 'silence', 'silenced', silence.id);
  else {
    for (const route of routes.match(labels)) {
      const group = state.groups.get(placeOf(fold, route, labels, incident).id);
      if (group === undefined) withhold(fold, route, (tally) => addTo(tally, alert.severity, alert.entity.name), undefined);
      else addTo((group.untold ??= emptyTally()), alert.severity, alert.entity.name);
      decide(trace, nowMs, 'cap', group === undefined ? 'counted in the digest' : 'counted in its group', route.path);
    }
  }
  keepClosed(fold, alert.id, alert.revision, incident?.id ?? '', trace.decisions);
}
