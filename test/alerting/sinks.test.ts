/** Every sink passes the contract suite. */
import { console as consoleSink } from '../../src/alerting/sinks/console/index.ts';
import { jsonl } from '../../src/alerting/sinks/jsonl/index.ts';
import { sns } from '../../src/alerting/sinks/sns/index.ts';
import { webhook } from '../../src/alerting/sinks/webhook/index.ts';
import { startFauxqs } from 'fauxqs';
import { openReceiver } from './receiver.ts';
import { runSinkContract, type Bench } from './sink-contract.ts';
import type { Sink } from '#contract';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function written(make: (write: (text: string) => void) => Sink): Bench {
  const texts: string[] = [];
  let isBroken = false;
  const sink = make((text) => {
    if (isBroken) throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    texts.push(text);
  });
  return { sink, arrived: () => texts, breakDown: () => void (isBroken = true), close: () => undefined };
}

runSinkContract([
  {
    name: 'console',
    open: () => written((write) => consoleSink(write, { columns: 80, color: false })),
    secrets: [],
    shows: (alert) => alert.title,
  },
  { name: 'jsonl', open: () => written(jsonl), secrets: [], shows: (alert) => `"title":"${alert.title}"` },
  {
    name: 'webhook',
    async open() {
      const receiver = await openReceiver();
      return {
        sink: webhook({ url: receiver.url, secret, allowPrivate: true, timeoutMs: 2_000 }),
        arrived: () => receiver.received.map(({ body }) => body),
        breakDown: () => receiver.close(),
        close: () => receiver.close(),
      };
    },
    secrets: [secret, secret.slice(6), 'path-is-secret'],
    shows: (alert) => alert.title,
  },
  {
    name: 'sns',
    async open() {
      const server = await startFauxqs({ port: 0, logger: false });
      server.createTopic('alerts');
      server.createQueue('alerts');
      server.subscribe({ topic: 'alerts', queue: 'alerts' });
      const sink = sns({ topicArn: 'arn:aws:sns:us-east-1:000000000000:alerts', endpoint: server.address }, { credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'key-is-secret' } });
      let isUp = true;
      const stop = async (): Promise<void> => {
        if (isUp) await server.stop();
        isUp = false;
      };
      return {
        sink,
        arrived: () => (server.inspectQueue('alerts')?.messages.ready ?? []).map(({ body }) => (JSON.parse(body) as { Message: string }).Message),
        breakDown: stop,
        async close() {
          await sink.close?.();
          await stop();
        },
      };
    },
    secrets: ['key-is-secret', 'AKIAEXAMPLE'],
    shows: (alert) => alert.title,
  },
]);
