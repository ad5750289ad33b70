/** Secrets leave no trace in what is shown or stored. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type JsonValue, rawLimit } from '#contract';
import { contentId } from '../../src/decode/content-id.ts';
import { maskObject, maskSecrets, maskValue, shortenRaw } from '../../src/decode/mask.ts';

const key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

describe('masking', () => {
  it('hides each kind of secret and keeps what surrounds it', () => {
    const texts: [string, string][] = [
      ['user=bob password=hunter2 ok', 'user=bob password=‹masked› ok'],
      ['{"password":"a\\"b","x":1}', '{"password":"‹masked›","x":1}'],
      ['{"log":"{\\"token\\":\\"abc\\",\\"a\\":1}"}', '{"log":"{\\"token\\":\\"‹masked›\\",\\"a\\":1}"}'],
      ['Authorization: Bearer abc.def', 'Authorization: Bearer ‹masked›'],
      ['curl -H "Authorization: Basic dXNlcjpw"', 'curl -H "Authorization: Basic ‹masked›"'],
      ['postgres://app:s3cret@db/x', 'postgres://app:‹masked›@db/x'],
      ['{"u":"postgres:\\/\\/app:s3cret@db"}', '{"u":"postgres:\\/\\/app:‹masked›@db"}'],
      ['id AKIAIOSFODNN7EXAMPLE', 'id AKIA‹masked›'],
      [`key ${key} end`, 'key ‹masked› end'],
      ['card 4111 1111 1111 1111.', 'card 4111 1111 1111 1111.'.replace(/\d[\d ]+\d/, '‹masked›')],
      ['Server=x;Password=abc;y=1', 'Server=x;Password=‹masked›;y=1'],
      ['https://b/?X-Amz-Signature=abc&b=1', 'https://b/?X-Amz-Signature=‹masked›&b=1'],
      [`t ghp_${'a1'.repeat(18)} u`, 't ‹masked› u'],
      ['t xoxb-123456789012-abcdefg u', 't ‹masked› u'],
      [`jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln u`, 'jwt ‹masked› u'],
      ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x', '‹masked› x'],
      ['API_KEY: abc', 'API_KEY: ‹masked›'],
    ];
    for (const [text, expected] of texts) {
      const masked = maskSecrets(text);
      assert.equal(masked, expected);
      assert.equal(maskSecrets(masked), masked);
    }
  });

  it('leaves clean text as it is', () => {
    for (const text of ['basic authentication failed', 'order 3f2b8c1e-12ab-4cde-a123-0123456789ab', 'sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709', 'at 1772000000123 ms', 'task/shop/0123456789abcdef0123456789abcdef', 'password=<*>', 'maxTokens=5']) assert.equal(maskSecrets(text), text);
  });

  it('shortens to the limit, never within a surrogate pair, and masks what the cut would hide', () => {
    assert.equal(shortenRaw('x'.repeat(rawLimit)).length, rawLimit);
    for (let pad = 0; pad < 4; pad += 1) {
      const short = shortenRaw('y'.repeat(pad) + '😀'.repeat(rawLimit));
      assert.ok(short.length <= rawLimit && short.isWellFormed() && short.endsWith('…'));
    }
    assert.ok(!shortenRaw(`${'x'.repeat(rawLimit - 20)} ${key}`).includes('wJalr'));
  });

  it('takes time in proportion to the length', () => {
    const started = performance.now();
    for (const part of ['a', 'password', '"\\', '://', '1 ', 'eyJ.', '-----BEGIN PRIVATE KEY-----', 'token="\\"', 'authorization: ', 'A/1a', 'bearer  ']) maskSecrets(part.repeat(100_000));
    assert.ok(performance.now() - started < 20_000);
  });

  it('masks request parameters by their keys, and keeps names of secrets', () => {
    const value = JSON.parse('{"__proto__":{"password":"p"},"constructor":1,"password":"x","credentials":{"secretAccessKey":"a","userName":"bob"},"secretId":"prod/db","environment":[{"name":"DB_PASSWORD","value":"x"}],"passwordResetRequired":true,"kind":"Secret","data":{"a":"b"}}') as JsonValue;

    const masked = maskValue(value);

    assert.equal(JSON.stringify(masked), '{"__proto__":{"password":"‹masked›"},"constructor":1,"password":"‹masked›","credentials":{"secretAccessKey":"‹masked›","userName":"bob"},"secretId":"prod/db","environment":[{"name":"DB_PASSWORD","value":"‹masked›"}],"passwordResetRequired":true,"kind":"Secret","data":{"a":"‹masked›"}}');
    assert.equal(Object.getPrototypeOf(masked), null);
    assert.equal(({} as Record<string, unknown>)['password'], undefined);
    assert.deepEqual(Object.keys(maskObject('text')), []);
  });

  it('bounds depth, keys and texts of request parameters', () => {
    let deep: JsonValue = 'x';
    for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
    assert.equal(JSON.stringify(maskValue(deep)), '[[[[[[[[[["…"]]]]]]]]]]');
    assert.ok(JSON.stringify(maskValue(Array.from({ length: 5_000 }, () => 'y'))).length < 1_000);
    assert.equal((maskValue('z'.repeat(5_000)) as string).length, 1_000);
  });
});

describe('content id', () => {
  it('is 16 hex digits, the same for the same text and another for a neighbour', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (one, other) => {
      assert.match(contentId(one), /^[0-9a-f]{16}$/);
      assert.equal(contentId(one + other) === contentId(one), (one + other) === one);
    }));
    assert.equal(new Set(Array.from({ length: 100_000 }, (_, index) => contentId(`line ${index}`))).size, 100_000);
    assert.notEqual(contentId('a'.repeat(100_000)), contentId(`${'a'.repeat(99_999)}b`));
  });
});
