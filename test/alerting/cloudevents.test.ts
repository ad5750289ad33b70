/** The webhook's CloudEvents: attributes by the specification, the signature of Standard Webhooks over the same body. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { Alert } from '#contract';
import { webhook } from '../../src/alerting/sinks/webhook/index.ts';
import { webhookOptions } from '../../src/alerting/sinks/webhook/options.ts';
import { anAlert } from './alert.ts';
import { hostileStrings } from './hostile.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const secret = `whsec_${Buffer.from('a key of thirty-two bytes, plain').toString('base64')}`;

async function sent(t: TestContext, alert: Alert, changes: Partial<Parameters<typeof webhook>[0]> = {}): Promise<Receiver['received'][number]> {
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  await webhook({ url: receiver.url, secret, allowPrivate: true, format: 'cloudevents', ...changes }).send(alert);
  const [request] = receiver.received;
  assert.ok(request);
  return request;
}

/** What "CloudEvents - Version 1.0.2" and its JSON format ask of an event; the first breach, if any. */
function breach(event: Record<string, unknown>): string | undefined {
  for (const name of ['id', 'source', 'type']) if (typeof event[name] !== 'string' || event[name] === '') return name;
  if (event['specversion'] !== '1.0') return 'specversion';
  if (!URL.canParse(String(event['source']), 'https://receiver.example')) return 'source is no URI reference';
  if (event['subject'] === '') return 'an empty subject';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(String(event['time']))) return 'time';
  for (const [name, value] of Object.entries(event)) {
    if (!/^[a-z0-9]{1,20}$/.test(name)) return `the name ${name}`;
    // oxlint-disable-next-line no-control-regex
    if (name !== 'data' && (typeof value !== 'string' || /[\u0000-\u001f\u007f-\u009f]|[\ud800-\udfff]/.test(value.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')))) return `the value of ${name}`;
  }
  return undefined;
}

describe('a webhook with format cloudevents', () => {
  test('sends an event in structured mode that holds the alert', async (t) => {
    const { headers, body } = await sent(t, anAlert());
    assert.equal(headers['content-type'], 'application/cloudevents+json; charset=utf-8');
    const event = JSON.parse(body) as Record<string, unknown>;
    assert.equal(breach(event), undefined);
    const { data, ...attributes } = event;
    assert.deepEqual(attributes, {
      specversion: '1.0', id: '5f2c8a11d0b94e77_2', source: 'urn:fargazer', type: 'fargazer.alert.firing', time: '2026-03-04T18:19:00.000Z',
      subject: 'service/checkout', datacontenttype: 'application/json', severity: 'high', detector: 'egress-volume',
    });
    assert.deepEqual(data, JSON.parse(JSON.stringify(anAlert())));
  });

  test('signs it so that the reference implementation of Standard Webhooks accepts it', async (t) => {
    const { headers, body } = await sent(t, anAlert());
    assert.ok(new Webhook(secret).verify(body, headers as Record<string, string>));
  });

  test('gives each revision an id of its own, and says in the type that it is over', async (t) => {
    const { body } = await sent(t, anAlert({ revision: 3, status: 'resolved' }), { source: 'https://alerts.acme.example/fargazer' });
    const event = JSON.parse(body) as Record<string, unknown>;
    assert.deepEqual([event['id'], event['type'], event['source']], ['5f2c8a11d0b94e77_3', 'fargazer.alert.resolved', 'https://alerts.acme.example/fargazer']);
  });

  test('keeps the specification and 20 kB whatever the alert holds', async (t) => {
    const receiver = await openReceiver();
    t.after(() => receiver.close());
    const sink = webhook({ url: receiver.url, secret, allowPrivate: true, format: 'cloudevents' });
    for (const text of hostileStrings(200)) await sink.send(anAlert({ title: text, detector: text, entity: { ...anAlert().entity, kind: text, name: text } }));
    assert.equal(receiver.received.length, 200);
    for (const { body } of receiver.received) {
      assert.equal(breach(JSON.parse(body) as Record<string, unknown>), undefined, body.slice(0, 300));
      assert.ok(Buffer.byteLength(body) <= 20_000);
    }
  });

  test('is an option, beside the format of Standard Webhooks', () => {
    const given = { url: 'https://hook.example/', secret };
    assert.equal(webhookOptions.parse(given).format, 'standard');
    assert.ok(webhookOptions.safeParse({ ...given, format: 'cloudevents', source: 'urn:acme:shop' }).success);
    assert.ok(!webhookOptions.safeParse({ ...given, source: 'two words' }).success);
    assert.ok(!webhookOptions.safeParse({ ...given, format: 'binary' }).success);
  });
});
