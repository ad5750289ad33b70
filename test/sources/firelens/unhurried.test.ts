/** When a sender is read again: with a rest who says little, without one who says much. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unhurried } from '../../../src/sources/firelens/unhurried.ts';

function reading(): { rests: () => number; read(bytes: number, afterMs: number): Promise<void> } {
  let nowMs = 1_000;
  let rests = 0;
  const pause = unhurried(async () => void (rests += 1), () => nowMs);
  return {
    rests: () => rests,
    read(bytes, afterMs) {
      nowMs += afterMs;
      return pause(bytes);
    },
  };
}

test('who says little is left alone after each read', async () => {
  const { rests, read } = reading();

  for (let time = 0; time < 10; time += 1) await read(20_000, 250);

  assert.equal(rests(), 10);
});

test('who says much is read without a rest, until a whole window brings little', async () => {
  const { rests, read } = reading();

  for (let time = 0; time < 100; time += 1) await read(65_536, 10);
  await read(1_000, 100);
  assert.equal(rests(), 0);
  await read(1_000, 250);
  assert.equal(rests(), 1);
});
