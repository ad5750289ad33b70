/**
 * The closer: when a round has passed, walks the rows before its tick from mark to mark, exactly as a replay does.
 * One closer's step is one conditional write, so however many try, each round is closed once.
 */
import type { Alert, AlertingSettings, JsonValue, Store } from '#contract';
import { attribute } from '../../../engine/attribute.ts';
import { Checkpoint, StateMoved } from '../../../engine/checkpoint.ts';
import { sectionsAfter, type Section } from '../../../engine/contribution.ts';
import { releaseOf } from '../../../engine/order.ts';
import { packsOf } from '../../../engine/owner-name.ts';
import type { LaneRecord, Round } from '../../../engine/rounds.ts';
import type { Walk } from '../../../engine/run.ts';
import { liveTape } from '../../../engine/tape-settings.ts';
import { kindsByName, type MakeWalk } from '../engine.ts';
import { applySilences, silencesIn } from '../alerts/silences.ts';
import { Alerting } from './alerting.ts';
import { closedRound, lanesOf, passedRound, roundIn, type PackedLive } from './passed.ts';

export interface CloserSettings {
  makeWalk: MakeWalk;
  alerting: AlertingSettings;
  store: Store;
  learnForMs?: number;
  /** False when the time left is short: no further round is begun. */
  hasTime: () => boolean;
  /** Pending alerts below this number are delivered everywhere. */
  deliveredBelow?: () => Promise<number>;
  /** The same of notifications. */
  notifiedBelow?: () => Promise<number>;
}

export interface CloserOutcome {
  /** Rounds closed by this call. */
  closed: number;
  /** Round walked through. */
  round: number;
  alerts: Alert[];
}

/** A round's rows walked, and what is saved with them. */
interface Opened {
  checkpoint: Checkpoint;
  walk: Walk;
  alerting: Alerting;
  round: number;
}

/** Owners are read ahead by the names in the rows, so a second attempt is rare; a third is for what facts changed meanwhile. */
const attempts = 8;

/** Closes every round that has passed and is not closed yet. */
export async function closeRounds(settings: CloserSettings): Promise<CloserOutcome> {
  const { store } = settings;
  const outcome: CloserOutcome = { closed: 0, round: await closedRound(store), alerts: [] };
  let opened: Opened | undefined;
  while (settings.hasTime()) {
    const number = outcome.round + 1;
    const passed = await passedRound(number, store);
    if (passed === undefined) break;
    // Read anew: when the last of them was seen to have met its tick, one read before it may have gone on since.
    const contributions = await contributionsOf(number, await lanesOf(store), store);
    opened = await walkRound(opened, passed, contributions, settings).catch((error: unknown) => {
      if (error instanceof StateMoved) return undefined;
      throw error;
    });
    if (opened === undefined) {
      // Somebody else closed it: go on from where they are.
      outcome.round = await closedRound(store);
      continue;
    }
    applySilences(opened.alerting.pipeline, await silencesIn(store));
    const { alerts, ...decided } = opened.alerting.decide(opened.walk.state.episodes.news.take(), opened.checkpoint.nextAlert, passed.timeMs);
    const deliveredBelow = await settings.deliveredBelow?.();
    const notifiedBelow = await settings.notifiedBelow?.();
    const isSaved = await opened.checkpoint.save(opened.walk, {
      live: { round: number } satisfies PackedLive as unknown as JsonValue,
      alerts,
      ...decided,
      ...(deliveredBelow === undefined ? {} : { deliveredBelow }),
      ...(notifiedBelow === undefined ? {} : { notifiedBelow }),
    });
    if (!isSaved) {
      opened = undefined;
      outcome.round = await closedRound(store);
      continue;
    }
    opened.round = number;
    outcome.closed += 1;
    outcome.round = number;
    outcome.alerts.push(...alerts);
  }
  opened?.walk.tape.close();
  return outcome;
}

/** What all lanes contributed between the tick before and that of a round, in an order that is the same for everybody. */
async function contributionsOf(number: number, lanes: ReadonlyMap<string, LaneRecord>, store: Store): Promise<Uint8Array[]> {
  const after = number - 1;
  const names = [...lanes.values()].flatMap(({ contributions }) => contributions.filter(({ after: [first, last] }) => first <= after && after <= last).map(({ part }) => part));
  const parts = await Promise.all(names.sort().map((name) => store.part(name)));
  // One that is gone was closed by somebody else meanwhile: the step of who read it too late is refused.
  return parts.filter((bytes) => bytes !== undefined);
}

/** Walks a round; undefined where the state is not the one before it any more. */
async function walkRound(opened: Opened | undefined, round: Round, contributions: readonly Uint8Array[], settings: CloserSettings): Promise<Opened | undefined> {
  let missing: readonly string[] = [];
  let current = opened;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    current ??= await open(settings, missing);
    if (current.round !== round.number - 1) return undefined;
    const { walk, checkpoint } = current;
    // Unpacked for each attempt: rows are changed where they meet others.
    const sections = contributions.flatMap((bytes) => sectionsAfter(bytes, round.number - 1));
    await checkpoint.fetch(packsMet(walk, sections));
    takeRows(walk, sections);
    beginTeaching(walk, sections, settings.learnForMs);
    walk.walkTo(round.timeMs);
    if (checkpoint.missing.size === 0) return current;
    // What was walked without an owner's baseline is void: once more, with all that were met.
    missing = [...new Set([...missing, ...checkpoint.missing])];
    walk.tape.close();
    current = undefined;
  }
  throw new Error(`round ${round.number} met owners that could not be read in ${attempts} attempts`);
}

async function open({ store, makeWalk, alerting }: CloserSettings, packs: readonly string[]): Promise<Opened> {
  const checkpoint = await Checkpoint.open(store, kindsByName);
  await checkpoint.fetch(packs);
  const walk = makeWalk({ teaching: {}, tape: liveTape }, await checkpoint.state(), checkpoint.lateness);
  await checkpoint.restore(walk, false);
  walk.state.episodes.news.isOn = true;
  walk.state.episodes.keepsClosed = false;
  walk.state.coverage.isOn = true;
  const round = roundIn(checkpoint.live);
  return { checkpoint, walk, round, alerting: new Alerting(alerting, await checkpoint.alertingState()) };
}

/** Owners that the names in the rows lead to, by the facts known before the round. */
function packsMet(walk: Walk, sections: readonly Section[]): Set<string> {
  const packs = new Set<string>();
  const { facts } = walk.state;
  for (const { rows } of sections) {
    for (const row of rows) for (const pack of packsOf(attribute(row, facts, walk.settings.lateness).owner)) packs.add(pack);
  }
  return packs;
}

function takeRows(walk: Walk, sections: readonly Section[]): void {
  const { marks } = walk.state;
  const { lateness } = walk.settings;
  for (const { rows } of sections) {
    for (const row of rows) {
      // Decided by its lane already, but for a lane that began without its parents' tick.
      if (releaseOf(row, lateness) >= (marks.get(row.feed) ?? -Infinity)) walk.tape.take(row);
    }
  }
}

function beginTeaching(walk: Walk, sections: readonly Section[], learnForMs: number | undefined): void {
  const { state } = walk;
  // Until something is walked a slower lane may bring what was before.
  if (learnForMs === undefined || Object.keys(state.feedFirstMs).length > 0) return;
  const untilMs = Math.min(...sections.map(({ earliestMs }) => earliestMs ?? Infinity)) + learnForMs;
  if (Number.isFinite(untilMs)) state.teachUntilMs = state.teachUntilMs === -Infinity ? untilMs : Math.min(state.teachUntilMs, untilMs);
}
