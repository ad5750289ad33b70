/**
 * An alert as Alertmanager takes it: labels are its identity, everything that changes stands in annotations.
 * Format: prometheus/alertmanager, `api/v2/openapi.yaml` (postableAlert) and `docs/alerts_api.md`.
 */
import { createHash } from 'node:crypto';
import type { Alert } from '#contract';
import { plain } from '../../message/plain.ts';
import { quantity, sanitize } from '../../text.ts';

export interface PostedAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
}

/** No bound is published; longer values no label needs. */
const labelCharacters = 200;

/** `endsAtMs` is used for an alert that fires; one that is over ended when it was last seen. */
export function postedAlert(alert: Alert, endsAtMs: number): PostedAlert {
  const { entity, evidence, explanation } = alert;
  const said = (value: string | number): string => (typeof value === 'number' ? quantity(value, evidence.unit) : value);
  return {
    labels: filled([
      ['alertname', label(alert.detector)], ['severity', alert.severity],
      ['kind', label(entity.kind)], ['name', label(entity.name)], ['account', label(entity.account)], ['region', label(entity.region)],
      ['cluster', label(entity.cluster)], ['container', label(entity.container)], ['task', label(entity.instance)], ['object', label(alert.object)],
    ]),
    annotations: filled([
      ['summary', plain(alert.title, 300)], ['description', plain(alert.summary)], ['look_first', plain(explanation.lookFirst)],
      ['observed', plain(said(evidence.observed), 300)], ['expected', plain(said(evidence.expected), 300)], ['history', plain(explanation.history)], ['quiet_if', plain(explanation.quiet)],
      ['deployment', plain(explanation.deployment ?? '')], ['attack', plain(alert.attack.slice(0, 50).join(' '), 500)], ['last_seen', alert.lastSeen],
      ['count', String(alert.count)], ['alert_id', plain(alert.id, 200)], ['revision', String(alert.revision)],
    ]),
    startsAt: alert.firstSeen,
    endsAt: alert.status === 'resolved' ? alert.lastSeen : new Date(Math.max(endsAtMs, Date.parse(alert.firstSeen))).toISOString(),
  };
}

/** The same at all times for the same thing: what is cut carries a hash, so that two long values stay apart. */
function label(text: string): string {
  const shown = sanitize(text).trim();
  return shown.length <= labelCharacters ? shown : `${shown.slice(0, labelCharacters - 10).toWellFormed()}…${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** An empty label is the same as none. */
function filled(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

/** What Alertmanager tells alerts apart by. */
export function identityOf({ labels }: PostedAlert): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
