/** The webhook against a real server, with the reference implementation of Standard Webhooks as the judge of signatures. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { FargazerError, SinkError } from '#contract';
import { webhook } from '../../src/alerting/sinks/webhook/index.ts';
import { isReachable } from '../../src/alerting/http/address.ts';
import { anAlert } from './alert.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const secret = `whsec_${Buffer.from('a key of thirty-two bytes, plain').toString('base64')}`;

describe('the webhook', () => {
  let receiver: Receiver;
  before(async () => void (receiver = await openReceiver()));
  after(() => receiver.close());
  beforeEach(() => {
    receiver.received.length = 0;
    receiver.answer = { status: 204 };
  });
  const send = (changes: Partial<Parameters<typeof webhook>[0]> = {}, alert = anAlert()): Promise<void> =>
    webhook({ url: receiver.url, secret, allowPrivate: true, timeoutMs: 2_000, ...changes }).send(alert);
  const failure = async (sending: Promise<void>): Promise<SinkError> => {
    const error = await sending.then(() => undefined, (thrown: unknown) => thrown);
    assert.ok(error instanceof SinkError, String(error));
    return error;
  };

  test('is signed so that the reference implementation accepts it', async () => {
    await send();
    const [request] = receiver.received;
    assert.ok(request);
    const payload = new Webhook(secret).verify(request.body, request.headers as Record<string, string>) as { type: string; data: unknown };
    assert.equal(payload.type, 'alert.firing');
    assert.deepEqual(payload.data, JSON.parse(JSON.stringify(anAlert())));
    assert.equal(request.headers['webhook-id'], '5f2c8a11d0b94e77_2');
    assert.throws(() => new Webhook(secret).verify(`${request.body} `, request.headers as Record<string, string>));
  });

  test('keeps id and body over attempts, and dates each attempt', async () => {
    let nowMs = Date.now();
    const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
    await send({ clock });
    nowMs += 5_000;
    await send({ clock });
    const [first, second] = receiver.received;
    assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
    assert.equal(first?.body, second?.body);
    assert.equal(Number(second?.headers['webhook-timestamp']) - Number(first?.headers['webhook-timestamp']), 5);
  });

  const answers: [number, string, boolean][] = [
    [301, 'redirected', false], [307, 'redirected', false], [400, 'rejected', false], [401, 'denied', false], [404, 'gone', false],
    [410, 'gone', false], [408, 'not-now', true], [425, 'not-now', true], [429, 'rate-limited', true], [500, 'receiver-failed', true], [503, 'receiver-failed', true],
  ];
  for (const [status, code, isRetryable] of answers) {
    test(`calls ${status} ${code}, ${isRetryable ? 'worth another try' : 'for good'}`, async () => {
      receiver.answer = { status, headers: { location: 'http://127.0.0.1:1/' } };
      const error = await failure(send());
      assert.equal(error.code, code);
      assert.equal(error.isRetryable, isRetryable);
      assert.equal(receiver.received.length, 1);
    });
  }

  test('passes on Retry-After in seconds and as a date, and no longer than a day', async () => {
    const clock = { now: () => Date.parse('2026-03-04T18:00:00Z'), sleep: () => Promise.resolve() };
    const wait = async (value: string): Promise<number | undefined> => {
      receiver.answer = { status: 429, headers: { 'retry-after': value } };
      return (await failure(send({ clock }))).retryAfterMs;
    };
    assert.equal(await wait('7'), 7_000);
    assert.equal(await wait('Wed, 04 Mar 2026 18:01:00 GMT'), 60_000);
    assert.equal(await wait('99999999'), 86_400_000);
    assert.equal(await wait('soon'), undefined);
  });

  test('gives up on a receiver that never answers', async () => {
    receiver.answer = 'silence';
    const error = await failure(send({ timeoutMs: 100 }));
    assert.equal(error.code, 'timeout');
    assert.equal(error.isRetryable, true);
  });

  test('refuses this machine, its metadata and private networks, by address and by name', async () => {
    for (const host of ['127.0.0.1', '169.254.169.254', '169.254.170.2', '10.0.0.1', '0x7f.1', '[::1]', '[fe80::1]', '[fd00:ec2::254]', '[::ffff:127.0.0.1]', '0.0.0.0']) {
      const error = await failure(send({ url: `http://${host}:9/hook`, allowPrivate: false }));
      assert.equal(error.code, 'address-refused', host);
      assert.equal(error.isRetryable, false);
    }
    const error = await failure(send({ url: receiver.url.replace('127.0.0.1', 'localhost'), allowPrivate: false }));
    assert.equal(error.code, 'address-refused');
    assert.equal(receiver.received.length, 0);
  });

  test('refuses a name with one private address among public ones', async () => {
    const lookup = ((_: string, __: object, done: (error: null, found: object[]) => void) =>
      done(null, [{ address: '8.8.8.8', family: 4 }, { address: '10.1.2.3', family: 4 }])) as unknown as Parameters<typeof webhook>[0]['lookup'];
    assert.equal((await failure(send({ url: 'http://hook.example/', allowPrivate: false, lookup }))).code, 'address-refused');
  });

  test('follows no redirect, wherever it leads', async () => {
    const inner = await openReceiver();
    try {
      for (const to of [inner.url, 'http://169.254.169.254/latest/meta-data/', 'http://localhost:1/', '//[::1]/']) {
        for (const status of [301, 302, 303, 307, 308]) {
          receiver.answer = { status, headers: { location: to } };
          assert.equal((await failure(send())).code, 'redirected');
        }
      }
      assert.equal(inner.received.length, 0);
    } finally {
      await inner.close();
    }
  });

  test('asks for a name once a request and connects to what it was told, so that a name cannot change its mind between', async () => {
    const { port } = new URL(receiver.url);
    const answers = ['10.1.2.3', '127.0.0.1', '169.254.169.254', '8.8.8.8'];
    let asked = 0;
    const lookup = ((_: string, __: object, done: (error: null, found: object[]) => void) => done(null, [{ address: answers[asked++] ?? '8.8.8.8', family: 4 }])) as unknown as Parameters<typeof webhook>[0]['lookup'];
    const url = `http://hook.example:${port}/`;
    assert.equal((await failure(send({ url, allowPrivate: false, lookup }))).code, 'address-refused');
    assert.equal(asked, 1);
    // Each request is judged anew: what was well before is no excuse.
    await send({ url, lookup });
    assert.equal((await failure(send({ url, lookup }))).code, 'address-refused');
    assert.equal(asked, 3);
    assert.equal(receiver.received.length, 1);
  });

  test('never reaches link-local, even where private networks are allowed', () => {
    for (const address of ['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '0.0.0.0', 'localhost', '']) assert.equal(isReachable(address, true), false, address);
    for (const address of ['127.0.0.1', '10.0.0.1', '::1', '8.8.8.8']) assert.equal(isReachable(address, true), true, address);
  });

  test('stays under 20 kB, raw records going first', async () => {
    const records = Array.from({ length: 5 }, (_, line) => ({ file: 'a.log', line: line + 1, raw: '\u0001'.repeat(1_200) }));
    await send({}, anAlert({ evidence: { ...anAlert().evidence, records } }));
    const [{ body }] = receiver.received as unknown as [{ body: string }];
    assert.ok(Buffer.byteLength(body) < 20_000);
    const { data } = JSON.parse(body) as { data: { evidence: { records: { raw?: string }[] } } };
    assert.deepEqual(data.evidence.records.map(({ raw }) => raw !== undefined), [true, true, false, false, false]);
  });

  test('shortens long texts where raw records are not enough, but never the id', async () => {
    const long = '\u0001'.repeat(9_000);
    await send({}, anAlert({ title: long, summary: long, object: long }));
    const [{ body }] = receiver.received as unknown as [{ body: string }];
    assert.ok(Buffer.byteLength(body) < 20_000);
    assert.equal((JSON.parse(body) as { data: { id: string } }).data.id, anAlert().id);
  });

  test('says what is wrong with its options without showing them', () => {
    const wrong = ['whsec_short', 'no-prefix-c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', `whsec_${'!'.repeat(40)}`, `whsec_${Buffer.alloc(65).toString('base64')}`];
    for (const bad of wrong) {
      assert.throws(() => webhook({ url: 'https://hook.example/', secret: bad }), (error: unknown) => error instanceof FargazerError && !error.message.includes(bad));
    }
    for (const url of ['nonsense-url', 'ftp://hook.example/token', 'https://user:password@hook.example/']) {
      assert.throws(() => webhook({ url, secret }), (error: unknown) => error instanceof FargazerError && !error.message.includes(url) && error.code === 'config-invalid');
    }
  });
});
