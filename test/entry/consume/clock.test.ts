/** A clock that jumps while a consumer runs: it is told, steps go on, and nothing is lost or found twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, type Clock } from '#contract';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { consuming, until } from '../../support/live/consuming.ts';
import { learnForMs, material } from '../../support/live/material.ts';
import { moodyStore } from '../../support/live/moody-store.ts';
import { scriptedSource } from '../../support/live/scripted-source.ts';
import { baselines, lastOfEach, pendingIn, stored } from '../../support/live/whole.ts';

const day = 86_400_000;
const speed = 50;

/** Runs faster than time, and can be set. */
function settableClock(): Clock & { set(byMs: number): void } {
  const began = performance.now();
  let offsetMs = Date.UTC(2026, 2, 1);
  return {
    now: () => offsetMs + (performance.now() - began) * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
    set: (byMs) => void (offsetMs += byMs),
  };
}

for (const [name, byMs] of [['ahead', day], ['back', -day]] as const) {
  test(`a clock that is set a day ${name} is told of, steps are saved as before, and alerts are those of a replay`, async (context) => {
    const { lanes, alerts, baselines: expected } = material(9);
    const clock = settableClock();
    const store = moodyStore(memoryStore());
    const source = scriptedSource('scripted', { one: lanes['one']!.slice(0, 15), two: lanes['two']!.slice(0, 15) });
    const run = consuming(context, { sources: [source], store, clock, live: { clock: 'ticks', learnForMs, patienceMs: 600_000 } });
    await until('a first step', () => store.commits > 0);
    // A lane that has just begun to fail is not left behind because a clock was set.
    source.trouble('two', { state: 'failing', reason: 'it is tried again' });
    await until('the failing lane is seen', () => run.log().includes('"event":"lane-failing"'));
    clock.set(byMs);
    await until('the jump is told', () => run.log().includes('"event":"clock-jumped"'));
    source.trouble('two', { state: 'reading' });

    const { commits } = store;
    for (const lane of ['one', 'two']) source.add(lane, ...lanes[lane]!.slice(15));
    await until('more steps', () => store.commits > commits + 1);
    await until('everything saved', () => source.committedTo.get('one') === lanes['one']!.length && source.committedTo.get('two') === lanes['two']!.length);
    assert.ok(!run.log().includes('lane-left-behind'));
    await until('the lane is told to be well again', () => run.log().includes('"event":"lane-recovered"'));
    run.stop();
    assert.equal(await run.ended, undefined);
    assert.deepEqual(lastOfEach([...run.alerts, ...(await pendingIn(store))]), alerts);
    assert.deepEqual(baselines(await stored(store)), expected);
  });
}

test('a lane that fails for longer than patience lets the walk go on, and is told of', async (context) => {
  const { lanes } = material(10);
  const clock = settableClock();
  const source = scriptedSource('scripted', { one: lanes['one']!, two: lanes['two']!.slice(0, 5) });
  const run = consuming(context, { sources: [source], store: memoryStore(), clock, live: { clock: 'ticks', learnForMs, patienceMs: 60_000 } });
  source.trouble('two', { state: 'failing', reason: 'it is tried again' });
  await until('it is left behind', () => run.log().includes('"event":"lane-left-behind"'));
  await until('alerts of the others', () => run.alerts.length > 0);
  run.stop();
  assert.equal(await run.ended, undefined);
});
