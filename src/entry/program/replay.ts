/** Replay: reads everything, walks it in order of release, saves the state, gives the outcome. */
import { FargazerError, type Store } from '#contract';
import type { Beside, Checkpoint } from '../../engine/checkpoint.ts';
import { Recorder } from '../../engine/record.ts';
import type { Walk } from '../../engine/run.ts';
import { embeddedStore } from '../../stores/embedded/index.ts';
import type { ReplayResult, ReplaySettings } from '../cli/program.ts';
import { openWalk, walkOf, type RunSettings } from './engine.ts';
import { Alerting } from './live/alerting.ts';
import { outcomeOf } from './outcome.ts';
import { readAll, type ReadHooks, type ReadResult } from './read.ts';
import { hasRemote } from './remote.ts';
import { readByWorkers } from './workers.ts';

/** The longest wait of a group that is usual; who waits longer learns of the last of them from the next run. */
const lastGroupsMs = 10 * 60_000;

/** Told of the walk before anything is read: `fargazer why` listens in. */
export type OnWalk = (walk: Walk) => ReadHooks | undefined;

export async function replay(settings: ReplaySettings, onWalk?: OnWalk): Promise<ReplayResult> {
  const store = settings.stateDir === undefined ? undefined : embeddedStore(settings.stateDir);
  try {
    return await replayInto(store, settings, onWalk);
  } finally {
    await store?.close();
  }
}

async function replayInto(store: Store | undefined, settings: ReplaySettings, onWalk: OnWalk | undefined): Promise<ReplayResult> {
  const run: RunSettings = {
    teaching: { only: settings.isLearnOnly, ...(settings.learnForMs === undefined ? {} : { forMs: settings.learnForMs }) },
    ...(settings.fromMs === undefined ? {} : { fromMs: settings.fromMs }),
    ...(settings.toMs === undefined ? {} : { toMs: settings.toMs }),
  };
  const opened = store === undefined ? undefined : await openWalk(settings.config, run, store);
  const walk = opened?.walk ?? walkOf(settings.config, run);
  const alerting = new Alerting(settings.config.alerting, await opened?.checkpoint.alertingState());
  walk.state.episodes.news.isOn = true;
  const recorder = new Recorder();
  walk.judges.onJudged = (judged) => recorder.note(judged.ownerKey, judged);
  const hooks = onWalk?.(walk);
  // Histories come over one network: more threads would wait for the same answers.
  const isShared = settings.workers > 1 && hooks === undefined && !hasRemote(settings.paths);
  const { reading, isInterrupted, failure: cutShort }: ReadResult = isShared ? await readByWorkers(settings, walk) : await readAll(settings, walk.gate, hooks);
  walk.beginTeaching();
  if (settings.toMs === undefined) walk.finish();
  else walk.walkTo(settings.toMs);
  const { isRawKept, command } = settings;
  const decided = alerting.decide(walk.state.episodes.news.take(), alerting.pipeline.through + 1, settings.toMs ?? endOf(walk));
  const outcome = outcomeOf({ walk, reading, recorder, isRawKept, isInterrupted, command, incidentOf: (id) => alerting.pipeline.incidentOf(id) });
  let failure = cutShort;
  // A run that was cut short has read a part that no mark describes: its state is left as it was.
  if (opened !== undefined && !isInterrupted && cutShort === undefined) failure = await save(walk, opened.checkpoint, { ...(settings.toMs === undefined ? {} : { toMs: settings.toMs }), alerting: decided.alerting });
  walk.tape.close();
  const { notifications } = decided;
  return failure === undefined ? { outcome, notifications } : { outcome, notifications, failure };
}

/** Release time by which everything that the records told was told: groups still wait a little behind the last of them. */
function endOf({ state, spanMs, settings: { lateness } }: Walk): number {
  return Math.max(...state.marks.values(), (spanMs?.toMs ?? -Infinity) + Math.max(...Object.values(lateness))) + lastGroupsMs;
}

async function save(walk: Walk, checkpoint: Checkpoint, beside: Beside): Promise<FargazerError | undefined> {
  try {
    await checkpoint.save(walk, beside);
    return undefined;
  } catch (error) {
    if (error instanceof FargazerError) return error;
    throw error;
  }
}
