/** KPL records are taken apart, and whatever is wrong with one is a reason. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isAggregated, takeApart } from '../../src/decode/kpl.ts';
import { aggregated, aggregatedMessage, sealed } from '../support/aws/kpl.ts';

const user = fc.record({
  partitionKey: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  data: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  explicitHashKey: fc.option(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String), { nil: undefined }),
  tags: fc.option(fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 3 }), { nil: undefined }),
});

describe('records of the Kinesis Producer Library', () => {
  test('give the user records that went in', () => {
    fc.assert(
      fc.property(fc.array(user, { maxLength: 20 }), (records) => {
        const bytes = aggregated(records);
        assert.ok(isAggregated(bytes));
        const found = takeApart(bytes);
        assert.ok('records' in found);
        assert.deepEqual(
          found.records.map(({ partitionKey, data }) => [partitionKey, data.toString('hex')]),
          records.map(({ partitionKey, data }) => [partitionKey.slice(0, 256), data.toString('hex')]),
        );
      }),
    );
  });

  test('read the bytes that the format\'s description lays out', () => {
    // Two keys, records "one" under the second and "two" under the first, written by hand from the .proto file.
    const message = Buffer.concat([Buffer.from([0x0a, 1]), Buffer.from('a'), Buffer.from([0x0a, 1]), Buffer.from('b'), Buffer.from([0x1a, 7, 0x08, 1, 0x1a, 3]), Buffer.from('one'), Buffer.from([0x1a, 7, 0x08, 0, 0x1a, 3]), Buffer.from('two')]);
    const found = takeApart(sealed(message));
    assert.ok('records' in found);
    assert.deepEqual(found.records.map(({ partitionKey, data }) => `${partitionKey}=${data.toString()}`), ['b=one', 'a=two']);
  });

  test('with one bit changed have a wrong checksum', () => {
    const bytes = aggregated([{ partitionKey: 'key', data: '{"log":"x"}' }]);
    for (let at = 4; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << at % 8;
      assert.deepEqual(takeApart(changed), { unreadable: 'a KPL record with a wrong checksum' });
    }
  });

  test('cut anywhere are a reason, and so is any message under a right checksum', () => {
    const bytes = aggregated([{ partitionKey: 'key', data: 'x'.repeat(100) }, { partitionKey: 'other', data: 'y' }]);
    for (let length = 4; length < bytes.length; length++) assert.ok('unreadable' in takeApart(bytes.subarray(0, length)), `${length} bytes`);
    const message = aggregatedMessage([{ partitionKey: 'key', data: 'x'.repeat(100) }]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(message.length), (noise, at) => {
        for (const damaged of [Buffer.from(noise), Buffer.concat([message.subarray(0, at), Buffer.from(noise), message.subarray(at)])]) {
          const found = takeApart(sealed(damaged));
          assert.ok('records' in found || found.unreadable.length > 0);
        }
      }),
    );
  });

  test('whose records name a key that the table lacks, or hold no data, are damaged', () => {
    const damaged = { unreadable: 'a KPL record that is damaged: its checksum fits, its contents do not' };
    for (const record of [[0x08, 5, 0x1a, 1, 0x61], [0x08, 0], [0x1a, 1, 0x61], [0x08, 0, 0x1a, 200, 0x61], [0x0b, 1]]) {
      const message = Buffer.from([0x0a, 1, 0x61, 0x1a, record.length, ...record]);
      assert.deepEqual(takeApart(sealed(message)), damaged);
    }
  });

  test('are told from others by their first four bytes', () => {
    assert.equal(isAggregated(Buffer.from('{"log":"x"}')), false);
    assert.equal(isAggregated(Buffer.from('f3899a', 'hex')), false);
    assert.deepEqual(takeApart(Buffer.from('f3899ac2', 'hex')), { unreadable: 'a KPL record that is cut off: it has no room for a checksum' });
  });
});
