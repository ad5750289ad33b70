/** Carrier records that are damaged or hostile: what can be read is kept, the rest is counted with a reason. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { unpackLimitBytes } from '../../src/decode/unpack-record.ts';
import { aggregated } from '../support/aws/kpl.ts';
import { line, take, type Result } from './taking-records.ts';

describe('a carrier record that is damaged or hostile', () => {
  const unread = ({ reading }: Result): Record<string, number> => Object.fromEntries(reading.unreadable.map(({ reason, count }) => [reason, count]));
  /** Distinct enough that packing does not swallow them. */
  const many = Array.from({ length: 2_000 }, (_, index) => line(`request ${index} took ${(index * 7919) % 1_000} ms for ${((index * 104_729) % 65_536).toString(16)}`));

  test('keeps what half a gzip holds and counts the rest', () => {
    const whole = gzipSync(many.join('\n'));
    const half = take([whole.subarray(0, whole.length / 2), line('next')]);
    assert.ok(half.events.length > 500 && half.events.length < 1_500, `${half.events.length} events`);
    assert.equal(unread(half)['a gzip that is cut off: what came before the cut was read'], 1);
    const members = Buffer.concat([gzipSync(`${many[0]}\n`), whole.subarray(0, 100)]);
    assert.ok(take([members]).events.length >= 1);
  });

  test('keeps what stands before damage in a gzip', () => {
    const whole = gzipSync(many.join('\n'));
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, whole.length >>> 1, (whole.length >>> 1) + 64);
    const result = take([damaged]);
    assert.ok(result.events.length > 300, `${result.events.length} events`);
    // Damage shows where it cannot be unpacked, or only as an end that never comes.
    assert.ok(Object.keys(unread(result)).some((reason) => /^a gzip that is (?:damaged|cut off)/.test(reason)));
    const checksum = Buffer.from(whole);
    checksum[whole.length - 6]! ^= 1;
    const unchecked = take([checksum]);
    assert.equal(unchecked.events.length, many.length);
    assert.equal(unread(unchecked)['a gzip that is damaged: what came before the damage was read'], 1);
  });

  test('keeps what half a zstd frame holds, and what stands before a damaged one', () => {
    const whole = zstdCompressSync(many.join('\n'));
    const half = take([whole.subarray(0, whole.length / 2)]);
    assert.ok(Object.keys(unread(half)).some((reason) => reason.startsWith('a zstd frame that is cut off')));
    const first = zstdCompressSync(`${many[0]}\n`);
    const broken = Buffer.concat([first, whole.subarray(0, 4), Buffer.alloc(40, 0xee)]);
    const result = take([broken]);
    assert.equal(result.events.length, 1);
    assert.equal(unread(result)['a zstd frame that is damaged'], 1);
  });

  test('is not read where it unpacks to more than 64 MiB, at once or in parts', () => {
    const bomb = gzipSync(Buffer.alloc(unpackLimitBytes + 1, 0x20));
    const reason = 'unpacks to more than 64 MiB: such a record is not read';
    assert.deepEqual(unread(take([bomb])), { [reason]: 1 });
    assert.deepEqual(unread(take([zstdCompressSync(Buffer.alloc(unpackLimitBytes + 1, 0x20))])), { [reason]: 1 });
    // Each fits alone; together they do not.
    const third = gzipSync(Buffer.concat([Buffer.from(`${line('kept')}\n`), Buffer.alloc(unpackLimitBytes / 2, 0x20)]));
    const result = take([aggregated([1, 2, 3].map((index) => ({ partitionKey: `${index}`, data: third })))]);
    assert.deepEqual(unread(result), { [reason]: 2 });
    assert.equal(result.events.length, 1);
  });

  test('packed within packed is taken off so far and no further', () => {
    let bytes = Buffer.from(line('deep'));
    for (let layer = 0; layer < 4; layer++) bytes = gzipSync(bytes);
    assert.equal(take([bytes]).events.length, 1);
    assert.deepEqual(unread(take([gzipSync(bytes)])), { 'packed within packed: more than 4 layers are not taken off': 1 });
  });

  test('counts a KPL record with a wrong checksum and goes on', () => {
    const bytes = aggregated([{ partitionKey: 'p', data: line('x') }]);
    bytes[bytes.length - 1]! ^= 1;
    const result = take([bytes, line('next')]);
    assert.deepEqual([result.events.length, unread(result)], [1, { 'a KPL record with a wrong checksum': 1 }]);
  });

  test('that is cut, empty, binary or foreign is counted with a reason', () => {
    assert.deepEqual(unread(take(['{"log":"x","contai'])), { 'cut off: the record ends inside this record': 1 });
    const second = take([`{"log":"x","contai\n${line('whole')}`]);
    assert.equal(second.events.length, 1);
    assert.equal(second.reading.unreadable.length, 1);
    assert.deepEqual(take(['', ' \n']).reading.skipped, { 'an empty record': 2 });
    const binary = take([Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 37) % 256))]);
    assert.deepEqual(unread(binary), { 'not text: the record holds binary data': 1 });
    assert.deepEqual(Object.keys(unread(take(['{"unknown":1}']))), ['no known format: keys unknown']);
    assert.equal(Object.keys(unread(take([`${'['.repeat(5_000)}${']'.repeat(5_000)}`]))).length, 1);
  });

  test('never throws, stays countable and never swallows the good record behind it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.concat([Buffer.from('1f8b08', 'hex'), bytes])),
          fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.concat([Buffer.from('28b52ffd', 'hex'), bytes])),
          fc.json().map((text) => Buffer.from(text)),
          fc.tuple(fc.constantFrom('GET /cart 200', 'ünïcode ☃').map((text) => line(text)), fc.nat(400), fc.uint8Array({ maxLength: 4 })).map(([text, at, bytes]) => Buffer.concat([Buffer.from(text).subarray(0, at), Buffer.from(bytes), Buffer.from(text).subarray(at)])),
        ),
        (hostile) => {
          const { events, reading } = take([line('a'), hostile, line('a', '2026-02-25T06:14:00Z')]);
          assert.equal(events.at(-1)?.timeMs, Date.UTC(2026, 1, 25, 6, 14));
          assert.ok(reading.unreadable.length <= 22 && reading.notes.length <= 20);
        },
      ),
      { numRuns: 150 },
    );
  });
});
