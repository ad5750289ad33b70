/** A task's day: the sums over its hours are those of a count made anew each time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { NetworkMinute, SetView } from '#contract';
import { createDay, dayWith, hoursKept, noteDay, wholeDay, type Day } from '../../detectors/egress-volume/day.ts';
import { isInside, mainReceiver, newReceiver, receiversOf } from '../../detectors/egress-volume/peers.ts';

const minuteMs = 60_000;
const startHour = 490_000;

function minuteOf(minute: number, sentBytes: number, sentByPeer: ReadonlyMap<string, number> = new Map()): NetworkMinute {
  const timeMs = startHour * 3_600_000 + minute * minuteMs;
  return { kind: 'network-minute', timeMs, minuteMs: timeMs, count: 1, records: [], sentBytes, receivedBytes: 0, flows: 1, rejectedFlows: 0, sentByPeer };
}

const anyMinutes = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 400 }), sentBytes: fc.integer({ min: 0, max: 1_000 }) }), { minLength: 1, maxLength: 80 })
  .map((steps) => {
    let minute = 0;
    return steps.map(({ gap, sentBytes }) => minuteOf((minute += gap), sentBytes));
  });

const hourOf = ({ minuteMs: at }: NetworkMinute): number => Math.floor(at / 3_600_000);

describe('the day of a task', () => {
  it('sums up the hour of a minute and the 23 before it', () => {
    fc.assert(
      fc.property(anyMinutes, (minutes) => {
        const day = createDay();
        for (const [at, minute] of minutes.entries()) {
          const recent = minutes.slice(0, at + 1).filter((one) => hourOf(one) > hourOf(minute) - hoursKept);
          const told = dayWith(day, minute);
          assert.equal(told.sentBytes, recent.reduce((sum, { sentBytes }) => sum + sentBytes, 0));
          assert.equal(told.peakBytes, Math.max(...recent.map(({ sentBytes }) => sentBytes)));
          noteDay(day, minute);
        }
      }),
    );
  });

  it('teaches the 24 hours before an hour in its first minute, once, and only of a task that lived them', () => {
    fc.assert(
      fc.property(anyMinutes, (minutes) => {
        let day = createDay();
        for (const [at, minute] of minutes.entries()) {
          noteDay(day, minute);
          day = JSON.parse(JSON.stringify(day)) as Day;
          const hour = hourOf(minute);
          const isFirst = at === 0 || hourOf(minutes[at - 1]!) < hour;
          const hasLived = hour - hourOf(minutes[0]!) >= hoursKept;
          const before = minutes.slice(0, at).filter((one) => hourOf(one) >= hour - hoursKept && hourOf(one) < hour);
          const expected = isFirst && hasLived ? before.reduce((sum, { sentBytes }) => sum + sentBytes, 0) : undefined;
          assert.equal(wholeDay(minute, day), expected);
        }
      }),
    );
  });

  it('leaves alone what comes more than a day late', () => {
    const day = createDay();
    noteDay(day, minuteOf(3_000, 5));
    const before = JSON.stringify(day);
    noteDay(day, minuteOf(60, 7));
    assert.equal(JSON.stringify(day), before);
  });
});

describe('receivers', () => {
  const knows = (...keys: string[]): SetView =>
    ({ isReady: true, isOverflowing: false, size: keys.length, history: { count: 1_000 }, of: (key: string) => ({ isUsual: keys.includes(key) }) }) as unknown as SetView;
  const minute = minuteOf(0, 1_000, new Map([['10.0.1.0/24', 700], ['203.0.113.0/24', 299], ['example.com', 1], ['192.0.2.0/24', 0]]));

  it('are known by name as outside, by private ranges as inside', () => {
    assert.deepEqual(['10.1.0.0/24', 'fd00:1:2::/48', '100.64.3.0/24'].map(isInside), [true, true, true]);
    assert.deepEqual(['example.com', 'aws:S3', '203.0.113.0/24', '2001:db8::/48', ''].map(isInside), [false, false, false, false, false]);
  });

  it('are told from the largest on, the new ones only outside and once the set is ready', () => {
    assert.deepEqual(mainReceiver(minute, knows('10.0.1.0/24')), { peer: '10.0.1.0/24', sentBytes: 700, isNew: false });
    assert.equal(newReceiver(minute, knows())?.peer, '203.0.113.0/24');
    assert.equal(newReceiver(minute, knows('203.0.113.0/24'))?.peer, 'example.com');
    assert.equal(newReceiver(minute, { ...knows(), isReady: false }), undefined);
    assert.equal(newReceiver(minute, { ...knows(), size: 200 }), undefined);
    assert.deepEqual(receiversOf(minute), ['10.0.1.0/24', '203.0.113.0/24', 'example.com']);
  });
});
