/** Gaps in which a sidecar did not look, as it tells them. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { systemClock } from '#contract';
import { noteGaps } from '../../src/entry/program/sidecar/gaps.ts';

function noting(): { told: string[]; at: (ms: number) => void; gaps: ReturnType<typeof noteGaps> } {
  let nowMs = 1_000_000;
  const told: string[] = [];
  const gaps = noteGaps((_state, detail) => told.push(detail), { ...systemClock, now: () => nowMs });
  return { told, gaps, at: (ms) => void (nowMs = 1_000_000 + ms) };
}

test('a start after an earlier one tells how long nobody looked, a first start nothing', () => {
  const { told, gaps } = noting();

  gaps.sinceMs(undefined);
  gaps.sinceMs(1_000_000 - 2_000);
  gaps.sinceMs(1_000_000 - 31_000);

  gaps.end();
  assert.deepEqual(told, ['the sidecar did not look for 31 s, for it ended and was started again']);
});

test('a process that was stopped tells so when it goes on', (context) => {
  mock.timers.enable({ apis: ['setInterval'] });
  context.after(() => mock.timers.reset());
  const { told, gaps, at } = noting();

  at(1_000);
  mock.timers.tick(1_000);
  at(27_000);
  mock.timers.tick(1_000);

  gaps.end();
  assert.deepEqual(told, ['the sidecar did not look for 25 s, for it was stopped or had no processor']);
});
