/** Stores on their stand-ins, for the suites: each test has a table, a bucket or a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Store } from '#contract';
import { dynamodbStore, type DynamodbStoreDeps } from '../../src/stores/dynamodb/index.ts';
import type { DynamodbStoreOptions } from '../../src/stores/dynamodb/options.ts';
import { s3Store } from '../../src/stores/s3/index.ts';
import { dynamoStandIn, type DynamoStandIn } from '../support/aws/dynamo.ts';
import { s3Stub, type S3Stub } from '../support/aws/s3-stub.ts';
import { leapingClock } from '../support/fast-clock.ts';
import type { Bench } from './store-contract.ts';

export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-store-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

export interface S3Bench extends Bench {
  stub: S3Stub;
}

export async function s3Bench(context: TestContext): Promise<S3Bench> {
  const stub = await s3Stub('state');
  const clock = leapingClock();
  stub.nowMs = clock.now;
  // Every list of the suite has several pages.
  stub.pageKeys = 4;
  const stores: Store[] = [];
  const another = (): Store => {
    const store = s3Store({ bucket: 'state', prefix: 'fargazer/' }, { clock, s3: stub.clientConfig });
    stores.push(store);
    return store;
  };
  context.after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await stub.close();
  });
  return { store: another(), another, clock, stub };
}

export interface DynamoBench extends Bench {
  dynamo: DynamoStandIn;
  stub: S3Stub;
  /** With other options or deps, on the same table. */
  open(options?: Partial<DynamodbStoreOptions>, deps?: Partial<DynamodbStoreDeps>): Store;
}

export async function dynamoBench(context: TestContext, options: Partial<DynamodbStoreOptions> = {}): Promise<DynamoBench> {
  const [dynamo, stub] = await Promise.all([dynamoStandIn(), s3Stub('state')]);
  await dynamo.createTable('fargazer');
  const clock = leapingClock();
  stub.nowMs = clock.now;
  const stores: Store[] = [];
  const open: DynamoBench['open'] = (more = {}, deps = {}) => {
    const store = dynamodbStore({ table: 'fargazer', ...options, ...more }, { clock, dynamodb: dynamo.clientConfig, s3: stub.clientConfig, ...deps });
    stores.push(store);
    return store;
  };
  context.after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all([dynamo.close(), stub.close()]);
  });
  return { store: open(), another: () => open(), open, clock, dynamo, stub };
}

/** One byte of a part that lies in a bucket is another; false where it lies elsewhere. */
export function damageInBucket({ stub }: { stub: S3Stub }, name: string): boolean {
  const entry = [...stub.buckets.get('state')!].find(([key]) => key.endsWith(`parts/${name}`));
  entry?.[1].bytes.fill(0xff, 0, 1);
  return entry !== undefined;
}

export async function damageInTable({ dynamo }: DynamoBench, name: string): Promise<void> {
  const client = dynamo.client();
  const { Item } = await client.send(new GetItemCommand({ TableName: 'fargazer', Key: { pk: { S: `part:${name}` }, sk: { S: '0000' } } }));
  const bytes = Buffer.from(Item!.bytes!.B!);
  bytes.fill(0xff, 0, 1);
  await client.send(new PutItemCommand({ TableName: 'fargazer', Item: { ...Item, bytes: { B: bytes } } }));
}
