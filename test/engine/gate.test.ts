/** The gate: hostile times, the span asked for, what a state has read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedName } from '#contract';
import { Gate } from '../../src/engine/gate.ts';
import { standardLateness } from '../../src/engine/order.ts';
import { Tape } from '../../src/engine/tape.ts';
import { logRecord } from '../support/events.ts';

const at = (text: string): number => Date.parse(text);
const day = at('2026-01-05T00:00:00Z');

function gateOf(span: { fromMs?: number; toMs?: number } = {}, marks: [FeedName, number][] = [], readTo: [FeedName, number][] = []): { gate: Gate; tape: Tape } {
  const tape = new Tape();
  return { gate: new Gate(tape, standardLateness, span, new Map(marks), new Map(readTo)), tape };
}

test('times before 2006, after 2100 and none at all are set aside and counted, and move nothing', () => {
  const { gate, tape } = gateOf();
  for (const timeMs of [at('2005-12-31T23:59:59.999Z'), at('0001-01-01T00:00:00Z'), 0, -1, Number.NaN]) gate.take(logRecord({ timeMs }));
  for (const timeMs of [at('2101-01-01T00:00:00Z'), at('9999-12-31T23:59:59Z'), 8.64e15]) gate.take(logRecord({ timeMs, count: 2 }));
  assert.deepEqual({ ...gate.setAside }, { future: 6, past: 5, olderThanState: 0, outsideSpan: 0, alreadyRead: 0 });
  assert.deepEqual([gate.firstMs, gate.lastMs, tape.isEmpty], [Infinity, -Infinity, true]);
  for (const timeMs of [at('2006-01-03T00:00:00Z'), at('2100-12-31T23:59:59.999Z')]) gate.take(logRecord({ timeMs }));
  assert.deepEqual([gate.firstMs, gate.lastMs], [at('2006-01-03T00:00:00Z'), at('2100-12-31T23:59:59.999Z')]);
});

test('what gates elsewhere let through is known here by day', () => {
  const { gate } = gateOf();
  gate.take(logRecord({ timeMs: day + 5 }));
  const other = gateOf().gate;
  other.take(logRecord({ timeMs: day + 9 }));
  other.absorb(gate.setAside, gate.days);
  assert.deepEqual([other.firstMs, other.lastMs], [day + 5, day + 9]);
});

test('a span takes its start and leaves its end', () => {
  const { gate } = gateOf({ fromMs: day, toMs: day + 10 });
  for (const timeMs of [day - 1, day, day + 9, day + 10]) gate.take(logRecord({ timeMs }));
  assert.equal(gate.setAside.outsideSpan, 2);
  assert.deepEqual([gate.firstMs, gate.lastMs], [day, day + 9]);
});

test('what a feed has read or walked before is not taken again, and other feeds are not touched by it', () => {
  const { gate } = gateOf({}, [['firelens', day + standardLateness.firelens]], [['log', day]]);
  gate.take(logRecord({ timeMs: day - 1 }));
  gate.take(logRecord({ timeMs: day }));
  gate.take(logRecord({ timeMs: day - 1, feed: 'log' }));
  gate.take(logRecord({ timeMs: day - 1, feed: 'zeek' }));
  assert.deepEqual([gate.setAside.olderThanState, gate.setAside.alreadyRead], [1, 1]);
  assert.equal(gate.firstMs, day - 1);
});

test('nothing is counted on an event that was set aside', () => {
  const { gate } = gateOf();
  const before = gate.generation;
  gate.take(logRecord({ timeMs: 0 }));
  assert.notEqual(gate.generation, before);
});
