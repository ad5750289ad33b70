/** The store in DynamoDB passes the contract, with and without a bucket, and what it takes is counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetItemCommand, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { partOfBytes } from '#contract';
import type { Units } from '../../src/stores/dynamodb/table.ts';
import { damageInBucket, damageInTable, dynamoBench } from './benches.ts';
import { failsWith, part, storeSuite, textOf } from './store-contract.ts';

storeSuite({
  name: 'dynamodb',
  make: (context) => dynamoBench(context),
  damage: damageInTable,
  breakItems({ dynamo }, isBroken) {
    dynamo.fault = ({ operation }) => (isBroken && operation === 'PutItem' ? 'internal-error' : undefined);
  },
});

storeSuite({
  name: 'dynamodb with a bucket',
  make: (context) => dynamoBench(context, { bucket: 'state', prefix: 'fargazer/', tablePartBytes: 400 }),
  async damage(bench, name) {
    if (!damageInBucket(bench, name)) await damageInTable(bench, name);
  },
  breakItems({ dynamo }, isBroken) {
    dynamo.fault = ({ operation }) => (isBroken && operation === 'PutItem' ? 'throttle' : undefined);
  },
});

/** Bytes that do not shrink. */
function noise(bytes: number, seed: number): Uint8Array {
  return Buffer.from(Uint32Array.from({ length: Math.ceil(bytes / 4) }, (_, at) => Math.imul(at + seed, 2_654_435_761)).buffer).subarray(0, bytes);
}

test('large parts go to the bucket and small ones to the table, each under a partition of its own', async (context) => {
  const { store, dynamo, stub } = await dynamoBench(context, { bucket: 'state', prefix: 'here/' });
  const [small, large] = [partOfBytes(noise(8_000, 1)), partOfBytes(noise(8_001, 2))];
  await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [small, large, part('x')] });
  assert.deepEqual([...stub.buckets.get('state')!.keys()], [`here/parts/${large.name}`]);
  const batch = dynamo.requests.find(({ operation }) => operation === 'BatchWriteItem')!.body.RequestItems as { fargazer: { PutRequest: { Item: { pk: { S: string } } } }[] };
  assert.deepEqual(batch.fargazer.map(({ PutRequest }) => PutRequest.Item.pk.S), [`part:${small.name}`, `part:${part('x').name}`]);
});

test('parts that were kept by another threshold or without a bucket are still found and replaced', async (context) => {
  const { open, another, stub } = await dynamoBench(context);
  const [a, b] = [partOfBytes(noise(500_000, 1)), partOfBytes(noise(30_000, 2))];
  const one = await open().commit({ key: 'walk', value: 1, expected: undefined, parts: [a] });
  const two = await open({ bucket: 'state' }).commit({ key: 'walk', value: 2, expected: one, parts: [b] });
  const now = open({ bucket: 'state', tablePartBytes: 100_000 });
  assert.ok(Buffer.from((await now.part(a.name))!).equals(a.bytes));
  assert.ok(Buffer.from((await now.part(b.name))!).equals(b.bytes));
  assert.ok(await open({ bucket: 'state' }).commit({ key: 'walk', value: 3, expected: two, replaced: [a.name, b.name] }));
  assert.equal(await another().part(a.name), undefined);
  assert.equal(stub.buckets.get('state')!.size, 0);
});

test('what a batch leaves over is written again', async (context) => {
  const { store, another, dynamo } = await dynamoBench(context);
  dynamo.fault = ({ operation, body }) => (operation === 'BatchWriteItem' && Object.values(body.RequestItems as Record<string, unknown[]>)[0]!.length > 1 ? 'leave-over' : undefined);
  const parts = ['a', 'b', 'c', 'd'].map(part);
  assert.ok(await store.commit({ key: 'walk', value: 1, expected: undefined, parts }));
  assert.equal(dynamo.requests.filter(({ operation }) => operation === 'BatchWriteItem').length, 4);
  for (const { name, bytes } of parts) assert.equal(textOf(await another().part(name)), textOf(bytes));
});

test('items are read consistently, and parts are before they are called missing', async (context) => {
  const { store, another, dynamo } = await dynamoBench(context);
  await store.item('walk');
  await store.items('lane/');
  assert.deepEqual(dynamo.requests.splice(1).slice(-2).map(({ operation, body }) => [operation, body.ConsistentRead]), [['GetItem', true], ['Query', true]]);
  await another().part(part('none').name);
  assert.deepEqual(dynamo.requests.slice(-2).map(({ body }) => body.ConsistentRead), [false, true]);
});

test('an item says when it may be dropped, in seconds, and counts until it is', async (context) => {
  const { store, dynamo, clock } = await dynamoBench(context);
  const expiresMs = clock.now() + 60_001;
  const version = await store.commit({ key: 'round/7', value: 1, expected: undefined, expiresMs });
  const read = async () => (await dynamo.client().send(new GetItemCommand({ TableName: 'fargazer', Key: { pk: { S: 'item:round' }, sk: { S: 'round/7' } } }))).Item!;
  assert.equal((await read()).expiresAt!.N, String(Math.ceil(expiresMs / 1_000)));
  clock.advance(10_000_000);
  assert.equal((await store.items('round/')).length, 1);
  assert.equal(await store.commit({ key: 'round/7', value: 2, expected: undefined }), undefined);
  assert.ok(await store.commit({ key: 'round/7', value: 2, expected: version }));
  assert.equal((await read()).expiresAt, undefined);
});

test('an item that is no item is told as damaged', async (context) => {
  const { store, dynamo } = await dynamoBench(context);
  const version = { S: 'v' };
  const damaged: Record<string, AttributeValue>[] = [{ version }, { json: { S: '1' } }, { version, json: { S: '{' } }, { version, packed: { B: Buffer.from('no') } }];
  for (const rest of damaged) {
    await dynamo.client().send(new PutItemCommand({ TableName: 'fargazer', Item: { pk: { S: 'item:walk' }, sk: { S: 'walk' }, ...rest } }));
    await failsWith('state-damaged', store.item('walk'));
    await failsWith('state-damaged', store.items('walk'));
  }
});

test('a step takes the units of what it writes, whatever else is stored', async (context) => {
  const counted: Units[] = [];
  const { open } = await dynamoBench(context);
  const store = open({}, { onUnits: (units) => counted.push(units) });
  const taken = async <Result>(work: Promise<Result>): Promise<[Result, Record<string, number>]> => {
    counted.length = 0;
    const result = await work;
    const sums: Record<string, number> = {};
    for (const { operation, units } of counted) sums[operation] = (sums[operation] ?? 0) + units;
    return [result, sums];
  };
  // Hashes, as headers are made of: JSON that hardly shrinks.
  const names = (count: number): string[] => Array.from({ length: count }, (_, at) => partOfBytes(noise(8, at)).name);
  const lane = { position: '49590338271490256608559692538361571095921575989136588898', applied: names(8), rounds: [1, 2, 3] };
  const contribution = partOfBytes(noise(3_000, 9));
  const [laneVersion, laneUnits] = await taken(store.commit({ key: 'lane/shardId-000000000001', value: lane, expected: undefined, parts: [contribution] }));
  assert.deepEqual(laneUnits, { BatchWriteItem: 4, PutItem: 1 });
  // Ten packs of 2 KB each in a header of 200 names, replaced by ten others.
  const packs = (seed: number) => Array.from({ length: 10 }, (_, at) => partOfBytes(noise(1_900, seed + at)));
  const [walkVersion] = await taken(store.commit({ key: 'walk', value: { packs: names(200) }, expected: undefined, parts: packs(100) }));
  const [, walkUnits] = await taken(store.commit({ key: 'walk', value: { packs: names(201) }, expected: walkVersion, parts: packs(200), replaced: packs(100).map(({ name }) => name) }));
  assert.deepEqual(walkUnits, { BatchWriteItem: 20, PutItem: 4, DeleteItem: 20 });
  const [, readUnits] = await taken(store.item('walk'));
  assert.deepEqual(readUnits, { GetItem: 1 });
  const [, cold] = await taken(open({}, { onUnits: (units) => counted.push(units) }).part(packs(200)[0]!.name));
  assert.deepEqual(cold, { Query: 0.5 });
  const [, refused] = await taken(store.commit({ key: 'lane/shardId-000000000001', value: lane, expected: 'stale' }));
  assert.deepEqual(refused, {});
  const [, removed] = await taken(store.remove('lane/shardId-000000000001', laneVersion!));
  assert.deepEqual(removed, { DeleteItem: 1 });
});
