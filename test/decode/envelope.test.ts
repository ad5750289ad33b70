/** Envelopes: what CloudWatch Logs, Kinesis, SQS and SNS carry gives the same events as what they were made of. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { cloudTrailRecord, containerInsightsLine, fireLensLine, flowLine, kubernetesAuditLine, taskId } from '#contract';
import { readStream } from './reading-stream.ts';

const at = Date.UTC(2026, 0, 1, 12);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const packed = (text: string): string => gzipSync(text).toString('base64');

function subscription(group: string, stream: string, messages: string[], type = 'DATA_MESSAGE'): string {
  return JSON.stringify({
    messageType: type,
    owner: '111122223333',
    logGroup: group,
    logStream: stream,
    subscriptionFilters: ['all'],
    logEvents: messages.map((message, index) => ({ id: `event-${index}`, timestamp: at + index, message })),
  });
}

const audit = kubernetesAuditLine({ at, id: 'audit-1', user: 'admin', verb: 'create', resource: 'pods', namespace: 'shop' });
const lines = subscription('/ecs/checkout', `web/nginx/${taskId(7)}`, ['GET /a 200', 'ERROR no database', '{"level":"info","message":"own"}']);

test('gives lines of a subscription their task, their time and their own id', () => {
  const { events, reading } = readStream(lines);
  assert.deepEqual(reading.formats, { 'cloudwatch-logs': 3 });
  assert.deepEqual(events.map(({ id, hasOwnId, timeMs }) => [id, hasOwnId, timeMs]), [['event-0', true, at], ['event-1', true, at + 1], ['event-2', true, at + 2]]);
  assert.deepEqual(events[0]?.subject, { account: '111122223333', service: 'checkout', container: 'nginx', task: taskId(7) });
  assert.equal(events[1]?.origin.eventId, 'event-1');
});

const carriers: [string, (payload: string) => unknown][] = [
  ['a Lambda event of CloudWatch Logs', (payload) => ({ awslogs: { data: packed(payload) } })],
  ['a Lambda batch of Kinesis', (payload) => ({ Records: [{ eventSource: 'aws:kinesis', eventName: 'aws:kinesis:record', eventID: 's:1', kinesis: { data: packed(payload), sequenceNumber: '1', partitionKey: 'a', approximateArrivalTimestamp: at / 1_000 } }] })],
  ['a Firehose batch', (payload) => ({ invocationId: 'i', records: [{ recordId: 'r', approximateArrivalTimestamp: at, data: base64(payload) }] })],
  ['an SQS batch', (payload) => ({ Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: payload, attributes: { SentTimestamp: String(at) } }] })],
  ['an SQS batch of SNS messages', (payload) => ({ Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: JSON.stringify({ Type: 'Notification', Message: payload }) }] })],
];

for (const [title, wrap] of carriers) {
  test(`takes off ${title}, on one line or over many`, () => {
    for (const [payload, ids] of [
      [lines, ['event-0', 'event-1', 'event-2']],
      [subscription('/aws/eks/shop/cluster', 'kube-apiserver-audit-0a', [audit]), ['audit-1']],
    ] as const) {
      const value = wrap(payload);
      const batch = [JSON.stringify(value), JSON.stringify(value, undefined, 2), `${JSON.stringify(value)}\n${fireLensLine({ at, service: 'a', task: 1, log: 'x' })}\n`];
      for (const text of batch) {
        const { events, reading } = readStream(text);
        assert.deepEqual(reading.unreadable, []);
        assert.deepEqual(events.slice(0, ids.length).map(({ id }) => id), ids);
      }
    }
  });
}

test('reads FireLens records, a line each, out of Kinesis', () => {
  const data = [1, 2].map((task) => fireLensLine({ at, service: 'checkout', task, log: 'hello' })).join('\n');
  const { events, reading } = readStream(JSON.stringify({ kinesis: { data: base64(data), approximateArrivalTimestamp: 1 } }));
  assert.deepEqual(reading.formats, { firelens: 2 });
  assert.equal(events[0]?.timeMs, at);
});

test('decodes what a log group holds by its own format', () => {
  const flow = `2 111122223333 eni-0123456789abcdef0 10.0.0.5 198.51.100.9 40000 443 6 10 5000 ${at / 1_000 - 60} ${at / 1_000} ACCEPT OK`;
  for (const [message, format] of [
    [containerInsightsLine({ at, service: 'checkout', task: 1 }), 'container-insights'],
    [audit, 'kubernetes-audit'],
    [cloudTrailRecord({ at, id: 'c', source: 's3.amazonaws.com', name: 'GetObject' }), 'cloudtrail'],
    [flow, 'flow-log'],
  ] as const) {
    const { reading } = readStream(subscription('group', 'stream', [message]));
    assert.deepEqual(reading.formats, { [format]: 1 }, message);
  }
  const named = readStream(subscription('group', 'eni-1', [flowLine({ at, service: 'a', task: 1, to: '198.51.100.9', port: 443, bytes: 1 })]), { flowFields: 'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status pkt-srcaddr pkt-dstaddr region pkt-dst-aws-service flow-direction ecs-cluster-name ecs-service-name ecs-task-id'.split(' ') });
  assert.deepEqual(named.reading.formats, { 'flow-log': 1 });
});

test('gives the events of one record ids of their own', () => {
  const stats = { read: new Date(at).toISOString(), cpu_stats: {}, precpu_stats: {}, memory_stats: { usage: 4_096, stats: {} } };
  const { events } = readStream(subscription('stats', 'x', [JSON.stringify({ [`${taskId(1)}-1`]: stats, [`${taskId(1)}-2`]: stats })]));
  assert.ok(events.length > 1);
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
});

test('reads FilterLogEvents answers, whole and event by event', () => {
  const events = [0, 1].map((index) => ({ logStreamName: `web/nginx/${taskId(3)}`, timestamp: at + index, message: `GET /${index}`, ingestionTime: at, eventId: `e${index}` }));
  for (const text of [JSON.stringify({ events, searchedLogStreams: [] }), JSON.stringify({ nextToken: 'x', events }, undefined, 2), events.map((event) => JSON.stringify(event)).join('\n')]) {
    const result = readStream(text);
    assert.deepEqual(result.events.map(({ id, timeMs, subject }) => [id, timeMs, subject.task]), [['e0', at, taskId(3)], ['e1', at + 1, taskId(3)]]);
  }
});

test('reads lines of an export to S3 by what they carry', () => {
  const { reading, events } = readStream(`2026-01-01T12:00:00.000Z ${audit}\n2026-01-01T12:00:01.000Z plain words\n`);
  assert.deepEqual(reading.formats, { 'kubernetes-audit': 1, 'plain-text': 1 });
  assert.equal(events[1]?.timeMs, at + 1_000);
});

test('passes over control messages and empty lists', () => {
  const { reading } = readStream([subscription('g', 's', ['probe'], 'CONTROL_MESSAGE'), '{"Records":[]}', '{"events":[]}'].join('\n'));
  assert.deepEqual(reading.skipped, { 'CloudWatch Logs control message': 1, 'an empty list of records': 2 });
});

test('gives a sentence for damaged or bombed payloads and endless layers', () => {
  const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024)).toString('base64');
  let layers = JSON.stringify({ a: 1 });
  for (let count = 0; count < 8; count++) layers = JSON.stringify({ Records: [{ eventSource: 'aws:sqs', body: layers }] });
  for (const [text, reason] of [
    [JSON.stringify({ awslogs: { data: `H4sI${'A'.repeat(40)}` } }), /gzip data is damaged/],
    [JSON.stringify({ awslogs: { data: bomb } }), /more than 16 MiB/],
    [JSON.stringify({ awslogs: { data: 5 } }), /without data/],
    [layers, /envelopes within envelopes/],
  ] as const) {
    const { reading, events } = readStream(text);
    assert.equal(events.length, 0);
    assert.match(reading.unreadable[0]?.reason ?? '', reason);
  }
});
