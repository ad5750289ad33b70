/** Mail by a real SMTP server, with its faults and those of TLS, and by SES as its SDK speaks to it. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import type { JsonValue, Notification } from '#contract';
import { email, type EmailDependencies } from '../../src/alerting/sinks/email/index.ts';
import { emailOptions, type EmailOptions } from '../../src/alerting/sinks/email/options.ts';
import { anAlert } from './alert.ts';
import { hostileStrings, linkable, neverShown } from './hostile.ts';
import { aNotification, anIncident } from './message/stories.ts';
import { failureOf, runNotifierContract } from './notifier-contract.ts';
import { awsError, openSes } from './stand-ins/aws-services.ts';
import { localhostCertificate } from './stand-ins/localhost-certificate.ts';
import { openMailServer, readMail, type MailServer, type MailServerSettings, type ReadMail } from './stand-ins/mail-server.ts';

const from = 'Fargazer <alerts@example.com>';
const to = ['on-call@example.com', 'second@example.com'];
const password = 'password-is-secret';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'key-is-secret' };
const clock = { now: () => Date.parse('2026-03-04T18:20:00Z'), sleep: () => Promise.resolve() };
const dependencies: EmailDependencies = { authorities: localhostCertificate, clock, credentials };
type Smtp = NonNullable<EmailOptions['smtp']>;

/** As a mail program shows them: what refers to something that is there stands beneath it. */
function read(mails: readonly ReadMail[]): { how: 'message' | 'reply'; text: string; body: string }[] {
  const known = new Set<string>();
  return mails.map(({ headers, subject, parts, raw }) => {
    const references = (headers.get('references') ?? '').split(' ').filter((id) => id !== '');
    const isReply = headers.has('in-reply-to') && references.some((id) => known.has(id));
    for (const id of [headers.get('message-id') ?? '', ...references]) known.add(id);
    return { how: isReply ? 'reply' : 'message', text: `${subject}\n${parts.get('text/plain') ?? ''}`, body: raw };
  });
}

/** Headers that we set and no others, no tag beyond ours, nothing to click on or to load. */
function harmlessMail(raw: string): void {
  const { headers, subject, parts } = readMail(raw);
  assert.deepEqual([...headers.keys()].filter((name) => !/^(?:from|to|subject|message-id|in-reply-to|references|date|mime-version|content-type|auto-submitted|x-auto-response-suppress|x-fargazer-key)$/.test(name)), []);
  assert.ok([...headers.values()].every((value) => !value.includes('\n')), 'a header stands twice');
  assert.deepEqual([...parts.keys()], parts.has('image/png') ? ['text/plain', 'text/html', 'image/png'] : ['text/plain', 'text/html']);
  const [text = '', whole = ''] = parts.values();
  // The picture inside of the mail; nothing else is shown that is not text.
  const page = whole.replace(/<img src="cid:evidence@fargazer" width="300" height="60" alt="[▁▂▃▄▅▆▇█·]+ [^<>"]*" style="display:block;max-width:100%">/, '');
  for (const shown of [subject, text]) {
    assert.doesNotMatch(shown.replaceAll('\n', ' '), neverShown);
    assert.doesNotMatch(shown, linkable);
  }
  assert.deepEqual([...new Set([...page.matchAll(/<\/?([a-z!]+)/gi)].map(([, name]) => name?.toLowerCase()))].filter((name) => !['!doctype', 'html', 'head', 'meta', 'style', 'body', 'div', 'p', 'b', 'span', 'code'].includes(name ?? '')), []);
  for (const [tag] of page.matchAll(/<[^>]*>/g)) assert.doesNotMatch(tag, /\son\w+=|\bsrc=|\bhref=|url\(/i);
  assert.doesNotMatch(page.replace(/<[^>]*>/g, ''), linkable);
  // RFC 5321: at most 998 characters a line.
  assert.ok(raw.split('\r\n').every((line) => line.length <= 998));
}

// By SES, for SMTP carries the same bytes, and the server below lets every connection wait a tenth of a second.
runNotifierContract([
  {
    name: 'email',
    way: 'by SES',
    async open(reader) {
      const service = await openSes();
      const notifier = email({ from, to, ses: { region: 'eu-west-1', endpoint: service.http.origin }, ...reader }, dependencies);
      return {
        notifier,
        arrived: () => read(service.taken.map(({ data }) => readMail(String(data)))),
        complaints: () => [],
        requests: () => service.http.requests.length,
        async close() {
          await notifier.close?.();
          await service.close();
        },
      };
    },
    secrets: [credentials.secretAccessKey],
    update: 'reply',
    isKeyed: true,
    harmless: harmlessMail,
  },
]);

const first = aNotification([anIncident([anAlert()])]);
const later: Notification = { ...first, sequence: 2, reason: 'new alerts added' };
const over: Notification = aNotification([anIncident([anAlert({ status: 'resolved' })])], { sequence: 3, status: 'resolved', reason: 'all alerts resolved' });

describe('a mail server', () => {
  async function open(t: TestContext, settings: MailServerSettings, smtp: Partial<Smtp> = {}): Promise<{ server: MailServer; send: (notification: Notification, receipt?: JsonValue) => Promise<JsonValue | undefined> }> {
    const server = await openMailServer(settings);
    t.after(() => server.close());
    const notifier = email({ from, to, smtp: { host: 'localhost', port: server.port, tls: settings.tls, allowPrivate: true, timeoutMs: 5_000, ...smtp } }, dependencies);
    return { server, send: (notification, receipt) => notifier.notify(notification, receipt) };
  }

  test('gets text and HTML for both recipients, over TLS', async (t) => {
    const { server, send } = await open(t, { tls: 'starttls' });
    await send(first);
    const [mail] = server.mails;
    assert.ok(mail);
    assert.deepEqual([mail.isSecure, mail.from, mail.to, mail.subject], [true, 'alerts@example.com', to, '[high] checkout sent 41 MB to an address it never used']);
    assert.deepEqual([mail.headers.get('from'), mail.headers.get('auto-submitted'), mail.headers.get('date')], [from, 'auto-generated', 'Wed, 04 Mar 2026 18:20:00 +0000']);
    assert.match(mail.parts.get('text/plain') ?? '', /^checkout sent 41 MB to an address it never used \(high\)\n\ncheckout sent 41 MB in one minute/);
    assert.match(mail.parts.get('text/html') ?? '', /<html lang="en">[^]*<b>checkout sent 41 MB/);
  });

  test('gets the picture of the evidence inside of the mail, with blocks for programs that show none', async (t) => {
    const { server, send } = await open(t, { tls: 'starttls' });
    const series = { unit: 'bytes/min', start: '2026-03-04T18:12:00.000Z', stepSeconds: 60, values: [1, 2, 1, 41], low: 0, high: 3 };
    await send(aNotification([anIncident([anAlert({ evidence: { ...anAlert().evidence, series } })])]));
    const [mail] = server.mails;
    assert.ok(mail);
    assert.match(mail.parts.get('text/plain') ?? '', /\n\n▁▁▁█ last 4 min\n\n/);
    const beside = mail.raw.slice(mail.raw.indexOf('multipart/related'));
    assert.match(beside, /<img[^]*cid:evidence@fargazer/);
    assert.match(beside, /Content-Type: image\/png[^]*Content-Id: <evidence@fargazer>[^]*Content-Disposition: inline/i);
    const encoded = /image\/png[^]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(beside)?.[1] ?? '';
    assert.deepEqual([...Buffer.from(encoded, 'base64').subarray(1, 4)], [0x50, 0x4e, 0x47]);
  });

  test('sees one conversation: ids made of the key, one subject, references to the first', async (t) => {
    const { server, send } = await open(t, { tls: 'implicit' });
    const receipt = await send(first);
    await send({ ...later, incidents: [anIncident([anAlert({ title: 'checkout opened a shell' })])] }, receipt);
    await send(over, receipt);
    const root = `<fargazer.${first.key}@example.com>`;
    assert.deepEqual(server.mails.map(({ headers }) => ['message-id', 'in-reply-to', 'references'].map((name) => headers.get(name))), [
      [root, undefined, undefined], [`<fargazer.${first.key}.2@example.com>`, root, root], [`<fargazer.${first.key}.3@example.com>`, root, root],
    ]);
    assert.deepEqual(server.mails.map(({ subject }) => subject.replace(/^Re: /, '')), Array.from({ length: 3 }, () => '[high] checkout sent 41 MB to an address it never used'));
    assert.ok(server.mails.slice(1).every(({ subject }) => subject.startsWith('Re: ')));
  });

  test('puts no line of a receipt or a key into a header', async (t) => {
    const { server, send } = await open(t, { tls: 'starttls' });
    const hostile = 'x\r\nBcc: victim@example.com';
    await send({ ...later, key: hostile }, { subject: hostile, messageId: `<a>\r\nBcc: victim@example.com` });
    const [mail] = server.mails;
    assert.deepEqual([mail?.headers.has('bcc'), mail?.subject, mail?.to], [false, 'Re: x Bcc: victim@example.com', to]);
    assert.match(mail?.headers.get('in-reply-to') ?? '', /^<fargazer\.xBccvictimexamplecom@example\.com>$/);
  });

  test('gets hostile text as text', async (t) => {
    const { server, send } = await open(t, { tls: 'none' });
    const strings = hostileStrings(2_000).slice(-60);
    for (let at = 0; at < strings.length; at += 6) {
      const [title = '', summary = '', lookFirst = '', history = '', name = '', object = ''] = strings.slice(at, at + 6);
      const alert = anAlert({ title, summary, object, explanation: { history, lookFirst, quiet: title }, entity: { ...anAlert().entity, name } });
      await send({ ...first, key: String(at).padStart(32, '0'), incidents: [anIncident([alert])] });
    }
    assert.equal(server.mails.length, 10);
    for (const { raw } of server.mails) harmlessMail(raw);
  });

  test('that logs nobody in, or this user not, is a failure for good', async (t) => {
    const wrong = await open(t, { tls: 'starttls', login: ['user', 'other'] }, { username: 'user', password });
    const failure = await failureOf(wrong.send(first));
    assert.deepEqual([failure.code, failure.isRetryable], ['denied', false]);
    assert.ok(!failure.message.includes(password) && !failure.message.includes(Buffer.from(password).toString('base64')), failure.message);
    const none = await open(t, { tls: 'starttls' }, { username: 'user', password });
    assert.equal((await failureOf(none.send(first))).isRetryable, false);
    assert.equal(none.server.mails.length, 0);
    const later454 = await open(t, { tls: 'starttls', login: ['user', password], refuse: { at: 'auth', status: 454 } }, { username: 'user', password });
    const passing = await failureOf(later454.send(first));
    assert.deepEqual([passing.code, passing.isRetryable], ['not-now', true]);
    assert.ok(!passing.message.includes(Buffer.from(password).toString('base64')), passing.message);
  });

  const refusals: [at: 'from' | 'to' | 'data', status: number, code: string, isRetryable: boolean][] = [
    ['from', 451, 'receiver-failed', true], ['from', 550, 'recipient-refused', false], ['to', 450, 'not-now', true], ['to', 550, 'recipient-refused', false],
    ['data', 421, 'not-now', true], ['data', 452, 'receiver-failed', true], ['data', 552, 'too-large', false], ['data', 554, 'rejected', false],
  ];
  for (const [at, status, code, isRetryable] of refusals) {
    test(`that says ${status} to the ${at} means ${code}, ${isRetryable ? 'worth another try' : 'for good'}`, async (t) => {
      const { server, send } = await open(t, { tls: 'starttls', refuse: { at, status } });
      const failure = await failureOf(send(first));
      assert.deepEqual([failure.code, failure.isRetryable, server.mails.length], [code, isRetryable, 0], failure.message);
    });
  }

  test('that refuses one of two recipients has the mail for the other, and it is told', async (t) => {
    const { server, send } = await open(t, { tls: 'starttls', refuse: { at: 'to', status: 550, only: 'second@example.com' } });
    const failure = await failureOf(send(first));
    assert.deepEqual([failure.code, failure.isRetryable, server.mails[0]?.to], ['recipient-refused', false, ['on-call@example.com']]);
    assert.match(failure.message, /not for 1 of its recipients/);
  });

  test('that cannot prove who it is gets nothing, nor one that speaks no TLS', async (t) => {
    for (const tls of ['starttls', 'implicit'] as const) {
      const { server, send } = await open(t, { tls, hasWrongCertificate: true });
      assert.equal((await failureOf(send(first))).code, 'certificate-invalid', tls);
      assert.equal(server.mails.length, 0);
    }
    const bare = await open(t, { tls: 'none' }, { tls: 'starttls' });
    const failure = await failureOf(bare.send(first));
    assert.deepEqual([failure.code, failure.isRetryable, bare.server.mails.length], ['no-tls', false, 0], failure.message);
  });

  test('without TLS is used where it is told to, and gets no password', async (t) => {
    const { server, send } = await open(t, { tls: 'none' });
    await send(first);
    assert.deepEqual([server.mails.length, server.mails[0]?.isSecure], [1, false]);
    assert.equal(emailOptions.safeParse({ from, to, smtp: { host: 'a', tls: 'none', username: 'u', password: 'p' } }).success, false);
  });

  test('that hangs or breaks off is given up on', async (t) => {
    for (const [speaks, code] of [['', 'timeout'], ['220 x ESMTP\r\n', 'timeout'], ['reset', 'unreachable']] as const) {
      const server = createServer((socket) => void (speaks === 'reset' ? socket.resetAndDestroy() : socket.on('error', () => undefined).resume().write(speaks)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      t.after(() => server.close());
      const notifier = email({ from, to, smtp: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, allowPrivate: true, timeoutMs: 300 } }, dependencies);
      const failure = await failureOf(notifier.notify(first, undefined));
      assert.deepEqual([failure.code, failure.isRetryable], [code, true], speaks);
    }
  });

  test('on this machine, in a private network or beside the metadata is not reached unasked', async (t) => {
    const { server, send } = await open(t, { tls: 'starttls' }, { allowPrivate: false });
    const failure = await failureOf(send(first));
    assert.deepEqual([failure.code, failure.isRetryable, server.connections], ['address-refused', false, 0]);
    for (const host of ['169.254.169.254', '127.0.0.1', '10.0.0.1', '::1']) {
      const refused = await failureOf(email({ from, to, smtp: { host, port: server.port, timeoutMs: 1_000 } }).notify(first, undefined));
      assert.equal(refused.code, 'address-refused', host);
    }
    assert.equal((await failureOf(email({ from, to, smtp: { host: '169.254.169.254', allowPrivate: true, timeoutMs: 1_000 } }).notify(first, undefined))).code, 'address-refused');
  });
});

describe('SES', () => {
  test('puts its own id in, which later mails refer to', async (t) => {
    const service = await openSes();
    const notifier = email({ from, to, ses: { region: 'eu-west-1', configurationSet: 'alerts', endpoint: service.http.origin } }, dependencies);
    t.after(async () => {
      await notifier.close?.();
      await service.close();
    });
    const receipt = await notifier.notify(first, undefined);
    await notifier.notify(later, receipt);
    const root = `<fargazer.${first.key}@example.com>`;
    const own = '<01001-000000@eu-west-1.amazonses.com>';
    const { headers } = readMail(String(service.taken[1]?.['data']));
    assert.deepEqual([headers.get('in-reply-to'), headers.get('references')], [own, `${root} ${own}`]);
    assert.deepEqual([service.taken[0]?.['ConfigurationSetName'], service.taken[0]?.['Destination']], ['alerts', { ToAddresses: to }]);
  });

  test('is asked once, and its errors are named', async (t) => {
    const service = await openSes();
    const notifier = email({ from, to, ses: { region: 'eu-west-1', endpoint: service.http.origin } }, dependencies);
    t.after(async () => {
      await notifier.close?.();
      await service.close();
    });
    const answers: [status: number, name: string, code: string, isRetryable: boolean][] = [
      [400, 'MessageRejected', 'rejected', false], [400, 'MailFromDomainNotVerifiedException', 'denied', false], [400, 'AccountSuspendedException', 'denied', false], [400, 'SendingPausedException', 'not-now', true],
      [429, 'TooManyRequestsException', 'rate-limited', true], [400, 'ThrottlingException', 'rate-limited', true], [400, 'LimitExceededException', 'rate-limited', true], [404, 'NotFoundException', 'target-missing', false],
      [403, 'AccessDeniedException', 'denied', false], [500, 'InternalServiceErrorException', 'receiver-failed', true], [400, 'BadRequestException', 'rejected', false],
    ];
    for (const [status, name, code, isRetryable] of answers) {
      const before = service.http.requests.length;
      service.answer = awsError(status, name);
      const failure = await failureOf(notifier.notify(first, undefined));
      assert.deepEqual([failure.code, failure.isRetryable, service.http.requests.length - before], [code, isRetryable, 1], name);
      assert.doesNotMatch(failure.message, /user\/secret/);
    }
    service.answer = { status: 200, body: '{}' };
    assert.equal((await failureOf(notifier.notify(first, undefined))).isRetryable, true);
  });
});

test('options take addresses and nothing that begins another header or recipient', () => {
  const smtp = { host: 'mail.example.com' };
  for (const wrong of ['', 'nobody', 'a@b\r\nBcc: c@d', 'a@b, c@d', 'A <a@b> <c@d>', '"x" <a@b>', 'a b@c', 'x\u0000@b']) assert.equal(emailOptions.safeParse({ from: wrong, to, smtp }).success, false, wrong);
  assert.equal(emailOptions.safeParse({ from, to, smtp, ses: { region: 'eu-west-1' } }).success, false);
  assert.equal(emailOptions.safeParse({ from, to }).success, false);
  assert.equal(emailOptions.safeParse({ from, to: Array.from({ length: 51 }, (_, index) => `a${index}@b`), smtp }).success, false);
  assert.equal(emailOptions.safeParse({ from, to, smtp: { ...smtp, username: 'u' } }).success, false);
  assert.equal(emailOptions.safeParse({ from: '監視 <alerts@example.com>', to: 'a@例え.jp', smtp }).success, true);
});
