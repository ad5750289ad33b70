/** Fitting: whole facts go, the last first; what was left out is counted; nothing is cut inside an escape. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { choose, cutAtWord, fit, fitText, type Room } from '../../../src/alerting/message/fit.ts';
import { html } from '../../../src/alerting/message/dialects.ts';
import type { Fact, Message } from '#contract';

const message = (texts: readonly string[], more: readonly string[] = []): Message => {
  const facts = (all: readonly string[]): Fact[] => all.map((text) => ({ kind: 'what', text }));
  return { title: 'checkout did something', severity: 'high', status: 'firing', facts: facts(texts), more: facts(more) };
};
const room = (limit: number, changes: Partial<Room> = {}): Room => ({
  limit, measure: (text) => text.length, head: ({ title }) => title, fact: ({ text }) => text, between: '\n', withMore: false, ...changes,
});

describe('fitting', () => {
  test('says everything where there is room, more behind it where it is wanted', () => {
    assert.equal(fit(message(['one', 'two'], ['three']), room(100)), 'checkout did something\none\ntwo');
    assert.equal(fit(message(['one', 'two'], ['three']), room(100, { withMore: true })), 'checkout did something\none\ntwo\nthree');
  });

  test('leaves out whole facts, the last first, and counts them', () => {
    assert.equal(fit(message(['first fact', 'second fact', 'third fact']), room(36)), 'checkout did something\nfirst fact\n+2');
  });

  test('cuts a single fact that is too long at a word', () => {
    const text = fit(message(['one very long fact that goes on and on and on', 'x']), room(60));
    assert.equal(text, 'checkout did something\none very long fact that goes on…\n+1');
    assert.ok(text.length <= 60);
  });

  test('keeps the title alone, shortened, where nothing else has room', () => {
    assert.equal(fit(message(['one', 'two']), room(26)), 'checkout did something\n+2');
    assert.equal(fit({ ...message([]), title: 'word '.repeat(30) }, room(20)), 'word word word word…');
  });

  test('measures what is escaped, and never cuts inside an escape', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 80, unit: fc.constantFrom('<', '&', '"', 'a', ' ', '語', '😀') }), { maxLength: 8 }), fc.integer({ min: 40, max: 400 }), (texts, limit) => {
        const said = fit(message(texts), room(limit, { head: ({ title }) => html.bold(title), fact: ({ text }) => html.escape(text), withMore: true }));
        assert.ok(said.length <= limit, `${said.length} > ${limit}`);
        assert.doesNotMatch(said, /&(?!amp;|lt;|gt;|quot;|#39;)|<(?!\/?b>)/);
        assert.doesNotMatch(said, /[\ud800-\udbff](?![\udc00-\udfff])/);
      }),
      { numRuns: 200 },
    );
  });

  test('measures bytes where the service counts them', () => {
    const said = fit(message(['日本語の事実'.repeat(10), '二つ目']), room(150, { measure: (text) => Buffer.byteLength(text) }));
    assert.ok(Buffer.byteLength(said) <= 150);
    assert.match(said, /…\n\+1$/);
  });

  test('chooses the same for structured messages', () => {
    const chosen = choose(message(['a', 'b', 'c']), { limit: 2, withMore: false, measure: ({ facts }) => facts.length });
    assert.deepEqual([chosen.facts.map(({ text }) => text), chosen.leftOut], [['a', 'b'], 1]);
  });

  test('closes a quotation that it cuts, within the limit', () => {
    assert.equal(cutAtWord('wrote `a line that is rather long` again', 20), 'wrote `a line that…`');
    for (let limit = 9; limit < 60; limit += 1) assert.ok([...cutAtWord('wrote `a line that is rather long and 語語語語` again and again', limit)].length <= limit);
  });

  test('leaves no link where it cuts', () => {
    for (let limit = 9; limit < 30; limit += 1) assert.doesNotMatch(cutAtWord('see evil.commercial and more of it', limit), /evil\.com(?!m)/);
  });

  test('fits a text by itself', () => {
    assert.equal(fitText('a & b', 20, html.escape), 'a &amp; b');
    assert.ok(fitText('&'.repeat(100), 33, html.escape).length <= 33);
    assert.equal(fitText('abc', 0, (text) => text), '');
  });
});
