/** Where a crowd came out otherwise than one process, in sentences; none where it is as it must be. */
import type { Notification, Store } from '#contract';
import { closedRound } from '../../../src/entry/program/live/passed.ts';
import { roundKey } from '../../../src/entry/program/live/lane.ts';
import { readDelivery } from '../../../src/alerting/dispatch/index.ts';
import { outputsOf } from '../../../src/alerting/receivers.ts';
import type { CrowdRun, CrowdSettings } from './crowd.ts';
import { knownIn, oneProcess, placeless, waitingIn } from './one-process.ts';

export interface Verdict {
  /** Compared: alerts with each revision of their own, and notifications. */
  alerts: number;
  revisions: number;
  notifications: number;
  /** Reasons of notifications and stages that withheld something, with how often. */
  met: Map<string, number>;
  differences: string[];
}

export async function verdictOn({ received, lastTickMs }: CrowdRun, { records, store, alerting, makeWalk, learnForMs }: CrowdSettings): Promise<Verdict> {
  const silences = (await store.item('silences'))?.value ?? null;
  const alone = await oneProcess(records, { alerting, makeWalk, learnForMs, lastTickMs, silences });
  const { alerts, notifications } = await waitingIn(alone);
  const differences: string[] = [];
  const differ = (what: string, found: readonly string[], expected: readonly string[]): void => {
    const [have, want] = [new Set(found), new Set(expected)];
    const missing = expected.filter((one) => !have.has(one));
    const extra = found.filter((one) => !want.has(one));
    if (missing.length > 0 || extra.length > 0) differences.push(`${what}: ${missing.length} of ${expected.length} are missing, ${extra.length} are others. ${firstDifference(extra[0] ?? '', missing[0] ?? '')}`);
  };

  differ('alerts delivered', received.alerts.map(placeless), alerts.map(placeless));
  differences.push(...disorder('alerts', received.alerts.map(({ id, revision }) => [id, revision]), alerts.map(({ id, revision }) => [id, revision])));
  for (const [output, list] of received.notifications) {
    const meant = notifications.filter(({ receiver }) => outputsOf(alerting, receiver).outputs.includes(output));
    differ(`notifications to ${output}`, list.map(placeless), meant.map(placeless));
    differences.push(...disorder(output, list.map(({ key, sequence }) => [key, sequence]), meant.map(({ key, sequence }) => [key, sequence])));
  }

  const [ours, theirs] = [await knownIn(store, makeWalk), await knownIn(alone, makeWalk)];
  differ('baselines', ours.baselines, theirs.baselines);
  differ('decisions', ours.decisions, theirs.decisions);
  differ('what `alerts why` prints', ours.stories, theirs.stories);
  if (ours.alerting !== theirs.alerting) differences.push(`what alerting remembers: ${firstDifference(ours.alerting, theirs.alerting)}`);
  differences.push(...(await leftIn(store)));
  return { alerts: new Set(alerts.map(({ id }) => id)).size, revisions: alerts.length, notifications: notifications.length, met: metIn(notifications, theirs.decisions), differences };
}

/** What comes first of each is in order, whatever comes again behind it. */
function disorder(what: string, came: readonly [id: string, number: number][], expected: readonly [id: string, number: number][]): string[] {
  const firsts = (list: readonly [string, number][]): string => {
    const numbers = new Map<string, number[]>();
    for (const [id, number] of list) {
      const known = numbers.get(id) ?? [];
      if (!known.includes(number)) numbers.set(id, [...known, number]);
    }
    return JSON.stringify([...numbers].sort(([left], [right]) => (left < right ? -1 : 1)));
  };
  const [found, wanted] = [firsts(came), firsts(expected)];
  return found === wanted ? [] : [`${what} came in another order: ${firstDifference(found, wanted)}`];
}

/** Rounds that nobody closed, and what an output gave up. */
async function leftIn(store: Store): Promise<string[]> {
  const left: string[] = [];
  const closed = await closedRound(store);
  if ((await store.item(roundKey(closed + 1))) !== undefined) left.push(`rounds are left behind round ${closed}`);
  for (const item of await store.items('delivery/')) {
    const { givenUp } = readDelivery(item);
    if (givenUp > 0) left.push(`${item.key} gave up ${givenUp}`);
  }
  return left;
}

function metIn(notifications: readonly Notification[], decided: readonly string[]): Map<string, number> {
  const met = new Map<string, number>();
  const count = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);
  for (const { reason } of notifications) count(reason);
  for (const one of decided) {
    for (const { stage, reason } of JSON.parse(one.slice(one.indexOf(' '))) as { stage: string; reason: string }[]) count(`${stage}: ${reason}`);
  }
  return met;
}

/** Both texts around the place where they part. */
export function firstDifference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 120), at + 160);
  return `…${around(one)}… in place of …${around(other)}…`;
}

