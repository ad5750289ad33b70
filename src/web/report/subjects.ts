/** Alerts in order of urgency, and whom they are about. */
import { severities, type Alert, type EntityOutcome, type ReplayOutcome, type Severity } from '#contract';
import { clip } from '../../alerting/text.ts';
import { html, type Markup } from './markup.ts';

/** An alert as the report places it. */
export interface Placed {
  alert: Alert;
  /** Anchor in the details; safe in HTML, unlike ids that come from outside. */
  anchor: string;
  fromMs: number;
  toMs: number;
  subject: Subject;
}

/** Whom alerts are about: an entity of the outcome, or one that is known from its alerts alone. */
export interface Subject {
  name: string;
  kind: string;
  anchor: string;
  entity?: EntityOutcome;
  /** Most urgent first. */
  alerts: Placed[];
}

export const urgency = (severity: Severity): number => severities.indexOf(severity);
export const fromMostUrgent: readonly Severity[] = severities.toReversed();

/** Most urgent subject first; those without alerts last, in the order given. */
export function placeAlerts(outcome: ReplayOutcome): { placed: Placed[]; subjects: Subject[] } {
  const subjects = new Map<string, Subject>();
  for (const entity of outcome.entities) {
    const { kind, account, region, cluster, name } = entity.owner;
    const subject: Subject = { name: entity.name.trim() || `unnamed ${kind}`, kind, anchor: `e${subjects.size + 1}`, entity, alerts: [] };
    subjects.set(JSON.stringify([kind, account, region, cluster, name]), subject);
  }
  const ranked = outcome.alerts.toSorted(byUrgency);
  const placed = ranked.map((alert, index): Placed => {
    const { kind, account, region, cluster, name } = alert.entity;
    const key = JSON.stringify([kind, account, region, cluster, name]);
    let subject = subjects.get(key);
    if (subject === undefined) {
      subject = { name: name.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '').trim() || `unnamed ${kind}`, kind, anchor: `e${subjects.size + 1}`, alerts: [] };
      subjects.set(key, subject);
    }
    const place = { alert, anchor: `a${index + 1}`, fromMs: Date.parse(alert.firstSeen), toMs: Date.parse(alert.lastSeen), subject };
    subject.alerts.push(place);
    return place;
  });
  return { placed, subjects: [...subjects.values()].toSorted(bySubject) };
}

function byUrgency(one: Alert, other: Alert): number {
  return (
    urgency(other.severity) - urgency(one.severity) ||
    other.evidence.score - one.evidence.score ||
    (one.firstSeen < other.firstSeen ? -1 : one.firstSeen > other.firstSeen ? 1 : one.id < other.id ? -1 : 1)
  );
}

function bySubject(one: Subject, other: Subject): number {
  const [first, second] = [one.alerts[0], other.alerts[0]];
  if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
  return byUrgency(first.alert, second.alert);
}

/** The name, as a link where the page has an article about it; `linked` holds the anchors that exist. */
export function nameOf({ name, anchor }: Subject, linked: ReadonlySet<string>, limit = 120): Markup {
  const shown = clip(name, limit);
  return linked.has(anchor) ? html`<a href="#${anchor}" title="${name}">${shown}</a>` : html`<span title="${name}">${shown}</span>`;
}

/** The word with its mark; the marks differ in shape as well as in colour. */
export function severityWord(severity: Severity): Markup {
  return html`<span class="severity"><svg width="12" height="12" aria-hidden="true"><use href="#m-${severity}" x="6" y="6" class="${severity}"/></svg>${severity}</span>`;
}

/** `1 critical, 4 high` */
export function tally(alerts: readonly Placed[]): string {
  return fromMostUrgent
    .map((severity) => ({ severity, count: alerts.filter(({ alert }) => alert.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count.toLocaleString('en-US')} ${severity}`)
    .join(', ');
}
