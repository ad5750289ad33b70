/** The tape: reduction commutes, whatever the order, the budget and the place of packing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FargazerEvent } from '#contract';
import { keysPerMinuteLimit, Tape } from '../../src/engine/tape.ts';
import { standardTape, type TapeSettings } from '../../src/engine/tape-settings.ts';
import { packPage, unpackPage } from '../../src/engine/pack.ts';
import { logRecord, metricPoint, networkActivity } from '../support/events.ts';

const start = Date.UTC(2026, 0, 5);

const anyEvent: fc.Arbitrary<FargazerEvent> = fc
  .record({
    kind: fc.constantFrom('log', 'metric', 'network'),
    at: fc.integer({ min: 0, max: 180_000 }),
    ns: fc.integer({ min: 0, max: 3 }),
    key: fc.integer({ min: 0, max: 3 }),
    id: fc.string({ minLength: 1, maxLength: 3 }),
    value: fc.integer({ min: 0, max: 1_000 }),
    hasOwnId: fc.boolean(),
  })
  .map(({ kind, at, ns, key, id, value, hasOwnId }) => {
    const base = { timeMs: start + at, timeNs: ns, id, raw: `raw ${id} ${at} ${ns}`, origin: { file: 'f', line: 1 } };
    if (kind === 'log') return logRecord({ ...base, templateId: `t${key}`, hasOwnId });
    if (kind === 'metric') return metricPoint({ ...base, value, metric: `m${key}` });
    return networkActivity({ ...base, serverPort: key, clientSentBytes: value });
  });

/** Lists are compared as objects, and stay. */
function copyOf(event: FargazerEvent): FargazerEvent {
  const copy = structuredClone(event);
  if (copy.kind === 'metrics' && event.kind === 'metrics') copy.list = event.list;
  return copy;
}

function liftAll(events: readonly FargazerEvent[], settings: TapeSettings, through = false): unknown[] {
  let tape = new Tape(settings);
  for (const event of events) tape.take(copyOf(event));
  if (through) {
    const next = new Tape(settings);
    for (const { feed, minute, page } of tape.pages()) next.addPage(feed, minute, page);
    tape = next;
  }
  const rows = (['firelens', 'container-insights', 'flow-log'] as const).flatMap((feed) =>
    tape.minutes(feed).flatMap((minute) => tape.lift(feed, minute)),
  );
  tape.close();
  // Raw and origin of two records equal in every part of the key may differ; nothing else.
  return rows.map(({ raw: _raw, origin: _origin, ...rest }) => rest);
}

describe('the tape', () => {
  it('gives the same rows whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.integer(), (events, seed) => {
        const shuffled = [...events].sort((left, right) => ((left.timeMs * 31 + seed) % 97) - ((right.timeMs * 31 + seed) % 97));
        assert.deepEqual(liftAll(shuffled, standardTape), liftAll(events, standardTape));
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same rows when minutes are packed and laid on disk', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        const tight = { liveLimit: 4, pageBytesLimit: 300 };
        assert.deepEqual(liftAll(events, tight), liftAll(events, standardTape));
        assert.deepEqual(liftAll(events, tight, true), liftAll(events, standardTape));
      }),
      { numRuns: 100 },
    );
  });

  it('gives events back equal after packing', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
        assert.deepEqual(unpackPage(packPage(events)), JSON.parse(JSON.stringify(events)));
      }),
      { numRuns: 100 },
    );
  });

  it('takes records of one own id as one, under whatever subject they come', () => {
    const tape = new Tape();
    tape.take(logRecord({ id: 'same', hasOwnId: true }));
    tape.take(logRecord({ id: 'same', hasOwnId: true }));
    tape.take(logRecord({ id: 'same', hasOwnId: true, subject: { name: 'other' } }));
    const [minute] = tape.minutes('firelens');
    assert.equal(tape.lift('firelens', minute!).length, 1);
    assert.equal(tape.counts.duplicates, 2);
  });

  it('keeps the same keys of too many, whatever came first, and counts the rest', () => {
    const many = Array.from({ length: 3 * keysPerMinuteLimit }, (_, index) => logRecord({ templateId: `t${index}`, id: `${index}` }));
    const rows = (events: readonly FargazerEvent[]): { kept: unknown[]; overflow: number } => {
      const tape = new Tape();
      for (const event of events) tape.take(copyOf(event));
      const kept = tape.lift('firelens', tape.minutes('firelens')[0]!);
      return { kept, overflow: tape.counts.overflow };
    };
    const forward = rows(many);
    assert.deepEqual(rows([...many].reverse()), forward);
    assert.equal(forward.kept.length, keysPerMinuteLimit);
    assert.equal(forward.overflow, 2 * keysPerMinuteLimit);
  });
});
