/** Forgetting: what is over and told goes, at fixed instants of release time, so that no split of a walk changes it. */
import type { Fold } from './fold.ts';
import { isOver } from './fold.ts';
import { apartMs } from './incident.ts';
import type { AlertRecord, IncidentRecord } from './state.ts';

/** Alertmanager looks for empty groups as often; until then a group keeps its rhythm. */
export const tidyEveryMs = 30_000;
/** The slowest feed may bring an alert of a story so much later. */
const latestMs = 20 * 60_000;

export function forget(fold: Fold): void {
  const { state } = fold;
  for (const group of state.groups.values()) if (group.alerts.length === 0 && group.untold === undefined) state.groups.delete(group.id);
  for (const incident of state.incidents.values()) forgetAlerts(fold, incident);
  forgetLog(fold);
}

/** Whether there is anything that time could change. */
export function hasNothing({ state }: Fold): boolean {
  return state.groups.size === 0 && state.incidents.size === 0 && state.log.size === 0;
}

function forgetAlerts(fold: Fold, incident: IncidentRecord): void {
  const { state, nowMs, inhibitor } = fold;
  const records = incident.alerts.flatMap((id) => state.alerts.get(id) ?? []);
  const isAlive = records.some((record) => record.groups.length > 0 || !isOver(record, nowMs)) || nowMs <= incident.lastMs + apartMs + latestMs;
  for (const record of records) {
    // Those with a text are told with the story to its end.
    if (record.groups.length > 0 || !isOver(record, nowMs) || (isAlive && record.alert !== undefined)) continue;
    if (record.alert !== undefined) state.textsKept -= 1;
    inhibitor.forget(record);
    state.alerts.delete(record.id);
    keepClosed(fold, record.id, record.revision, incident.id, record.decisions);
  }
  if (isAlive) {
    if (records.length > 0) incident.alerts = incident.alerts.filter((id) => state.alerts.has(id));
    return;
  }
  state.incidents.delete(incident.id);
  for (const tie of incident.ties) if (state.ties.get(tie) === incident.id) state.ties.delete(tie);
}

/** An entry that says that nothing fires is as good as none, but for the thread of an incident that may go on. */
function forgetLog({ state, routes, limits, nowMs }: Fold): void {
  for (const entry of state.log.values()) {
    const group = state.groups.get(entry.group);
    if (group !== undefined) continue;
    const repeatMs = routes.get(entry.group.split(' ', 1)[0] ?? '')?.repeatIntervalMs ?? 0;
    const isGone = entry.firing.length === 0 ? entry.incident === undefined || !state.incidents.has(entry.incident) : nowMs > entry.timeMs + 2 * repeatMs;
    if (isGone) state.log.delete(entry.group);
  }
  for (const id of state.log.keys()) {
    if (state.log.size <= limits.logEntries) break;
    if (!state.groups.has(id)) state.log.delete(id);
  }
}

/** What was decided stays known for a while after an alert is gone. */
export function keepClosed({ state, limits }: Fold, id: string, revision: number, incident: string, decisions: AlertRecord['decisions']): void {
  state.closed.delete(id);
  state.closed.set(id, { id, revision, incident, decisions });
  if (state.closed.size < limits.closed) return;
  // A tenth at once: looking for the oldest costs more than forgetting it.
  let tooMany = Math.ceil(limits.closed / 10);
  for (const oldest of state.closed.keys()) {
    if (tooMany === 0) break;
    state.closed.delete(oldest);
    tooMany -= 1;
  }
}
