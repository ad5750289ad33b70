/** Kinds of lines: which templates are asked about as one, and what stays bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { lineKindTree, type LineState } from '#baselines';
import { asking, day, minute, start, uniform, vote } from './numbers.ts';

const word = (at: number): string => `w${[...String(at)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;

function add(state: LineState, template: string, timeMs = start, voter = 0): void {
  lineKindTree.add(state, { templateId: `id ${template}`, template }, vote(timeMs, voter));
}

function of(state: LineState, template: string, timeMs = start) {
  return lineKindTree.view(state, asking(timeMs)).of(`id ${template}`, template);
}

function representative(state: LineState, template: string): string {
  return lineKindTree.view(state, asking(start)).representative(`id ${template}`, template).template;
}

test('sixteen values of a position are sixteen kinds; the seventeenth makes them one', () => {
  const state = lineKindTree.empty();
  for (let at = 0; at < 16; at += 1) add(state, `user ${word(at)} logged in`, start + at);
  assert.equal(of(state, 'user zoe logged in').count, 0);
  assert.equal(representative(state, `user ${word(9)} logged in`), `user ${word(9)} logged in`);
  add(state, `user ${word(16)} logged in`, start + 16);
  assert.equal(of(state, 'user zoe logged in').count, 17);
  assert.equal(representative(state, `user ${word(9)} logged in`), `user ${word(0)} logged in`);
  assert.equal(representative(state, 'user zoe logged in'), `user ${word(0)} logged in`);
});

test('lines that differ elsewhere, in length or in their first word stay apart', () => {
  const state = lineKindTree.empty();
  for (let at = 0; at < 30; at += 1) add(state, `user ${word(at)} logged in`);
  for (const other of ['user zoe logged out', 'user zoe logged in twice', 'admin zoe logged in', 'user zoe']) {
    assert.equal(of(state, other).count, 0, other);
    assert.equal(representative(state, other), other);
  }
});

test('seventeen sentences of one length and first word stay seventeen kinds', () => {
  const state = lineKindTree.empty();
  for (let at = 0; at < 40; at += 1) add(state, `INFO ${word(at)} ${word(at * 7)} ${word(at * 13)}`);
  assert.equal(of(state, 'INFO something entirely else').count, 0);
  assert.equal(of(state, `INFO ${word(3)} ${word(21)} ${word(39)}`).count, 1);
});

test('two positions that vary at once are found while most words stay', () => {
  const state = lineKindTree.empty();
  for (let at = 0; at < 40; at += 1) add(state, `login of ${word(at)} from host ${word(at * 31)} was accepted`);
  assert.equal(of(state, 'login of zoe from host paris was accepted').count, 40);
  assert.equal(of(state, 'login of zoe from host paris was refused').count, 0);
});

test('votes are added over a variable position: three days, each with another value, make the kind usual', () => {
  const state = lineKindTree.empty();
  for (let at = 0; at < 200; at += 1) add(state, 'service is up', start - 200 * minute + at * minute);
  lineKindTree.endMinute(state, start);
  for (let at = 0; at < 18; at += 1) add(state, `job ${word(at)} failed`, start + day + (at % 3) * day);
  assert.equal(of(state, 'job other failed', start + 4 * day).isUsual, true);
  assert.equal(of(state, 'job other stuck', start + 4 * day).isUsual, false);
});

test('a service that names somebody new in every line becomes ready all the same', () => {
  const state = lineKindTree.empty();
  for (let at = 0; at < 2_000; at += 1) {
    add(state, `user ${word(at)} logged in`, start + at * minute);
    lineKindTree.endMinute(state, start + (at + 1) * minute);
  }
  assert.equal(lineKindTree.view(state, asking(start + 2_000 * minute)).isReady, true);
  assert.ok(lineKindTree.view(state, asking(start)).size < 60);
  assert.equal(of(state, 'user zoe logged in').count, 2_000);
});

test('folded in any order and halves, the sum of a kind stays exact and its first template leads', () => {
  const names = Array.from({ length: 500 }, (_, at) => word(at));
  const learn = (some: readonly string[]): LineState => {
    const state = lineKindTree.empty();
    for (const [at, name] of some.entries()) {
      add(state, `user ${name} logged in`, start + 1 + names.indexOf(name));
      if (at % 70 === 69) lineKindTree.endMinute(state, start);
    }
    lineKindTree.endMinute(state, start);
    return state;
  };
  const whole = learn(names);
  const reversed = learn(names.toReversed());
  const merged = lineKindTree.merge(learn(names.slice(0, 250)), learn(names.slice(250)));
  for (const state of [whole, reversed, merged]) {
    assert.equal(of(state, 'user zoe logged in').count, 500);
    assert.ok(lineKindTree.view(state, asking(start)).size < 60);
  }
  assert.equal(representative(whole, 'user zoe logged in'), `user ${word(0)} logged in`);
  assert.equal(representative(merged, 'user zoe logged in'), `user ${word(0)} logged in`);
  const again = lineKindTree.unpack(JSON.parse(JSON.stringify(lineKindTree.pack(merged))));
  assert.deepEqual(again, merged);
  assert.equal(of(again, 'user zoe logged in').count, 500);
});

test('a flood of kinds stays within the bound and says so', () => {
  const state = lineKindTree.empty();
  const next = uniform(1);
  for (let at = 0; at < 30_000; at += 1) {
    const words = Array.from({ length: 3 + (at % 5) }, () => word(Math.floor(next() * 1e9)));
    add(state, words.join(' '), start + at, at);
    if (at % 1_000 === 0) lineKindTree.endMinute(state, start + at);
  }
  const view = lineKindTree.view(state, asking(start));
  assert.ok(view.size <= 4_096);
  assert.equal(Object.keys(state.keys).length, view.size);
  assert.equal(view.isOverflowing, true);
});

test('ids and templates of any form are kept as they are', () => {
  const state = lineKindTree.empty();
  for (const text of ['__proto__', 'constructor', '', ' ', '  <*>  ', '\u0000\u001B[31m', 'x'.repeat(100_000)]) {
    lineKindTree.add(state, { templateId: text, template: text }, vote(start));
    assert.equal(lineKindTree.view(state, asking(start)).of(text, text).count, 1);
  }
  assert.deepEqual(lineKindTree.unpack(JSON.parse(JSON.stringify(lineKindTree.pack(state)))), state);
});

test('a person accepts or forgets a kind by its id', () => {
  const state = lineKindTree.empty();
  lineKindTree.endTeaching(state, start);
  add(state, 'disk is full', start + minute);
  assert.equal(of(state, 'disk is full', start + 2 * minute).isUsual, false);
  assert.equal(lineKindTree.accept(state, 'id disk is full', start), true);
  assert.equal(of(state, 'disk is full', start + 2 * minute).isUsual, true);
  assert.equal(lineKindTree.forget(state, 'id disk is full'), true);
  assert.equal(of(state, 'disk is full').count, 0);
  assert.equal(lineKindTree.accept(state, 'never seen', start), false);
});

test('a thousand kinds of lines of forty tasks over two weeks pack under 64 KiB', () => {
  const state = lineKindTree.empty();
  const next = uniform(2);
  const templates = Array.from({ length: 1_000 }, () =>
    Array.from({ length: 4 + Math.floor(next() * 10) }, () => word(Math.floor(next() ** 2 * 1_500))).join(' '),
  );
  for (let at = 0; at < 100_000; at += 1) {
    const template = templates[at < 1_000 ? at : Math.floor(next() ** 3 * 1_000)] as string;
    add(state, template, start + Math.floor(next() * 14 * 1_440) * minute, 1 + Math.floor(next() * 40) * 7_919_317);
  }
  const bytes = deflateRawSync(JSON.stringify(lineKindTree.pack(state))).length;
  assert.ok(bytes < 64 * 1_024, String(bytes));
});
