/** Where a teaching begins in a stream. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Beginnings } from '../../src/engine/beginnings.ts';

test('the earliest time behind an earlier tick is that of a plain search, in any order and through a state', () => {
  const records = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 50 })), { maxLength: 40 });
  fc.assert(
    fc.property(records, fc.integer({ min: 0, max: 22 }), (all, tickMs) => {
      const beginnings = new Beginnings();
      for (const [of, timeMs] of all) beginnings.note(of, timeMs);
      const expected = Math.min(Infinity, ...all.filter(([of]) => of < tickMs).map(([, timeMs]) => timeMs));
      assert.equal(beginnings.before(tickMs), expected);
      assert.equal(Beginnings.unpack(JSON.parse(JSON.stringify(beginnings.pack()))).before(tickMs), expected);
    }),
  );
});

test('a record without a tick stands before all', () => {
  const beginnings = new Beginnings();
  beginnings.note(-Infinity, 7);
  beginnings.note(100, 9);
  assert.equal(Beginnings.unpack(JSON.parse(JSON.stringify(beginnings.pack()))).before(0), 7);
});
