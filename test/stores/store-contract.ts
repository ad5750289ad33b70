/** What every store is held to: one step is one conditional write, and what was saved comes back as it was. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { FargazerError, partOfBytes, type ErrorCode, type JsonValue, type Part, type Store } from '#contract';

export interface Bench {
  store: Store;
  /** The same data seen by another process with no memory of its own; the store itself where one process holds all. */
  another(): Store;
  clock: { now(): number; advance(ms: number): void };
}

export interface StoreCase<Made extends Bench = Bench> {
  name: string;
  /** A new, empty store; what it needs ends with the test. */
  make(context: TestContext): Promise<Made>;
  /** Changes the bytes of a part where they lie; absent where nobody reaches them. */
  damage?(bench: Made, name: string): Promise<void> | void;
  /** From now on the item of a step cannot be written, or (false) can again; absent where part and item are one write. */
  breakItems?(bench: Made, isBroken: boolean): void;
}

export const part = (text: string): Part => partOfBytes(Buffer.from(text));
export const textOf = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : Buffer.from(bytes).toString());

export async function failsWith(code: ErrorCode, work: Promise<unknown>): Promise<FargazerError> {
  const error: unknown = await work.then(
    () => assert.fail(`expected ${code}, and nothing failed`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FargazerError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, /\.$/);
  return error;
}

const strangeKeys = ['lane/kinesis:s:shardId-000000000001', "lane/o'brien \"x\"", 'lane/%2f%', 'lane/a//b', 'lane/../up', 'lane/.hidden/./x', 'lane/ü', 'lane/\u{1f600}', 'lane/\uffee', 'lane/a\nb\u0001', 'lane/&<>', 'lane/a b+c?d#e', 'lane/__proto__', 'lane/_', `lane/${'x'.repeat(400)}`];

export function storeSuite<Made extends Bench>({ name, make, damage, breakItems }: StoreCase<Made>): void {
  const check = (title: string, work: (bench: Made) => Promise<void>): void => {
    test(`${name}: ${title}`, async (context) => {
      await work(await make(context));
    });
  };

  check('a new store holds nothing', async ({ store }) => {
    assert.equal(await store.item('walk'), undefined);
    assert.deepEqual(await store.items('lane/'), []);
    assert.equal(await store.part(part('x').name), undefined);
    assert.equal(await store.remove('walk', 'no such version'), false);
    assert.equal(await store.sweep(() => false, Number.MAX_SAFE_INTEGER), 0);
    assert.ok(store.place.length > 3);
  });

  check('an item is made only where there is none, and replaced only in the version that was read', async ({ store, another }) => {
    const first = await store.commit({ key: 'walk', value: { n: 1 }, expected: undefined });
    assert.ok(first !== undefined);
    assert.equal(await store.commit({ key: 'walk', value: { n: 2 }, expected: undefined }), undefined);
    assert.deepEqual(await another().item('walk'), { value: { n: 1 }, version: first });
    const second = await another().commit({ key: 'walk', value: { n: 3 }, expected: first });
    assert.ok(second !== undefined && second !== first);
    for (const expected of [first, 'no such version', '']) assert.equal(await store.commit({ key: 'walk', value: { n: 4 }, expected }), undefined);
    assert.equal(await store.commit({ key: 'other', value: 1, expected: second }), undefined);
    assert.equal(await store.item('other'), undefined);
    assert.deepEqual(await store.item('walk'), { value: { n: 3 }, version: second });
  });

  check('the same value written again is another version', async ({ store }) => {
    const versions = new Set<string | undefined>();
    let expected: string | undefined;
    for (let round = 0; round < 4; round++) versions.add((expected = await store.commit({ key: 'walk', value: 'same', expected })));
    assert.equal(versions.size, 4);
    assert.ok(!versions.has(undefined));
    assert.ok(await store.remove('walk', expected!));
    assert.ok(!versions.has(await store.commit({ key: 'walk', value: 'same', expected: undefined })));
  });

  check('of writers that race exactly one wins, in every round', async ({ store, another }) => {
    const writers = [store, another(), another(), store];
    let expected: string | undefined;
    for (let round = 0; round < 12; round++) {
      const versions = await Promise.all(writers.map((writer, at) => writer.commit({ key: 'lane/a', value: { round, at }, expected, parts: [part(`${round} of ${at}`)] })));
      const winners = versions.flatMap((version, at) => (version === undefined ? [] : [at]));
      assert.equal(winners.length, 1, `round ${round}: ${winners.length} winners`);
      const item = await another().item('lane/a');
      assert.deepEqual(item, { value: { round, at: winners[0] }, version: versions[winners[0]!] });
      assert.equal(textOf(await another().part(part(`${round} of ${winners[0]}`).name)), `${round} of ${winners[0]}`);
      expected = item!.version;
    }
  });

  check('parts are there once the item is, and those that were replaced are gone', async ({ store, another }) => {
    const [a, b, c] = [part('a'), part('b'), part('c')];
    const first = await store.commit({ key: 'walk', value: [a.name, b.name], expected: undefined, parts: [a, b, a] });
    for (const { name: one, bytes } of [a, b]) assert.deepEqual(Buffer.from((await another().part(one))!), Buffer.from(bytes));
    const second = await store.commit({ key: 'walk', value: [b.name, c.name], expected: first, parts: [c], replaced: [a.name] });
    assert.ok(second !== undefined);
    assert.equal(await store.part(a.name), undefined);
    assert.equal(await another().part(a.name), undefined);
    assert.deepEqual([textOf(await another().part(b.name)), textOf(await another().part(c.name))], ['b', 'c']);
    // One that never read or wrote what it replaces, and one that is not there.
    assert.ok(await another().commit({ key: 'walk', value: [], expected: second, replaced: [b.name, c.name, a.name, part('never').name] }));
    for (const one of [b, c]) assert.equal(await another().part(one.name), undefined);
  });

  check('a step that is refused deletes nothing', async ({ store, another }) => {
    const [a, b] = [part('a'), part('b')];
    await store.commit({ key: 'walk', value: [a.name], expected: undefined, parts: [a] });
    assert.equal(await store.commit({ key: 'walk', value: [b.name], expected: 'stale', parts: [b], replaced: [a.name] }), undefined);
    assert.equal(textOf(await another().part(a.name)), 'a');
    assert.deepEqual((await another().item('walk'))?.value, [a.name]);
  });

  check('a part that is replaced and written in one step stays', async ({ store, another }) => {
    const a = part('a');
    const first = await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [a] });
    assert.ok(await store.commit({ key: 'walk', value: 2, expected: first, parts: [a], replaced: [a.name] }));
    assert.equal(textOf(await another().part(a.name)), 'a');
  });

  check('items come by prefix in order of code units, whatever characters their keys have', async ({ store, another }) => {
    for (const key of strangeKeys) assert.ok((await store.commit({ key, value: { key }, expected: undefined })) !== undefined, key);
    await store.commit({ key: 'lanes/other', value: 0, expected: undefined });
    await store.commit({ key: 'lane', value: 0, expected: undefined });
    const found = await another().items('lane/');
    assert.deepEqual(found.map(({ key }) => key), strangeKeys.toSorted());
    for (const { key, value, version } of found) {
      assert.deepEqual(value, { key });
      assert.deepEqual(await another().item(key), { value, version });
    }
    assert.deepEqual((await store.items('lane/a')).map(({ key }) => key), strangeKeys.filter((key) => key.startsWith('lane/a')).toSorted());
    assert.deepEqual((await store.items('lane/.')).map(({ key }) => key), ['lane/../up', 'lane/.hidden/./x']);
    assert.deepEqual((await store.items('lane/%')).map(({ key }) => key), ['lane/%2f%']);
    assert.deepEqual(await store.items('lane/zz'), []);
  });

  check('items of more than one page come all', async ({ store, another }) => {
    // Twelve of 200,000 bytes that do not shrink are over the megabyte of a page.
    const filler = Array.from({ length: 12 }, (_, at) => Buffer.from(Uint32Array.from({ length: 37_000 }, (__, word) => Math.imul(word + 1, 2_654_435_761 + at * 2)).buffer).toString('base64'));
    await Promise.all(filler.map(async (text, at) => assert.ok(await store.commit({ key: `round/${String(at).padStart(3, '0')}`, value: { at, text }, expected: undefined }))));
    const found = await another().items('round/');
    assert.deepEqual(found.map(({ value }) => (value as { at: number }).at), filler.map((_, at) => at));
    assert.deepEqual(found.map(({ value }) => (value as { text: string }).text), filler);
  });

  check('values come back exactly as JSON', async ({ store, another }) => {
    let expected: string | undefined;
    const fixed = ['', 0, null, false, [], {}, JSON.parse('{"__proto__":{"x":1},"constructor":2,"":[null,"\\u0000\\ud800\\u2028"]}') as JsonValue, 'ü\u{1f600}'.repeat(5_000), [1e308, -5e-324, 9_007_199_254_740_991]];
    for (const value of [...fixed, ...fc.sample(fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>, { numRuns: 12, seed: 3 })]) {
      // As JSON has it: there is no minus zero.
      const same = JSON.stringify(value);
      expected = await store.commit({ key: 'walk', value, expected });
      assert.equal(JSON.stringify((await another().item('walk'))?.value), same);
    }
  });

  check('what a caller changes later is not what was saved', async ({ store, another }) => {
    const value = { marks: { firelens: 1 } };
    const one = part('abc');
    await store.commit({ key: 'walk', value, expected: undefined, parts: [one] });
    value.marks.firelens = 9;
    one.bytes[0] = 0;
    (await store.part(one.name))!.fill(7);
    ((await store.item('walk'))!.value as typeof value).marks.firelens = 8;
    for (const reader of [store, another()]) {
      assert.equal(textOf(await reader.part(one.name)), 'abc');
      assert.deepEqual((await reader.item('walk'))?.value, { marks: { firelens: 1 } });
    }
  });

  check('parts of a megabyte, of none and many at once come back, at once too where the store can', async ({ store, another }) => {
    const big = partOfBytes(Buffer.from(Uint32Array.from({ length: 262_144 }, (_, at) => Math.imul(at, 2_654_435_761)).buffer));
    const parts = [big, part(''), ...Array.from({ length: 40 }, (_, at) => part(`${at}`.repeat(1 + at * 30)))];
    const version = await store.commit({ key: 'walk', value: 0, expected: undefined, parts });
    const reader = another();
    for (const { name: one, bytes } of parts) {
      assert.ok(Buffer.from((await reader.part(one))!).equals(bytes));
      if (reader.partNow !== undefined) assert.deepEqual(reader.partNow(one), await reader.part(one));
    }
    assert.equal(reader.partNow?.(part('not there').name), undefined);
    await store.commit({ key: 'walk', value: 1, expected: version, replaced: parts.map((one) => one.name) });
    for (const { name: one } of parts.slice(0, 5)) assert.equal(await another().part(one), undefined);
    assert.equal(await store.sweep(() => false, Number.MAX_SAFE_INTEGER), 0);
  });

  check('a sweep deletes what nobody names and is old, and nothing else', async ({ store, another, clock }) => {
    const [named, orphan, young, again] = [part('named'), part('orphan'), part('young'), part('again')];
    const large = partOfBytes(Buffer.alloc(900_000, 'large'));
    const first = await store.commit({ key: 'walk', value: 0, expected: undefined, parts: [named, orphan, again, large] });
    clock.advance(100_000_000);
    const beforeMs = clock.now() - 10_000_000;
    await store.commit({ key: 'walk', value: 1, expected: first, parts: [young, again] });
    assert.equal(await another().sweep((one) => one === named.name, beforeMs), 2);
    const left = await Promise.all([named, orphan, young, again, large].map(async ({ name: one }) => (await another().part(one)) !== undefined));
    assert.deepEqual(left, [true, false, true, true, false]);
    assert.equal(await another().sweep((one) => one === named.name, beforeMs), 0);
    assert.equal((await another().item('walk'))?.value, 1);
  });

  check('an item is removed in its version alone, once', async ({ store, another }) => {
    const first = await store.commit({ key: 'round/1', value: 1, expected: undefined });
    const second = await store.commit({ key: 'round/1', value: 2, expected: first });
    assert.equal(await another().remove('round/1', first!), false);
    assert.equal(await store.remove('round/1', ''), false);
    assert.equal((await store.item('round/1'))?.value, 2);
    assert.equal(await another().remove('round/1', second!), true);
    assert.equal(await store.remove('round/1', second!), false);
    assert.equal(await store.item('round/1'), undefined);
    assert.equal(await store.commit({ key: 'round/1', value: 3, expected: second }), undefined);
    assert.ok(await store.commit({ key: 'round/1', value: 3, expected: undefined }));
  });

  check('an item past its time is still given while it is there, or is gone', async ({ store, clock }) => {
    await store.commit({ key: 'round/1', value: 1, expected: undefined, expiresMs: clock.now() - 5_000 });
    const item = await store.item('round/1');
    assert.ok(item === undefined || item.value === 1);
  });

  check('what cannot be written is refused in a sentence and changes nothing', async ({ store, another }) => {
    const a = part('a');
    const first = await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [a] });
    const wrong: [string, JsonValue][] = [
      ['walk', { n: 1n } as unknown as JsonValue],
      ['walk', undefined as unknown as JsonValue],
      ['walk', 'x'.repeat(300_000)],
      ['', 1],
      [`lane/${'x'.repeat(2_000)}`, 1],
      ['lane/\ud800', 1],
    ];
    for (const [key, value] of wrong) {
      const error = await failsWith('state-write-failed', store.commit({ key, value, expected: key === 'walk' ? first : undefined, replaced: [a.name] }));
      assert.match(error.message, /unchanged/);
    }
    assert.deepEqual(await another().item('walk'), { value: 1, version: first });
    assert.equal(textOf(await another().part(a.name)), 'a');
    assert.ok(await store.commit({ key: 'walk', value: 'x'.repeat(299_998), expected: first }));
  });

  if (damage !== undefined) {
    check('a part whose bytes are not its own is told as damaged', async (bench) => {
      const [a, b] = [part('a'), partOfBytes(Buffer.alloc(20_000, 'b'))];
      await bench.store.commit({ key: 'walk', value: 1, expected: undefined, parts: [a, b] });
      for (const one of [a, b]) {
        await damage(bench, one.name);
        const reader = bench.another();
        const error = await failsWith('state-damaged', reader.part(one.name));
        assert.match(error.message, new RegExp(one.name));
        if (reader.partNow !== undefined) assert.throws(() => reader.partNow!(one.name), FargazerError);
      }
    });
  }

  if (breakItems !== undefined) {
    check('a crash between parts and item leaves what was', async (bench) => {
      const { store, another } = bench;
      const [a, b] = [part('a'), part('b')];
      const first = await store.commit({ key: 'walk', value: [a.name], expected: undefined, parts: [a] });
      breakItems(bench, true);
      const step = { key: 'walk', value: [b.name], expected: first, parts: [b], replaced: [a.name] };
      await failsWith('store-failed', store.commit(step));
      assert.deepEqual(await another().item('walk'), { value: [a.name], version: first });
      assert.deepEqual([textOf(await another().part(a.name)), textOf(await another().part(b.name))], ['a', 'b']);
      breakItems(bench, false);
      assert.ok(await store.commit(step));
      assert.deepEqual((await another().item('walk'))?.value, [b.name]);
      assert.deepEqual([textOf(await another().part(a.name)), textOf(await another().part(b.name))], [undefined, 'b']);
    });
  }
}
