/** Stage cap: no more messages an hour and route than people can read; what is beyond is told in one digest with true counts. */
import { createHash } from 'node:crypto';
import type { Notification } from '#contract';
import { decide } from './decide.ts';
import { isOver, type Draft, type Fold } from './fold.ts';
import { gravestOf } from './deduplicate.ts';
import { mutedBy } from './mute-times.ts';
import { incidentOf } from './notification.ts';
import type { RouteNode } from './route-tree.ts';
import type { CapRecord, Tally } from './state.ts';
import { rankOf } from './story.ts';
import { addTo, emptyTally, merge } from './tally.ts';

export const capWindowMs = 3_600_000;
/** Of the cap, this share is for the severities high and critical alone: a flood of trifles must not hide the one that matters. */
const reservedShare = 1 / 4;
/** Incidents that a digest can name. */
const mostNamed = 200;
const mostShown = 10;
/** The names with the most alerts. */
const mostNames = 20;
/** A digest that falls into a mute time is tried again so much later. */
const mutedAgainMs = 60_000;

export function cap(fold: Fold, draft: Draft): void {
  const { state, settings, nowMs } = fold;
  const { route, group, reason, alerts } = draft;
  if (alerts.length === 0 || reason === undefined) return;
  const entry = state.log.get(group.id);
  const isEnd = reason === 'some alerts resolved' || reason === 'all alerts resolved';
  const isTold = entry?.isTold ?? false;
  if (isEnd && !(settings.receivers[route.receiver]?.sendResolved ?? true)) return end(fold, draft, 'noted', 'ends are not sent there');
  if (isEnd && !isTold) return end(fold, draft, 'noted', 'told in a digest only');
  const of = capOf(fold, route);
  of.sentMs = of.sentMs.filter((timeMs) => timeMs > nowMs - capWindowMs);
  const firing = alerts.filter((record) => !isOver(record, nowMs));
  const severity = gravestOf(fold, firing.length > 0 ? firing : alerts);
  const { messagesPerHour } = settings.caps;
  const room = rankOf(severity) >= rankOf('high') ? messagesPerHour : Math.ceil(messagesPerHour * (1 - reservedShare));
  if (of.sentMs.length < room) {
    of.sentMs.push(nowMs);
    draft.verdict = 'send';
    for (const record of alerts) decide(record, nowMs, 'deduplicate', reason, `${route.receiver}, ${route.path}`);
    return;
  }
  const full = `${of.sentMs.length} messages this hour, ${route.path}`;
  // What was told and did not become more can wait until there is room; it is tried after each interval of the group.
  if (isTold && reason !== 'new alerts added' && reason !== 'first notification') return end(fold, draft, 'later', full);
  const known = new Set(entry?.firing ?? []);
  withhold(fold, route, (tally) => {
    for (const record of firing) if (!known.has(record.id)) addTo(tally, record.severity, record.labels.service ?? '');
    if (group.untold !== undefined) merge(tally, group.untold);
  }, new Set(firing.map(({ incident }) => incident)));
  delete group.untold;
  end(fold, draft, 'noted', full, 'counted in the digest');
}

function end({ nowMs }: Fold, draft: Draft, verdict: 'noted' | 'later', detail: string, reason = verdict === 'later' ? 'waits for room' : 'not sent'): void {
  draft.verdict = verdict;
  for (const record of draft.alerts) decide(record, nowMs, 'cap', reason, detail);
}

export function capOf({ state }: Fold, route: RouteNode): CapRecord {
  let of = state.caps.get(route.id);
  if (of === undefined) state.caps.set(route.id, (of = { route: route.id, sentMs: [] }));
  return of;
}

/** Counts alerts into the digest of a route, which is begun if there is none. */
export function withhold(fold: Fold, route: RouteNode, count: (tally: Tally) => void, incidents: ReadonlySet<string> | undefined): void {
  const { nowMs, settings } = fold;
  const of = capOf(fold, route);
  // By then each group of a storm was due again, so that one digest counts all of it.
  const afterMs = Math.max(settings.caps.digestAfterMs, route.groupWaitMs + route.groupIntervalMs);
  of.digest ??= { sinceMs: nowMs, dueMs: Math.max(nowMs + afterMs, (of.lastDigestMs ?? -Infinity) + capWindowMs), tally: emptyTally(), messages: 0, incidents: [] };
  count(of.digest.tally);
  of.digest.messages += 1;
  for (const id of incidents ?? []) if (of.digest.incidents.length < mostNamed && !of.digest.incidents.includes(id)) of.digest.incidents.push(id);
}

/** When the next digest is due; Infinity where none is. */
export function nextDigestMs({ state }: Fold): number {
  let dueMs = Infinity;
  for (const { digest } of state.caps.values()) if (digest !== undefined && digest.dueMs < dueMs) dueMs = digest.dueMs;
  return dueMs;
}

/** Digests that are due now, but for those of routes that are muted: they wait. */
export function dueDigests(fold: Fold): Notification[] {
  const { state, routes, nowMs } = fold;
  const due: Notification[] = [];
  for (const of of state.caps.values()) {
    if (of.digest === undefined || of.digest.dueMs > nowMs) continue;
    const route = routes.get(of.route) ?? routes.root;
    if (mutedBy(fold, route) !== undefined) of.digest.dueMs = nowMs + mutedAgainMs;
    else due.push(digestOf(fold, route, of, of.digest));
  }
  return due;
}

function digestOf(fold: Fold, route: RouteNode, of: CapRecord, digest: NonNullable<CapRecord['digest']>): Notification {
  const { state, nowMs } = fold;
  of.lastDigestMs = nowMs;
  delete of.digest;
  const incidents = digest.incidents.flatMap((id) => state.incidents.get(id) ?? []).sort((left, right) => rankOf(right.severity) - rankOf(left.severity) || left.firstMs - right.firstMs || (left.id < right.id ? -1 : 1));
  const byName = digest.tally.byName.toSorted(([left, many], [right, more]) => more - many || (left < right ? -1 : 1));
  return {
    key: createHash('sha256').update(['digest', route.receiver, route.id, digest.sinceMs].join('\u0001')).digest('hex').slice(0, 32),
    sequence: 1,
    receiver: route.receiver,
    reason: 'digest',
    status: 'firing',
    timeMs: nowMs,
    groupLabels: {},
    incidents: incidents.slice(0, mostShown).map((incident) => incidentOf(fold, incident, incident.alerts.flatMap((id) => state.alerts.get(id) ?? []), incident.alertCount)),
    incidentCount: Math.max(incidents.length, digest.incidents.length),
    digest: { bySeverity: digest.tally.bySeverity, byName: byName.slice(0, mostNames).map(([name, count]) => [name, count]), sinceMs: digest.sinceMs },
  };
}
