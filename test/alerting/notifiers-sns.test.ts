/** The topic as an output for people: as text and as cards of Amazon Q Developer, by the contract suite and in its own ways. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startFauxqs } from 'fauxqs';
import { sns } from '../../src/alerting/sinks/sns/index.ts';
import { snsOptions } from '../../src/alerting/sinks/sns/options.ts';
import { anAlert } from './alert.ts';
import { linkable } from './hostile.ts';
import { anIncident, aNotification, storyAlerts } from './message/stories.ts';
import { runNotifierContract, type NotifierBench, type NotifierCase } from './notifier-contract.ts';
import { readCard } from './stand-ins/amazon-q.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'key-is-secret' };

interface Envelope {
  Subject: string;
  Message: string;
  MessageAttributes: Record<string, { Type: string; Value: string }>;
}

/** A topic with a queue behind it. */
async function openTopic(options: Partial<Parameters<typeof sns>[0]>, name = 'alerts'): Promise<NotifierBench & { envelopes(): Envelope[] }> {
  const server = await startFauxqs({ port: 0, logger: false });
  const isFifo = name.endsWith('.fifo');
  server.createTopic(name, isFifo ? { attributes: { FifoTopic: 'true' } } : {});
  server.createQueue(name, isFifo ? { attributes: { FifoQueue: 'true' } } : {});
  server.subscribe({ topic: name, queue: name });
  const notifier = sns({ topicArn: `arn:aws:sns:us-east-1:000000000000:${name}`, endpoint: server.address, ...options }, { credentials });
  const envelopes = (): Envelope[] => (server.inspectQueue(name)?.messages.ready ?? []).map(({ body }) => JSON.parse(body) as Envelope);
  const isCard = options.format === 'q-developer';
  return {
    notifier,
    envelopes,
    arrived: () => envelopes().map(({ Message }) => {
      const card = isCard ? readCard(Message) : { text: Message };
      return { how: 'message', text: typeof card === 'string' ? '' : card.text, body: Message };
    }),
    complaints: () => [
      ...envelopes().flatMap(({ Message }) => (isCard && typeof readCard(Message) === 'string' ? [String(readCard(Message))] : [])),
      ...envelopes().flatMap(({ Subject }) => (/^[\x21-\x7e][\x20-\x7e]{0,98}$/.test(Subject) ? [] : [`subject ${Subject}`])),
    ],
    requests: () => envelopes().length,
    async close() {
      await notifier.close?.();
      await server.stop();
    },
  };
}

/** Inside JSON the texts of the card, each as Slack would read it. */
function cardHarmless(body: string): void {
  const { content } = JSON.parse(body) as { content: { title: string; description: string; nextSteps?: string[]; keywords: string[] } };
  for (const text of [content.title, content.description, ...(content.nextSteps ?? []), ...content.keywords]) {
    assert.doesNotMatch(text, /[<>]|&(?!amp;|lt;|gt;)/);
    assert.doesNotMatch(text, linkable);
    assert.doesNotMatch(text, /@(?=\w)/);
  }
}

const common: Omit<NotifierCase, 'way' | 'open' | 'harmless'> = { name: 'sns', secrets: ['key-is-secret', 'AKIAEXAMPLE'], update: 'message' };

runNotifierContract([
  { ...common, way: 'as text', open: (reader) => openTopic({ ...reader }), harmless: (body) => assert.doesNotMatch(body, linkable) },
  { ...common, way: 'for Amazon Q Developer', open: (reader) => openTopic({ ...reader, format: 'q-developer' }), harmless: cardHarmless },
]);

describe('a topic', () => {
  const notification = aNotification([anIncident(storyAlerts('fargate-exfiltration'))]);

  test('gets an English subject in ASCII and attributes to filter by, in every language', async (t) => {
    const bench = await openTopic({ locale: 'ja', timeZone: 'Asia/Tokyo' });
    t.after(() => bench.close());
    await bench.notifier.notify(notification, undefined);
    const [envelope] = bench.envelopes();
    assert.match(envelope?.Subject ?? '', /^\[(?:high|critical)\] [A-Za-z]/);
    assert.doesNotMatch(envelope?.Subject ?? '', /\?\?/);
    const attributes = Object.fromEntries(Object.entries(envelope?.MessageAttributes ?? {}).map(([name, { Type, Value }]) => [name, `${Type} ${Value}`]));
    assert.deepEqual({ ...attributes, severity: '' }, { severity: '', status: 'String firing', reason: 'String first notification', key: `String ${notification.key}`, sequence: 'Number 1' });
  });

  test('threads cards by the key and tells what to look at as the next step', async (t) => {
    const bench = await openTopic({ format: 'q-developer' });
    t.after(() => bench.close());
    await bench.notifier.notify(notification, undefined);
    await bench.notifier.notify({ ...notification, sequence: 2, reason: 'severity rose' }, undefined);
    const events = bench.envelopes().map(({ Message }) => JSON.parse(Message) as { id: string; content: { nextSteps: string[]; description: string }; metadata: { threadId: string; eventType: string } });
    assert.deepEqual(events.map(({ metadata }) => metadata.threadId), [notification.key, notification.key]);
    assert.deepEqual(events.map(({ id }) => id), [`${notification.key}-1`, `${notification.key}-2`]);
    assert.equal(events[0]?.content.nextSteps.length, 1);
    assert.doesNotMatch(events[0]?.content.description ?? '', /Look first/);
  });

  test('whose cards go to Teams gets backslashes where Slack gets entities', async (t) => {
    const hostile = aNotification([anIncident([anAlert({ title: 'checkout wrote *<b>* to [x](y)' })])]);
    const titles: string[] = [];
    for (const chat of ['slack', 'teams'] as const) {
      const bench = await openTopic({ format: 'q-developer', chat });
      t.after(() => bench.close());
      await bench.notifier.notify(hostile, undefined);
      titles.push((JSON.parse(bench.envelopes()[0]?.Message ?? '') as { content: { title: string } }).content.title);
    }
    assert.match(titles[0] ?? '', /&lt;b&gt;/);
    assert.match(titles[1] ?? '', /\\\*\\<b\\>\\\*/);
  });

  test('that is FIFO drops a repeat and keeps a later one of the same key', async (t) => {
    const bench = await openTopic({}, 'alerts.fifo');
    t.after(() => bench.close());
    for (const sequence of [1, 1, 2]) await bench.notifier.notify({ ...notification, sequence }, undefined);
    assert.equal(bench.envelopes().length, 2);
  });

  test('takes one of two formats', () => {
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:alerts';
    assert.equal(snsOptions.parse({ topicArn }).format, 'text');
    assert.ok(!snsOptions.safeParse({ topicArn, format: 'card' }).success);
    assert.ok(!snsOptions.safeParse({ topicArn, timeZone: 'Asia/Tokio' }).success);
  });
});
