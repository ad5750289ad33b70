/** Runs a detector's case through the real decoders and the real walk: whole, split with saved state, or from merged halves. */
import { Buffer } from 'node:buffer';
import { baselineKinds } from '#baselines';
import { flowFields, type Alert, type Case, type Detector, type FargazerEvent, type Intake } from '#contract';
import { joinPieces } from '../../src/decode/log/join-pieces.ts';
import { openStream } from '../../src/decode/stream.ts';
import { Checkpoint } from '../../src/engine/checkpoint.ts';
import { mergeOwners } from '../../src/engine/merge-owners.ts';
import type { AnyKind } from '../../src/engine/parts.ts';
import { Walk } from '../../src/engine/run.ts';
import { newState, type WalkState } from '../../src/engine/state.ts';
import { engineSettings, type EngineSettings } from '../../src/engine/settings.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';

export const kinds = new Map(Object.entries(baselineKinds)) as unknown as ReadonlyMap<string, AnyKind>;

/** Decodes records of mixed formats; flow log lines are those of `flowLine`. */
export function decodeRecords(records: readonly string[], intake: Intake): { unreadable: number } {
  const json = records.filter((record) => record.startsWith('{'));
  const flows = records.filter((record) => !record.startsWith('{'));
  let unreadable = 0;
  for (const [file, lines] of [['case.ndjson', json], ['case.flows', [flowFields, ...flows]]] as const) {
    if (lines.length === 0 || (file === 'case.flows' && flows.length === 0)) continue;
    const stream = openStream({ file, settings: {}, intake });
    stream.write(Buffer.from(`${lines.join('\n')}\n`));
    stream.end();
    unreadable += stream.reading.unreadable.reduce((sum, { count }) => sum + count, 0);
  }
  return { unreadable };
}

/** All events of records, not reduced. */
export function eventsOf(records: readonly string[]): FargazerEvent[] {
  const events: FargazerEvent[] = [];
  const intake = {
    generation: 0,
    take(event: FargazerEvent) {
      intake.generation += 1;
      events.push(JSON.parse(JSON.stringify(event)) as FargazerEvent);
      return event;
    },
  };
  decodeRecords(records, intake);
  return events;
}

function walkFor(detector: Detector, story: Case, run: Partial<EngineSettings>, state?: WalkState): Walk {
  const options = detector.options.parse(story.options ?? {});
  return new Walk(engineSettings({ detectors: [{ detector, options }], ...run }), joinPieces, state);
}

function teachingOf(story: Case): EngineSettings['teaching'] {
  if (story.teachUntil === undefined) return {};
  const firstMs = Math.min(...eventsOf(story.records).map(({ timeMs }) => timeMs));
  return { forMs: Date.parse(story.teachUntil) - firstMs };
}

export function runWhole(detector: Detector, story: Case): Alert[] {
  const walk = walkFor(detector, story, { teaching: teachingOf(story) });
  decodeRecords(story.records, walk.gate);
  walk.beginTeaching();
  walk.finish();
  return walk.state.episodes.alerts(Infinity, true);
}

/** The same in two runs, with the state stored in between. */
export async function runSplit(detector: Detector, story: Case, atMs: number): Promise<Alert[]> {
  const store = memoryStore();
  const first = walkFor(detector, story, { teaching: teachingOf(story), toMs: atMs });
  decodeRecords(story.records, first.gate);
  first.beginTeaching();
  first.walkTo(atMs);
  const before = first.state.episodes.alerts(Infinity, true);
  await (await Checkpoint.open(store, kinds)).save(first, { toMs: atMs });
  const checkpoint = await Checkpoint.open(store, kinds);
  const second = walkFor(detector, story, { fromMs: atMs }, await checkpoint.state());
  await checkpoint.restore(second, true);
  decodeRecords(story.records, second.gate);
  second.finish();
  const after = second.state.episodes.alerts(Infinity, true);
  const updated = new Set(after.map(({ id }) => id));
  return [...before.filter(({ id }) => !updated.has(id)), ...after];
}

/** Two halves of the teaching learned apart and merged, then the rest judged. */
export function runMerged(detector: Detector, story: Case): Alert[] {
  const untilMs = Date.parse(story.teachUntil!);
  const events = eventsOf(story.records);
  const firstMs = Math.min(...events.map(({ timeMs }) => timeMs));
  const middleMs = firstMs + Math.floor((untilMs - firstMs) / 2);
  const learned = newState();
  learned.teachUntilMs = untilMs;
  for (const [fromMs, toMs] of [[-Infinity, middleMs], [middleMs, untilMs]] as const) {
    const state = newState();
    state.teachUntilMs = untilMs;
    const walk = walkFor(detector, story, {}, state);
    for (const event of events) if (event.timeMs >= fromMs && event.timeMs < toMs) walk.gate.take(structuredClone(event));
    walk.finish();
    mergeOwners(learned.owners, state.owners);
    Object.assign(learned.feedFirstMs, { ...state.feedFirstMs, ...learned.feedFirstMs });
  }
  const walk = walkFor(detector, story, {}, learned);
  for (const event of events) if (event.timeMs >= untilMs) walk.gate.take(structuredClone(event));
  walk.finish();
  return walk.state.episodes.alerts(Infinity, true);
}

/** What of a case's expectations does not hold, as sentences; empty where all does. */
export function disagreements(story: Case, alerts: readonly Alert[]): string[] {
  const matches = (alert: Alert, fire: Case['fires'][number]): boolean =>
    Date.parse(alert.lastSeen) >= Date.parse(fire.from) &&
    Date.parse(alert.firstSeen) <= Date.parse(fire.to) &&
    (fire.object === undefined || (typeof fire.object === 'string' ? alert.object === fire.object : fire.object.test(alert.object))) &&
    (fire.severity === undefined || alert.severity === fire.severity);
  const missing = story.fires
    .filter((fire) => !alerts.some((alert) => matches(alert, fire)))
    .map(({ from, to, object }) => `nothing fired from ${from} to ${to}${object === undefined ? '' : ` about ${String(object)}`}`);
  const unexpected = alerts
    .filter((alert) => !story.fires.some((fire) => matches(alert, fire)))
    .map(({ title, firstSeen, object }) => `fired at ${firstSeen} about ${object}: ${title}`);
  return [...missing, ...unexpected];
}
