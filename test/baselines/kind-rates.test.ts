/** Rates of single kinds of lines: which kinds keep a series, what it says, and that it stays small. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindRates, type KindRatesState } from '#baselines';
import { asking, minute, start } from './numbers.ts';

const halfHour = 30 * minute;

function add(state: KindRatesState, at: number, counts: Record<string, number>, isTaught = false): void {
  kindRates.add(state, new Map(Object.entries(counts)), { timeMs: start + at * minute, voter: 1, isTaught, count: 1 });
  kindRates.endMinute(state, start + (at + 1) * minute);
}

function viewAt(state: KindRatesState, at: number): ReturnType<typeof kindRates.view> {
  return kindRates.view(state, asking(start + at * minute));
}

function kept(state: KindRatesState, at: number): string[] {
  return kindRates.describe(state, asking(start + at * minute), 100).map(({ what }) => String(what));
}

test('a count far above the band of its kind surprises, a usual one does not', () => {
  const state = kindRates.empty();
  for (let at = 0; at < 180; at += 1) add(state, at, { order: 80 + (at % 5), poll: 1 });
  const view = viewAt(state, 180);
  assert.equal(view.isReady, true);
  assert.equal(view.of('order', 82, start)?.side, 'inside');
  assert.equal(view.of('order', 400, start)?.side, 'above');
  assert.equal(view.of('order', 0, start)?.side, 'below');
  assert.equal(view.of('never', 5, start), undefined);
});

test('a kind met in few minutes, or for the first time, is not judged', () => {
  const state = kindRates.empty();
  for (let at = 0; at < 180; at += 1) add(state, at, { order: 10, ...(at === 170 || at === 175 ? { chore: 3 } : {}) });
  assert.equal(viewAt(state, 180).of('chore', 900, start), undefined);
});

test('minutes before a kind was met count as minutes without it', () => {
  const state = kindRates.empty();
  for (let at = 0; at < 240; at += 1) add(state, at, { order: 10, ...(at >= 200 ? { late: 5 } : {}) }, true);
  kindRates.endTeaching(state, start + 240 * minute);
  const view = viewAt(state, 240);
  assert.equal(view.of('late', 0, start)?.side, 'inside');
  assert.equal(view.presence('late'), 40 / 240);
  assert.equal(view.presence('order'), 1);
});

test('minutes without a kind of every minute do not make its absence usual by themselves', () => {
  const state = kindRates.empty();
  for (let at = 0; at < 240; at += 1) add(state, at, { order: 10 }, true);
  kindRates.endTeaching(state, start + 240 * minute);
  for (let at = 240; at < 300; at += 1) add(state, at, {});
  assert.equal(viewAt(state, 300).presence('order'), 1);
});

test('a kind is new for a while once there was something to be new to', () => {
  const state = kindRates.empty();
  for (let at = 0; at < 100; at += 1) add(state, at, { order: 10, ...(at >= 90 ? { fresh: 2 } : {}) });
  const view = viewAt(state, 100);
  const timeMs = start + 100 * minute;
  assert.equal(view.isNew('order', timeMs, halfHour), false);
  assert.equal(view.isNew('fresh', timeMs, halfHour), true);
  assert.equal(view.isNew('never', timeMs, halfHour), true);
  assert.equal(view.isNew('fresh', timeMs + halfHour, halfHour), false);
});

test('kinds of every minute get a series though 300 rare ones come and go, and never more than 16 do', () => {
  const state = kindRates.empty();
  for (let at = 0; at < 200; at += 1) {
    const counts: Record<string, number> = {};
    for (let rare = 0; rare < 60; rare += 1) counts[`rare-${(at * 60 + rare) % 300}-${at}`] = 1;
    if (at >= 30) for (let kind = 0; kind < 12; kind += 1) counts[`steady-${kind}`] = 3;
    add(state, at, counts);
  }
  assert.deepEqual(kept(state, 200).filter((what) => what.startsWith('steady')).length, 12);
  for (let at = 200; at < 260; at += 1) add(state, at, Object.fromEntries(Array.from({ length: 40 }, (_, kind) => [`steady-${kind}`, 3])));
  assert.equal(kept(state, 260).length, 16);
});

test('what a flood of kinds leaves behind stays small', () => {
  const state = kindRates.empty();
  for (let at = 0; at < 120; at += 1) {
    add(state, at, Object.fromEntries(Array.from({ length: 200 }, (_, kind) => [`${(at * 200 + kind).toString(16).padStart(16, '0')}`, 1 + (kind % 90)])));
  }
  const bytes = JSON.stringify(kindRates.pack(state)).length;
  assert.ok(bytes < 64 * 1_024, `${bytes} bytes`);
});

test('16 series of a month stay near 2 KB each', () => {
  const state = kindRates.empty();
  const ids = Array.from({ length: 16 }, (_, kind) => kind.toString(16).padStart(16, 'a'));
  for (let at = 0; at < 30 * 1_440; at += 7) {
    const swing = 1 + Math.sin((at / 1_440) * 2 * Math.PI) / 2;
    kindRates.add(state, new Map(ids.map((id, kind) => [id, Math.round((kind + 1) * 7 * swing + (at % 11))])), { timeMs: start + at * minute, voter: at % 40, isTaught: false, count: 1 });
  }
  const bytes = JSON.stringify(kindRates.pack(state)).length;
  assert.ok(bytes < 16 * 2_048 + 2_048, `${bytes} bytes`);
});

test('accepts a count of a kind, and forgets a kind', () => {
  const state = kindRates.empty();
  for (let at = 0; at < 180; at += 1) add(state, at, { order: 10 });
  assert.equal(kindRates.accept(state, 'order=400', start), true);
  assert.equal(viewAt(state, 180).of('order', 400, start)?.side, 'inside');
  assert.equal(kindRates.accept(state, 'never=4', start), false);
  assert.equal(kindRates.accept(state, 'order=', start), false);
  assert.equal(kindRates.forget(state, 'order'), true);
  assert.equal(kindRates.forget(state, 'order'), false);
});
