/** A deployment of the function on this machine: stream, table, bucket, queues, a receiver of alerts, and the bundled handler. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { systemClock, type Alert, type Store } from '#contract';
import { dynamodbStore } from '../../../src/stores/dynamodb/index.ts';
import { dynamoStandIn, type DynamoStandIn } from '../aws/dynamo.ts';
import { localKinesis, type LocalKinesis } from '../aws/kinesis.ts';
import { s3Stub, type S3Stub } from '../aws/s3-stub.ts';
import { Invoker } from './invoker.ts';

const region = 'eu-west-1';
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface LocalDeployment {
  kinesis: LocalKinesis;
  dynamo: DynamoStandIn;
  s3: S3Stub;
  stream: string;
  store: Store;
  /** Alerts received, every revision. */
  alerts: Alert[];
  /** Answers of the receiver; 204 where absent. */
  receiver: { status?: number };
  environment: Record<string, string>;
  /** A container of its own. */
  container(environment?: Record<string, string>): Invoker;
  deadLetters(): Promise<Record<string, unknown>[]>;
}

let bundled: Promise<ReadonlyMap<string, Uint8Array>> | undefined;

/** The files of the function as the sources are now, by path. */
export function bundleOfNow(): Promise<ReadonlyMap<string, Uint8Array>> {
  const script = pathToFileURL(join(import.meta.dirname, '../../../scripts/bundle-lambda.mjs')).href;
  bundled ??= import(script).then(async ({ buildLambda }: { buildLambda: () => Promise<{ files: ReadonlyMap<string, Uint8Array> }> }) => (await buildLambda()).files);
  return bundled;
}

export async function localDeployment(context: TestContext, shards: number): Promise<LocalDeployment> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-lambda-'));
  const bundle = join(folder, 'lambda.mjs');
  for (const [path, contents] of await bundleOfNow()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  const [kinesis, dynamo, s3, queues] = [await localKinesis(context), await dynamoStandIn(), await s3Stub('state', 'trail'), await startFauxqs({ port: 0, logger: false })];
  const endpoints = { KINESIS: kinesis.endpoint, DYNAMODB: dynamo.endpoint, S3: s3.endpoint, SQS: `http://127.0.0.1:${queues.port}` };
  const sqs = new SQSClient({ region, endpoint: endpoints.SQS, credentials: { accessKeyId: 'a', secretAccessKey: 's' } });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead-letters' }));
  // The name that the stand-in gives its host is known to no resolver.
  const deadLettersUrl = `${endpoints.SQS}${new URL(QueueUrl).pathname}`;
  await dynamo.createTable('state');
  await kinesis.create('telemetry', shards);
  const alerts: Alert[] = [];
  const receiver: LocalDeployment['receiver'] = {};
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      const { status = 204 } = receiver;
      if (status < 300) alerts.push((JSON.parse(Buffer.concat(body).toString()) as { data: Alert }).data);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...Object.fromEntries(Object.entries(endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url])),
    FARGAZER_STREAM: 'telemetry',
    FARGAZER_TABLE: 'state',
    FARGAZER_BUCKET: 'state',
    FARGAZER_DEAD_LETTERS_URL: deadLettersUrl,
    FARGAZER_CONFIG: `sinks:\n  webhook: { url: 'http://127.0.0.1:${port}/', secret: '${secret}', allowPrivate: true }\n`,
    POWERTOOLS_DEV: 'false',
    POWERTOOLS_LOG_LEVEL: 'DEBUG',
  };
  const containers: Invoker[] = [];
  const store = dynamodbStore({ table: 'state', endpoint: dynamo.endpoint, region, bucket: 'state' }, { clock: systemClock, s3: s3.clientConfig, dynamodb: dynamo.clientConfig });
  context.after(async () => {
    await Promise.all(containers.map((container) => container.end()));
    sqs.destroy();
    await store.close();
    server.closeAllConnections();
    await Promise.all([new Promise((resolve) => server.close(resolve)), dynamo.close(), s3.close(), queues.stop()]);
    rmSync(folder, { recursive: true });
  });
  return {
    kinesis, dynamo, s3, stream: 'telemetry', store, alerts, receiver, environment,
    container(more = {}) {
      const container = new Invoker({ bundle, environment: { ...environment, ...more } });
      containers.push(container);
      return container;
    },
    async deadLetters() {
      const found: Record<string, unknown>[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLettersUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return found;
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: deadLettersUrl, Entries: Messages.map(({ MessageId: Id, ReceiptHandle }) => ({ Id, ReceiptHandle })) }));
        found.push(...Messages.map(({ Body = '{}' }) => JSON.parse(Body) as Record<string, unknown>));
      }
    },
  };
}
