/** A queue in fauxqs that tells of objects in the stub of S3, and the source `s3` made for them. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { systemClock, type Clock, type JsonValue, type LiveBatch, type LiveSource } from '#contract';
import { s3 } from '../../../src/sources/s3/index.ts';
import { s3Options } from '../../../src/sources/s3/options.ts';
import { contentOf } from '../../sources/live-contract.ts';
import { s3Stub, type S3Stub } from './s3-stub.ts';

const credentials = { accessKeyId: 'a', secretAccessKey: 's' };

export interface Notices {
  stub: S3Stub;
  queueUrl: string;
  sqs: SQSClient;
  sns: SNSClient;
  topicArn: string;
  source: (more?: object, clock?: Clock) => LiveSource;
  /** Puts an object and its notification. */
  put: (key: string, content: string) => Promise<void>;
  send: (body: unknown) => Promise<void>;
  /** Messages in the queue: to be seen, hidden. */
  counts: () => Promise<[number, number]>;
}

let sequence = 0;

/** What S3 sends; a new sequencer each time. */
export function notice(key: string): object {
  const eventTime = new Date().toISOString();
  const sequencer = (++sequence).toString(16).padStart(16, '0').toUpperCase();
  return { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', eventTime, s3: { bucket: { name: 'logs' }, object: { key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'), size: 1, eTag: 'e', sequencer } } }] };
}

export async function openNotices(context: TestContext): Promise<Notices> {
  const server = await startFauxqs({ port: 0, logger: false });
  const stub = await s3Stub('logs');
  server.createQueue('new-objects');
  const { topicArn } = server.createTopic('topic');
  server.subscribe({ topic: 'topic', queue: 'new-objects' });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const queueUrl = `${endpoint}/000000000000/new-objects`;
  const settings = { endpoint, region: 'us-east-1', credentials };
  const sqs = new SQSClient(settings);
  const sns = new SNSClient(settings);
  const sources: LiveSource[] = [];
  context.after(async () => {
    for (const source of sources) await source.close?.();
    sqs.destroy();
    sns.destroy();
    await stub.close();
    await server.stop();
  });
  const send = async (body: unknown): Promise<void> => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: typeof body === 'string' ? body : JSON.stringify(body) }));
  };
  return {
    stub,
    queueUrl,
    sqs,
    sns,
    topicArn,
    send,
    async put(key, content) {
      stub.put('logs', key, content);
      await send(notice(key));
    },
    source(more = {}, clock = systemClock) {
      const options = s3Options.parse({ queues: [queueUrl], waitS: 1, allowanceMs: 0, ...more });
      const source = s3(options, { clock, aws: { s3: stub.clientConfig, sqs: settings } });
      sources.push(source);
      return source;
    },
    async counts() {
      const { Attributes: { ApproximateNumberOfMessages: seen, ApproximateNumberOfMessagesNotVisible: hidden } = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] }),
      );
      return [Number(seen), Number(hidden)];
    },
  };
}

export interface ReadObjects {
  batches: LiveBatch[];
  contents: string[];
  positions: Map<string, JsonValue>;
}

export async function readObjects(source: LiveSource, until: (read: ReadObjects) => boolean | Promise<boolean>, resume: ReadonlyMap<string, JsonValue> = new Map()): Promise<ReadObjects> {
  const found: ReadObjects = { batches: [], contents: [], positions: new Map(resume) };
  for await (const batch of source.read(resume, AbortSignal.timeout(15_000))) {
    found.batches.push(batch);
    for (const record of batch.records) found.contents.push((await contentOf(record)).toString());
    found.positions.set(batch.lane, JSON.parse(JSON.stringify(batch.position)) as JsonValue);
    if (await until(found)) return found;
  }
  return assert.fail(`ended after ${found.contents.length} objects`);
}
