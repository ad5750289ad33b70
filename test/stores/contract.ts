/** What every store is held to: a step is all or nothing, and what was saved comes back as it was. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { FargazerError, type JsonValue, type SyncStep, type SyncStore } from '#contract';

export interface StoreCase {
  name: string;
  /** A new, empty store. */
  make(context: TestContext): SyncStore;
  /** The same store again, after it was closed; absent where it keeps nothing. */
  reopen?(store: SyncStore): SyncStore;
}

const header = (version: number): JsonValue => ({ fargazer: 'state', version });
const bytes = (text: string): Uint8Array => Buffer.from(text);

function commit(store: SyncStore, parts: Record<string, string | undefined>, version = 1): void {
  store.commit({ header: header(version), parts: new Map(Object.entries(parts).map(([name, text]) => [name, text === undefined ? undefined : bytes(text)])) });
}

/** Names and contents, as text. */
export function contents(store: SyncStore): Record<string, string> {
  return Object.fromEntries(store.partNames('').map((name) => [name, Buffer.from(store.part(name)!).toString()]));
}

/** Parts that break after the first was handed over. */
function breaking(): SyncStep['parts'] {
  const parts = new Map<string, Uint8Array | undefined>([['a', bytes('changed')], ['b', undefined], ['new', bytes('new')]]);
  return Object.assign(parts, {
    *[Symbol.iterator]() {
      yield* parts.entries();
      throw new Error('the memory is gone');
    },
  });
}

const failing: [string, () => SyncStep][] = [
  ['a part that is no bytes', () => ({ header: header(2), parts: new Map<string, Uint8Array>([['a', bytes('changed')], ['z', { not: 'bytes' } as unknown as Uint8Array]]) })],
  ['parts that break half-way', () => ({ header: header(2), parts: breaking() })],
  ['a header that is no JSON', () => ({ header: { version: 1n } as unknown as JsonValue, parts: new Map([['a', bytes('changed')]]) })],
];

const strangeNames = ['', ' ', "o'wner", '"', '%', '_', 'owner/ü', 'owner/\u{1f600}', 'owner/\uffee', 'a\nb', '\u001b[2J', '__proto__', 'constructor', 'x'.repeat(5_000), "'; DROP TABLE parts; --"];

export function storeContract({ name, make, reopen }: StoreCase): void {
  test(`${name}: a new store has no header and no parts`, (context) => {
    const store = make(context);
    assert.equal(store.header(), undefined);
    assert.deepEqual(store.partNames(''), []);
    assert.equal(store.part('a'), undefined);
    store.close();
  });

  test(`${name}: a step writes, overwrites and deletes, and leaves the rest`, (context) => {
    const store = make(context);
    commit(store, { a: 'one', b: 'two', c: 'three' });
    commit(store, { a: 'new', b: undefined, never: undefined }, 2);
    assert.deepEqual(store.header(), header(2));
    assert.deepEqual(contents(store), { a: 'new', c: 'three' });
    store.close();
  });

  for (const [what, step] of failing) {
    test(`${name}: a step with ${what} changes nothing, and the next one works`, (context) => {
      const store = make(context);
      commit(store, { a: 'one', b: 'two' });
      assert.throws(() => store.commit(step()), (error) => error instanceof FargazerError && error.code === 'state-write-failed' && /unchanged/.test(error.message));
      assert.deepEqual(store.header(), header(1));
      assert.deepEqual(contents(store), { a: 'one', b: 'two' });
      commit(store, { b: 'three' }, 3);
      assert.deepEqual([store.header(), contents(store)], [header(3), { a: 'one', b: 'three' }]);
      store.close();
    });
  }

  test(`${name}: what a caller changes later is not what was saved`, (context) => {
    const store = make(context);
    const given = new Uint8Array([1, 2, 3]);
    const head = { version: 1, marks: { firelens: 1 } };
    store.commit({ header: head, parts: new Map([['a', given]]) });
    given[0] = 9;
    head.marks.firelens = 9;
    store.part('a')!.fill(7);
    assert.deepEqual([...store.part('a')!], [1, 2, 3]);
    assert.deepEqual(store.header(), { version: 1, marks: { firelens: 1 } });
    store.close();
  });

  test(`${name}: names come by prefix, in order of code units, whatever characters they have`, (context) => {
    const store = make(context);
    commit(store, Object.fromEntries(strangeNames.map((one) => [one, one])));
    if (!strangeNames.includes('__proto__')) assert.fail();
    const kept = store.partNames('');
    // An object literal cannot carry this name as its own; the map below does.
    store.commit({ header: header(1), parts: new Map([['__proto__', bytes('__proto__')]]) });
    assert.deepEqual(store.partNames(''), [...new Set([...kept, '__proto__'])].sort());
    assert.deepEqual(store.partNames(''), strangeNames.toSorted());
    assert.deepEqual(store.partNames('owner/'), ['owner/ü', 'owner/\u{1f600}', 'owner/\uffee'].sort());
    assert.deepEqual(store.partNames('%'), ['%']);
    assert.deepEqual(store.partNames('owner/\u{1f600}'), ['owner/\u{1f600}']);
    for (const one of strangeNames) assert.equal(Buffer.from(store.part(one)!).toString(), one);
    store.close();
  });

  test(`${name}: holds a part of 20 MB, one of none, and 10,000 of them`, (context) => {
    const store = make(context);
    const big = Buffer.alloc(20_000_000, 'abcdefghij');
    const many = Array.from({ length: 10_000 }, (_, at): [string, Uint8Array] => [`owner/${at}`, bytes(`part ${at}`)]);
    store.commit({ header: header(1), parts: new Map([['big', big], ['none', new Uint8Array()], ...many]) });
    assert.ok(Buffer.from(store.part('big')!).equals(big));
    assert.equal(store.part('none')!.length, 0);
    const names = store.partNames('owner/');
    assert.equal(names.length, 10_000);
    assert.deepEqual(names, many.map(([one]) => one).sort());
    assert.equal(Buffer.from(store.part('owner/9999')!).toString(), 'part 9999');
    store.commit({ header: header(2), parts: new Map(many.map(([one]) => [one, undefined])) });
    assert.deepEqual(store.partNames(''), ['big', 'none']);
    store.close();
  });

  if (reopen !== undefined) {
    test(`${name}: what was saved is there when it is opened again`, (context) => {
      let store = make(context);
      commit(store, { a: 'one', b: 'two' });
      assert.throws(() => store.commit(failing[0]![1]()));
      store.close();
      store = reopen(store);
      assert.deepEqual([store.header(), contents(store)], [header(1), { a: 'one', b: 'two' }]);
      commit(store, { a: undefined }, 2);
      store.close();
      store = reopen(store);
      assert.deepEqual([store.header(), contents(store)], [header(2), { b: 'two' }]);
      store.close();
    });
  }
}
