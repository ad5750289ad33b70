/** The span of a recording: one forged date moves nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinPieces } from '../../src/decode/log/join-pieces.ts';
import { Walk } from '../../src/engine/run.ts';
import { engineSettings, type EngineSettings } from '../../src/engine/settings.ts';
import { noteDay, realSpan, type Days } from '../../src/engine/span.ts';
import { logRecord } from '../support/events.ts';

const at = (text: string): number => Date.parse(text);
const start = at('2026-01-05T00:00:00Z');

function spanOf(times: readonly number[]): ReturnType<typeof realSpan> {
  const days: Days = new Map();
  for (const timeMs of times) noteDay(days, timeMs);
  return realSpan(days, new Set(times.map((timeMs) => Math.floor(timeMs / 60_000))));
}

const hour = Array.from({ length: 60 }, (_, minute) => start + minute * 60_000);

test('a single record of another year is no part of the span', () => {
  assert.deepEqual(spanOf([...hour, at('2099-05-05T00:00:00Z'), at('2007-01-01T00:00:00Z')]), { firstMs: start, lastMs: hour.at(-1) });
});

test('two recordings months apart are both part of it', () => {
  const later = hour.map((timeMs) => timeMs + 90 * 86_400_000);
  assert.deepEqual(spanOf([...hour, ...later]), { firstMs: start, lastMs: later.at(-1) });
});

test('records without any time begin a recording only where no other has one', () => {
  const placed = Array.from({ length: 300 }, (_, index) => at('2006-01-01T00:00:00Z') + index * 1_000);
  assert.equal(spanOf([...hour, ...placed])?.firstMs, start);
  assert.equal(spanOf(placed)?.firstMs, placed[0]);
  assert.equal(spanOf([]), undefined);
});

function walked(teaching: EngineSettings['teaching'], times: readonly number[]): Walk {
  const walk = new Walk(engineSettings({ detectors: [], teaching }), joinPieces);
  for (const timeMs of times) walk.gate.take(logRecord({ timeMs, id: String(timeMs) }));
  walk.beginTeaching();
  walk.finish();
  return walk;
}

test('a forged date neither ends a teaching nor makes what comes later older than the state', () => {
  const forged = [at('2007-01-01T00:00:00Z'), ...hour, at('2099-05-05T00:00:00Z')];
  assert.equal(walked({ forMs: 600_000 }, forged).state.teachUntilMs, start + 600_000);
  const { state, spanMs } = walked({ only: true }, forged);
  assert.equal(state.teachUntilMs, hour.at(-1)! + 1);
  assert.equal(state.marks.get('firelens'), hour.at(-1)! + 60_000 + 30_000);
  assert.deepEqual(spanMs, { fromMs: start, toMs: hour.at(-1) });
});
