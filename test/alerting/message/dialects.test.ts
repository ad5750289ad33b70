/** Dialects: 2,000 hostile strings stay text in each, whatever the service reads as its own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { googleChat, html, markdown, plainText, slackMrkdwn } from '../../../src/alerting/message/dialects.ts';
import { withQuotations } from '../../../src/alerting/message/quotations.ts';
import { quotedParts } from '../../../src/alerting/message/quoted-parts.ts';
import { hostileStrings, linkable, neverShown } from '../hostile.ts';

const strings = hostileStrings(2_000);
const everything = { slackMrkdwn, markdown, html, plainText, googleChat };

describe('every dialect', () => {
  for (const [name, { escape, bold, code }] of Object.entries(everything)) {
    test(`${name} keeps what hides, reorders or links out of the message`, () => {
      for (const text of strings) {
        for (const said of [escape(text), bold(text), code(text)]) {
          assert.doesNotMatch(said, neverShown);
          assert.doesNotMatch(said, linkable);
          assert.doesNotMatch(said, /\n/);
        }
      }
    });
  }
});

describe('slackMrkdwn', () => {
  test('leaves no sign of Slack in a text', () => {
    for (const text of strings) {
      const said = slackMrkdwn.escape(text);
      assert.doesNotMatch(said, /[<>]|&(?!amp;|lt;|gt;)/);
      // A mark formats only between the edge of a word and a sign that shows; each has a sign without width at both sides.
      assert.doesNotMatch(said, /(?<!\u200b)[*~`]|[*~`](?!\u200b)/);
      assert.doesNotMatch(said, /:[\w+'-]+:/);
      assert.doesNotMatch(said, /@[\p{L}\d_]/u);
    }
  });

  test('shows the same text once Slack has read it', () => {
    const read = (said: string): string => said.replaceAll('\u200b', '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    for (const text of ['a < b && c > d', '<!channel> *x* `y`', 'ts_preserve_service', '&lt;']) assert.equal(read(slackMrkdwn.escape(text)), text);
  });
});

describe('markdown', () => {
  test('leaves no sign unescaped that CommonMark, Discord or Mattermost act on', () => {
    for (const text of strings) {
      const bare = markdown.escape(text).replace(/\\[^\p{L}\p{N}\s]/gu, ' ');
      assert.doesNotMatch(bare, /[\\`*_{}[\]()<>#|~^$=]|@(?!\u200b)|:[\w+-]+:|&#?\w+;/u, text);
      assert.doesNotMatch(markdown.escape(text), /^(?:[-+*] |\d+[.)] |-{3,}$|\s{4})/);
    }
  });

  test('shows the same text once the escapes are read', () => {
    const read = (said: string): string => said.replace(/\\([^\p{L}\p{N}\s])/gu, '$1').replaceAll('\u200b', '');
    for (const text of ['**a** _b_ ~~c~~ `d`', '# x', '1. x', '- x', 'C:\\dir\\*.txt', '@everyone', '&amp; x', '||x||', '[a](b)']) assert.equal(read(markdown.escape(text)), text);
  });

  test('closes every code span and every bold text', () => {
    for (const text of strings) {
      assert.match(markdown.code(text), /^(?:`[^`]+`)?$/);
      const bare = markdown.bold(text).replace(/\\[^\p{L}\p{N}\s]/gu, '');
      assert.match(bare, /^(?:\*\*[^*]+\*\*)?$|^\*\*\*\*$/);
    }
  });
});

describe('html', () => {
  test('leaves no tag and no loose entity in a text', () => {
    for (const text of strings) {
      assert.doesNotMatch(html.escape(text), /[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      assert.match(html.code(text), /^<code>[^<>]*<\/code>$/);
      assert.match(html.bold(text), /^(?:<b>[^<>]*<\/b>)?$/);
    }
  });
});

describe('googleChat', () => {
  test('leaves no mention, link or markup in a text', () => {
    for (const text of strings) {
      const said = googleChat.escape(text);
      assert.doesNotMatch(said, /<(?!\u200b|\s|$)/);
      assert.doesNotMatch(said, /(?<!\u200b)[*~`]|[*~`](?!\u200b)/);
    }
  });
});

describe('quotations', () => {
  test('are the parts between two backticks, and an odd backtick is a sign like others', () => {
    assert.deepEqual(quotedParts('ran `ls` and `cat`'), [{ text: 'ran ', isCode: false }, { text: 'ls', isCode: true }, { text: ' and ', isCode: false }, { text: 'cat', isCode: true }]);
    assert.deepEqual(quotedParts('a ` b'), [{ text: 'a ` b', isCode: false }]);
    assert.deepEqual(quotedParts('`a` ` b'), [{ text: 'a', isCode: true }, { text: ' ` b', isCode: false }]);
    assert.equal(withQuotations('ran `a*b` *now*', markdown), 'ran `a*b` \\*now\\*');
  });

  test('lose nothing of a text but the backticks that quote', () => {
    for (const text of strings) {
      const parts = quotedParts(text);
      assert.equal(parts.map(({ text: part }) => part.replaceAll('`', '')).join(''), text.replaceAll('`', ''));
      assert.ok(parts.every(({ text: part }) => part !== ''));
    }
  });
});
