/** The cache of parts is bounded in bytes, forgets the least recently used, and hands out copies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PartCache } from '../../src/stores/part-cache.ts';
import { itemKey, objectKey } from '../../src/stores/s3/object-key.ts';

const bytes = (length: number): Uint8Array => Buffer.alloc(length, 'x');

test('what was used least recently goes first, and its mark stays', () => {
  const cache = new PartCache(1_000);
  for (const name of ['a', 'b', 'c', 'd']) cache.put(name, bytes(250), `mark of ${name}`);
  cache.get('a');
  cache.put('e', bytes(250), 'mark of e');
  assert.deepEqual(['a', 'b', 'c', 'd', 'e'].map((name) => cache.get(name) !== undefined), [true, false, true, true, true]);
  assert.equal(cache.markOf('b'), 'mark of b');
  cache.drop('a');
  assert.deepEqual([cache.get('a'), cache.markOf('a'), cache.bytes], [undefined, undefined, 750]);
});

test('it never holds more bytes than it may, nor one part that would push out all others', () => {
  const operation = fc.record({ name: fc.constantFrom(...'abcdefgh'), length: fc.nat(700), isDrop: fc.boolean() });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const cache = new PartCache(1_000);
      const lengths = new Map<string, number>();
      for (const { name, length, isDrop } of operations) {
        // A name has one length: it is made from the bytes.
        if (!lengths.has(name)) lengths.set(name, length);
        if (isDrop) cache.drop(name);
        else cache.put(name, bytes(lengths.get(name)!), 'm');
        const held = [...lengths].filter(([one]) => cache.get(one) !== undefined).map(([, size]) => size);
        assert.equal(held.reduce((sum, size) => sum + size, 0), cache.bytes);
        assert.ok(cache.bytes <= 1_000 && held.every((size) => size <= 500));
      }
    }),
  );
});

test('a cache of no bytes keeps marks alone', () => {
  const cache = new PartCache(0);
  cache.put('a', bytes(1), 'm');
  assert.deepEqual([cache.get('a'), cache.markOf('a'), cache.bytes], [undefined, 'm', 0]);
});

test('bytes given and taken are copies, of Buffers too', () => {
  const cache = new PartCache(1_000);
  const given = Buffer.from('abc');
  cache.put('a', given, 'm');
  given.fill(0);
  cache.get('a')!.fill(1);
  assert.equal(Buffer.from(cache.get('a')!).toString(), 'abc');
});

test('marks are bounded too', () => {
  const cache = new PartCache(1_000);
  for (let at = 0; at < 20_005; at++) cache.put(`${at}`, bytes(0), 'm');
  assert.deepEqual([cache.markOf('4'), cache.markOf('5')], [undefined, 'm']);
});

test('keys of items become plain keys of objects and come back, and prefixes stay prefixes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom('.', '/', '%', 'a', '\u{1f600}') }), (left, right) => {
      const coded = objectKey(left + right);
      assert.match(coded, /^(?:[A-Za-z0-9_=@,:./-]|%[0-9A-F]{2})*$/);
      assert.ok(!coded.split('/').some((segment, at, all) => segment.startsWith('.') || (segment === '' && at < all.length - 1)));
      assert.equal(itemKey(coded), left + right);
      assert.ok(coded.startsWith(objectKey(left)));
    }),
  );
  assert.equal(objectKey('lane/kinesis:s:shardId-000000000001'), 'lane/kinesis:s:shardId-000000000001');
  assert.equal(itemKey('%zz'), undefined);
});
