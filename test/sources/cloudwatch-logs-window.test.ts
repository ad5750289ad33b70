/** Which events are new: each once, however late and out of order they are ingested, wherever the reading breaks off. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '#contract';
import { IngestWindow } from '../../src/sources/cloudwatch-logs/window.ts';

interface Put {
  eventId: string;
  timestamp: number;
  ingestionTime: number;
  visibleMs: number;
}

const settings = { lookBackMs: 1_800_000, sweepMs: 300_000, remembered: 4_000 };
const startMs = Date.UTC(2026, 2, 1, 12);
const settleMs = 10_000;

interface Followed {
  given: string[];
  complete: { ms: number; given: ReadonlySet<string> }[];
  looks: number;
  widest: number;
}

/** Looks every five seconds, in pages; at the pages `breaks` the process dies and another goes on from the saved position. */
function follow(puts: readonly Put[], forMs: number, { pageSize = 3, breaks = [] as readonly number[], own = settings } = {}): Followed {
  const followed: Followed = { given: [], complete: [], looks: 0, widest: 0 };
  let window = new IngestWindow(undefined, startMs, own);
  let saved: JsonValue = JSON.parse(JSON.stringify(window.position()));
  let pageCount = 0;
  const save = (): void => {
    saved = JSON.parse(JSON.stringify(window.position())) as JsonValue;
    followed.complete.push({ ms: window.completeToMs, given: new Set(followed.given) });
  };
  for (let nowMs = startMs; nowMs < startMs + forMs; ) {
    const { fromMs, toMs } = window.begin(nowMs - settleMs);
    const found = puts
      .filter(({ timestamp, visibleMs }) => visibleMs <= nowMs && timestamp >= fromMs && timestamp < toMs)
      .toSorted((left, right) => left.timestamp - right.timestamp || left.ingestionTime - right.ingestionTime || (left.eventId < right.eventId ? -1 : 1));
    followed.widest = Math.max(followed.widest, found.length);
    let isBroken = false;
    for (let at = 0; at < found.length && !isBroken; at += pageSize) {
      const fresh = window.take(found.slice(at, at + pageSize));
      if (breaks.includes(++pageCount)) isBroken = true;
      else {
        followed.given.push(...fresh.map(({ eventId }) => eventId));
        if (fresh.length > 0) save();
      }
    }
    if (isBroken) window = new IngestWindow(saved, startMs, own);
    else {
      window.finish();
      save();
    }
    followed.looks++;
    nowMs += 5_000;
  }
  return followed;
}

const putsOf = (visible: fc.Arbitrary<number>): fc.Arbitrary<Put[]> =>
  fc.array(
    fc.tuple(
      fc.integer({ min: 1, max: 900_000 }),
      // Most come in seconds, some in minutes, a few ahead of their time.
      fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 8_000 }) }, { weight: 2, arbitrary: fc.integer({ min: 8_000, max: 1_200_000 }) }, { weight: 1, arbitrary: fc.integer({ min: -3_600_000, max: 0 }) }),
      visible,
    ),
    { minLength: 1, maxLength: 120 },
  ).map((list) => list.map(([afterMs, delayMs, lagMs], index) => ({ eventId: String(index), ingestionTime: startMs + afterMs, timestamp: startMs + afterMs - delayMs, visibleMs: startMs + afterMs + lagMs })));

describe('the window on a log group', () => {
  test('gives each event once, wherever it breaks off', () => {
    fc.assert(
      fc.property(putsOf(fc.integer({ min: 0, max: settleMs })), fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 200 }), fc.integer({ min: 1, max: 7 }), (puts, breaks, pageSize) => {
        const { given } = follow(puts, 1_500_000, { breaks, pageSize });
        assert.deepEqual(given.toSorted(), puts.map(({ eventId }) => eventId).toSorted());
      }),
      { numRuns: 60 },
    );
  });

  test('finds what becomes visible only after the events around it', () => {
    fc.assert(
      fc.property(putsOf(fc.integer({ min: 0, max: 55_000 })), (puts) => {
        const { given } = follow(puts, 1_500_000);
        assert.deepEqual(given.toSorted(), puts.map(({ eventId }) => eventId).toSorted());
      }),
      { numRuns: 40 },
    );
  });

  test('never takes back how far it is complete, and gave every near event before that', () => {
    fc.assert(
      fc.property(putsOf(fc.integer({ min: 0, max: settleMs })), (puts) => {
        const near = puts.filter(({ ingestionTime, timestamp }) => Math.abs(ingestionTime - timestamp) < 60_000);
        let before = 0;
        for (const { ms, given } of follow(puts, 1_000_000, { breaks: [2, 3, 5, 8, 13, 40, 41, 90] }).complete) {
          assert.ok(ms >= before);
          before = ms;
          const lacking = near.filter(({ eventId, ingestionTime }) => ingestionTime < ms && !given.has(eventId));
          assert.deepEqual(lacking, [], `complete to ${ms - startMs}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('gives nothing that was ingested before it began', () => {
    const puts = [-5_000, -1, 0, 1, 5_000].map((afterMs, index) => ({ eventId: String(index), ingestionTime: startMs + afterMs, timestamp: startMs + afterMs - 2_000, visibleMs: startMs + afterMs }));
    assert.deepEqual(follow(puts, 60_000).given, ['3', '4']);
  });

  test('opens wider where events come late as a rule, and narrows again', () => {
    const late = Array.from({ length: 60 }, (_, minute) => ({ eventId: `f${minute}`, ingestionTime: startMs + minute * 60_000 + 5, timestamp: startMs + minute * 60_000 - 400_000, visibleMs: startMs + minute * 60_000 + 5 }));
    const window = new IngestWindow(undefined, startMs, settings);
    const widthAt = (nowMs: number): number => {
      window.begin(nowMs);
      window.take(late.filter(({ visibleMs }) => visibleMs <= nowMs && visibleMs > nowMs - 1_800_000));
      window.finish();
      return window.restMs * 12;
    };
    widthAt(startMs);
    assert.equal(widthAt(startMs + 600_000), 601_000, 'one and a half of the greatest delay');
    let width = 0;
    for (let minute = 90; minute < 180; minute += 6) width = widthAt(startMs + minute * 60_000);
    assert.equal(width, 60_000);
  });

  test('remembers a bounded number, and then prefers silence to repeating', () => {
    const puts = Array.from({ length: 3_000 }, (_, index) => ({ eventId: String(index), ingestionTime: startMs + 1 + index * 20, timestamp: startMs + index * 20, visibleMs: startMs + 1 + index * 20 }));
    const own = { ...settings, remembered: 200 };
    const { given } = follow(puts, 180_000, { own, pageSize: 100 });
    assert.equal(new Set(given).size, given.length, 'an event was given twice');
    assert.equal(given.length, puts.length);
    const window = new IngestWindow(undefined, startMs, own);
    window.begin(startMs + 60_000);
    window.take(puts);
    assert.ok(JSON.stringify(window.position()).length < 60 * 200);
  });

  test('takes any position for none', () => {
    for (const position of [null, 'x', 7, [], { nearMs: 'x' }, { given: [], look: { atMs: 1 } }, { given: { near1: 5, bad: 'abcdefgh' } }] as JsonValue[]) {
      const window = new IngestWindow(position, startMs, settings);
      assert.equal(window.completeToMs, startMs);
      const { fromMs, toMs } = window.begin(startMs + 1_000);
      assert.ok(fromMs < toMs);
    }
  });
});
