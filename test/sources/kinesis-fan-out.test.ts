/** Enhanced fan-out, against a stub of the API as it is described: no stand-in speaks it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue, LiveBatch } from '#contract';
import { kinesis, kinesisOptions } from '../../src/sources/kinesis/index.ts';
import { fanOutStub, type Subscription } from '../support/aws/kinesis-fan-out-stub.ts';
import { cannedRecord, cannedShard } from '../support/aws/kinesis-stub.ts';
import { hurriedClock } from '../support/aws/kinesis.ts';

const one = 'shardId-000000000000';
const two = 'shardId-000000000001';
const arn = 'arn:aws:kinesis:eu-west-1:111122223333:stream/shop/consumer/fargazer:1700000000';
const arrivedMs = Date.UTC(2026, 1, 25, 6);

const answers = (operation: string, input: Record<string, unknown>): object => {
  if (operation === 'ListShards') return { Shards: [cannedShard(one)] };
  if (operation === 'DescribeStreamSummary') return { StreamDescriptionSummary: { StreamARN: 'arn:aws:kinesis:eu-west-1:111122223333:stream/shop' } };
  assert.equal(operation, 'DescribeStreamConsumer');
  assert.deepEqual(input, { StreamARN: 'arn:aws:kinesis:eu-west-1:111122223333:stream/shop', ConsumerName: 'fargazer' });
  return { ConsumerDescription: { ConsumerName: 'fargazer', ConsumerARN: arn, ConsumerStatus: 'ACTIVE', ConsumerCreationTimestamp: 1_700_000_000 } };
};

const event = (records: object[], continuation: string, more: object = {}): object => ({ Records: records, ContinuationSequenceNumber: continuation, MillisBehindLatest: 0, ...more });

test('reads what is pushed, renews what ends or breaks behind it, and goes on to the children', async (context) => {
  const { endpoint, subscriptions } = await fanOutStub(context, answers, ({ input, before, event: push, fail, end }: Subscription) => {
    if (input.ShardId === two) return push(event([cannedRecord(50, 'child', arrivedMs)], '51'));
    if (before === 0) {
      push(event([cannedRecord(10, 'a', arrivedMs), cannedRecord(11, 'b', arrivedMs)], '15'));
      return end();
    }
    if (before === 1) {
      push(event([], '17'));
      return fail('InternalFailureException');
    }
    // A subscription that begins too early repeats.
    push(event([cannedRecord(11, 'b', arrivedMs), cannedRecord(20, 'c', arrivedMs)], '21', { ChildShards: [{ ShardId: two, ParentShards: [one], HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' } }] }));
    end();
  });
  const source = kinesis(kinesisOptions.parse({ stream: 'shop', region: 'eu-west-1', endpoint, start: 'trim-horizon', consumer: 'fargazer' }), { clock: hurriedClock });
  const batches: LiveBatch[] = [];
  for await (const batch of source.read(new Map(), AbortSignal.timeout(15_000))) {
    batches.push(batch);
    if (batch.lane === two && batch.records.length > 0) break;
  }
  await source.close?.();
  const given = batches.map(({ lane, records, ends }) => [lane, records.map(({ content }) => Buffer.from(content as Uint8Array).toString()).join(' '), ends?.children]);
  assert.deepEqual(given, [[one, '', undefined], [one, 'a b', undefined], [one, '', undefined], [one, 'c', [two]], [two, '', undefined], [two, 'child', undefined]]);
  // A continuation is where the carrier goes on; what is saved is the last record, which any way of reading takes.
  assert.deepEqual(batches[2]?.position, { after: '11' });
  assert.deepEqual(
    subscriptions.map(({ input }) => [input.ShardId, input.ConsumerARN, input.StartingPosition.Type, input.StartingPosition.SequenceNumber]),
    [[one, arn, 'TRIM_HORIZON', undefined], [one, arn, 'AFTER_SEQUENCE_NUMBER', '15'], [one, arn, 'AFTER_SEQUENCE_NUMBER', '17'], [two, arn, 'TRIM_HORIZON', undefined]],
  );
});

test('goes on behind a saved position, and ends soon while nothing is pushed', async (context) => {
  const stop = new AbortController();
  const { endpoint, subscriptions } = await fanOutStub(context, answers, () => void setTimeout(() => stop.abort(), 20));
  const source = kinesis(kinesisOptions.parse({ stream: 'shop', region: 'eu-west-1', endpoint, consumer: arn }), { clock: hurriedClock });
  const resume = new Map<string, JsonValue>([[one, { after: '7' }]]);
  const batches: LiveBatch[] = [];
  for await (const batch of source.read(resume, AbortSignal.any([stop.signal, AbortSignal.timeout(15_000)]))) batches.push(batch);
  await source.close?.();
  assert.ok(stop.signal.aborted);
  assert.deepEqual(batches.map(({ position }) => position), [{ after: '7' }]);
  assert.deepEqual(subscriptions.map(({ input }) => input.StartingPosition), [{ Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: '7' }]);
});
