/** Where the sidecar writes its votes is where its permissions reach. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { systemClock } from '../../src/contract/index.ts';
import { Exchange } from '../../src/entry/program/sidecar/exchange.ts';
import { rowKey } from '../../src/stores/dynamodb/item-row.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { objectKey } from '../../src/stores/s3/object-key.ts';
import { sidecarImage, statementsIn, taskStack } from './sidecar-stacks.ts';
import { newApp } from './stacks.ts';

const service = { kind: 'service', account: '111122223333', region: 'eu-central-1', cluster: 'shop', name: 'checkout' } as const;
const exchange = new Exchange(memoryStore(), { service, task: '0123456789abcdef0123456789abcdef', start: '7.m9', clock: systemClock });
/** As IAM compares: a star stands for anything. */
const matches = (pattern: string, name: string): boolean => new RegExp(`^${pattern.split('*').map((piece) => piece.replaceAll(/[^\w-]/g, String.raw`\$&`)).join('.*')}$`).test(name);

test('a vote in a bucket lies under what the role may write', () => {
  const { stack } = taskStack(newApp(), (scope) => ({ image: sidecarImage, baselines: { bucket: Bucket.fromBucketName(scope, 'Votes', 'company-votes') } }));
  const resources = statementsIn(stack)
    .filter(({ Action }) => [Action].flat().includes('s3:PutObject'))
    .flatMap(({ Resource }) => [Resource].flat() as { 'Fn::Join': [string, unknown[]] }[])
    .map((resource) => String(resource['Fn::Join'][1].at(-1)).replace(/^.*company-votes\//, ''));
  const vote = `sidecar/checkout/items/${objectKey(`${exchange.prefix}0123456789abcdef0123456789abcdef/7.m9`)}`;
  assert.ok(resources.some((resource) => matches(resource, vote)), `${vote} is none of ${resources.join()}`);
  assert.ok(resources.some((resource) => matches(resource, `sidecar/checkout/parts/${'a'.repeat(64)}`)));
  assert.ok(!resources.some((resource) => matches(resource, vote.replace('checkout', 'search'))));
});

test('a vote in a table lies in a partition that the role may write', () => {
  assert.ok(matches('item:votes-*', rowKey(`${exchange.prefix}task/start`).pk));
});
