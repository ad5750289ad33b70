/** The SNS sink with the real SDK: against a stand-in of SNS and SQS, and against answers that a stand-in never gives. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { SinkError, type Alert } from '#contract';
import { snsFailure } from '../../src/alerting/sinks/sns/failure.ts';
import { sns } from '../../src/alerting/sinks/sns/index.ts';
import { fifoToken, messageLimitBytes, snsMessage } from '../../src/alerting/sinks/sns/message.ts';
import { snsOptions } from '../../src/alerting/sinks/sns/options.ts';
import { anAlert } from './alert.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a-secret-of-the-test' };

interface Envelope {
  Subject: string;
  Message: string;
  MessageAttributes: Record<string, { Type: string; Value: string }>;
}

describe('the topic', () => {
  let server: FauxqsServer;
  before(async () => void (server = await startFauxqs({ port: 0, logger: false })));
  after(() => server.stop());

  function topic(context: TestContext, name: string): { send: (alert: Alert) => Promise<void>; arrived: () => { body: string; group?: string; dedup?: string }[] } {
    const attributes = name.endsWith('.fifo') ? { FifoTopic: 'true' } : undefined;
    server.createTopic(name, attributes === undefined ? {} : { attributes });
    server.createQueue(name, name.endsWith('.fifo') ? { attributes: { FifoQueue: 'true' } } : {});
    server.subscribe({ topic: name, queue: name });
    const sink = sns({ topicArn: `arn:aws:sns:us-east-1:000000000000:${name}`, endpoint: server.address }, { credentials });
    context.after(() => sink.close?.());
    return {
      send: (alert) => sink.send(alert),
      arrived: () => {
        const { ready = [] } = server.inspectQueue(name)?.messages ?? {};
        return ready.map((message) => ({ body: message.body, ...(message.messageGroupId === undefined ? {} : { group: message.messageGroupId, dedup: message.messageDeduplicationId ?? '' }) }));
      },
    };
  }

  test('gets subject, text and attributes', async (context) => {
    const { send, arrived } = topic(context, 'alerts');
    await send(anAlert());
    const { Subject, Message, MessageAttributes } = JSON.parse(arrived()[0]?.body ?? '') as Envelope;
    assert.equal(Subject, '[high] checkout sent 41 MB to an address it never used');
    assert.deepEqual(Object.fromEntries(Object.entries(MessageAttributes).map(([name, { Type, Value }]) => [name, `${Type} ${Value}`])), {
      detector: 'String egress-volume', severity: 'String high', status: 'String firing', alertId: 'String 5f2c8a11d0b94e77', revision: 'Number 2',
    });
    assert.equal(Message, `checkout sent 41 MB to an address it never used

checkout sent 41 MB in one minute, where 0.2 to 3.1 MB are usual.

Severity:   high
Where:      service checkout, container app (shop, 123456789012, eu-west-1)
Task:       0123456789abcdef0123456789abcdef
About:      203.0.113[.]77:443
When:       2026-03-04T18:15:00.000Z to 2026-03-04T18:19:00.000Z
How often:  5 times in 4 min
Observed:   41 MB a minute
Usual:      0.2 to 3.1 MB a minute
History:    21 days, 140 tasks
Look first: The program that sent it.
Quiet if:   Three more tasks that send as much on two days.
ATT&CK:     T1048
Alert:      5f2c8a11d0b94e77, revision 2, detector egress-volume

Records:
  flows.log:7  2 123456789012 eni-1 …
`);
  });

  test('that is FIFO drops a repeat, and neither a revision nor another alert', async (context) => {
    const { send, arrived } = topic(context, 'alerts.fifo');
    for (const [id, revision] of [['a', 1], ['a', 1], ['a', 2], ['b', 1]] as const) await send(anAlert({ id, revision }));
    assert.deepEqual(arrived().map(({ group, dedup }) => [group, dedup]), [['a', 'a-1'], ['a', 'a-2'], ['b', 'b-1']]);
  });

  test('that does not exist is a failure for good', async () => {
    const sink = sns({ topicArn: 'arn:aws:sns:us-east-1:000000000000:nowhere', endpoint: server.address }, { credentials });
    await assert.rejects(sink.send(anAlert()), (error: unknown) => error instanceof SinkError && error.code === 'topic-missing' && !error.isRetryable && error.message === 'There is no topic nowhere.');
    await sink.close?.();
  });

  test('gets the largest alert there is', async (context) => {
    const { send, arrived } = topic(context, 'large');
    const records = Array.from({ length: 5 }, () => ({ file: '\u4e00'.repeat(10_000), raw: '\u4e00'.repeat(200_000) }));
    const long = '\u4e00'.repeat(100_000);
    await send(anAlert({ title: long, summary: long, object: long, evidence: { ...anAlert().evidence, records } }));
    assert.equal(arrived().length, 1);
  });
});

/** What AWS answers, as it comes over the wire. */
const answers: [status: number, name: string, code: string, isRetryable: boolean][] = [
  [400, 'Throttling', 'rate-limited', true], [429, 'Throttled', 'rate-limited', true], [400, 'ThrottlingException', 'rate-limited', true], [400, 'KMSThrottling', 'rate-limited', true],
  [500, 'InternalError', 'receiver-failed', true], [503, 'ServiceUnavailable', 'receiver-failed', true], [502, 'Whatever', 'receiver-failed', true],
  [403, 'AuthorizationError', 'denied', false], [403, 'AccessDenied', 'denied', false], [403, 'InvalidClientTokenId', 'denied', false], [403, 'SignatureDoesNotMatch', 'denied', false],
  [403, 'ExpiredToken', 'credentials-expired', true], [404, 'NotFound', 'topic-missing', false], [400, 'InvalidParameter', 'rejected', false], [400, 'KMSDisabled', 'key-unusable', false], [400, 'KMSAccessDenied', 'key-unusable', false],
];

describe('failures', () => {
  let answer: { status: number; name: string } | 'silence' = { status: 200, name: '' };
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      requests += 1;
      if (answer === 'silence') return;
      const body = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${answer.name}</Code><Message>User: arn:aws:iam::123456789012:user/secret is not welcome</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  async function failure(timeoutMs = 5_000): Promise<SinkError> {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sink = sns({ topicArn: 'arn:aws:sns:eu-west-1:123456789012:alerts', endpoint, timeoutMs }, { credentials });
    const error = await sink.send(anAlert()).then(() => undefined, (thrown: unknown) => thrown);
    await sink.close?.();
    assert.ok(error instanceof SinkError, String(error));
    return error;
  }

  for (const [status, name, code, isRetryable] of answers) {
    test(`${status} ${name} is ${code}, ${isRetryable ? 'worth another try' : 'for good'}`, async () => {
      answer = { status, name };
      requests = 0;
      const error = await failure();
      assert.deepEqual([error.code, error.isRetryable], [code, isRetryable]);
      // Whoever delivers decides when it is tried again.
      assert.equal(requests, 1);
      assert.ok(!`${error.message}${error.stack}${JSON.stringify(error)}`.includes('secret'));
    });
  }

  test('no answer in time is worth another try', async () => {
    answer = 'silence';
    const error = await failure(1_000);
    assert.deepEqual([error.code, error.isRetryable], ['timeout', true]);
  });

  test('anything at all is a SinkError', () => {
    for (const thrown of [undefined, null, 'text', new Error('x'), new TypeError('y'), Object.assign(new Error('z'), { name: 'CredentialsProviderError' }), Object.assign(new Error('w'), { code: 'ECONNRESET' })]) {
      assert.ok(snsFailure(thrown, 'alerts') instanceof SinkError);
    }
  });
});

test('a subject is short ASCII on one line, whatever the title', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
      const { subject } = snsMessage(anAlert({ title }));
      assert.match(subject, /^\[high\][\x20-\x7e]{0,93}$/);
    }),
  );
  assert.equal(snsMessage(anAlert({ title: 'Ünïcode → café', status: 'resolved' })).subject, '[resolved] Unicode ? cafe');
});

test('says openly what it leaves out, and stays within what SNS takes', () => {
  const raw = '\u4e00'.repeat(4_000);
  const of = (count: number, file: string): string => {
    const { text, attributes } = snsMessage(anAlert({ evidence: { ...anAlert().evidence, records: Array.from({ length: count }, () => ({ file, raw })) } }));
    const bytes = Buffer.byteLength(text) + Object.entries(attributes).reduce((sum, [name, { DataType, StringValue }]) => sum + Buffer.byteLength(name + DataType + StringValue), 0);
    assert.ok(bytes <= messageLimitBytes, `${bytes}`);
    return text;
  };
  assert.doesNotMatch(of(5, 'a.log'), /Shortened/);
  // More records than an alert may have, to reach the limit at all.
  assert.match(of(40, 'a.log'), /Shortened: (?:19|2\d) of 40 records are left out/);
});

test('attributes are never empty, and tokens of FIFO topics are always valid', () => {
  const { attributes } = snsMessage(anAlert({ id: '', detector: '\u0000\u202e' }));
  for (const { StringValue } of Object.values(attributes)) assert.ok(StringValue.length > 0);
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (id) => assert.match(fifoToken(id), /^[\x21-\x7e]{1,128}$/)));
  assert.notEqual(fifoToken('a b'), fifoToken('a  b'));
});

test('options take topics of every partition and nothing else', () => {
  for (const topicArn of ['arn:aws:sns:eu-west-1:123456789012:alerts', 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:a.fifo', 'arn:aws-cn:sns:cn-north-1:123456789012:A_b-1']) assert.ok(snsOptions.safeParse({ topicArn }).success, topicArn);
  for (const topicArn of ['alerts', 'arn:aws:sqs:eu-west-1:123456789012:alerts', 'arn:aws:sns:eu-west-1:1:alerts', 'arn:aws:sns:eu-west-1:123456789012:a b']) assert.ok(!snsOptions.safeParse({ topicArn }).success, topicArn);
});
