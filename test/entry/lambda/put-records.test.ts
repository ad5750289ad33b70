/** What goes into the stream first: bounds of a request, what is refused for now, and what is too large. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Clock } from '#contract';
import type { StreamPort } from '../../../src/entry/lambda/ports.ts';
import { putOnce, type StreamEntry } from '../../../src/sources/kinesis/put.ts';
import { longestContentBytes, putRecords } from '../../../src/entry/lambda/put-records.ts';
import { subscriptionContents } from '../../../src/entry/lambda/subscription.ts';
import { pointerIn, pointerText } from '../../../src/entry/program/live/pointer.ts';

const clock: Clock = { now: () => 0, sleep: async () => undefined };

function stream(refuse: (entry: StreamEntry) => boolean): StreamPort & { taken: StreamEntry[]; calls: StreamEntry[][] } {
  const port = {
    name: 'telemetry', taken: [] as StreamEntry[], calls: [] as StreamEntry[][],
    shards: async () => [],
    putUnder: async () => undefined,
    putMany: async (entries: readonly StreamEntry[]) => {
      port.calls.push([...entries]);
      return entries.map((entry) => {
        if (refuse(entry)) return 'ProvisionedThroughputExceededException';
        port.taken.push(entry);
        return undefined;
      });
    },
  };
  return port;
}

test('only what was refused is put again, each content once', async () => {
  const contents = Array.from({ length: 1_203 }, (_, index) => Buffer.from(`content ${index}`));
  const refused = new Set<string>();
  let turn = 0;
  const port = stream(({ partitionKey }) => {
    turn += 1;
    if (turn % 3 !== 0 || refused.has(partitionKey)) return false;
    refused.add(partitionKey);
    return true;
  });
  const retried = await putRecords(contents, { stream: port, clock, hasTime: () => true });
  assert.ok(retried >= 1);
  assert.deepEqual(port.taken.map(({ content }) => String(Buffer.from(content))).sort(), contents.map(String).sort());
  assert.ok(port.calls.every((entries) => entries.length <= 500));
});

test('a request stays below five megabytes', async () => {
  const port = stream(() => false);
  await putRecords(Array.from({ length: 20 }, () => randomBytes(900_000)), { stream: port, clock, hasTime: () => true });
  for (const entries of port.calls) assert.ok(entries.reduce((sum, { content }) => sum + content.length, 0) <= 5_000_000);
});

test('equal contents go under one key', async () => {
  const port = stream(() => false);
  await putRecords([Buffer.from('same'), Buffer.from('same'), Buffer.from('other')], { stream: port, clock, hasTime: () => true });
  assert.equal(new Set(port.taken.map(({ partitionKey }) => partitionKey)).size, 2);
});

test('a stream that takes nothing in time fails the call in a sentence', async () => {
  let looks = 3;
  await assert.rejects(putRecords([Buffer.from('one')], { stream: stream(() => true), clock, hasTime: () => (looks -= 1) > 0 }), /telemetry did not take 1 of 1 records in time \(ProvisionedThroughputExceededException\)/);
});

test('a subscription that is too large for a record is cut up, with every event once and in order', () => {
  const logEvents = Array.from({ length: 5_000 }, (_, id) => ({ id: String(id), timestamp: id, message: randomBytes(400).toString('base64') }));
  const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: '/ecs/cart', logStream: 's', logEvents })).toString('base64');
  const contents = subscriptionContents(data);
  assert.ok(contents.length > 1);
  assert.ok(contents.every(({ length }) => length <= longestContentBytes));
  const envelopes = contents.map((content) => JSON.parse(gunzipSync(content).toString()) as { logGroup: string; logEvents: unknown[] });
  assert.ok(envelopes.every(({ logGroup }) => logGroup === '/ecs/cart'));
  assert.deepEqual(envelopes.flatMap((envelope) => envelope.logEvents), logEvents);
});

test('a pointer is read as it was written, and nothing else is one', () => {
  const pointer = { bucket: 'trail', key: 'AWSLogs/ä b"c.json.gz', versionId: 'v1', identity: '["trail"]' };
  assert.deepEqual(pointerIn(Buffer.from(pointerText(pointer))), pointer);
  for (const text of ['', '{', '{"fargazer":"object"}', '{"fargazer":"object","bucket":1,"key":"k"}', '{"fargazer":"object","bucket":"b","key":""}', '{"fargazer":"object"', ' {"fargazer":"object","bucket":"b","key":"k"}', `{"fargazer":"object","bucket":"b","key":"${'k'.repeat(20_000)}"}`]) {
    assert.equal(pointerIn(Buffer.from(text)), undefined, text.slice(0, 60));
  }
});

test('an answer that tells of some only puts the rest again', async () => {
  const calls: string[][] = [];
  const put = await putOnce(['a', 'b', 'c'].map((name) => ({ content: Buffer.from(name), partitionKey: name })), async (entries) => {
    calls.push(entries.map(({ partitionKey }) => partitionKey));
    return [undefined];
  });
  assert.deepEqual(calls, [['a', 'b', 'c']]);
  assert.deepEqual([put.refused.map(({ partitionKey }) => partitionKey), put.code], [['b', 'c'], 'NoAnswer']);
});
