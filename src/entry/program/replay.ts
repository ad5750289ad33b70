/** Replay: reads everything, walks it in order of release, saves the state, gives the outcome. */
import { FargazerError, type Store } from '#contract';
import type { Checkpoint } from '../../engine/checkpoint.ts';
import { Recorder } from '../../engine/record.ts';
import type { Walk } from '../../engine/run.ts';
import { embeddedStore } from '../../stores/embedded/index.ts';
import type { ReplayResult, ReplaySettings } from '../cli/program.ts';
import { openWalk, walkOf, type RunSettings } from './engine.ts';
import { outcomeOf } from './outcome.ts';
import { readAll, type ReadHooks, type ReadResult } from './read.ts';
import { hasRemote } from './remote.ts';
import { readByWorkers } from './workers.ts';

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
  const outcome = outcomeOf({ walk, reading, recorder, isRawKept, isInterrupted, command });
  let failure = cutShort;
  // A run that was cut short has read a part that no mark describes: its state is left as it was.
  if (opened !== undefined && !isInterrupted && cutShort === undefined) failure = await save(walk, opened.checkpoint, settings.toMs);
  walk.tape.close();
  return failure === undefined ? { outcome } : { outcome, failure };
}

async function save(walk: Walk, checkpoint: Checkpoint, toMs: number | undefined): Promise<FargazerError | undefined> {
  try {
    await checkpoint.save(walk, toMs === undefined ? {} : { toMs });
    return undefined;
  } catch (error) {
    if (error instanceof FargazerError) return error;
    throw error;
  }
}
