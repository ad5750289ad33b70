/** Notifications of new objects in all their forms, and what is none. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Applied } from '../../src/sources/s3/applied.ts';
import { readNotification } from '../../src/sources/s3/notification.ts';

const record = (object: object, more: object = {}): object => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'us-east-1',
  eventTime: '2026-03-01T12:00:00.000Z',
  eventName: 'ObjectCreated:Put',
  s3: { s3SchemaVersion: '1.0', bucket: { name: 'logs', arn: 'arn:aws:s3:::logs' }, object: { size: 10, eTag: 'e', sequencer: '0A', ...object } },
  ...more,
});
const read = (value: unknown) => readNotification(JSON.stringify(value));
const timeMs = Date.UTC(2026, 2, 1, 12);

describe('notifications of S3', () => {
  test('name objects, their keys decoded', () => {
    const message = { Records: [record({ key: 'a+b/%C3%BC%2B.gz' }), record({ key: 'c', versionId: 'v1', sequencer: '0B' })] };
    const expected = {
      objects: [
        { bucket: 'logs', key: 'a b/ü+.gz', identity: '["logs","a b/ü+.gz","0A"]', timeMs },
        { bucket: 'logs', key: 'c', versionId: 'v1', identity: '["logs","c","0B"]', timeMs },
      ],
    };
    assert.deepEqual(read(message), expected);
    assert.deepEqual(read({ Type: 'Notification', MessageId: '1', TopicArn: 't', Message: JSON.stringify(message) }), expected, 'within SNS');
  });

  test('of EventBridge name keys as they are', () => {
    const event = { 'version': '0', 'id': '1', 'detail-type': 'Object Created', 'source': 'aws.s3', 'time': '2026-03-01T12:00:00Z', 'detail': { bucket: { name: 'logs' }, object: { 'key': 'a+b %20', 'size': 1, 'etag': 'e', 'version-id': 'v', 'sequencer': '0A' } } };
    assert.deepEqual(read(event), { objects: [{ bucket: 'logs', key: 'a+b %20', versionId: 'v', identity: '["logs","a+b %20","0A"]', timeMs }] });
    assert.deepEqual(read({ ...event, 'detail-type': 'Object Deleted' }), { ignored: 'events of the type Object Deleted' });
  });

  test('of CloudTrail name several keys', () => {
    assert.deepEqual(read({ s3Bucket: 'logs', s3ObjectKey: ['a', 'b'] }), { objects: [{ bucket: 'logs', key: 'a', identity: '["logs","a",""]' }, { bucket: 'logs', key: 'b', identity: '["logs","b",""]' }] });
  });

  test('about no new object are understood and passed over', () => {
    assert.deepEqual(read({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' }), { ignored: 'the test message of S3' });
    assert.deepEqual(read({ Records: [record({ key: 'a' }, { eventName: 'ObjectRemoved:Delete' })] }), { ignored: 'events that are about no new object' });
    assert.deepEqual(read({ Records: [] }), { ignored: 'events that are about no new object' });
  });

  test('that are none are poison, whatever they hold', () => {
    const poison = (value: unknown): void => assert.ok('poison' in read(value), JSON.stringify(value)?.slice(0, 100));
    for (const value of [null, 1, 'x', [], {}, { Records: [{}] }, { Records: [{ eventSource: 'aws:sqs' }] }, { Records: 'x' }, { Type: 'Notification', Message: 'no' }, { Type: 'Notification', Message: '"x"' }]) poison(value);
    poison({ Records: [record({ key: '%E0%A4%A' })] });
    poison({ Records: [record({ key: '' })] });
    poison({ Records: [record({ key: 'k'.repeat(2_000) })] });
    poison({ Records: [record({})] });
    poison({ Records: Array.from({ length: 101 }, () => record({ key: 'a' })) });
    poison({ s3Bucket: 'b', s3ObjectKey: [1] });
    assert.ok('poison' in readNotification('{'));
    fc.assert(fc.property(fc.jsonValue(), (value) => void read(value)), { numRuns: 300 });
  });
});

test('objects that were read are known, the last so many', () => {
  const applied = new Applied(undefined, 100);
  for (let index = 0; index < 150; index++) applied.add(`object ${index}`);
  const again = new Applied(applied.toString(), 100);
  assert.deepEqual([0, 49, 50, 149].map((index) => again.has(`object ${index}`)), [false, false, true, true]);
  assert.equal(applied.toString().length, 800);
  for (const saved of [null, 7, {}, 'short']) assert.equal(new Applied(saved, 10).has('x'), false);
});
