/** Stage incident: alerts that are tied and at most 30 minutes apart become one story. */
import { createHash } from 'node:crypto';
import type { Alert } from '#contract';
import { decide } from './decide.ts';
import { deploymentExplains } from './deployment.ts';
import { isOver, type Arrival, type Fold } from './fold.ts';
import { labelsOf } from './labels.ts';
import type { AlertRecord, IncidentRecord } from './state.ts';
import { graver, rankOf, storySeverity } from './story.ts';
import { kindOf, tacticOf } from './tactics.ts';
import { tiesOf } from './ties.ts';

/** Event time between two alerts of one story; as long as the quiet that ends an alert. */
export const apartMs = 30 * 60_000;
/** A story that goes on for ever hides what is new in it. */
const longestMs = 24 * 3_600_000;
/** More tasks in one story find it by their service. */
const mostTies = 40;

/** Files an alert that is new or changed; undefined where it is only repeated. `releaseMs` is not after now. */
export function receive(fold: Fold, alert: Alert, releaseMs: number): Arrival | undefined {
  const { state, nowMs, settings } = fold;
  const known = state.alerts.get(alert.id);
  if (known !== undefined) {
    const ends = alert.status === 'resolved' && !isOver(known, nowMs);
    if (alert.revision <= known.revision && !ends) return undefined;
    const incident = state.incidents.get(known.incident)!;
    if (isOver(known, nowMs) && alert.status === 'firing') known.startsMs = releaseMs;
    known.revision = Math.max(known.revision, alert.revision);
    known.severity = alert.severity;
    if (alert.status === 'firing') known.endsMs = nowMs + settings.resolveAfterMs;
    else if (ends) {
      known.endsMs = nowMs;
      decide(known, nowMs, 'resolve', 'reported over');
    }
    if (known.alert !== undefined) known.alert = withoutRaw(alert);
    return grown(fold, { alert, record: known, incident, others: [], ways: [] }, spanOf(alert, nowMs), false);
  }
  const closed = state.closed.get(alert.id);
  if (closed !== undefined && alert.revision <= closed.revision) return undefined;
  const { seeks, leaves } = tiesOf(alert);
  const span = spanOf(alert, nowMs);
  const incident = found(fold, span, seeks) ?? opened(fold, alert, span);
  if (incident === undefined) return { alert, others: [], ways: [] };
  for (const tie of leaves) {
    if (!incident.ties.includes(tie)) {
      if (incident.ties.length >= mostTies) continue;
      incident.ties.push(tie);
    }
    state.ties.set(tie, incident.id);
  }
  const isCounted = closed === undefined && alert.revision === 1;
  const hasRoom = state.alerts.size < fold.limits.alerts && incident.alerts.length < fold.limits.alertsPerIncident;
  if (!hasRoom) {
    if (isCounted || incident.alertCount === 0) incident.alertCount += 1;
    return grown(fold, { alert, incident, others: [], ways: [] }, span, false);
  }
  if (closed === undefined) incident.alertCount += 1;
  const record: AlertRecord = {
    id: alert.id,
    revision: alert.revision,
    startsMs: releaseMs,
    // What comes as over when it is first heard of was firing unheard; people are told of it and then that it is over.
    endsMs: nowMs + settings.resolveAfterMs,
    severity: alert.severity,
    incident: incident.id,
    labels: {},
    firstSeenMs: span.firstMs,
    isExplained: deploymentExplains(alert),
    groups: [],
    decisions: closed?.decisions ?? [],
  };
  state.closed.delete(alert.id);
  state.alerts.set(record.id, record);
  incident.alerts.push(record.id);
  keepText(fold, incident, record, alert);
  decide(record, nowMs, 'incident', incident.alerts.length === 1 ? 'begins a story' : 'part of a story', incident.id);
  return grown(fold, { alert, record, incident, others: [], ways: [] }, span, true);
}

/** The surest tie that leads to a story near in time. */
function found({ state }: Fold, { firstMs, lastMs }: Span, seeks: readonly string[]): IncidentRecord | undefined {
  for (const tie of seeks) {
    const incident = state.incidents.get(state.ties.get(tie) ?? '');
    if (incident === undefined) continue;
    const isNear = firstMs <= incident.lastMs + apartMs && lastMs >= incident.firstMs - apartMs;
    if (isNear && lastMs - incident.firstMs <= longestMs) return incident;
  }
  return undefined;
}

function opened({ state, limits }: Fold, alert: Alert, { firstMs }: Span): IncidentRecord | undefined {
  if (state.incidents.size >= limits.incidents || state.alerts.size >= limits.alerts) return undefined;
  const id = createHash('sha256').update(`incident\u0001${alert.id}\u0001${alert.firstSeen}`).digest('hex').slice(0, 16);
  const incident: IncidentRecord = {
    id, firstMs, lastMs: firstMs, severity: alert.severity, worst: alert.severity, tactics: [], kinds: [], alertCount: 0, alerts: [], ties: [], tellers: [],
  };
  state.incidents.set(id, incident);
  return incident;
}

/** Brings the story up to date with an alert, and labels with the story. */
function grown(fold: Fold, arrival: Arrival & { alert: Alert; incident: IncidentRecord }, { firstMs, lastMs }: Span, isNew: boolean): Arrival {
  const { alert, record, incident } = arrival;
  incident.firstMs = Math.min(incident.firstMs, firstMs);
  incident.lastMs = Math.max(incident.lastMs, lastMs);
  incident.worst = graver(incident.worst, alert.severity);
  for (const technique of alert.attack) {
    const tactic = tacticOf(technique);
    if (tactic !== undefined && !incident.tactics.includes(tactic)) incident.tactics.push(tactic);
  }
  const kind = kindOf(alert.detector);
  // A story of more kinds than this is confirmed enough.
  if (incident.kinds.length < 8 && !incident.kinds.includes(kind)) incident.kinds.push(kind);
  const severity = graver(incident.severity, storySeverity(incident.worst, incident.alertCount, incident.tactics, incident.kinds));
  const hasRisen = severity !== incident.severity;
  incident.severity = severity;
  const { stories } = fold.settings.inhibit;
  if (record !== undefined) relabel(fold, record, labelsOf(alert, incident.id, stories ? severity : alert.severity), isNew);
  if (hasRisen && stories) {
    for (const id of incident.alerts) {
      const other = fold.state.alerts.get(id);
      if (other === undefined || other === record) continue;
      relabel(fold, other, { ...other.labels, severity }, false);
      if (!isOver(other, fold.nowMs)) arrival.others.push(other);
    }
  }
  return arrival;
}

function relabel({ inhibitor }: Fold, record: AlertRecord, labels: AlertRecord['labels'], isNew: boolean): void {
  const isSame = !isNew && record.labels.severity === labels.severity && record.labels.account === labels.account && record.labels.region === labels.region;
  if (isSame) return;
  if (!isNew) inhibitor.forget(record);
  record.labels = labels;
  inhibitor.learn(record);
}

/** Notifications show so many alerts of an incident; a graver one takes the place of the last that is less grave. */
function keepText({ state, limits }: Fold, incident: IncidentRecord, record: AlertRecord, alert: Alert): void {
  const told = incident.alerts.flatMap((id) => {
    const other = state.alerts.get(id);
    return other?.alert === undefined ? [] : [other];
  });
  const isFirst = told.length === 0;
  if (isFirst || (told.length < limits.textsPerIncident && state.textsKept < limits.texts)) {
    record.alert = withoutRaw(alert);
    state.textsKept += 1;
    return;
  }
  const least = told.reduceRight((found, other) => (rankOf(other.severity) < rankOf(found.severity) ? other : found));
  if (rankOf(least.severity) >= rankOf(record.severity)) return;
  delete least.alert;
  record.alert = withoutRaw(alert);
}

/** Raw records are for `jsonl`; people are not shown them, and they are most of an alert. */
function withoutRaw(alert: Alert): Alert {
  if (!alert.evidence.records.some((record) => record.raw !== undefined)) return alert;
  const records = alert.evidence.records.map((record) => {
    const { raw: _, ...origin } = record;
    return origin;
  });
  return { ...alert, evidence: { ...alert.evidence, records } };
}

/** Event times of an alert. */
interface Span {
  firstMs: number;
  lastMs: number;
}

function spanOf({ firstSeen, lastSeen }: Alert, nowMs: number): Span {
  const firstMs = eventMs(firstSeen, nowMs);
  return { firstMs, lastMs: lastSeen === firstSeen ? firstMs : Math.max(firstMs, eventMs(lastSeen, nowMs)) };
}

/** Event time of an instant; nothing happens later than now. */
export function eventMs(instant: string, nowMs: number): number {
  const timeMs = Date.parse(instant);
  return Number.isNaN(timeMs) ? nowMs : Math.min(timeMs, nowMs);
}
