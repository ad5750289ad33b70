/** Gaps in which a sidecar did not look, as it tells them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as others } from 'node:timers/promises';
import { noteGaps } from '../../src/entry/program/sidecar/gaps.ts';

/** Whoever sleeps wakes when the time is set, however long that took. */
function noting(): { told: string[]; at: (ms: number) => Promise<void>; gaps: ReturnType<typeof noteGaps> } {
  let nowMs = 1_000_000;
  let wake: (() => void) | undefined;
  const told: string[] = [];
  const gaps = noteGaps((_state, detail) => told.push(detail), { now: () => nowMs, sleep: () => new Promise((resolve) => (wake = resolve)) });
  const at = async (ms: number): Promise<void> => {
    nowMs = 1_000_000 + ms;
    wake?.();
    await others();
  };
  return { told, gaps, at };
}

test('a start after an earlier one tells how long nobody looked, a first start nothing', () => {
  const { told, gaps } = noting();

  gaps.sinceMs(undefined);
  gaps.sinceMs(1_000_000 - 2_000);
  gaps.sinceMs(1_000_000 - 31_000);

  gaps.end();
  assert.deepEqual(told, ['the sidecar did not look for 31 s, for it ended and was started again']);
});

test('a process that was stopped tells so when it goes on', async () => {
  const { told, gaps, at } = noting();

  await at(1_000);
  await at(27_000);
  await at(28_000);

  gaps.end();
  assert.deepEqual(told, ['the sidecar did not look for 25 s, for it was stopped or had no processor']);
});
