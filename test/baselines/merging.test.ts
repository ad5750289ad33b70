/** What all kinds promise: merges in any order equal one stream, JSON keeps a state, finite input stays finite. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { kindRates, lineKindTree, quantityGrid, rateGrid, seenSet } from '#baselines';
import type { BaselineKind, BaselineView, Vote } from '#contract';
import { asking, day, minute, start } from './numbers.ts';

const votes = fc.record({
  timeMs: fc.integer({ min: 0, max: 6 * 1_440 }).map((at) => start + at * minute),
  voter: fc.integer({ min: 0, max: 12 }),
  isTaught: fc.boolean().map((isTaught) => isTaught),
  count: fc.integer({ min: 1, max: 1_000 }),
});

const names = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', '7'), fc.string({ maxLength: 6 }));
const amounts = fc.oneof(
  fc.integer({ min: -5, max: 50 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 1e-9, 1e18),
);
const lines = fc
  .tuple(fc.constantFrom('user', 'disk', ''), fc.integer({ min: 0, max: 24 }), fc.constantFrom('in', 'out'))
  .map(([first, name, last]) => ({ templateId: `${first}-${name}-${last}`, template: `${first} n${name} logged ${last}` }));

interface Subject {
  // oxlint-disable-next-line no-explicit-any
  kind: BaselineKind<any, any, BaselineView>;
  values: fc.Arbitrary<unknown>;
}
const subjects: Subject[] = [
  { kind: seenSet, values: names },
  { kind: quantityGrid, values: amounts },
  { kind: rateGrid, values: fc.nat({ max: 1_000_000 }) },
  { kind: lineKindTree, values: lines },
  { kind: kindRates, values: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', '__proto__', '7'), fc.nat({ max: 5_000 })), { maxLength: 4 }).map((counts) => new Map(counts)) },
];

function learned(kind: Subject['kind'], additions: readonly (readonly [unknown, Vote])[]): unknown {
  const state = kind.empty();
  for (const [value, vote] of additions) kind.add(state, value, vote);
  return state;
}

for (const { kind, values } of subjects) {
  const additions = fc.array(fc.tuple(values, votes), { maxLength: 60 });

  test(`${kind.name}: three parts merged in any order equal one stream in any order`, () => {
    fc.assert(
      fc.property(additions, fc.infiniteStream(fc.nat({ max: 2 })), fc.nat(), (all, places, turn) => {
        const parts: (readonly [unknown, Vote])[][] = [[], [], []];
        for (const addition of all) parts[places.next().value as number]?.push(addition);
        const [a, b, c] = parts.map((part) => learned(kind, part));
        const at = all.length === 0 ? 0 : turn % all.length;
        const whole = kind.pack(learned(kind, [...all.slice(at), ...all.slice(0, at)].toReversed()));
        assert.deepEqual(kind.pack(kind.merge(kind.merge(a, b), c)), whole);
        assert.deepEqual(kind.pack(kind.merge(c, kind.merge(b, a))), whole);
        assert.deepEqual(kind.pack(kind.merge(kind.merge(c, a), kind.merge(b, kind.empty()))), whole);
      }),
      { numRuns: 60 },
    );
  });

  test(`${kind.name}: a merge changes neither of its parts, nor later additions to it`, () => {
    fc.assert(
      fc.property(additions, additions, additions, (one, two, more) => {
        const left = learned(kind, one);
        const right = learned(kind, two);
        const before = JSON.stringify([kind.pack(left), kind.pack(right)]);
        const merged = kind.merge(left, right);
        for (const [value, vote] of more) kind.add(merged, value, vote);
        assert.equal(JSON.stringify([kind.pack(left), kind.pack(right)]), before);
      }),
      { numRuns: 40 },
    );
  });

  test(`${kind.name}: a state passed through JSON is equal and answers alike`, () => {
    fc.assert(
      fc.property(additions, additions, (one, two) => {
        const state = learned(kind, one);
        kind.endMinute(state, start + 7 * day);
        const again = kind.unpack(JSON.parse(JSON.stringify(kind.pack(state))));
        assert.deepEqual(again, state);
        for (const [value, vote] of two) {
          kind.view(state, asking(vote.timeMs));
          kind.add(state, value, vote);
          kind.add(again, value, vote);
        }
        const ask = asking(start + 8 * day);
        assert.deepEqual(kind.describe(again, ask, 50), kind.describe(state, ask, 50));
        assert.deepEqual(kind.pack(again), kind.pack(state));
      }),
      { numRuns: 60 },
    );
  });
}

for (const kind of [quantityGrid, rateGrid]) {
  test(`${kind.name}: any finite input gives finite answers`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(amounts, votes), { maxLength: 80 }), amounts, fc.boolean(), (all, value, isWidened) => {
        const state = kind.empty();
        for (const [amount, vote] of all) kind.add(state, amount, vote);
        const reading = kind.view(state, asking(start + 7 * day, () => true, isWidened)).of(value, start + 7 * day);
        for (const number of [reading.surprise, reading.low, reading.high, reading.typical]) assert.ok(Number.isFinite(number));
        assert.ok(reading.surprise >= 0 && reading.surprise < 1);
        assert.ok(reading.low <= reading.high);
        assert.equal(reading.surprise === 0, reading.side === 'inside');
      }),
      { numRuns: 200 },
    );
  });

  test(`${kind.name}: what is kept between askings answers as a state fresh from the store`, () => {
    const series = fc.array(fc.tuple(fc.double({ min: 0.1, max: 500, noNaN: true }), votes), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(series, (all) => {
        const state = kind.empty();
        for (const [amount, vote] of all) {
          const ask = asking(vote.timeMs, (voter) => voter % 2 === 0);
          const fresh = kind.unpack(kind.pack(state));
          assert.deepEqual(kind.view(state, ask).of(amount, vote.timeMs), kind.view(fresh, ask).of(amount, vote.timeMs));
          kind.add(state, amount, vote);
          if (all.length > 30) kind.endMinute(state, vote.timeMs);
        }
      }),
      { numRuns: 60 },
    );
  });
}
