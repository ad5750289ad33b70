/** Lines that a log router split: joined in the walk, also across a minute's end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineKind } from '../../src/decode/template.ts';
import type { LogRecord } from '#contract';
import { logRecord } from '../support/events.ts';
import { observationsOf, only } from './watching.ts';

const start = Date.UTC(2026, 0, 5);

function piece(second: number, ordinal: number, text: string, isLast: boolean, id = 'split'): LogRecord {
  return logRecord({ timeMs: start + second * 1_000, id: `${id}-${ordinal}`, piece: { id, ordinal, isLast, text }, templateId: `piece-${ordinal}`, template: text });
}
const line = (second: number): LogRecord => logRecord({ timeMs: start + second * 1_000, id: `line-${second}`, templateId: 'line' });

/** Kinds of lines and the minute they were judged in. */
const kindsOf = (events: readonly LogRecord[]): [string, number][] =>
  only(observationsOf(events), 'log-kind').map(({ observation }) => [observation.templateId, (observation.minuteMs - start) / 60_000]);

const whole = lineKind('the cart of anna is empty').templateId;
const split = (first: number, second: number, third: number): LogRecord[] => [piece(first, 1, 'the cart ', false), piece(second, 2, 'of anna ', false), piece(third, 3, 'is empty', true)];

test('pieces of one minute are one line of the kind of all of them, in whatever order they come', () => {
  assert.deepEqual(kindsOf(split(1, 2, 3)), [[whole, 0]]);
  assert.deepEqual(kindsOf(split(1, 2, 3).toReversed()), [[whole, 0]]);
  assert.deepEqual(kindsOf(split(3, 2, 1)), [[whole, 0]]);
});

test("pieces on both sides of a minute's end are one line", () => {
  assert.deepEqual(kindsOf([...split(58, 59, 61), line(70)]), [['line', 1], [whole, 1]]);
});

test('pieces that never complete are a line of what came, a minute later', () => {
  const kinds = kindsOf([...split(1, 2, 3).slice(0, 2), line(10), line(70), line(130)]);
  const part = lineKind('the cart of anna ').templateId;
  assert.deepEqual(kinds, [['line', 0], ['line', 1], [part, 1], ['line', 2]]);
});

test('pieces that never complete are not lost at the end of the input', () => {
  assert.deepEqual(kindsOf(split(1, 2, 3).slice(0, 2)).map(([kind]) => kind), [lineKind('the cart of anna ').templateId]);
});

test('pieces of two lines at once stay apart', () => {
  const other = [piece(1, 1, 'the cart ', false, 'other'), piece(2, 2, 'is full', true, 'other')];
  assert.deepEqual(kindsOf([...split(1, 2, 3), ...other]).map(([kind]) => kind).sort(), [whole, lineKind('the cart is full').templateId].sort());
});
