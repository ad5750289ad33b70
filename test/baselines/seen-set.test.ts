/** Seen-sets: what votes make usual, when a set is ready, and what a full one keeps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seenSet, type SeenState } from '#baselines';
import { asking, day, minute, start, vote } from './numbers.ts';

/** A set that became ready at `start`, having learned 300 sightings of one key in the two hours before. */
function ready(): SeenState {
  const state = seenSet.empty();
  for (let at = 0; at < 300; at += 1) seenSet.add(state, 'known', vote(start - 120 * minute + (at % 120) * minute, 1));
  seenSet.endMinute(state, start);
  return state;
}

function isUsual(state: SeenState, key: string, timeMs: number, isVouched?: (voter: number) => boolean): boolean {
  return seenSet.view(state, asking(timeMs, isVouched)).of(key).isUsual;
}

test('a key is usual once seen on three days, the first and last sighting a day apart', () => {
  const state = ready();
  seenSet.add(state, 'new', vote(start + day));
  seenSet.add(state, 'new', vote(start + 2 * day));
  assert.equal(isUsual(state, 'new', start + 2 * day + 1), false);
  seenSet.add(state, 'new', vote(start + 3 * day));
  assert.equal(isUsual(state, 'new', start + 3 * day + 1), true);
});

test('a key is usual once seen by three vouched tasks on two days', () => {
  const state = ready();
  seenSet.add(state, 'new', vote(start + day, 11));
  seenSet.add(state, 'new', vote(start + day, 12));
  seenSet.add(state, 'new', vote(start + 2 * day, 13));
  assert.equal(isUsual(state, 'new', start + 2 * day + 1), true);
  assert.equal(isUsual(state, 'new', start + 2 * day + 1, (voter) => voter !== 13), false);
});

test('two days less than 24 hours apart make nothing usual', () => {
  const state = ready();
  const night = start + 2 * day - minute;
  for (const voter of [11, 12, 13]) {
    seenSet.add(state, 'new', vote(night, voter));
    seenSet.add(state, 'new', vote(night + 2 * minute, voter));
  }
  assert.equal(isUsual(state, 'new', night + 3 * minute), false);
});

test('one task on one day makes nothing usual, with a million sightings', () => {
  const state = ready();
  for (let at = 0; at < 1_000; at += 1) seenSet.add(state, 'new', vote(start + day + at, 11, 1_000));
  const standing = seenSet.view(state, asking(start + 2 * day)).of('new');
  assert.equal(standing.count, 1_000_000);
  assert.equal(standing.isUsual, false);
});

test('any number of voters that nobody vouches for count as one', () => {
  const state = ready();
  for (let voter = 1; voter <= 500; voter += 1) seenSet.add(state, 'new', vote(start + day + voter * 3 * minute, voter));
  assert.equal(isUsual(state, 'new', start + 2 * day + 600 * minute, () => false), false);
});

test('a voucher that comes later counts for votes given before', () => {
  const state = ready();
  for (const [at, voter] of [11, 12, 13].entries()) seenSet.add(state, 'new', vote(start + day + at * 0.6 * day, voter));
  assert.equal(isUsual(state, 'new', start + 3 * day, () => false), false);
  assert.equal(isUsual(state, 'new', start + 3 * day, () => true), true);
});

test('what was seen while learning is usual unconfirmed, and forgotten seven days after ready', () => {
  const state = ready();
  const soon = seenSet.view(state, asking(start + 6 * day)).of('known');
  assert.deepEqual([soon.isUsual, soon.isUnconfirmed], [true, true]);
  assert.equal(isUsual(state, 'known', start + 7 * day), false);
});

test('a key that was voted in time outlives the seven days', () => {
  const state = ready();
  for (const days of [1, 2]) seenSet.add(state, 'known', vote(start + days * day));
  const later = seenSet.view(state, asking(start + 30 * day)).of('known');
  assert.deepEqual([later.isUsual, later.isUnconfirmed], [true, false]);
});

test('a key is forgotten when it was not seen for a quarter', () => {
  const state = ready();
  for (const days of [1, 2]) seenSet.add(state, 'known', vote(start + days * day));
  assert.equal(isUsual(state, 'known', start + 2 * day + 91 * day), true);
  assert.equal(isUsual(state, 'known', start + 2 * day + 93 * day), false);
});

test('what was taught or accepted is usual at once, and no longer when forgotten', () => {
  const state = ready();
  seenSet.add(state, 'taught', vote(start, 0, 1, true));
  assert.equal(isUsual(state, 'taught', start + 1), true);
  assert.equal(seenSet.accept(state, 'accepted', start), true);
  assert.equal(isUsual(state, 'accepted', start + 1), true);
  assert.equal(seenSet.forget(state, 'accepted'), true);
  assert.equal(seenSet.forget(state, 'accepted'), false);
  assert.equal(isUsual(state, 'accepted', start + 1), false);
});

test('a set that sees new keys all the time is not ready', () => {
  const state = seenSet.empty();
  for (let at = 0; at < 1_000; at += 1) {
    seenSet.add(state, at % 50 === 0 ? `new ${at}` : 'known', vote(start + at * minute));
    seenSet.endMinute(state, start + (at + 1) * minute);
  }
  assert.equal(seenSet.view(state, asking(start + 1_000 * minute)).isReady, false);
});

test('200 sightings within the hour, or fewer in two, are not enough to be ready', () => {
  const burst = seenSet.empty();
  for (let at = 0; at < 500; at += 1) seenSet.add(burst, 'known', vote(start + (at % 59) * minute));
  seenSet.endMinute(burst, start + 60 * minute);
  const few = seenSet.empty();
  for (let at = 0; at < 199; at += 1) seenSet.add(few, 'known', vote(start + at * minute));
  seenSet.endMinute(few, start + 200 * minute);
  assert.deepEqual([burst, few].map((state) => seenSet.view(state, asking(start + day)).isReady), [false, false]);
});

test('ready stays ready through a scan of addresses', () => {
  const state = ready();
  for (let at = 0; at < 2_000; at += 1) seenSet.add(state, `10.0.${at}`, vote(start + minute + at, 9));
  seenSet.endMinute(state, start + 2 * minute);
  const view = seenSet.view(state, asking(start + 3 * minute));
  assert.equal(view.isReady, true);
  assert.equal(view.of('10.0.7').isUsual, false);
  assert.equal(view.of('10.0.7').count, 1);
});

test('the end of a teaching makes a set ready, and the earliest readiness is kept', () => {
  const state = seenSet.empty();
  seenSet.add(state, 'a', vote(start, 0, 1, true));
  seenSet.endTeaching(state, start + 10 * minute);
  seenSet.endTeaching(state, start + 20 * minute);
  assert.equal(seenSet.view(state, asking(start + 9 * minute)).isReady, false);
  assert.equal(seenSet.view(state, asking(start + 10 * minute)).isReady, true);
});

test('a flood of random keys stays within the bound, says so, and pushes out nothing that is usual', () => {
  const state = ready();
  for (const days of [0, 1, 2]) for (let at = 0; at < 500; at += 1) seenSet.add(state, `usual ${at}`, vote(start + days * day));
  for (let at = 0; at < 100_000; at += 1) seenSet.add(state, `flood ${(at * 2_654_435_761) % 4_294_967_296}`, vote(start + 3 * day + at, at));
  const view = seenSet.view(state, asking(start + 4 * day));
  assert.equal(view.size, 4_096);
  assert.equal(Object.keys(state.keys).length, 4_096);
  assert.equal(view.isOverflowing, true);
  for (let at = 0; at < 500; at += 1) assert.equal(view.of(`usual ${at}`).isUsual, true);
});

test('a flood in any order leaves the same keys', () => {
  const keys = Array.from({ length: 9_000 }, (_, at) => `key ${at}`);
  const left = seenSet.empty();
  const right = seenSet.empty();
  for (const key of keys) seenSet.add(left, key, vote(start));
  for (const key of keys.toReversed()) seenSet.add(right, key, vote(start));
  assert.deepEqual(Object.keys(left.keys).sort(), Object.keys(right.keys).sort());
});

test('a flood of usual keys cannot pass the bound either', () => {
  const state = seenSet.empty();
  for (let at = 0; at < 5_000; at += 1) seenSet.add(state, `taught ${at}`, vote(start, 0, 1, true));
  assert.equal(Object.keys(state.keys).length, 4_096);
});

test('names of object properties are keys like others', () => {
  const state = seenSet.empty();
  for (const key of ['__proto__', 'constructor', 'toString', '']) {
    assert.equal(seenSet.view(state, asking(start)).of(key).count, 0);
    seenSet.add(state, key, vote(start));
    assert.equal(seenSet.view(state, asking(start)).of(key).count, 1);
  }
  const again = seenSet.unpack(JSON.parse(JSON.stringify(seenSet.pack(state))));
  assert.deepEqual(again, state);
});

test('keys of a megabyte are kept short and still told apart', () => {
  const state = seenSet.empty();
  const long = 'x'.repeat(1_000_000);
  seenSet.add(state, `${long}1`, vote(start));
  const view = seenSet.view(state, asking(start));
  assert.deepEqual([view.of(`${long}1`).count, view.of(`${long}2`).count], [1, 0]);
  assert.ok(JSON.stringify(seenSet.pack(state)).length < 1_000);
});

test('the history tells how much was learned, over how many days and tasks', () => {
  const state = seenSet.empty();
  for (const at of [0, 1, 2]) seenSet.add(state, 'a', vote(start + at * day, 7 + at, 10));
  const { history } = seenSet.view(state, asking(start + 3 * day));
  assert.deepEqual(history, { sinceMs: start, untilMs: start + 2 * day, count: 30, days: 3, tasks: 3 });
});

test('what is new stands first in a description', () => {
  const state = ready();
  seenSet.add(state, 'stranger', vote(start + minute, 9));
  const rows = seenSet.describe(state, asking(start + 2 * minute), 10);
  assert.deepEqual(rows.map(({ what, standing }) => [what, standing]), [['stranger', 'new'], ['known', 'unconfirmed']]);
  assert.equal(seenSet.describe(state, asking(start), 1).length, 1);
});
