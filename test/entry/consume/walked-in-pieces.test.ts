/** A minute whose records are walked as they come gives the alerts of a minute walked as a whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveRun } from '../../../src/entry/program/live/live-run.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { learnForMs, material } from '../../support/live/material.ts';
import { alerting, allPending, baselines, decode, lastOfEach, makeWalk, stored } from '../../support/live/whole.ts';

/** In the ninth a task writes a kind of line twice in a minute, one before a tick and one behind it. */
const seeds = [9, 1, 2, 3, 4, 5, 6, 7];

test('walking at every tick finds and learns what a replay does', async () => {
  for (const seed of seeds) {
    const { lanes, alerts, baselines: expected } = material(seed, 500, 30);
    const store = memoryStore();
    const run = await LiveRun.open({ makeWalk, store, now: () => performance.now(), time: 'ticks', learnForMs, patienceMs: 600_000, decode, alerting });
    for (const lane of Object.keys(lanes)) await run.take('source', { lane, records: [], position: 0 });
    for (let at = 0; Object.values(lanes).some((batches) => at < batches.length); at += 1) {
      for (const [lane, batches] of Object.entries(lanes)) {
        const batch = batches[at];
        if (batch === undefined) continue;
        await run.take('source', { lane, records: batch.records.map(({ content }) => ({ content: Buffer.from(content as string), place: `${at}` })), position: at + 1 });
        run.walkOn(true);
      }
    }
    await run.save();
    assert.deepEqual(lastOfEach(await allPending(run)), alerts, `seed ${seed}`);
    assert.deepEqual(baselines(await stored(store)), expected, `seed ${seed}`);
    run.close();
  }
});
