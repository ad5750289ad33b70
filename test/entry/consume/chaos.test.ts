/** Killed at random moments while shards split and merge, `consume` finds and learns what it finds and learns undisturbed, and what a replay does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildChild, chaosRun, type ChaosOutcome } from '../../../scripts/live/chaos-run.ts';

const runs = 20;
/** A life is mostly a start, which waits for the disk as well. */
const atOnce = 2;

test(`${runs} runs of kills, splits and merges give the alerts and baselines of an undisturbed one`, async (context) => {
  const { file, remove } = await buildChild();
  context.after(remove);
  const outcomes: ChaosOutcome[] = [];
  let seed = 0;
  const work = async (): Promise<void> => {
    while (seed < runs) {
      const own = (seed += 1);
      const outcome = await chaosRun(own, file);
      assert.deepEqual(outcome.differences, [], `seed ${own}; again with: npm run chaos 1 ${own}`);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));

  const sum = (of: (outcome: ChaosOutcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  assert.ok(sum(({ kills }) => kills) >= runs, 'fewer kills than runs');
  assert.ok(sum(({ splits, merges }) => Math.min(splits, 1) + Math.min(merges, 1)) >= runs, 'shards hardly changed');
  assert.ok(sum(({ alerts }) => alerts) > 1_000, 'hardly any alert was compared');
});
