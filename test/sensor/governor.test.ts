/** The governor: when it leaves things out, when it takes them up again, and what it says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { governor } from '../../src/sensor/governor.ts';
import type { Sighting } from '../../src/sensor/part.ts';

/** Looks for a while at a made-up cost: the time is this test's own, the cost that of a wait in a measured action. */
function governed(): { told: Sighting[]; level(): number; window(costMs: number, usedMs?: number): void } {
  const told: Sighting[] = [];
  let used = 0;
  let nowMs = 1_000_000;
  const governing = governor({ usedMs: () => used, tell: (sighting) => told.push(sighting) });
  governing.look(nowMs);
  return {
    told,
    level: () => governing.level,
    window(costMs, usedMs = costMs) {
      const now = performance.now.bind(performance);
      let madeMs = 0;
      performance.now = () => madeMs;
      try {
        governing.measured(() => governing.measured(() => { madeMs += costMs; }));
      } finally {
        performance.now = now;
      }
      used += usedMs;
      nowMs += 5_000;
      governing.look(nowMs);
    },
  };
}

describe('the governor', () => {
  test('leaves more and more out while looking costs too much, and says so with the new delay', () => {
    const { told, level, window } = governed();
    for (let at = 0; at < 3; at += 1) window(100);
    for (let at = 0; at < 4; at += 1) window(1_000);
    assert.equal(level(), 1, 'three windows in a row after the beginning');
    for (let at = 0; at < 12; at += 1) window(1_000);
    assert.equal(level(), 3);
    assert.deepEqual(told.map((one) => one.kind === 'coverage' && one.state), ['lossy', 'lossy', 'lossy']);
    assert.match(told[0]?.kind === 'coverage' ? told[0].detail : '', /20\.0 % of a processor.*level 1 of 3.*within 0\.6 s/);
  });

  test('takes up again what it left out once looking costs little for longer', () => {
    const { told, level, window } = governed();
    for (let at = 0; at < 7; at += 1) window(1_000);
    assert.equal(level(), 1);
    for (let at = 0; at < 5; at += 1) window(50);
    assert.equal(level(), 1);
    window(50);
    assert.equal(level(), 0);
    assert.equal(told.at(-1)?.kind === 'coverage' && (told.at(-1) as { state: string }).state, 'working');
  });

  test('stays as it is in a burst, at the start, at a cost between the borders, and when the machine is only busy with others', () => {
    const { told, level, window } = governed();
    for (let at = 0; at < 3; at += 1) window(2_000);
    for (const costMs of [1_000, 1_000, 100, 1_000, 1_000, 250, 250, 250, 250, 250]) window(costMs);
    for (let at = 0; at < 10; at += 1) window(3_000, 100);
    assert.equal(level(), 0);
    assert.deepEqual(told, []);
  });
});
