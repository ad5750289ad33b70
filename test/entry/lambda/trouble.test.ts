/** What goes wrong around the bundled handler: short time, poison, a store that is down, a newer state, events of nobody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { cloudTrailRecord, ecsTaskEvent, fireLensLine } from '#contract';
import { walkKey } from '../../../src/engine/checkpoint.ts';
import { closedRound } from '../../../src/entry/program/live/passed.ts';
import { laneKey } from '../../../src/entry/program/live/lane.ts';
import type { LaneRecord } from '../../../src/engine/rounds.ts';
import { localDeployment } from '../../support/lambda/deployment.ts';
import { InvocationFailed } from '../../support/lambda/invoker.ts';
import { mapping, type Invoke } from '../../support/lambda/mapping.ts';

const shard = 'shardId-000000000000';
const schedule = { fargazer: 'schedule' };

interface Answer {
  batchItemFailures: { itemIdentifier: string }[];
}

const line = (index: number, at = Date.now()): string => fireLensLine({ at: at - 60_000, service: 'cart', task: index % 3, log: `order ${index} stored` });

function record(sequence: number, content: string | Buffer): object {
  return {
    kinesis: { kinesisSchemaVersion: '1.0', partitionKey: 'k', sequenceNumber: String(4_959_000_000 + sequence), data: Buffer.from(content as string).toString('base64'), approximateArrivalTimestamp: Date.now() / 1_000 },
    eventSource: 'aws:kinesis', eventVersion: '1.0', eventID: `${shard}:${4_959_000_000 + sequence}`, eventName: 'aws:kinesis:record', awsRegion: 'eu-west-1',
  };
}

const batch = (...contents: (string | Buffer)[]): object => ({ Records: contents.map((content, index) => record(index, content)) });

test('batches and their failures', async (context) => {
  const deployment = await localDeployment(context, 1);
  const { dynamo, store } = deployment;
  const container = deployment.container();
  const laneNow = async (): Promise<LaneRecord | undefined> => (await store.item(laneKey(shard)))?.value as unknown as LaneRecord | undefined;

  await context.test('a table that is denied fails the batch at its first record, and the batch comes again', async () => {
    dynamo.fault = () => 'access-denied';
    const answer = (await container.invoke(batch(line(1), line(2)))) as Answer;
    delete dynamo.fault;
    assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: '4959000000' }] });
    const [told] = container.told('batch-failed');
    assert.equal(told?.['code'], 'store-denied');
    assert.match(String(told?.['message']), /may not be read or written/);
    assert.equal(container.metric('BatchesFailed'), 1);
    assert.deepEqual(await container.invoke(batch(line(1), line(2))), { batchItemFailures: [] });
    assert.equal((await laneNow())?.sequence, '4959000001');
  });

  await context.test('a batch that comes again is counted once', async () => {
    const before = await laneNow();
    assert.deepEqual(await container.invoke(batch(line(1), line(2))), { batchItemFailures: [] });
    assert.deepEqual(await laneNow(), before);
  });

  await context.test('records that cannot be read are noted without their content, and hold up nothing', async () => {
    const bad = Buffer.concat([Buffer.from('f3899ac2', 'hex'), Buffer.from('top secret'), Buffer.alloc(16)]);
    const event = { Records: [record(10, line(3)), record(11, bad), record(12, line(4))] };
    assert.deepEqual(await container.invoke(event), { batchItemFailures: [] });
    assert.equal((await laneNow())?.sequence, '4959000012');
    const [letter, ...more] = await deployment.deadLetters();
    assert.deepEqual(letter, { fargazer: 'dead-letter', from: shard, place: '4959000011', reason: 'a KPL record with a wrong checksum', records: 1 });
    assert.deepEqual(more, []);
    assert.equal(container.metric('UnreadableRecords'), 1);
    assert.ok(!container.lines.some((text) => text.includes('secret') || text.includes('stored')), 'a line of the log holds telemetry');
  });

  await context.test('an invocation with little time takes what it can, saves it, and gives the rest back', async () => {
    const records = Array.from({ length: 60 }, (_, index) => record(100 + index, line(index)));
    const answer = (await container.invoke({ Records: records }, { timeoutMs: 100_000, askMs: 3_000 })) as Answer;
    const [{ itemIdentifier } = { itemIdentifier: '' }] = answer.batchItemFailures;
    const taken = Number(itemIdentifier) - 4_959_000_100;
    // Ten seconds are kept for saving, and the first looks are for the invocation itself.
    assert.ok(taken >= 25 && taken <= 30, `${taken} records were taken`);
    assert.equal((await laneNow())?.sequence, String(Number(itemIdentifier) - 1));
    assert.equal(container.told('records-left')[0]?.['left'], 60 - taken);
  });

  await context.test('an event of nobody is refused in a sentence', async () => {
    await assert.rejects(container.invoke({ hello: 'world' }), (error) => error instanceof InvocationFailed && /does not know \(hello\).*It takes records of Kinesis/.test(error.message));
    await assert.rejects(container.invoke({ Records: [{ eventSource: 'aws:dynamodb' }] }), /Records of aws:dynamodb/);
    await assert.rejects(container.invoke('text'), /no fields/);
    await assert.rejects(container.invoke({ Records: [record(1, line(1)), { ...record(2, line(2)), eventID: 'shardId-000000000009:4959000002' }] }), /names 2 shards/);
  });

  await context.test('a wrong configuration is told in a sentence, and mended by the next container', async () => {
    const wrong = deployment.container({ FARGAZER_CONFIG: 'detectors: { no-such: {} }' });
    await assert.rejects(wrong.invoke(schedule), /no-such/);
    await wrong.end();
    const unnamed = deployment.container({ FARGAZER_TABLE: '' });
    await assert.rejects(unnamed.invoke(schedule), /FARGAZER_TABLE is missing/);
    await unnamed.end();
  });

  await context.test('a lane that a newer version wrote makes the batch wait', async () => {
    const item = await store.item(laneKey(shard));
    const version = await store.commit({ key: laneKey(shard), expected: item?.version, value: { ...(item?.value as object), version: 99 } });
    const answer = (await container.invoke({ Records: [record(900, line(9))] })) as Answer;
    assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: '4959000900' }] });
    assert.match(String(container.told('batch-failed').at(-1)?.['message']), /newer version/);
    await store.commit({ key: laneKey(shard), expected: version, value: item!.value });
  });
});

test('rounds, deliveries and rollbacks', async (context) => {
  const deployment = await localDeployment(context, 1);
  const { kinesis, stream, store, alerts, receiver } = deployment;
  let container = deployment.container({ FARGAZER_LEARN_FOR: '1m' });
  let nowMs = Date.now();
  const answers: Answer[] = [];
  const invoke: Invoke = async (event) => {
    const answer = (await container.invoke(event, { nowMs })) as Answer;
    answers.push(answer);
    return answer;
  };
  const shards = mapping({ client: kinesis.client, stream, batchSize: 100, invoke, maximumRetryAttempts: 2 });
  const round = async (minutes: number): Promise<void> => {
    nowMs += minutes * 60_000;
    await container.invoke(schedule, { nowMs });
  };

  await context.test('what has no order of its own goes into the stream first: a subscription, events, notices of objects', async () => {
    const envelope = { messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup: '/ecs/cart', logStream: 's', subscriptionFilters: ['f'], logEvents: [{ id: '1', timestamp: nowMs - 1_000, message: line(1, nowMs) }] };
    await container.invoke({ awslogs: { data: gzipSync(JSON.stringify(envelope)).toString('base64') } }, { nowMs });
    await container.invoke({ awslogs: { data: gzipSync(JSON.stringify({ ...envelope, messageType: 'CONTROL_MESSAGE' })).toString('base64') } }, { nowMs });
    const event = JSON.parse(ecsTaskEvent({ at: nowMs, id: 'event-1', service: 'cart', task: 1, lastStatus: 'RUNNING', desiredStatus: 'RUNNING', revision: 1 })) as object;
    await container.invoke(event, { nowMs });
    await container.invoke(event, { nowMs });
    await assert.rejects(container.invoke({ awslogs: { data: 'bm90aGluZw==' } }), /no gzip of an envelope/);

    const at = nowMs - 1_000;
    deployment.s3.put('trail', 'AWSLogs/one.json.gz', gzipSync(`{"Records":[${cloudTrailRecord({ at, id: 'act-1', role: 'cart', source: 'iam.amazonaws.com', name: 'CreateAccessKey' })}]}`));
    const notice = (key: string): string => JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', eventTime: new Date(at).toISOString(), s3: { bucket: { name: 'trail' }, object: { key, sequencer: '1' } } }] });
    const message = (messageId: string, body: string): object => ({ messageId, body, eventSource: 'aws:sqs', receiptHandle: 'r', attributes: {}, messageAttributes: {}, eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:notices', awsRegion: 'eu-west-1' });
    const wrapped = JSON.stringify({ Type: 'Notification', Message: notice('AWSLogs/one.json.gz') });
    const queue = { Records: [message('m1', notice('AWSLogs/one.json.gz')), message('m2', wrapped), message('m3', 'no notice'), message('m4', notice('gone.gz')), message('m5', JSON.stringify({ Event: 's3:TestEvent' }))] };
    assert.deepEqual(await container.invoke(queue, { nowMs }), { batchItemFailures: [] });
    const [refused] = await deployment.deadLetters();
    assert.equal(refused?.['place'], 'm3');
    assert.equal(container.metric('RecordsPut'), 1 + 2 + 3);
  });

  await context.test('an object is read once, at the place of its pointer; one that is gone is noted; alerts are delivered', async () => {
    const gets = (): number => deployment.s3.requests.filter(({ bucket, operation }) => bucket === 'trail' && operation === 'GetObject').length;
    await round(1);
    await shards.drain();
    assert.equal(gets(), 2);
    const [gone] = await deployment.deadLetters();
    assert.match(String(gone?.['reason']), /vanished/);
    await round(20);
    await shards.drain();
    assert.equal(await closedRound(store), 2);
    assert.ok(answers.every(({ batchItemFailures }) => batchItemFailures.length === 0));
  });

  await context.test('a delivery that fails fails no batch, and is made good later by another container', async () => {
    receiver.status = 503;
    const at = nowMs;
    await kinesis.put(stream, [cloudTrailRecord({ at, id: 'act-2', role: 'cart', source: 'cloudtrail.amazonaws.com', name: 'StopLogging' })]);
    await round(20);
    await shards.drain();
    assert.equal(await closedRound(store), 3);
    assert.ok(answers.every(({ batchItemFailures }) => batchItemFailures.length === 0));
    assert.ok(container.metric('Alerts') > 0);
    assert.ok(container.metric('DeliveryFailures') > 0);
    assert.equal(alerts.length, 0);
    delete receiver.status;
    await container.end();
    container = deployment.container();
    await round(1);
    await shards.drain();
    assert.ok(alerts.some(({ object }) => object.includes('StopLogging')));
    assert.equal(new Set(alerts.map(({ id, revision }) => `${id} ${revision}`)).size, alerts.length, 'none came twice');
  });

  await context.test('while a newer version has the state, batches wait; after its end they are applied', async () => {
    const item = await store.item(walkKey);
    const newer = await store.commit({ key: walkKey, expected: item?.version, value: { ...(item?.value as object), version: 99 } });
    await kinesis.put(stream, [line(7, nowMs)]);
    const tick = container.invoke(schedule, { nowMs: nowMs + 60_000 });
    // A container that had seen the older state goes on with rounds, which both versions know.
    await tick;
    await shards.drain();
    assert.equal(shards.givenUp.length, 2, 'the record and its tick came again as often as the mapping tries');
    assert.match(String(container.told('batch-failed').at(-1)?.['message']), /newer version of fargazer \(state version 99/);
    const other = deployment.container();
    await assert.rejects(other.invoke(schedule, { nowMs }), /newer version of fargazer/);
    await store.commit({ key: walkKey, expected: newer, value: item!.value });
    await kinesis.put(stream, [line(8, nowMs)]);
    const failed = container.told('batch-failed').length;
    await round(2);
    await shards.drain();
    assert.equal(container.told('batch-failed').length, failed);
    assert.equal(await closedRound(store), 6);
  });
});
