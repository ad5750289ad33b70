/** Which shards are read, from where and behind which, by what is listed and what was saved. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newRecords } from '../../src/sources/kinesis/sequence.ts';
import { planOf, type KnownShard, type Start } from '../../src/sources/kinesis/lineage.ts';
import { positionOf, savedPosition, type Position } from '../../src/sources/kinesis/position.ts';

const shard = (id: string, parents: string[] = [], isOpen = false): KnownShard => ({ id, parents, isOpen });
/** a was split into b and c, c was merged with d into e; b was split into f and g. */
const listed = [shard('a'), shard('b', ['a']), shard('c', ['a']), shard('d'), shard('e', ['c', 'd'], true), shard('f', ['b'], true), shard('g', ['b'], true)];
const latest: Start = { kind: 'latest', fromMs: 1_000 };

const plan = (saved: Record<string, Position>, start: Start): string[] =>
  planOf(listed, new Map(Object.entries(saved)), start).shards.map(({ id, parents, from, isLatest }) => `${id}<${parents.join('')} ${isLatest === true ? 'latest' : 'after' in from ? from.after : 'fromMs' in from ? `@${from.fromMs}` : 'oldest'}`);

describe('the shards to be read', () => {
  test('at a first start are all, or those that are open', () => {
    assert.deepEqual(plan({}, { kind: 'trim-horizon' }), ['a< oldest', 'b<a oldest', 'c<a oldest', 'd< oldest', 'e<cd oldest', 'f<b oldest', 'g<b oldest']);
    assert.deepEqual(plan({}, { kind: 'time', fromMs: 7 }).slice(0, 2), ['a< @7', 'b<a @7']);
    assert.deepEqual(plan({}, latest), ['e< latest', 'f< latest', 'g< latest']);
  });

  test('after a start are those that go on and those that were born since, not those that came before', () => {
    assert.deepEqual(plan({ b: { after: '5' }, c: { closed: true, children: ['e'] }, d: { after: '6' } }, { kind: 'trim-horizon' }), ['b< 5', 'd< 6', 'e<cd oldest', 'f<b oldest', 'g<b oldest']);
    assert.deepEqual(plan({ e: { after: '1' }, f: { after: '2' }, g: { after: '3' } }, { kind: 'trim-horizon' }), ['e< 1', 'f< 2', 'g< 3']);
  });

  test('whose first start was cut short begin where it would have begun', () => {
    // e alone had been told of: f and g are read from the instant of that start, and so is what was still open then.
    assert.deepEqual(plan({ e: { fromMs: 1_000, startMs: 1_000 } }, latest), ['b< @1000', 'e< @1000', 'f<b @1000', 'g<b @1000']);
    assert.deepEqual(plan({ d: { after: '9', startMs: 1_000 }, c: { after: '8', startMs: 1_000 } }, latest).filter((one) => one.startsWith('e')), ['e<cd oldest']);
  });

  test('that expired go on with what is listed', () => {
    assert.deepEqual(planOf([shard('z', ['gone'], true)], new Map([['gone', { after: '1' }]]), { kind: 'trim-horizon' }).shards.map(({ id, parents }) => [id, parents]), [['gone', []], ['z', ['gone']]]);
  });
});

test('positions come back as they were saved, and nothing else is one', () => {
  for (const position of [{ after: '123' }, { fromMs: 5, startMs: 5 }, { oldest: true }, { closed: true, children: ['a', 'b'], startMs: 9 }] as Position[]) {
    assert.deepEqual(positionOf('lane', JSON.parse(JSON.stringify(savedPosition(position))) as never), position);
  }
  for (const wrong of [null, 7, 'x', [], {}, { after: 7 }, { after: '1x' }, { fromMs: -1 }, { closed: true }, { closed: true, children: [1] }, { oldest: 'yes' }]) assert.throws(() => positionOf('lane', wrong as never), { code: 'state-damaged' });
});

test('sequence numbers are compared as numbers of any length, and a repeat is no record', () => {
  const records = ['99', '100', '49590338271490256608559692538361571095921575989136588898', '100', '5'].map((place) => ({ place, content: new Uint8Array(0) }));
  assert.deepEqual(newRecords(records, '5').map(({ place }) => place), ['99', '100', '49590338271490256608559692538361571095921575989136588898']);
});
