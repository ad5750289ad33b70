/** What is told of alerts depends on the records alone, however the walk is cut into steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fireLensLine } from '#contract';
import { openRecords } from '../../src/decode/record.ts';
import { decode, makeWalk } from '../support/live/whole.ts';

const startMs = Date.UTC(2026, 0, 5, 8);
const second = 1_000;
const line = (atMs: number, log = 'ERROR no route to host'): string => fireLensLine({ at: startMs + atMs, service: 'cart', task: 1, log });

/** What a run tells that takes records and walks, in turn: each by its release, count and revision. */
function told(acts: readonly (string | number)[]): string[] {
  const walk = makeWalk({ teaching: { forMs: 0 } });
  const { news } = walk.state.episodes;
  news.isOn = true;
  walk.state.teachUntilMs = startMs + 30 * second;
  const reader = openRecords({ file: 'test', settings: decode, intake: walk.gate });
  for (const act of acts) {
    if (typeof act === 'string') reader.take(Buffer.from(act), '', undefined);
    else walk.walkTo(startMs + act);
  }
  return news.take().filter(({ alert }) => alert.detector === 'finds-log-kind').map(({ releaseMs, alert }) => `${(releaseMs - startMs) / second} s: ${alert.count} in revision ${alert.revision}`);
}

test('lines of one kind and minute are told as the first, and counted when the minute ends, whenever each was walked', () => {
  const lines = [line(0), line(60 * second), line(75 * second), line(75 * second), line(110 * second)] as const;
  const whole = told([...lines, 400 * second]);
  assert.deepEqual(whole, ['90.05 s: 1 in revision 1', '150.05 s: 4 in revision 1']);
  assert.deepEqual(told([lines[0], lines[1], 92 * second, lines[2], lines[3], 106 * second, lines[4], 120 * second, 400 * second]), whole);
  assert.deepEqual(told([lines[0], lines[1], lines[2], 91 * second, lines[3], lines[4], 400 * second]), whole);
});
