/** PagerDuty, Opsgenie and Jira Service Management pass the notifier suite, and page by one key from first to last. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { JsonValue, Notifier } from '#contract';
import { composeIn } from '../../src/alerting/message/compose.ts';
import { japanese } from '../../src/alerting/message/japanese/words.ts';
import { jiraServiceManagement } from '../../src/alerting/sinks/jira-service-management/index.ts';
import { opsgenie } from '../../src/alerting/sinks/opsgenie/index.ts';
import { opsgenieOptions } from '../../src/alerting/sinks/opsgenie/options.ts';
import { pagerDutyEvent } from '../../src/alerting/sinks/pagerduty/event.ts';
import { pagerDuty } from '../../src/alerting/sinks/pagerduty/index.ts';
import { pagerDutyOptions } from '../../src/alerting/sinks/pagerduty/options.ts';
import { anAlert } from './alert.ts';
import { linkable, neverShown } from './hostile.ts';
import { aNotification, anIncident, stories, storyNotifications } from './message/stories.ts';
import { failureOf, runNotifierContract, type NotifierBench } from './notifier-contract.ts';
import { openHttpService, type HttpService } from './stand-ins/http-service.ts';
import { genieService, pagerDutyService, type PagerService } from './stand-ins/pager-services.ts';

const routingKey = 'R0123456789abcdefghijklmnopqrstu';
const apiKey = '0a1b2c3d-1111-2222-3333-444455556666';
type Reader = { locale: 'en' | 'ja'; timeZone: string };

async function bench(service: PagerService, make: (origin: string) => Notifier): Promise<NotifierBench> {
  const http = await openHttpService((request) => service.serve(request));
  return {
    notifier: make(http.origin),
    arrived: () => [...service.taken],
    complaints: () => service.complaints,
    fail: (fault) => void (http.fault = fault),
    requests: () => http.requests.length,
    hugeBytes: () => http.hugeBytes,
    close: () => http.close(),
  };
}

/** JSON that holds text alone: nothing a service links or a terminal obeys, and no key beside those we set. */
function harmlessJson(body: string): void {
  const keys = new Set<string>();
  const texts: string[] = [];
  JSON.parse(body, (key, value: unknown) => {
    if (key !== '' && !/^\d+$/.test(key)) keys.add(key);
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  assert.ok(!keys.has('__proto__'));
  for (const text of texts) {
    assert.doesNotMatch(text.replaceAll('\n', ' '), neverShown);
    assert.doesNotMatch(text, linkable);
  }
}

/** Opsgenie shows HTML: none may come through. */
function harmlessHtml(body: string): void {
  harmlessJson(body);
  const { message = '', description = '', note = '' } = JSON.parse(body) as Record<string, string>;
  for (const text of [message, description, note]) assert.doesNotMatch(text, /<|>|&#?\w+;/);
}

const at = { allowPrivate: true, timeoutMs: 500 };

runNotifierContract([
  {
    name: 'pagerduty',
    open: (reader: Reader) => bench(pagerDutyService(routingKey), (origin) => pagerDuty({ routingKey, endpoint: origin, ...reader, ...at })),
    at: (origin) => pagerDuty({ routingKey, endpoint: origin, ...at }),
    secrets: [routingKey],
    update: 'update',
    isKeyed: true,
    falseSuccesses: [
      { answer: { status: 200, body: '{"status":"invalid event","message":"no"}' }, isRetryable: false },
      { answer: { status: 200, body: '<html>log in</html>' }, isRetryable: false },
    ],
    harmless: harmlessJson,
  },
  {
    name: 'opsgenie',
    open: (reader: Reader) => bench(genieService(apiKey, '/v2', true), (origin) => opsgenie({ apiKey, endpoint: origin, ...reader, ...at })),
    at: (origin) => opsgenie({ apiKey, endpoint: origin, ...at }),
    secrets: [apiKey],
    update: 'update',
    isKeyed: true,
    falseSuccesses: [{ answer: { status: 200, body: '{"message":"not taken"}' }, isRetryable: false }, { answer: { status: 202, body: '' }, isRetryable: false }],
    harmless: harmlessHtml,
  },
  {
    name: 'jira-service-management',
    open: (reader: Reader) => bench(genieService(apiKey, '/jsm/ops/integration/v2', false), (origin) => jiraServiceManagement({ apiKey, endpoint: origin, ...reader, ...at })),
    at: (origin) => jiraServiceManagement({ apiKey, endpoint: origin, ...at }),
    secrets: [apiKey],
    update: 'reply',
    isKeyed: true,
    falseSuccesses: [{ answer: { status: 200, body: '{"message":"not taken"}' }, isRetryable: false }],
    harmless: harmlessHtml,
  },
]);

const first = aNotification([anIncident([anAlert()])]);
const later = aNotification([anIncident([anAlert({ severity: 'critical', title: 'checkout opened a shell' })])], { sequence: 2, reason: 'new alerts added' });
const over = aNotification([anIncident([anAlert({ status: 'resolved' })])], { sequence: 3, reason: 'all alerts resolved', status: 'resolved' });

describe('pagerduty', () => {
  async function open(t: TestContext): Promise<{ notifier: Notifier; service: PagerService }> {
    const service = pagerDutyService(routingKey);
    const http = await openHttpService((request) => service.serve(request));
    t.after(() => http.close());
    return { notifier: pagerDuty({ routingKey, endpoint: http.origin, ...at }), service };
  }

  test('triggers, triggers again and resolves under the key of the notification', async (t) => {
    const { notifier, service } = await open(t);
    for (const notification of [first, later, over]) await notifier.notify(notification, undefined);
    const events = service.taken.map(({ body }) => JSON.parse(body) as { event_action: string; dedup_key: string; payload: Record<string, unknown> });
    assert.deepEqual(events.map(({ event_action, dedup_key, payload }) => [event_action, dedup_key, payload['severity']]), [['trigger', first.key, 'error'], ['trigger', first.key, 'critical'], ['resolve', first.key, 'error']]);
    const payload = events[0]?.payload ?? {};
    assert.deepEqual([payload['summary'], payload['source'], payload['component'], payload['group'], payload['class'], payload['timestamp']], [
      'checkout sent 41 MB to an address it never used', '123456789012/eu-west-1/shop/checkout', 'app', 'shop', 'egress-volume', '2026-03-04T18:19:00.000Z',
    ]);
  });

  test('has a heading in the language of the reader for every fact', () => {
    for (const story of stories.flatMap(storyNotifications)) {
      const event = pagerDutyEvent(story, composeIn(japanese, story, { locale: 'ja', timeZone: 'Asia/Tokyo' }), routingKey, 'ja');
      const { custom_details: details } = event['payload'] as { custom_details: Record<string, string> };
      for (const heading of Object.keys(details)) assert.match(heading, /[\u3040-\u30ff\u4e00-\u9fff]|^ATT&CK$/);
      assert.ok(details['通常との違い'] !== undefined && details['まず確認'] !== undefined);
    }
  });

  test('wakes nobody for a test', async (t) => {
    const { notifier, service } = await open(t);
    await notifier.notify({ ...later, reason: 'test' }, undefined);
    assert.equal((JSON.parse(service.taken[0]?.body ?? '') as { payload: { severity: string } }).payload.severity, 'info');
  });

  test('says what was wrong, and not the key', async (t) => {
    const { notifier, service } = await open(t);
    service.serve = () => ({ status: 400, body: `{"status":"invalid event","errors":["Length of 'routing_key' ${routingKey} is incorrect"]}` });
    const failure = await failureOf(notifier.notify(first, undefined));
    assert.match(failure.message, /Length of 'routing_key' \*\*\* is incorrect/);
  });

  test('wants 32 letters and digits for its key', () => {
    for (const wrong of ['', 'short', `${routingKey}x`, 'R0123456789abcdefghijklmnopqrst!']) assert.equal(pagerDutyOptions.safeParse({ routingKey: wrong }).success, false);
    assert.equal(pagerDutyOptions.parse({ routingKey }).region, 'us');
  });
});

describe('opsgenie and jira-service-management', () => {
  async function open(t: TestContext, canRewrite: boolean): Promise<{ notifier: Notifier; service: ReturnType<typeof genieService>; http: HttpService }> {
    const service = genieService(apiKey, canRewrite ? '/v2' : '/jsm/ops/integration/v2', canRewrite);
    const http = await openHttpService((request) => service.serve(request));
    t.after(() => http.close());
    const options = { apiKey, endpoint: `${http.origin}/`, tags: ['team-shop'], ...at };
    return { notifier: canRewrite ? opsgenie(options) : jiraServiceManagement(options), service, http };
  }

  test('rewrite the alert where the service can', async (t) => {
    const { notifier, service, http } = await open(t, true);
    const receipt = await notifier.notify(first, undefined);
    await notifier.notify(later, receipt);
    assert.equal(service.open.get(first.key)?.message, 'checkout opened a shell');
    assert.match(service.open.get(first.key)?.description ?? '', /^checkout sent 41 MB in one minute, .*\n/i);
    await notifier.notify(over, receipt);
    assert.equal(service.open.size, 0);
    assert.deepEqual(http.requests.map(({ method, path }) => `${method} ${path}`), [
      'POST /v2/alerts', 'POST /v2/alerts', `PUT /v2/alerts/${first.key}/message?identifierType=alias`, `PUT /v2/alerts/${first.key}/description?identifierType=alias`, `POST /v2/alerts/${first.key}/close?identifierType=alias`,
    ]);
  });

  test('note on the alert where it cannot', async (t) => {
    const { notifier, service, http } = await open(t, false);
    const receipt = await notifier.notify(first, undefined);
    await notifier.notify(later, receipt);
    await notifier.notify(over, receipt);
    assert.deepEqual(service.taken.map(({ how }) => how), ['message', 'reply', 'reply', 'reply']);
    assert.equal(http.requests.at(-1)?.path, `/jsm/ops/integration/v2/alerts/${first.key}/close?identifierType=alias`);
  });

  test('open another alert where a person closed the first', async (t) => {
    const { notifier, service } = await open(t, true);
    const receipt = await notifier.notify(first, undefined);
    service.open.clear();
    await notifier.notify(later, receipt);
    assert.equal(service.open.get(first.key)?.message, 'checkout opened a shell');
  });

  test('give priority, tags and details, and the least priority to a test', async (t) => {
    const { notifier, service } = await open(t, true);
    await notifier.notify(first, undefined);
    await notifier.notify({ ...first, reason: 'test', key: 'f'.repeat(32) }, undefined);
    const [alert, exercise] = service.taken.map(({ body }) => JSON.parse(body) as Record<string, JsonValue>);
    assert.deepEqual([alert?.['priority'], alert?.['tags'], alert?.['entity'], exercise?.['priority']], ['P2', ['fargazer', 'high', 'team-shop'], 'checkout', 'P5']);
    assert.deepEqual(alert?.['details'], { severity: 'high', detector: 'egress-volume', account: '123456789012', region: 'eu-west-1', cluster: 'shop', incident: 'i5f2c8a11d0b94e77', alert: '5f2c8a11d0b94e77' });
  });

  test('keep keys and tags within their forms', () => {
    assert.equal(opsgenieOptions.safeParse({ apiKey: 'a b' }).success, false);
    assert.equal(opsgenieOptions.safeParse({ apiKey, tags: ['x'.repeat(51)] }).success, false);
    assert.equal(opsgenieOptions.safeParse({ apiKey, tags: Array.from({ length: 19 }, String) }).success, false);
    assert.equal(opsgenieOptions.safeParse({ apiKey, region: 'eu' }).success, true);
  });
});
