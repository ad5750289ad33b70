/** Requests of outputs: guarded addresses, named failures, bounded answers, no secret in any error. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { FargazerError, SinkError } from '#contract';
import { httpAddress, postJson, request, type RequestSettings } from '../../../src/alerting/http/post.ts';
import { openHttpService, type Fault, type HttpService } from '../stand-ins/http-service.ts';

const near = { allowPrivate: true, timeoutMs: 2_000 };

async function open(t: TestContext, fault?: Fault): Promise<HttpService> {
  const service = await openHttpService(({ body }) => ({ status: 200, body: `got ${body}` }));
  service.fault = fault;
  t.after(() => service.close());
  return service;
}

async function failureOf(sending: Promise<unknown>): Promise<SinkError> {
  const error = await sending.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof SinkError, String(error));
  return error;
}

describe('a request', () => {
  test('sends JSON and gives the answer', async (t) => {
    const service = await open(t);
    const answer = await postJson(`${service.origin}/a?b=1`, { text: '日本語' }, { ...near, headers: { 'x-one': '1' } });
    assert.deepEqual([answer.status, answer.text], [200, 'got {"text":"日本語"}']);
    const [sent] = service.requests;
    assert.equal(sent?.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(sent?.headers['content-length'], String(Buffer.byteLength('{"text":"日本語"}')));
    assert.equal(sent?.headers['x-one'], '1');
    assert.equal(sent?.path, '/a?b=1');
  });

  const answers: [number, string, boolean][] = [
    [301, 'redirected', false], [400, 'rejected', false], [401, 'denied', false], [403, 'denied', false], [404, 'gone', false], [408, 'not-now', true],
    [410, 'gone', false], [413, 'too-large', false], [422, 'rejected', false], [425, 'not-now', true], [429, 'rate-limited', true], [500, 'receiver-failed', true], [503, 'receiver-failed', true],
  ];
  for (const [status, code, isRetryable] of answers) {
    test(`calls ${status} ${code}`, async (t) => {
      const service = await open(t, { status, body: 'why', headers: { location: 'http://127.0.0.1:9/' } });
      const failure = await failureOf(postJson(service.origin, {}, near));
      assert.deepEqual([failure.code, failure.isRetryable], [code, isRetryable]);
      assert.match(failure.message, /127\.0\.0\.1 answered \d{3} \(why\)/);
      assert.equal(service.requests.length, 1);
    });
  }

  test('reads Retry-After as seconds, fractions and dates, at most a day', async (t) => {
    const clock = { now: () => Date.parse('2026-03-04T18:00:00Z'), sleep: () => Promise.resolve() };
    const waits: [string, number | undefined][] = [['7', 7_000], ['0.25', 250], ['Wed, 04 Mar 2026 18:01:00 GMT', 60_000], ['Wed, 04 Mar 2026 17:00:00 GMT', 0], ['99999999999999', 86_400_000], ['999999', 86_400_000], ['soon', undefined], ['-5', undefined]];
    for (const [value, expected] of waits) {
      const service = await open(t, { status: 503, headers: { 'retry-after': value } });
      const { retryAfterMs } = await failureOf(postJson(service.origin, {}, { ...near, clock }));
      // A date before 1970 is one to some parsers; it means at once.
      assert.equal(value === '-5' ? undefined : retryAfterMs, expected, value);
    }
  });

  test('reads a bounded part of an answer and no more', async (t) => {
    const service = await open(t, 'huge');
    const { text } = await postJson(service.origin, {}, { ...near, maxAnswerBytes: 1_000 });
    assert.equal(text.length, 1_000);
    assert.ok(service.hugeBytes < 20_000_000);
    const status = await postJson(service.origin, {}, { ...near, maxAnswerBytes: 0 });
    assert.deepEqual([status.status, status.text], [200, '']);
  });

  for (const [fault, code] of [['hang', 'timeout'], ['slow-body', 'timeout'], ['reset', 'unreachable']] as const) {
    test(`calls ${fault} ${code}`, async (t) => {
      const service = await open(t, fault);
      const failure = await failureOf(postJson(service.origin, {}, { ...near, timeoutMs: 200 }));
      assert.deepEqual([failure.code, failure.isRetryable], [code, true]);
    });
  }

  test('sends nothing to who cannot prove who it is', async (t) => {
    const service = await openHttpService(() => ({ status: 200 }), { isWrongCertificate: true });
    t.after(() => service.close());
    const failure = await failureOf(postJson(service.origin, { secret: 1 }, near));
    assert.deepEqual([failure.code, failure.isRetryable, service.requests.length], ['certificate-invalid', true, 0]);
  });

  test('names hosts that do not exist and headers that HTTP cannot carry', async (t) => {
    const lookup = ((_: string, __: object, done: (error: Error) => void) => done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }))) as unknown as RequestSettings['lookup'];
    const failure = await failureOf(postJson('http://nowhere.example/', {}, { ...near, ...(lookup === undefined ? {} : { lookup }) }));
    assert.deepEqual([failure.code, failure.isRetryable], ['unreachable', true]);
    const service = await open(t);
    const forged = await failureOf(postJson(service.origin, {}, { ...near, headers: { 'x-one': 'a\r\nx-two: b' } }));
    assert.deepEqual([forged.code, forged.isRetryable, service.requests.length], ['rejected', false, 0]);
  });

  test('hides parts of the address, tokens and named secrets that an answer repeats', async (t) => {
    const service = await open(t, { status: 400, body: 'bad /hook/path-is-secret?key=query%2Fis%2Fsecret Bearer token-is-secret routing-is-secret query/is/secret' });
    const failure = await failureOf(request(`${service.origin}/hook/path-is-secret?key=query%2Fis%2Fsecret`, 'x', { ...near, headers: { authorization: 'Bearer token-is-secret' }, secrets: ['routing-is-secret'] }));
    assert.doesNotMatch(`${failure.message} ${failure.stack}`, /is-secret|is%2Fsecret|is\/secret/);
    assert.match(failure.message, /\*\*\*/);
  });

  test('shows answers as one harmless line', async (t) => {
    const service = await open(t, { status: 400, body: `a\u001b[31m\r\nb ${'x'.repeat(5_000)}` });
    const { message } = await failureOf(postJson(service.origin, {}, near));
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(message, /[\u0000-\u001f]/);
    assert.ok(message.length < 400);
    service.fault = { status: 502, body: '<html><body>Bad gateway</body></html>' };
    assert.doesNotMatch((await failureOf(postJson(service.origin, {}, near))).message, /html/);
  });

  test('asks whoever knows the service first', async (t) => {
    const service = await open(t, { status: 200, body: '{"ok":false}' });
    const understand: RequestSettings['understand'] = ({ text }) => (text.includes('false') ? new SinkError('said-no', 'no', false) : undefined);
    assert.equal((await failureOf(postJson(service.origin, {}, { ...near, understand }))).code, 'said-no');
    service.fault = { status: 500, body: 'x' };
    assert.equal((await failureOf(postJson(service.origin, {}, { ...near, understand }))).code, 'receiver-failed');
  });

  test('reaches no address of this machine, its cloud or a private network', async (t) => {
    const service = await open(t);
    for (const host of ['127.0.0.1', '169.254.169.254', '169.254.170.2', '10.0.0.1', '0x7f.1', '[::1]', '[fd00:ec2::254]', '[::ffff:127.0.0.1]', '2130706433']) {
      assert.equal((await failureOf(postJson(`http://${host}:9/`, {}, { timeoutMs: 500 }))).code, 'address-refused', host);
    }
    // A name that changes its mind: public when it was looked at, this machine when it is connected to.
    let asked = 0;
    const lookup = ((_: string, __: object, done: (error: null, found: object[]) => void) => {
      asked += 1;
      done(null, [{ address: asked === 1 ? '127.0.0.1' : '8.8.8.8', family: 4 }]);
    }) as unknown as RequestSettings['lookup'];
    const failure = await failureOf(postJson(service.origin.replace('127.0.0.1', 'rebind.example'), {}, { timeoutMs: 500, ...(lookup === undefined ? {} : { lookup }) }));
    assert.equal(failure.code, 'address-refused');
    assert.equal(service.requests.length, 0);
    for (const host of ['169.254.169.254', '[fe80::1]']) assert.equal((await failureOf(postJson(`http://${host}/`, {}, near))).code, 'address-refused');
  });

  test('says what is wrong with an address without showing it', () => {
    for (const url of ['nonsense-secret', 'ftp://hook.example/secret', 'https://user:secret@hook.example/']) {
      assert.throws(() => httpAddress(url, 'slack'), (error: unknown) => error instanceof FargazerError && error.code === 'config-invalid' && !error.message.includes('secret') && error.message.includes('slack'));
    }
  });
});
