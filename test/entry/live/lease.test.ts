/** Of many who could do the same work one does it, whoever comes, dies or is late. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock, JsonValue } from '#contract';
import { leaseKey, whileLeased } from '../../../src/entry/program/live/lease.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { slow } from '../../support/live/faults.ts';
import { numbers } from '../../support/live/recording.ts';

function clockAt(startMs: number): Clock & { ms: number } {
  const clock = { ms: startMs, now: () => clock.ms, sleep: async () => undefined };
  return clock;
}

const settings = (clock: Clock, store = memoryStore()): Parameters<typeof whileLeased>[0] => ({ store, clock, name: 'closer', forMs: 60_000, hasTime: () => true });

test('one of sixteen works, the others leave it to that one, and what they came for is done', async () => {
  const clock = clockAt(1_000);
  const shared = settings(clock);
  let working = 0;
  let most = 0;
  let done = 0;
  let wanted = 0;
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, async () => {
      wanted += 1;
      return whileLeased({ ...shared, store: slow(shared.store, numbers(wanted)) }, async () => {
        most = Math.max(most, (working += 1));
        const seen = wanted;
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        done = seen;
        working -= 1;
      });
    }),
  );
  assert.equal(most, 1);
  assert.equal(done, 16, 'somebody came and was not heard');
  assert.ok(outcomes.filter((outcome) => outcome === 'held').length >= 1);
});

test('whoever comes while it is held has the work done once more', async () => {
  const clock = clockAt(0);
  const shared = settings(clock);
  let times = 0;
  const outcome = await whileLeased(shared, async () => {
    times += 1;
    if (times === 1) assert.equal(await whileLeased(shared, async () => assert.fail('two work at once')), 'held');
  });
  assert.equal(outcome, 'worked');
  assert.equal(times, 2);
});

test('without time it is released, and the next who comes works', async () => {
  const clock = clockAt(0);
  const shared = settings(clock);
  let times = 0;
  await whileLeased({ ...shared, hasTime: () => false }, async () => {
    times += 1;
    await whileLeased(shared, async () => undefined);
  });
  assert.equal(times, 1);
  assert.equal(await whileLeased(shared, async () => undefined), 'worked');
});

test('a holder that died is waited for until its time is over', async () => {
  const clock = clockAt(0);
  const shared = settings(clock);
  await shared.store.commit({ key: leaseKey('closer'), expected: undefined, value: { holder: 'dead', untilMs: 60_000, isAsked: false } });
  assert.equal(await whileLeased(shared, async () => undefined), 'held');
  clock.ms = 60_000;
  assert.equal(await whileLeased(shared, async () => undefined), 'worked');
});

test('a clock that ran ahead holds nothing for hours, and an item of others is free', async () => {
  for (const value of [{ holder: 'ahead', untilMs: 86_400_000, isAsked: false }, { some: 'thing' }, 'text'] as JsonValue[]) {
    const shared = settings(clockAt(0));
    await shared.store.commit({ key: leaseKey('closer'), expected: undefined, value });
    assert.equal(await whileLeased(shared, async () => undefined), 'worked');
  }
});

test('work that throws frees it at once, and the error is told', async () => {
  const shared = settings(clockAt(0));
  await assert.rejects(whileLeased(shared, async () => Promise.reject(new Error('broken'))), /broken/);
  assert.equal(await whileLeased(shared, async () => undefined), 'worked');
});

test('renewing holds on, unless somebody else took it', async () => {
  const clock = clockAt(0);
  const shared = settings(clock);
  await whileLeased(shared, async (lease) => {
    clock.ms = 59_000;
    assert.equal(await lease.renew(), true);
    clock.ms = 118_000;
    assert.equal(await whileLeased(shared, async () => undefined), 'held');
    assert.equal(await lease.renew(), true, 'being asked is no loss');
    clock.ms = 300_000;
    assert.equal(await whileLeased(shared, async () => undefined), 'worked');
    assert.equal(await lease.renew(), false);
  });
  assert.equal(await whileLeased(shared, async () => undefined), 'worked');
});
