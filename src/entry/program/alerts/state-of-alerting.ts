/** What the alerting pipeline remembers, as the last step saved it: for reading, whatever the configuration says now. */
import type { Alert, Store } from '#contract';
import { unpackState } from '../../../alerting/stages/pack.ts';
import { State } from '../../../alerting/stages/state.ts';
import { Checkpoint, StateMoved } from '../../../engine/checkpoint.ts';
import { kindsByName } from '../engine.ts';

export interface SavedAlerting {
  /** Empty where nothing was decided yet. */
  state: State;
  /** Release time up to which was decided, milliseconds; undefined where nothing was. */
  walkedMs: number | undefined;
  /** Alerts that wait for delivery, in the order of their numbers. */
  pending: { number: number; alert: Alert }[];
}

/** Steps that replace what is being read, in a row. */
const mostMoves = 5;

export async function alertingIn(store: Store): Promise<SavedAlerting> {
  return unmoved(store, async (checkpoint) => {
    const packed = await checkpoint.alertingState();
    const state = new State();
    if (packed !== undefined) unpackState(state, packed);
    const batches = await Promise.all(checkpoint.pending.map((batch) => checkpoint.alertsOf(batch)));
    return { state, walkedMs: packed === undefined ? undefined : state.walkedMs, pending: batches.flat() };
  });
}

/** Reads a state whole, again where somebody saved a step meanwhile. */
export async function unmoved<Result>(store: Store, read: (checkpoint: Checkpoint) => Promise<Result>): Promise<Result> {
  for (let moves = 0; ; moves += 1) {
    try {
      return await read(await Checkpoint.open(store, kindsByName));
    } catch (error) {
      if (!(error instanceof StateMoved) || moves >= mostMoves) throw error;
    }
  }
}
