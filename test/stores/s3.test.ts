/** What the store `s3` meets that no other does: conflicts, bodies that break off, versions without a tag, foreign objects. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { s3Bench } from './benches.ts';
import { failsWith, part, textOf } from './store-contract.ts';

test('a conflict of two conditional puts is tried again, and decided', async (context) => {
  const { store, another, stub } = await s3Bench(context);
  let left = 2;
  stub.fault = ({ operation }) => (operation === 'PutObject' && left-- > 0 ? 'conflict' : undefined);
  const version = await store.commit({ key: 'walk', value: 1, expected: undefined });
  assert.deepEqual(await another().item('walk'), { value: 1, version });
});

test('a body that breaks off is read again', async (context) => {
  const { store, another, stub } = await s3Bench(context);
  await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [part('a long part, cut in half')] });
  let left = 2;
  stub.fault = ({ operation }) => (operation === 'GetObject' && left-- > 0 ? 'cut' : undefined);
  assert.equal(textOf(await another().part(part('a long part, cut in half').name)), 'a long part, cut in half');
  assert.ok(left < 0);
});

test('a version without a tag never becomes a write or a delete without a condition', async (context) => {
  const { store, stub } = await s3Bench(context);
  await store.commit({ key: 'walk', value: 1, expected: undefined });
  for (const expected of ['', 'token ', ' ']) {
    assert.equal(await store.commit({ key: 'walk', value: 2, expected }), undefined);
    assert.equal(await store.remove('walk', expected), false);
  }
  assert.equal((await store.item('walk'))?.value, 1);
  assert.equal(stub.requests.filter(({ operation }) => operation === 'DeleteObject').length, 0);
});

test('an object that is no item is told as damaged, one with a foreign name is passed over', async (context) => {
  const { store, stub } = await s3Bench(context);
  stub.put('state', 'fargazer/items/lane/%zz', '{}');
  assert.deepEqual(await store.items('lane/'), []);
  for (const text of ['', '{', 'null', '7', '{}', '{"token":1,"value":2}']) {
    stub.put('state', 'fargazer/items/walk', text);
    await failsWith('state-damaged', store.item('walk'));
  }
});
