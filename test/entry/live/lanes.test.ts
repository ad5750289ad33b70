/** Sixteen functions at once, which fail, come again and compete, tell people and outputs what one process tells: `npm run chaos lambda` runs many more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { points } from '../../support/crowd/fate.ts';
import { shardCount } from '../../support/crowd/crowd.ts';
import { crowdOutcome } from '../../support/crowd/run.ts';

/** Alerts by themselves, alerts as stories, and clocks so far apart that closers compete for each round. */
const seeds = [1, 2, 3];
const size = { records: 300, tickMinutes: 7 };

/** Of all runs. */
const counts = new Map<string, number>();
const met = new Map<string, number>();
let isApart = false;

for (const seed of seeds) {
  test(`sixteen shards read at once, with splits, merges and failures everywhere, equal one process: seed ${seed}`, async () => {
    const outcome = await crowdOutcome(seed, size);
    for (const [from, to] of [[outcome.counts, counts], [outcome.met, met]] as const) for (const [what, times] of from) to.set(what, (to.get(what) ?? 0) + times);
    isApart ||= outcome.areClocksApart;

    assert.deepEqual(outcome.differences, []);
    assert.ok(outcome.alerts > 150 && outcome.notifications > 40, `only ${outcome.alerts} alerts and ${outcome.notifications} notifications were compared`);
    for (const [task, shards] of outcome.shardsOf) if (task !== 'none') assert.equal(shards.size, shardCount, `task ${task} is in ${shards.size} shards`);
    for (const [what, least] of [['splits', 2], ['merges', 1]] as const) assert.ok((outcome.counts.get(what) ?? 0) >= least, `${outcome.counts.get(what)} ${what}`);
    for (const what of ['invocation-failed', 'poison-record', 'bad-ticks']) assert.equal(outcome.counts.get(what), undefined, what);
  });
}

test('the runs met everything that can go wrong, and everything that alerting does', (context) => {
  for (const list of [counts, met]) context.diagnostic([...list].sort().map(([what, times]) => `${what} ${times}`).join(', '));
  assert.ok(isApart);
  const failures = [...counts].filter(([what]) => points.some((point) => what.startsWith(`${point}: `)));
  const sum = failures.reduce((total, [, times]) => total + times, 0);
  assert.ok(sum * 5 > counts.get('invocations')!, `only ${sum} failures in ${counts.get('invocations')} invocations`);
  // Rounds are few, and three runs need not fail at each point of a closer.
  for (const point of points.filter((one) => !one.includes('closer'))) assert.ok(failures.some(([what]) => what.startsWith(`${point}: `)), `nothing failed ${point}`);
  assert.ok(failures.filter(([what]) => what.includes('closer')).length >= 3, 'closers failed in fewer than three ways');
  for (const what of ['batches redelivered', 'batches that nobody heard were done', 'invocations given up while they went on', 'lanes that came second', 'closers that came second', 'closings beside another', 'records-left', 'sends without an answer', 'answers that came too late', 'splits while ticks are put']) {
    assert.ok((counts.get(what) ?? 0) > 0, `it never came to: ${what}`);
  }
  for (const what of ['first notification', 'new alerts added', 'some alerts resolved', 'all alerts resolved', 'repeat interval elapsed', 'severity rose', 'digest', 'inhibit: inhibited', 'inhibit: told by its story', 'mute: muted', 'silence: silenced', 'cap: counted in the digest', 'resolve: over']) {
    assert.ok((met.get(what) ?? 0) > 0, `alerting never came to: ${what}`);
  }
});
