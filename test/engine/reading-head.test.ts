/** The reading head: one total order across feeds, whatever order records came in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { feedNames, type FargazerEvent } from '#contract';
import { releaseOf, standardLateness } from '../../src/engine/order.ts';
import { ReadingHead } from '../../src/engine/reading-head.ts';
import { Tape } from '../../src/engine/tape.ts';
import { logRecord } from '../support/events.ts';

const start = Date.UTC(2026, 0, 5);

function read(events: readonly FargazerEvent[], limit = Infinity): { rows: FargazerEvent[]; left: FargazerEvent[] } {
  const tape = new Tape();
  for (const event of events) tape.take(structuredClone(event));
  const head = new ReadingHead(tape, standardLateness, limit);
  const rows: FargazerEvent[] = [];
  for (let row = head.next(); row !== undefined; row = head.next()) rows.push(row);
  head.putBack();
  const left = feedNames.flatMap((feed) => tape.minutes(feed).flatMap((minute) => tape.lift(feed, minute)));
  return { rows, left };
}

test('feeds are walked by release and not by event time; ties by time, nanoseconds and id', () => {
  const lines = (feed: FargazerEvent['feed'], timeMs: number, id: string, timeNs = 0) => logRecord({ feed, timeMs, timeNs, id, hasOwnId: true });
  const late = start + standardLateness.cloudtrail;
  const { rows } = read([
    lines('zeek', late, 'e'), lines('cloudtrail', start, 'd'), lines('zeek', late - 1, 'a'),
    lines('cloudtrail', start, 'c'), lines('cloudtrail', start, 'b', 5), lines('firelens', start, '0'),
  ]);
  assert.deepEqual(rows.map(({ id }) => id), ['0', 'a', 'c', 'd', 'b', 'e']);
});

const row = fc.record({ feed: fc.constantFrom(...feedNames), offset: fc.nat(20 * 60_000), ns: fc.nat(2), id: fc.constantFrom('a', 'b', 'c', 'd', 'e') });

test('the order is that of the key alone, and what is not released stays on the tape', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.nat(40 * 60_000), fc.func(fc.nat()), (made, after, shuffle) => {
      const events = made.map(({ feed, offset, ns, id }) => logRecord({ feed, timeMs: start + offset, timeNs: ns, id: `${id}${offset}${ns}`, hasOwnId: true }));
      const limit = start + after;
      const { rows, left } = read(events, limit);
      const shuffled = events.map((event, at) => ({ event, key: shuffle(at) })).sort((one, other) => one.key - other.key).map(({ event }) => event);
      assert.deepEqual(read(shuffled, limit), { rows, left });
      for (const [at, event] of rows.entries()) {
        assert.ok(releaseOf(event, standardLateness) < limit);
        const before = rows[at - 1];
        if (before !== undefined) assert.ok(releaseOf(before, standardLateness) <= releaseOf(event, standardLateness));
      }
      for (const event of left) assert.ok(releaseOf(event, standardLateness) >= limit);
      assert.equal(rows.length + left.length, new Set(events.map(({ feed, id }) => `${feed} ${id}`)).size);
    }),
    { numRuns: 200 },
  );
});
