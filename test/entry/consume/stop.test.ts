/** A stop: within ten seconds, with everything saved, also in the middle of a save. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FargazerError } from '#contract';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { consuming, until } from '../../support/live/consuming.ts';
import { learnForMs, material } from '../../support/live/material.ts';
import { moodyStore } from '../../support/live/moody-store.ts';
import { scriptedSource } from '../../support/live/scripted-source.ts';
import { baselines, lastOfEach, pendingIn, stored } from '../../support/live/whole.ts';

const speed = 100;
const live = { clock: 'ticks', learnForMs } as const;

test('a stop saves what was read since the last step', async (context) => {
  const { lanes, alerts, baselines: expected } = material(5);
  const store = moodyStore(memoryStore());
  const source = scriptedSource('scripted', lanes);
  const run = consuming(context, { sources: [source], store, live: { ...live, checkpointEveryMs: 3_600_000 } });
  const all = 2 + lanes['one']!.length + lanes['two']!.length;
  await until('everything read', () => source.given === all);
  run.stop();
  assert.equal(await run.ended, undefined);
  assert.deepEqual(Object.fromEntries(source.committedTo), { one: lanes['one']!.length, two: lanes['two']!.length });
  assert.deepEqual(lastOfEach([...run.alerts, ...(await pendingIn(store))]), alerts, 'and delivers what it found');
  assert.deepEqual(baselines(await stored(store)), expected);
  assert.match(run.log(), /"event":"stopping"/);
});

test('a stop in the middle of a save waits for the save, then saves the rest', async (context) => {
  const { lanes, alerts, baselines: expected } = material(6, 150, 20);
  const store = moodyStore(memoryStore());
  store.commitMs = 150;
  const first = scriptedSource('scripted', lanes);
  const one = consuming(context, { sources: [first], store, live: { ...live, checkpointEveryMs: 20 } });
  await until('a second save under way', () => store.commits > 0 && store.committing > 0);
  const steps = store.commits;
  one.stop();
  assert.equal(await one.ended, undefined);
  assert.ok(store.commits >= steps + 2, 'the save under way and the last one');

  // Whatever was not read yet is read by the next process, and all comes out alike.
  store.commitMs = 0;
  const second = scriptedSource('scripted', lanes);
  const two = consuming(context, { sources: [second], store, clock: fastClock(speed), live });
  await until('everything saved', () => second.committedTo.get('one') === lanes['one']!.length && second.committedTo.get('two') === lanes['two']!.length);
  two.stop();
  assert.equal(await two.ended, undefined);
  assert.deepEqual(lastOfEach([...one.alerts, ...two.alerts, ...(await pendingIn(store))]), alerts);
  assert.deepEqual(baselines(await stored(store)), expected);
});

test('a store that answers nothing any more does not hold a stop for longer than its time', async (context) => {
  const { lanes } = material(7);
  const store = moodyStore(memoryStore());
  const clock = fastClock(speed);
  const source = scriptedSource('scripted', lanes);
  const run = consuming(context, { sources: [source], store, clock, live });
  await until('a first step', () => store.commits > 0);
  store.mood = 'hanging';
  source.add('one', { records: [{ content: '{"fargazer":"tick","round":900,"timeMs":1867600000000}' }] });
  await until('a step that hangs', () => store.committing > 0);
  const askedMs = clock.now();
  run.stop();
  const error = await run.ended;
  assert.ok(error instanceof FargazerError && error.code === 'store-failed', String(error));
  assert.match(error.message, /did not answer in 6 s.*read again when it is started again/);
  assert.ok(clock.now() - askedMs < 10_000 + speed * 20, `it took ${clock.now() - askedMs} ms`);
});

test('a stop while the store is down tries once more, says what is lost and leaves the last step whole', async (context) => {
  const { lanes, alerts, baselines: expected } = material(8);
  const store = moodyStore(memoryStore());
  const first = scriptedSource('scripted', lanes);
  const clock = fastClock(speed);
  const one = consuming(context, { sources: [first], store, clock, live });
  await until('a first step', () => store.commits > 0);
  store.mood = 'down';
  await until('a step that fails', () => one.health().store?.state === 'failing');
  const askedMs = clock.now();
  one.stop();
  assert.ok((await one.ended) instanceof FargazerError);
  assert.ok(clock.now() - askedMs < 10_000);

  store.mood = 'well';
  const second = scriptedSource('scripted', lanes);
  const two = consuming(context, { sources: [second], store, clock: fastClock(speed), live });
  await until('everything saved', () => second.committedTo.get('one') === lanes['one']!.length && second.committedTo.get('two') === lanes['two']!.length);
  two.stop();
  assert.equal(await two.ended, undefined);
  assert.deepEqual(lastOfEach([...one.alerts, ...two.alerts, ...(await pendingIn(store))]), alerts);
  assert.deepEqual(baselines(await stored(store)), expected);
});
