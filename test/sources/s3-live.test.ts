/** New objects told of by a queue: real clients against fauxqs (SQS, SNS) and a stub of S3. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PublishCommand } from '@aws-sdk/client-sns';
import { DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { systemClock, type Clock } from '#contract';
import { notice, openNotices, readObjects } from '../support/aws/s3-notices.ts';

describe('s3 followed by notifications', () => {
  test('gives objects once and deletes messages only after a commit', async (context) => {
    const { put, source, counts, stub } = await openNotices(context);
    for (let index = 0; index < 25; index++) await put(`a b/${index}.log`, `content ${index}`);
    const followed = source();
    const { contents, batches, positions } = await readObjects(followed, async (found) => {
      if (found.contents.length < 25) return false;
      assert.deepEqual(await counts(), [0, 25], 'nothing is deleted before');
      return true;
    });
    assert.deepEqual(contents.toSorted(), Array.from({ length: 25 }, (_, index) => `content ${index}`).toSorted());
    const record = batches.find(({ records }) => records.length > 0)!.records[0]!;
    assert.match(record.place, /^s3:\/\/logs\/a b\/\d+\.log$/);
    assert.ok(Math.abs(record.arrivalMs! - Date.now()) < 60_000);
    assert.ok(batches.every(({ records }) => records.length <= 10));
    await followed.committed?.(positions);
    assert.deepEqual(await counts(), [0, 0]);
    assert.equal(stub.requests.filter(({ operation }) => operation === 'GetObject').length, 25);
  });

  test('drops what is delivered again, after a crash between saving and deleting too', async (context) => {
    const { put, send, source, counts, stub } = await openNotices(context);
    const twice = notice('once.log');
    stub.put('logs', 'once.log', 'once');
    await send(twice);
    await send(twice);
    const first = await readObjects(source(), ({ contents }) => contents.length === 1);
    await send(twice);
    await put('once.log', 'written anew');
    await put('next.log', 'next');
    const followed = source();
    const second = await readObjects(followed, async ({ contents, batches }) => contents.length >= 2 && batches.at(-1)!.records.length === 0, first.positions);
    assert.deepEqual(second.contents.toSorted(), ['next', 'written anew']);
    assert.match(followed.health()[0]!.reason ?? '', /1 notifications were delivered again and dropped/);
    await followed.committed?.(second.positions);
    assert.deepEqual(await counts(), [0, 0], 'also what was left of the first process');
  });

  test('understands SNS and test messages, and leaves poison to the redrive of the queue', async (context) => {
    const { send, source, counts, stub, sns, topicArn } = await openNotices(context);
    stub.put('logs', 'by-sns.log', 'by SNS');
    await send({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' });
    await send('no JSON');
    await send({ Records: [{ eventSource: 'aws:other' }] });
    await sns.send(new PublishCommand({ TopicArn: topicArn, Message: JSON.stringify(notice('by-sns.log')) }));
    const followed = source();
    const { contents, positions } = await readObjects(followed, ({ contents, batches }) => contents.length === 1 && batches.at(-1)!.records.length === 0 && /messages/.test(followed.health()[0]!.reason ?? ''));
    assert.deepEqual(contents, ['by SNS']);
    assert.match(followed.health()[0]!.reason ?? '', /2 messages were not understood and are left to the queue's redrive/);
    await followed.committed?.(positions);
    assert.deepEqual(await counts(), [0, 2]);
  });

  test('passes over what vanished, keeps the message of what is denied, goes on where a connection breaks', async (context) => {
    const { put, send, source, counts, stub } = await openNotices(context);
    await send(notice('vanished.log'));
    await put('denied.log', 'x');
    await put('cut.log', 'long '.repeat(50_000));
    stub.fault = ({ key, headers }) => (key === 'denied.log' ? 'access-denied' : key === 'cut.log' && headers.range === undefined ? 'cut' : undefined);
    const followed = source();
    const { contents, positions } = await readObjects(followed, ({ contents, batches }) => contents.length === 1 && batches.at(-1)!.records.length === 0);
    assert.equal(contents[0], 'long '.repeat(50_000));
    await followed.committed?.(positions);
    assert.deepEqual(await counts(), [0, 1]);
    assert.match(followed.health()[0]!.reason ?? '', /2 objects could not be read/);
  });

  test('keeps messages hidden for as long as they are worked on', async (context) => {
    const { put, source, counts } = await openNotices(context);
    await put('slow.log', 'slow');
    // A minute of the source is a fifth of a second: messages are hidden for 30 s of SQS's own time, asked for anew each 10 s of the source's.
    const fast: Clock = { now: () => Date.now(), sleep: (ms, signal) => systemClock.sleep(ms / 300, signal) };
    let changes = 0;
    const followed = source({ visibilityMs: 30_000 }, fast);
    const original = SQSClient.prototype.send;
    SQSClient.prototype.send = function send(this: SQSClient, ...args: unknown[]) {
      if ((args[0] as object).constructor.name === 'ChangeMessageVisibilityBatchCommand') changes++;
      return Reflect.apply(original, this, args) as never;
    } as typeof original;
    context.after(() => {
      SQSClient.prototype.send = original;
    });
    await readObjects(followed, async ({ contents }) => {
      if (contents.length === 0) return false;
      for (let tries = 0; changes < 3 && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
      return true;
    });
    assert.ok(changes >= 3, `${changes} changes of visibility`);
    assert.deepEqual(await counts(), [0, 1]);
  });

  test('stops receiving while nothing is committed', async (context) => {
    const { put, source, counts } = await openNotices(context);
    for (let index = 0; index < 130; index++) await put(`${index}.log`, `content ${index}`);
    const followed = source();
    const { contents } = await readObjects(followed, async (found) => {
      if (followed.health()[0]!.state !== 'waiting') return false;
      await followed.committed?.(found.positions);
      return true;
    });
    assert.equal(contents.length, 100);
    assert.deepEqual(await counts(), [30, 0]);
  });

  test('is complete up to now once the queue is empty, and never takes that back', async (context) => {
    const { put, source } = await openNotices(context);
    const startMs = Date.now();
    await put('a.log', 'a');
    const { batches } = await readObjects(source({ allowanceMs: 5_000 }), ({ batches }) => (batches.at(-1)!.completeToMs ?? 0) > startMs - 5_000);
    const told = batches.map(({ completeToMs }) => completeToMs ?? 0);
    assert.deepEqual(told, told.toSorted((one, other) => one - other));
    assert.ok(told.at(-1)! <= Date.now() - 4_000);
  });

  test('is stopped by no message: buckets that are not, and those that nobody asked for', async (context) => {
    const { put, send, source, counts, stub } = await openNotices(context);
    const foreign = notice('x.log') as { Records: { s3: { bucket: { name: string } } }[] };
    foreign.Records[0]!.s3.bucket.name = 'nowhere';
    await send(foreign);
    stub.put('theirs', 'x.log', 'not ours');
    foreign.Records[0]!.s3.bucket.name = 'theirs';
    await send(foreign);
    await put('ours.log', 'ours');
    const followed = source({ buckets: ['logs', 'nowhere'] });
    const { contents, positions } = await readObjects(followed, ({ contents, batches }) => contents.length === 1 && batches.at(-1)!.records.length === 0);
    assert.deepEqual(contents, ['ours']);
    await followed.committed?.(positions);
    assert.deepEqual(await counts(), [0, 2]);
    assert.match(followed.health()[0]!.reason ?? '', /it names the bucket theirs, which the option buckets does not\); 1 objects could not be read/);
  });

  test('tells credentials that expire, and takes the rest up later', async (context) => {
    const { put, source, stub } = await openNotices(context);
    await put('a.log', 'a');
    stub.fault = () => 'expired-token';
    const followed = source();
    await assert.rejects(readObjects(followed, () => false), { code: 'source-denied', message: /credentials expired while s3:\/\/logs\/a\.log was read/ });
    await followed.close?.();
    delete stub.fault;
    assert.deepEqual((await readObjects(source(), ({ contents }) => contents.length === 1)).contents, ['a']);
  });

  test('ends where the queue is gone', async (context) => {
    const { source, sqs, queueUrl } = await openNotices(context);
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    await assert.rejects(readObjects(source(), () => false), { code: 'source-gone', message: /The queue new-objects does not exist/ });
  });
});
