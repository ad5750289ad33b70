/** Isolation: a record on which our own code throws is found by halving, set aside, and the batch applied without it. */
import { FargazerError } from '#contract';
import { applyBatch, type LaneBatchRecord, type LaneOutcome, type LaneSettings } from '../program/live/lane.ts';

export interface Poison {
  sequence: string;
  /** Name of what was thrown. */
  code: string;
}

/** More of them in one batch mean that the code is broken, and no record. */
const mostPoison = 20;

type Apply = typeof applyBatch;

/**
 * Applies a batch, without the records that cannot be. Throws as the store does, and what is not the fault of single
 * records as it came.
 */
export async function applyIsolating(shard: string, records: readonly LaneBatchRecord[], settings: LaneSettings, apply: Apply = applyBatch): Promise<{ outcome: LaneOutcome; poison: Poison[] }> {
  const sound = [...records];
  const poison: Poison[] = [];
  for (;;) {
    try {
      return { outcome: await apply(shard, sound, settings), poison };
    } catch (error) {
      if (isOfStore(error) || poison.length >= mostPoison || !settings.hasTime()) throw error;
      const found = await firstThatThrows(shard, sound, settings, apply);
      // It does not come again, or the time was over before it was found.
      if (found === undefined || !settings.hasTime()) throw error;
      poison.push({ sequence: sound[found]!.sequence, code: error instanceof Error ? error.name : 'unknown' });
      sound.splice(found, 1);
    }
  }
}

/** Failures that have a sentence are those of store, source and configuration. */
function isOfStore(error: unknown): boolean {
  return error instanceof FargazerError && error.code !== 'internal';
}

/** Place of the record behind which no beginning of the batch can be applied; nothing is saved. */
async function firstThatThrows(shard: string, records: readonly LaneBatchRecord[], settings: LaneSettings, apply: Apply): Promise<number | undefined> {
  const dry: LaneSettings = { ...settings, store: { ...settings.store, commit: async () => 'dry' } };
  const throws = async (count: number): Promise<boolean> => {
    try {
      await apply(shard, records.slice(0, count), dry);
      return false;
    } catch (error) {
      if (isOfStore(error)) throw error;
      return true;
    }
  };
  if (!(await throws(records.length))) return undefined;
  let sound = 0;
  let broken = records.length;
  while (broken - sound > 1) {
    const middle = (sound + broken) >>> 1;
    if (await throws(middle)) broken = middle;
    else sound = middle;
  }
  return broken - 1;
}
