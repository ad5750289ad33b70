/** A store that is down for ten minutes: everything waits, health says so, and nothing is lost or counted twice when it comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FargazerError, type Step } from '#contract';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { consuming, until } from '../../support/live/consuming.ts';
import { learnForMs, material } from '../../support/live/material.ts';
import { moodyStore } from '../../support/live/moody-store.ts';
import { scriptedSource } from '../../support/live/scripted-source.ts';
import { baselines, lastOfEach, pendingIn, stored } from '../../support/live/whole.ts';

const tenMinutesMs = 600_000;
/** Ten minutes pass in some two seconds. */
const speed = 300;

for (const mood of ['down', 'full', 'denied'] as const) {
  test(`a store that is ${mood} for ten minutes holds everything back, and nothing is lost or counted twice`, async (context) => {
    const { lanes, alerts, baselines: expected } = material(3);
    const clock = fastClock(speed);
    const store = moodyStore(memoryStore());
    const source = scriptedSource('scripted', { one: lanes['one']!.slice(0, 20), two: lanes['two']!.slice(0, 20) });
    const run = consuming(context, { sources: [source], store, clock, live: { clock: 'ticks', learnForMs } });
    await until('a first step', () => store.commits > 0);

    store.mood = mood;
    for (const name of ['one', 'two']) source.add(name, ...lanes[name]!.slice(20));
    const downFromMs = clock.now();
    await until('a step that fails', () => run.health().store?.state === 'failing');
    const { given } = source;
    const delivered = run.alerts.length;
    await until('ten minutes', () => clock.now() - downFromMs >= tenMinutesMs);

    // Each lane may have given one batch more, which waits.
    assert.ok(source.given - given <= 1, `${source.given - given} batches were asked for while nothing could be saved`);
    assert.equal(run.alerts.length, delivered, 'what is not saved is not delivered');
    const { troubles, store: told } = run.health();
    assert.match(told?.reason ?? '', /the store: /);
    assert.equal(troubles.length, 1, 'after a minute people are told');
    assert.ok((await run.metric('fargazer_steps_total', 'outcome="failed"')) >= 10);

    store.mood = 'well';
    await until('everything saved', () => [...source.committedTo].every(([name, position]) => position === lanes[name]!.length) && source.committedTo.size === 2);
    assert.equal(run.health().store?.state, 'working');
    assert.deepEqual(run.health().troubles, []);
    run.stop();
    assert.equal(await run.ended, undefined);
    assert.deepEqual(lastOfEach([...run.alerts, ...(await pendingIn(store))]), alerts);
    assert.deepEqual(baselines(await stored(store)), expected);
  });
}

test('a store that is gone ends it with the sentence of the store, and what was saved before is whole', async (context) => {
  const { lanes, alerts } = material(3);
  const store = moodyStore(memoryStore());
  const source = scriptedSource('scripted', { one: lanes['one']!.slice(0, 20), two: lanes['two']!.slice(0, 20) });
  const run = consuming(context, { sources: [source], store, clock: fastClock(speed), live: { clock: 'ticks', learnForMs } });
  await until('a first step', () => store.commits > 0);
  store.mood = 'gone';
  for (const name of ['one', 'two']) source.add(name, ...lanes[name]!.slice(20));
  const error = await run.ended;
  assert.ok(error instanceof FargazerError && error.code === 'store-gone', String(error));

  // As after a table that was restored: the next one goes on, and together they found what there was.
  store.mood = 'well';
  const again = scriptedSource('scripted', lanes);
  const next = consuming(context, { sources: [again], store, clock: fastClock(speed), live: { clock: 'ticks', learnForMs } });
  await until('everything saved', () => again.committedTo.size === 2 && [...again.committedTo].every(([name, position]) => position === lanes[name]!.length));
  next.stop();
  assert.equal(await next.ended, undefined);
  assert.deepEqual(lastOfEach([...run.alerts, ...next.alerts, ...(await pendingIn(store))]), alerts);
});

test('a step that failed is tried again as the same step, so that a store knows its own lost answers', async (context) => {
  const { lanes, alerts } = material(4);
  const store = moodyStore(memoryStore());
  const commit = store.commit.bind(store);
  const tries = new Map<Step, number>();
  let count = 0;
  store.commit = async (step) => {
    if (step.key !== 'walk/state') return commit(step);
    tries.set(step, (tries.get(step) ?? 0) + 1);
    store.mood = (count += 1) % 3 === 0 ? 'well' : 'down';
    return commit(step).finally(() => (store.mood = 'well'));
  };
  const source = scriptedSource('scripted', lanes);
  const run = consuming(context, { sources: [source], store, clock: fastClock(speed), live: { clock: 'ticks', learnForMs } });
  await until('everything saved', () => [...source.committedTo].every(([name, position]) => position === lanes[name]!.length) && source.committedTo.size === 2);
  run.stop();
  // The last step is tried once when the end was asked for.
  const error = await run.ended;
  assert.ok(error === undefined || (error instanceof FargazerError && error.code === 'store-failed'));
  assert.ok([...tries.values()].slice(0, -1).every((times) => times === 3), `tries of each step: ${[...tries.values()].join(', ')}`);
  assert.deepEqual(lastOfEach([...run.alerts, ...(await pendingIn(store))]), alerts);
});
