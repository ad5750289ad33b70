/** The source `kinesis` against a carrier that throttles, refuses, fails, hangs and repeats. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Clock, JsonValue, LaneHealth, LiveBatch, LiveSource } from '#contract';
import { kinesis, kinesisOptions } from '../../src/sources/kinesis/index.ts';
import { cannedKinesis, cannedRecord, cannedShard, jumpingClock, type Asked, type Canned } from '../support/aws/kinesis-stub.ts';
import { contentOf } from './live-contract.ts';

const one = 'shardId-000000000000';
const two = 'shardId-000000000001';
const three = 'shardId-000000000002';

const sourceOf = (endpoint: string, clock: Clock, more: Record<string, unknown> = {}): LiveSource =>
  kinesis({ ...kinesisOptions.parse({ stream: 'shop', region: 'eu-west-1', endpoint, start: 'trim-horizon' }), ...more }, { clock, random: () => 0.5 });

interface Read {
  batches: LiveBatch[];
  texts: string[];
  health: LaneHealth[][];
}

async function read(source: LiveSource, isEnough: (seen: Read) => boolean, resume: ReadonlyMap<string, JsonValue> = new Map()): Promise<Read> {
  const seen: Read = { batches: [], texts: [], health: [] };
  for await (const batch of source.read(resume, AbortSignal.timeout(15_000))) {
    seen.batches.push(batch);
    seen.health.push([...source.health()]);
    for (const record of batch.records) seen.texts.push((await contentOf(record)).toString());
    if (isEnough(seen)) break;
  }
  await source.close?.();
  return seen;
}

/** One shard that answers by the number of the call; iterators name their shard and where they stand. */
const ofOneShard = (records: (asked: Asked) => Canned) => (asked: Asked): Canned => {
  if (asked.operation === 'ListShards') return { body: { Shards: [cannedShard(one)] } };
  if (asked.operation === 'GetShardIterator') return { body: { ShardIterator: `it ${String(asked.input['StartingSequenceNumber'] ?? asked.input['ShardIteratorType'])}` } };
  return records(asked);
};
const answer = (records: object[], more: object = {}): Canned => ({ body: { Records: records, NextShardIterator: 'next', MillisBehindLatest: 0, ...more } });

describe('kinesis under trouble', () => {
  test('waits out a minute of throttling and five hundreds, and says so meanwhile', async (context) => {
    const clock = jumpingClock();
    const sinceMs = clock.now();
    const kinds: Canned[] = [{ error: 'ProvisionedThroughputExceededException' }, { error: 'LimitExceededException' }, { error: 'InternalFailure', status: 500 }, { status: 503 }, 'drop'];
    const states: (LaneHealth | undefined)[] = [];
    const made: LiveSource[] = [];
    const { endpoint, asked } = await cannedKinesis(
      context,
      clock,
      ofOneShard(({ before }) => {
        states.push(made[0]?.health()[0]);
        if (before > 0 && clock.now() - sinceMs < 60_000) return kinds[before % kinds.length]!;
        return answer([cannedRecord(before + 1, `text ${before}`, clock.now())]);
      }),
    );
    const source = sourceOf(endpoint, clock);
    made.push(source);
    const { texts } = await read(source, (seen) => seen.texts.length >= 2);
    const calls = asked.filter(({ operation }) => operation === 'GetRecords');
    assert.deepEqual(texts, ['text 0', `text ${calls.length - 1}`]);
    assert.ok(calls.length >= 6 && calls.length <= 40, `${calls.length} calls in a minute of trouble`);
    assert.ok(states.some((health) => health?.state === 'waiting' && /^GetRecords: \w+Exception$/.test(health.reason ?? '')));
    assert.ok(states.some((health) => health?.state === 'failing' && health.reason !== undefined));
    assert.equal(source.health()[0]?.state, 'reading');
    assert.equal(asked.filter(({ operation }) => operation === 'GetShardIterator').length, 1, 'trouble costs no iterator');
  });

  test('renews an expired iterator behind the last record, and gives nothing twice', async (context) => {
    const clock = jumpingClock();
    const { endpoint, asked } = await cannedKinesis(
      context,
      clock,
      ofOneShard(({ before, input }) => {
        if (before === 0) return answer([cannedRecord(10, 'a', clock.now()), cannedRecord(9, 'b', clock.now()), cannedRecord(9, 'b', clock.now())]);
        if (before === 1) return { error: 'ExpiredIteratorException' };
        // An iterator that begins anew repeats what was given.
        if (before === 2) assert.equal(input['ShardIterator'], 'it 10');
        return answer([cannedRecord(9, 'b', clock.now()), cannedRecord(10, 'a', clock.now()), cannedRecord(11, 'c', clock.now()), cannedRecord('100', 'd', clock.now())]);
      }),
    );
    const { texts, batches } = await read(sourceOf(endpoint, clock), (seen) => seen.batches.length >= 5);
    assert.deepEqual(texts, ['b', 'a', 'c', 'd']);
    assert.deepEqual(batches.map(({ records }) => records.length), [0, 2, 2, 0, 0]);
    assert.deepEqual(batches.at(-1)?.position, { after: '100' });
    const iterators = asked.filter(({ operation }) => operation === 'GetShardIterator').map(({ input }) => [input['ShardIteratorType'], input['StartingSequenceNumber']]);
    assert.deepEqual(iterators, [['TRIM_HORIZON', undefined], ['AFTER_SEQUENCE_NUMBER', '10']]);
  });

  test('asks under once a second while nothing comes, and five times at most while much does', async (context) => {
    const clock = jumpingClock();
    const startMs = clock.now();
    const { endpoint, asked } = await cannedKinesis(
      context,
      clock,
      ofOneShard(({ before, input }) => (before < 40 ? answer(Array.from({ length: Number(input['Limit']) }, (_, index) => cannedRecord(before * 20_000 + index + 1, 'x'.repeat(2_000), startMs)), { MillisBehindLatest: 60_000 }) : answer([]))),
    );
    await read(sourceOf(endpoint, clock), (seen) => seen.batches.length >= 81);
    const times = asked.filter(({ operation }) => operation === 'GetRecords').map(({ atMs }) => atMs);
    const within = (fromMs: number, toMs: number): number => Math.max(...times.filter((time) => time >= fromMs && time < toMs).map((time) => times.filter((other) => other >= time && other < time + 1_000).length));
    assert.ok(within(startMs, times[40]!) <= 5, 'more than five calls in a second');
    assert.equal(within(times[41]!, Number.POSITIVE_INFINITY), 1, 'more than one idle call in a second');
    const limits = asked.filter(({ operation }) => operation === 'GetRecords').map(({ input }) => Number(input['Limit']));
    assert.ok(limits[0] === 100 && limits[39]! > 450 && limits[39]! < 600, `asks for about a megabyte: ${limits.join(' ')}`);
  });

  test('tells how far a lane is complete: by the last arrival while it is behind, by the carrier\'s clock when it is not', async (context) => {
    const clock = jumpingClock();
    const arrivedMs = clock.now() - 3_600_000;
    const { endpoint } = await cannedKinesis(
      context,
      clock,
      ofOneShard(({ before }) => {
        if (before === 0) return answer([], { MillisBehindLatest: 3_600_000 });
        if (before === 1) return answer([cannedRecord(1, 'a', arrivedMs)], { MillisBehindLatest: 3_500_000 });
        if (before === 2) return answer([cannedRecord(2, 'b', arrivedMs - 30_000)], { MillisBehindLatest: 3_400_000 });
        return answer([]);
      }),
    );
    const { batches, health } = await read(sourceOf(endpoint, clock), (seen) => seen.batches.length >= 5);
    assert.deepEqual(batches.slice(0, 4).map(({ completeToMs }) => completeToMs), [undefined, undefined, arrivedMs - 1_000, arrivedMs - 1_000]);
    const last = batches[4]!.completeToMs!;
    assert.ok(last > clock.now() - 10_000 && last <= clock.now() - 1_000);
    assert.equal(health[2]![0]!.behindMs, 3_500_000);
  });

  test('reads other shards while one fails or hangs', async (context) => {
    const clock = jumpingClock();
    let isHanging = false;
    const { endpoint } = await cannedKinesis(context, clock, ({ operation, input, before }) => {
      if (operation === 'ListShards') return { body: { Shards: [cannedShard(one), cannedShard(two), cannedShard(three)] } };
      if (operation === 'GetShardIterator') return input['ShardId'] === one ? { error: 'InternalFailure', status: 500 } : { body: { ShardIterator: String(input['ShardId']) } };
      if (input['ShardIterator'] === two) {
        isHanging = true;
        return 'hang';
      }
      return { body: { Records: [cannedRecord(before + 1, `text ${before}`, clock.now())], NextShardIterator: three, MillisBehindLatest: 0 } };
    });
    const source = sourceOf(endpoint, clock);
    const { texts } = await read(source, (seen) => seen.texts.length >= 20 && isHanging);
    assert.ok(texts.length >= 20);
    assert.equal(source.health().find(({ lane }) => lane === one)?.state, 'failing');
  });

  test('reads on with new credentials where the old ones expired half-way', async (context) => {
    const clock = jumpingClock();
    context.after(() => void (process.env['AWS_ACCESS_KEY_ID'] = 'AKIDTEST'));
    const { endpoint, asked } = await cannedKinesis(
      context,
      clock,
      ofOneShard(({ before, authorization }) => {
        if (before === 1) process.env['AWS_ACCESS_KEY_ID'] = 'AKIDRENEWED';
        if (before > 0 && !authorization.includes('AKIDRENEWED')) return { error: 'ExpiredTokenException' };
        return answer([cannedRecord(before + 1, `text ${before}`, clock.now())]);
      }),
    );
    const { texts } = await read(sourceOf(endpoint, clock), (seen) => seen.texts.length >= 2);
    assert.deepEqual(texts, ['text 0', 'text 2']);
    assert.equal(asked.filter(({ operation }) => operation === 'GetRecords').length, 3);
  });

  test('is denied after half a minute where it never could read, and after a quarter of an hour where it could', async (context) => {
    for (const [works, minMs, maxMs] of [[0, 30_000, 90_000], [1, 15 * 60_000, 17 * 60_000]] as const) {
      const clock = jumpingClock();
      const startMs = clock.now();
      const { endpoint } = await cannedKinesis(context, clock, ofOneShard(({ before }) => (before < works ? answer([cannedRecord(1, 'a', startMs)]) : { error: 'AccessDeniedException' })));
      await assert.rejects(read(sourceOf(endpoint, clock), () => false), (error: Error & { code?: string }) => error.code === 'source-denied' && /GetRecords: AccessDeniedException/.test(error.message) && !/stub/.test(error.message));
      assert.ok(clock.now() - startMs >= minMs && clock.now() - startMs <= maxMs, `after ${clock.now() - startMs} ms`);
    }
  });

  test('is gone where the stream is, and goes on with the children where only a shard is', async (context) => {
    for (const isStreamGone of [true, false]) {
      const clock = jumpingClock();
      const { endpoint } = await cannedKinesis(context, clock, ({ operation, input, before }) => {
        const missing: Canned = { error: 'ResourceNotFoundException' };
        if (operation === 'ListShards') return before > 0 && isStreamGone ? missing : { body: { Shards: [...(before === 0 ? [cannedShard(one)] : []), cannedShard(two, { ParentShardId: one })] } };
        if (operation === 'GetShardIterator') return input['ShardId'] === one ? missing : { body: { ShardIterator: 'it' } };
        return { body: { Records: [cannedRecord(1, 'of the child', clock.now())], NextShardIterator: 'it', MillisBehindLatest: 0 } };
      });
      const source = sourceOf(endpoint, clock);
      const reading = read(source, (seen) => seen.texts.length >= 1, new Map<string, JsonValue>([[one, { after: '5' }]]));
      if (isStreamGone) await assert.rejects(reading, { code: 'source-gone' });
      else {
        const { batches, texts } = await reading;
        assert.deepEqual(texts, ['of the child']);
        assert.deepEqual(batches.map(({ lane, ends }) => [lane, ends?.children]), [[one, undefined], [one, [two]], [two, undefined], [two, undefined]]);
        assert.match(source.health().find(({ lane }) => lane === one)?.reason ?? '', /expired/);
      }
    }
  });

  test('lists shards to the last page, and takes children from the last answer of their parent', async (context) => {
    const clock = jumpingClock();
    const { endpoint, asked } = await cannedKinesis(context, clock, ({ operation, input }) => {
      if (operation === 'ListShards') return { body: input['NextToken'] === undefined ? { Shards: [cannedShard(one)], NextToken: 'page 2' } : { Shards: [cannedShard(two)] } };
      if (operation === 'GetShardIterator') return { body: { ShardIterator: String(input['ShardId']) } };
      const shard = String(input['ShardIterator']);
      if (shard === three) return { body: { Records: [cannedRecord(9, 'child', clock.now())], NextShardIterator: three, MillisBehindLatest: 0 } };
      const ChildShards = [{ ShardId: three, ParentShards: [one, two], HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' } }];
      return { body: { Records: [cannedRecord(shard === one ? 1 : 2, shard, clock.now())], MillisBehindLatest: 0, ChildShards } };
    });
    const { texts, batches } = await read(sourceOf(endpoint, clock), (seen) => seen.texts.includes('child'));
    assert.deepEqual(texts.toSorted(), ['child', one, two]);
    const child = batches.find(({ lane }) => lane === three);
    assert.deepEqual(child?.forgets?.toSorted(), [one, two]);
    assert.deepEqual(asked.filter(({ operation }) => operation === 'ListShards').map(({ input }) => [input['StreamName'], input['NextToken']]), [['shop', undefined], [undefined, 'page 2']]);
  });

  test('waits for the list of shards to name the children of a closed one', async (context) => {
    const clock = jumpingClock();
    const { endpoint } = await cannedKinesis(context, clock, ({ operation, input, before }) => {
      if (operation === 'ListShards') return { body: { Shards: [cannedShard(one), ...(before < 3 ? [] : [cannedShard(two, { ParentShardId: one })])] } };
      if (operation === 'GetShardIterator') return { body: { ShardIterator: String(input['ShardId']) } };
      if (input['ShardIterator'] === one) return { body: { Records: [cannedRecord(1, 'parent', clock.now())], MillisBehindLatest: 0 } };
      return answer([cannedRecord(2, 'child', clock.now())]);
    });
    const { texts } = await read(sourceOf(endpoint, clock), (seen) => seen.texts.length >= 2);
    assert.deepEqual(texts, ['parent', 'child']);
  });

  test('gives up at once where no waiting helps', async (context) => {
    const clock = jumpingClock();
    const { endpoint, asked } = await cannedKinesis(context, clock, () => ({ error: 'ValidationException' }));
    await assert.rejects(read(sourceOf(endpoint, clock), () => false), { code: 'source-failed' });
    assert.equal(asked.length, 1);
  });

  test('ends soon in the middle of a call that hangs and of a long wait', async (context) => {
    for (const canned of ['hang', { error: 'InternalFailure', status: 500 }] as const) {
      const { endpoint, asked } = await cannedKinesis(context, { now: Date.now, sleep: () => Promise.resolve() }, ofOneShard(() => canned));
      const slow: Clock = { now: Date.now, sleep: (ms, signal) => new Promise((resolve) => { if (signal?.aborted === true || ms < 400) resolve(); else signal?.addEventListener('abort', () => resolve()); }) };
      const stop = new AbortController();
      const source = sourceOf(endpoint, slow);
      const watch = setInterval(() => { if (asked.some(({ operation }) => operation === 'GetRecords')) stop.abort(); }, 5);
      for await (const { records } of source.read(new Map(), stop.signal)) assert.equal(records.length, 0);
      clearInterval(watch);
      assert.ok(stop.signal.aborted);
      await source.close?.();
    }
  });
});
