/** The same records as a plain replay walks them, and what of a run must come out alike. */
import { flowFields, type Alert, type PendingAlert, type Store } from '#contract';
import { openRecords } from '../../../src/decode/record.ts';
import { Checkpoint } from '../../../src/engine/checkpoint.ts';
import { packOwner } from '../../../src/engine/pack-owner.ts';
import type { Walk } from '../../../src/engine/run.ts';
import type { WalkState } from '../../../src/engine/state.ts';
import { kindsByName, type MakeWalk } from '../../../src/entry/program/engine.ts';
import type { LiveRun } from '../../../src/entry/program/live/live-run.ts';
import { defaultConfig } from '../../../src/config/index.ts';
import { finders, walkOf } from '../../engine/watching.ts';
import type { Timed } from './recording.ts';

/** As where a configuration says nothing. */
export const alerting = defaultConfig({ detectors: new Map() }).alerting;

/** Flow logs of the recordings have the fields of the cases. */
export const decode = { flowFields: flowFields.split(' ') };

/** Detectors that find in every observation what was learned before it. */
export const makeWalk: MakeWalk = (run, state, lateness) => walkOf(finders, { ...run, ...(lateness === undefined ? {} : { lateness }) }, state);

/** Other detectors, and other fields of flow logs, than those of the tests. */
export interface Means {
  makeWalk?: MakeWalk;
  flowFields?: readonly string[];
}

/** Walks records up to a release, as `replay --to` does. */
export function replayed(records: readonly Pick<Timed, 'text'>[], toMs: number, learnForMs?: number, { makeWalk: make = makeWalk, flowFields: fields = decode.flowFields }: Means = {}): Walk {
  const walk = make({ teaching: learnForMs === undefined ? {} : { forMs: learnForMs }, toMs });
  const reader = openRecords({ file: 'replay', settings: { flowFields: [...fields] }, intake: walk.gate });
  for (const { text } of records) reader.take(Buffer.from(text), '', undefined);
  walk.state.coverage.isOn = true;
  walk.beginTeaching();
  walk.walkTo(toMs);
  return walk;
}

/** An alert without where its records were read, and whether it is over, which a live run says later. */
export function bare(alert: Alert): unknown {
  const { status: _status, incident: _incident, evidence, ...rest } = alert;
  return { ...rest, evidence: { ...evidence, records: evidence.records.map(({ raw }) => raw) } };
}

/** The last of each id, in order. */
export function lastOfEach(alerts: readonly Alert[]): unknown[] {
  const last = new Map<string, Alert>();
  for (const alert of alerts) last.set(alert.id, alert);
  return [...last.values()].sort((left, right) => (left.firstSeen < right.firstSeen ? -1 : left.firstSeen > right.firstSeen ? 1 : left.id < right.id ? -1 : 1)).map(bare);
}

/** All alerts that a run saved, and what its next tick would tell. */
export async function allPending(run: LiveRun): Promise<Alert[]> {
  const all: PendingAlert[] = [];
  for (;;) {
    const more = await run.pending(all.at(-1)?.number ?? 0);
    if (more.length === 0) return [...all.map(({ alert }) => alert), ...untold(run.walk.state)];
    all.push(...more);
  }
}

/** The same of a store. */
export async function pendingIn(store: Store): Promise<Alert[]> {
  const checkpoint = await Checkpoint.open(store, kindsByName);
  const batches = await Promise.all(checkpoint.pending.map((batch) => checkpoint.alertsOf(batch)));
  return [...batches.flat().map(({ alert }) => alert), ...untold(await checkpoint.state())];
}

/** What was found at the very end is told at the tick behind it. */
function untold({ episodes: { news } }: WalkState): Alert[] {
  news.isOn = true;
  news.goTo(Infinity);
  return news.take().map(({ alert }) => alert);
}

/** Baselines by owner, in an order of their own. */
export function baselines(walk: Walk): unknown {
  const owners = [...walk.state.owners.records.values()].map((record) => {
    const { groups, instances, revisions, feeds, ...rest } = packOwner(record);
    return { ...rest, groups: sorted(groups.map((group) => ({ ...group, parts: sorted(group.parts) }))), instances: sorted(instances), revisions: sorted(revisions), feeds: [...feeds].sort() };
  });
  return sorted(owners);
}

/** The walk as it stands in a store. */
export async function stored(store: Store, make: MakeWalk = makeWalk): Promise<Walk> {
  const checkpoint = await Checkpoint.open(store, kindsByName);
  await checkpoint.fetchAll();
  const state = await checkpoint.state();
  checkpoint.loadAll(state);
  return make({ teaching: {} }, state, checkpoint.lateness);
}

function sorted(list: readonly unknown[]): unknown[] {
  return list.map((one) => JSON.parse(JSON.stringify(one)) as unknown).sort((left, right) => (canonical(left) < canonical(right) ? -1 : 1));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1))) : inner,
  );
}
