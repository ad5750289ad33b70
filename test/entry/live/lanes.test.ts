/** Many functions at once, each with a shard, give what one process gives: through splits, merges, crashes and repeats. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '#contract';
import { Checkpoint } from '../../../src/engine/checkpoint.ts';
import { kindsByName } from '../../../src/entry/program/engine.ts';
import { closedRound } from '../../../src/entry/program/live/passed.ts';
import { roundKey } from '../../../src/entry/program/live/lane.ts';
import { runFunctions } from '../../support/live/functions.ts';
import { recording } from '../../support/live/recording.ts';
import { baselines, lastOfEach, pendingIn, replayed, stored } from '../../support/live/whole.ts';

const learnForMs = 20 * 60_000;
const minutes = 100;
const shards = 16;
const runs = Number(process.env['RUNS'] ?? 6);

const idOf = ({ id, revision }: Alert): string => `${id} ${revision}`;

/** Of each id the last revision that was delivered, whatever came twice or late. */
function latest(delivered: readonly Alert[]): Alert[] {
  return delivered.toSorted((left, right) => left.revision - right.revision);
}

/** Of all runs. */
const all = new Map<string, number>();
let found = 0;

for (let seed = 1; seed <= runs; seed += 1) {
  // In some runs nobody has a lease and closers compete; in every second delivered alerts leave the state.
  const isLeased = seed % 4 !== 0;
  const forgetsDelivered = seed % 2 === 1;
  test(`sixteen shards read at once, with splits, merges and faults everywhere, equal one process${isLeased ? '' : ', closers competing'}: seed ${seed}`, async () => {
    const records = recording(seed, 400, minutes);
    const { store, lastTickMs, delivered, counts, shardsOf } = await runFunctions({ seed, records, shards, learnForMs, tickEveryMs: 120_000, isLeased, forgetsDelivered });
    for (const [what, times] of counts) all.set(what, (all.get(what) ?? 0) + times);

    const whole = replayed(records, lastTickMs, learnForMs);
    const expected = lastOfEach(whole.state.episodes.alerts(-Infinity, true));
    const waiting = await pendingIn(store);
    assert.deepEqual(lastOfEach(latest([...delivered, ...waiting])), expected);
    assert.deepEqual(baselines(await stored(store)), baselines(whole));
    found += expected.length;

    // At least once: every revision that a step saved reached the sink, and no other did.
    const { pending } = await Checkpoint.open(store, kindsByName);
    const sent = new Set(delivered.map(idOf));
    const saved = waiting.slice(0, pending.reduce((sum, { count }) => sum + count, 0)).map(idOf);
    assert.deepEqual(saved.filter((id) => !sent.has(id)), [], 'not delivered');
    if (!forgetsDelivered) assert.deepEqual([...sent].sort(), [...new Set(saved)].sort());

    const closed = await closedRound(store);
    assert.equal(await store.item(roundKey(closed + 1)), undefined, `rounds are left behind ${closed}`);
    for (const [task, seen] of shardsOf) if (task !== 'none') assert.equal(seen.size, shards, `task ${task} is in ${seen.size} shards`);
    for (const [what, least] of [['splits', 2], ['merges', 1]] as const) assert.ok((counts.get(what) ?? 0) >= least, `${counts.get(what)} ${what}`);
  });
}

test('the runs met everything that can go wrong', (context) => {
  context.diagnostic([...all].sort().map(([what, times]) => `${what} ${times}`).join(', '));
  assert.ok(found > 80 * runs, `only ${found} alerts were compared`);
  for (const what of ['before-parts of lane', 'after-parts of lane', 'after-commit of lane', 'closer before-walk', 'closer before-commit', 'closer after-commit', 'delivery', 'no answer', 'schedule', 'repeats', 'unacknowledged', 'splits while ticks are put']) {
    assert.ok((all.get(what) ?? 0) > 0, `it never came to: ${what}`);
  }
  assert.ok(all.get('faults')! * 6 > all.get('invocations')!, `only ${all.get('faults')} faults in ${all.get('invocations')} invocations`);
});
