/** One scenario in both pipelines, and where they differ. */
import type { Alert, PendingAlert } from '#contract';
import { Pipeline } from '../../../src/alerting/pipeline.ts';
import { newSilence } from '../../../src/alerting/stages/silencer.ts';
import { labelsOf } from '../../../src/alerting/stages/labels.ts';
import { alertOf, idsOf } from '../../alerting/pipeline/making.ts';
import { startAlertmanager, type Sent } from './alertmanager.ts';
import type { PlannedAlert, Scenario } from './scenario.ts';

export interface Comparison {
  seed: number;
  /** Notifications that are the same in both. */
  equal: number;
  differences: string[];
  /** The machine kept one of the two waiting, so that nothing can be said. */
  isVoid: boolean;
}

/** A quarter of a second lies between what happens; more lateness than this could change an order. */
const latestMs = 180;
/** Both tell the same at the same time, but one of them by HTTP; groups are due a second apart at least. */
const toleranceMs = 800;
/** Groups of several routes may have the same labels: what they tell at the same time has no order. */
const sameTimeMs = 500;

interface Told {
  /** Milliseconds after the start. */
  atMs: number;
  text: string;
}

function plannedAlert({ id, service, severity, detector, container, cluster }: PlannedAlert): Alert {
  return alertOf(id, { severity, detector, object: id, entity: { name: service, instance: '', container, cluster, kind: 'service' } });
}

/** By receiver and labels of the group, in order of time. */
function byGroup(told: readonly { group: string; atMs: number; text: string }[]): Map<string, Told[]> {
  const groups = new Map<string, Told[]>();
  for (const { group, atMs, text } of told.toSorted((left, right) => Math.floor(left.atMs / sameTimeMs) - Math.floor(right.atMs / sameTimeMs) || (left.text < right.text ? -1 : 1))) groups.set(group, [...(groups.get(group) ?? []), { atMs, text }]);
  return groups;
}

function textOf(status: string, firing: readonly string[], resolved: readonly string[]): string {
  return `${status}, firing ${firing.join(' ') || 'none'}, resolved ${resolved.join(' ') || 'none'}`;
}

function groupOf(receiver: string, labels: Readonly<Record<string, string>>): string {
  const { incident: _, ...rest } = labels;
  return `${receiver} ${JSON.stringify(Object.entries(rest).sort())}`;
}

async function sleepUntil(timeMs: number): Promise<number> {
  const leftMs = timeMs - Date.now();
  if (leftMs > 0) await new Promise((done) => setTimeout(done, leftMs));
  return Date.now() - timeMs;
}

export async function compare(binary: string, scenario: Scenario): Promise<Comparison> {
  const { settings, alerts, happenings, silences, lengthS, seed } = scenario;
  const alertmanager = await startAlertmanager(binary, settings);
  // Empty groups are looked for every 30 s after its start, ours at whole half minutes.
  const zeroMs = Date.now() + 100;
  const shiftMs = Math.floor(zeroMs / 30_000) * 30_000 - zeroMs;
  const pipeline = new Pipeline(settings);
  const planned = new Map(alerts.map((alert) => [alert.id, plannedAlert(alert)]));
  const revisions = new Map<string, number>();
  const pending: PendingAlert[] = [];
  let worstMs = 0;
  try {
    for (let second = 0; second < lengthS; second += 1) {
      worstMs = Math.max(worstMs, await sleepUntil(zeroMs + second * 1_000));
      const atMs = Date.now();
      for (const { atS, endsS, matchers } of silences) {
        if (atS !== second) continue;
        const endsMs = zeroMs + endsS * 1_000;
        await alertmanager.silence(matchers, atMs, endsMs);
        const silence = newSilence({ matchers, author: 'test', reason: 'oracle', startsMs: atMs + shiftMs, endsMs: endsMs + shiftMs });
        if ('fault' in silence) throw new Error(silence.fault);
        pipeline.silence(silence);
      }
      const now = happenings.filter(({ atS }) => atS === second);
      if (now.length > 0) {
        const postMs = Date.now();
        await alertmanager.post(now.map(({ alert, status }) => {
          const whole = planned.get(alert)!;
          return { labels: labelsOf(whole, '', whole.severity), ...(status === 'resolved' ? { endsAtMs: postMs } : {}) };
        }));
        for (const { alert, status } of now) {
          const revision = (revisions.get(alert) ?? 0) + 1;
          revisions.set(alert, revision);
          pending.push({ number: pending.length + 1, alert: { ...planned.get(alert)!, revision, status, lastSeen: new Date(postMs + shiftMs).toISOString() }, releaseMs: postMs + shiftMs });
        }
      }
      worstMs = Math.max(worstMs, Date.now() - atMs);
    }
    worstMs = Math.max(worstMs, await sleepUntil(zeroMs + lengthS * 1_000));
  } finally {
    await alertmanager.close();
  }
  pipeline.take(pending);
  const ours = pipeline.walkTo(zeroMs + lengthS * 1_000 + shiftMs).map(({ notification }) => {
    const { firing, resolved } = idsOf(notification);
    return { group: groupOf(notification.receiver, notification.groupLabels), atMs: notification.timeMs - shiftMs - zeroMs, text: textOf(notification.status, firing, resolved) };
  });
  const theirs = alertmanager.sent.map(({ receiver, groupLabels, status, alerts: sent, atMs }) => ({ group: groupOf(receiver, groupLabels), atMs: atMs - zeroMs, text: textOf(status, idsIn(sent, 'firing'), idsIn(sent, 'resolved')) }));
  return { seed, isVoid: worstMs > latestMs, ...differencesOf(byGroup(ours), byGroup(theirs)) };
}

/**
 * Compares until the machine was in time, and once more where they differ: a real difference comes again, one of timing
 * hardly. `mostRuns` bounds both.
 */
export async function compareSurely(binary: string, scenarioAt: (nowMs: number) => Scenario, mostRuns: number): Promise<Comparison> {
  let comparison = await compare(binary, scenarioAt(Date.now()));
  let hasDiffered = false;
  for (let run = 1; run < mostRuns; run += 1) {
    const isDifferent = !comparison.isVoid && comparison.differences.length > 0;
    if (!comparison.isVoid && (!isDifferent || hasDiffered)) break;
    hasDiffered ||= isDifferent;
    comparison = await compare(binary, scenarioAt(Date.now()));
  }
  return comparison;
}

function idsIn(alerts: Sent['alerts'], status: string): string[] {
  return alerts.filter((alert) => alert.status === status).map(({ labels }) => labels['object'] ?? '').sort();
}

function differencesOf(ours: ReadonlyMap<string, Told[]>, theirs: ReadonlyMap<string, Told[]>): { equal: number; differences: string[] } {
  const differences: string[] = [];
  let equal = 0;
  for (const group of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine = [], its = []] = [ours.get(group), theirs.get(group)];
    for (let at = 0; at < Math.max(mine.length, its.length); at += 1) {
      const [left, right] = [mine[at], its[at]];
      if (left !== undefined && right !== undefined && left.text === right.text && Math.abs(left.atMs - right.atMs) <= toleranceMs) {
        equal += 1;
        continue;
      }
      const shown = (told: Told | undefined): string => (told === undefined ? 'nothing' : `${(told.atMs / 1_000).toFixed(2)} s: ${told.text}`);
      differences.push(`${group}, message ${at + 1}: ours ${shown(left)}; Alertmanager ${shown(right)}`);
      break;
    }
  }
  return { equal, differences };
}
