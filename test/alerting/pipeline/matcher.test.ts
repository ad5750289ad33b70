/** Matchers: the language of routes, inhibition and silences; patterns that cannot run away. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { labelTest, linearPattern, matcherText, parseMatcher, type Labels } from '#contract';
import { matchers } from './making.ts';

function isMatch(pattern: string, text: string): boolean {
  const made = linearPattern(pattern);
  if ('fault' in made) throw new Error(made.fault);
  return made.test(text);
}

function faultOf(pattern: string): string {
  const made = linearPattern(pattern);
  assert.ok('fault' in made, `${pattern} was taken`);
  return made.fault;
}

describe('patterns', () => {
  test('match whole values and nothing less', () => {
    assert.equal(isMatch('check', 'checkout'), false);
    assert.equal(isMatch('check.*', 'checkout'), true);
    assert.equal(isMatch('a|bc', 'abc'), false);
    assert.equal(isMatch('(?i)HIGH|low', 'high'), true);
    assert.equal(isMatch('.', '\n'), false);
    assert.equal(isMatch('[^\\d]+😀{2}', 'é😀😀'), true);
  });

  test('answer as the pattern of JavaScript does, for patterns made of all that is known', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '(?:a|b)', '(a|ab)', '^', '$', '[0-9-]', '\\.', '|');
    const sign = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?');
    const pattern = fc.array(fc.tuple(atom, sign), { maxLength: 6 }).map((parts) => parts.map(([one, much]) => (/^[$^|]$/.test(one) ? one : one + much)).join(''));
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', '-'), maxLength: 8 }), (text, value) => {
        assert.equal(isMatch(text, value), new RegExp(`^(?:${text})$`, 'u').test(value), `${text} of ${value}`);
      }),
      { numRuns: 2_000 },
    );
  });

  test('take steady time where a backtracking engine would take years', () => {
    for (const [pattern, value] of [['(a+)+', `${'a'.repeat(255)}!`], ['(a|a)*b', 'a'.repeat(256)], ['(.*a){12}', 'a'.repeat(200) + 'b'], ['(x+x+)+y', 'x'.repeat(256)]] as const) {
      const startMs = performance.now();
      assert.equal(isMatch(pattern, value), false);
      // Steady time is a few milliseconds; a backtracking engine needs longer than the universe is old.
      assert.ok(performance.now() - startMs < 2_000, `${pattern} took ${performance.now() - startMs} ms`);
    }
  });

  test('what cannot be done in steady time is refused in words', () => {
    assert.match(faultOf('(?=a)b'), /looks ahead or behind/);
    assert.match(faultOf('(?<!a)b'), /looks ahead or behind/);
    assert.match(faultOf('(a)\\1'), /refers back/);
    assert.match(faultOf('((a{100}){100}){100}'), /too large/);
    assert.match(faultOf('((((){9999}){9999}){9999}){9999}'), /too large/);
    assert.match(faultOf('('.repeat(60)), /nested too deeply/);
    assert.match(faultOf('a'.repeat(2_000)), /longer than/);
    for (const broken of ['(a', 'a)', '[a', 'a**', '*', 'a{3,1}', '\\', '[b-a]', '\\q', '(?i:a)', '\\xz', '[[:alpha:]]']) assert.notEqual(faultOf(broken), '');
  });

  test('no text breaks the reader', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }), (text, value) => {
        const made = linearPattern(text);
        if (!('fault' in made)) made.test(value);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('matchers', () => {
  test('are read with and without quotes, and written so that they are read again', () => {
    for (const [text, name, operator, value] of [
      ['severity=high', 'severity', '=', 'high'], [' service =~ "check.*" ', 'service', '=~', 'check.*'], ['object!="a\\"b\\\\c"', 'object', '!=', 'a"b\\c'], ['task=""', 'task', '=', ''], ['kind!~x|y', 'kind', '!~', 'x|y'],
    ] as const) {
      const matcher = parseMatcher(text);
      assert.deepEqual(matcher, { name, operator, value });
      if (!('fault' in matcher)) assert.deepEqual(parseMatcher(matcherText(matcher)), matcher);
    }
  });

  test('a label that is absent is the empty text', () => {
    const labels: Labels = { service: 'checkout' };
    assert.equal(labelTest(matchers('task=""'))(labels), true);
    assert.equal(labelTest(matchers('task!=""'))(labels), false);
    assert.equal(labelTest(matchers('task!~"a.*"'))(labels), true);
    assert.equal(labelTest(matchers('task=~"a*"'))(labels), true);
    assert.equal(labelTest(matchers('service=~"check.*"', 'task=""'))(labels), true);
    assert.equal(labelTest([])(labels), true);
  });

  test('what is none says what is wrong', () => {
    for (const [text, fault] of [['', /expected a matcher/], ['servce=a', /no label servce/], ['service="a', /quotes/], ['service=~"(a+"', /refused: a group is not closed/], ['x'.repeat(3_000), /expected a matcher/]] as const) {
      const matcher = parseMatcher(text);
      assert.ok('fault' in matcher);
      assert.match(matcher.fault, fault);
    }
  });
});
