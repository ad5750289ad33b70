/** The real code, made to take the steps of schedules of the model, does what the model does and finds what a replay finds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laneAfter } from '../../src/engine/rounds.ts';
import { consumer, type Size } from './consumer.ts';
import { drive } from './driver.ts';
import { explore } from './explore.ts';
import type { Rules } from './rules.ts';
import { completed, schedules, type Few } from './schedules.ts';

const sets: { title: string; size: Size; few: Few }[] = [
  { title: 'somebody stopped, and a fault', size: { shards: 2, records: [0, 8, 0], rounds: 2, faults: 1 }, few: { preemptions: 1, faults: 1, reshards: 0 } },
  { title: 'two who are stopped', size: { shards: 2, records: [0, 8, 0], rounds: 2 }, few: { preemptions: 2, faults: 0, reshards: 0 } },
  { title: 'a split or a merge, and somebody stopped', size: { shards: 2, records: [0, 8, 4], rounds: 2, splits: 1, merges: 1 }, few: { preemptions: 1, faults: 0, reshards: 1 } },
  { title: 'a split or a merge, and a fault', size: { shards: 2, records: [0, 8, 4], rounds: 2, splits: 1, merges: 1, faults: 1 }, few: { preemptions: 0, faults: 1, reshards: 1 } },
  { title: 'a split and a merge', size: { shards: 2, records: [0, 8, 4], rounds: 3, splits: 1, merges: 1 }, few: { preemptions: 0, faults: 0, reshards: 2 } },
];

/** Schedules of a set that are run, evenly chosen among all of it; with `RUNS` set, as the long runs do, ten times as many. */
const most = process.env['RUNS'] === undefined ? 50 : 500;

for (const { title, size, few } of sets) {
  test(`the real code follows the model and equals a replay: ${title}`, async (context) => {
    const model = consumer(size);
    const all = [...schedules(model, few)];
    const stride = Math.max(1, Math.floor(all.length / most));
    const chosen = all.filter((_, index) => index % stride === 0);
    let alerts = 0;
    for (const [seed, names] of chosen.entries()) alerts += (await drive(model, names, seed + 1, size)).alerts;
    context.diagnostic(`${chosen.length} of ${all.length} schedules, ${alerts} alerts compared`);
    assert.ok(chosen.length >= Math.min(all.length, most) && alerts > 300, `only ${alerts} alerts of ${chosen.length} schedules were compared`);
  });
}

/** Schedules that the model found with rules that are wrong, or were once: the code must not follow them into the trap. */
const traps: Record<string, [size: Size, wrong: Partial<Rules>]> = {
  'a shard that splits before anything is put into it': [
    { shards: 1, records: [0], rounds: 2, splits: 2, isComplete: true, batch: 9 },
    { begin: ({ shards, lanes }, shard) => laneAfter(shards[shard]!.parents.flatMap((parent) => lanes[parent] ?? [])) },
  ],
  'a last batch and its heirs between the readings of two lanes': [
    { shards: 2, records: [0], rounds: 2, splits: 1, batch: 1, readsSlowly: true, begun: ['round', 'tick 0', 'put 0', 'tick 1', 'split 0', 'round', 'tick 1', 'tick 2', 'tick 3'] },
    { readsLanesAgain: false },
  ],
};

for (const [title, [size, wrong]] of Object.entries(traps)) {
  test(`the real code keeps out of a trap: ${title}`, async () => {
    const { violation } = explore(consumer(size, wrong));
    const model = consumer({ ...size, begun: [], isComplete: false });
    await drive(model, completed(model, [...(size.begun ?? []), ...violation!.moves]), 1, size);
  });
}
