/** The stores at AWS where AWS fails: throttling, lost answers, refusals, and deletes that come late. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test, type TestContext } from 'node:test';
import type { Store } from '#contract';
import { dynamodbStore } from '../../src/stores/dynamodb/index.ts';
import { s3Store } from '../../src/stores/s3/index.ts';
import { leapingClock } from '../support/fast-clock.ts';
import { dynamoBench, s3Bench } from './benches.ts';
import { failsWith, part, textOf, type Bench } from './store-contract.ts';

type Fault = 'throttle' | 'internal-error' | 'access-denied' | 'expired-token' | 'drop' | 'lose-answer';

/** What a request is for: the item of a step, the writing of a part, the deleting of one, a reading. */
type Purpose = 'item' | 'part' | 'delete' | 'read';

interface AwsBench extends Bench {
  clock: ReturnType<typeof leapingClock>;
  /** Asked before each request is applied. */
  setFault(fault: (purpose: Purpose) => Fault | undefined): void;
  setBefore(before: (purpose: Purpose) => Promise<void> | void): void;
  count(): number;
}

const purposes: Record<string, Purpose> = { PutItem: 'item', BatchWriteItem: 'part', DeleteItem: 'delete', DeleteObject: 'delete' };

async function dynamo(context: TestContext): Promise<AwsBench> {
  const bench = await dynamoBench(context);
  return {
    ...bench,
    clock: bench.clock as ReturnType<typeof leapingClock>,
    setFault: (fault) => (bench.dynamo.fault = ({ operation }) => fault(purposes[operation] ?? 'read')),
    setBefore: (before) => (bench.dynamo.before = ({ operation }) => before(purposes[operation] ?? 'read')),
    count: () => bench.dynamo.requests.length,
  };
}

async function s3(context: TestContext): Promise<AwsBench> {
  const bench = await s3Bench(context);
  const purposeOf = (operation: string, key: string): Purpose => (operation === 'PutObject' ? (key.includes('items/') ? 'item' : 'part') : (purposes[operation] ?? 'read'));
  return {
    ...bench,
    clock: bench.clock as ReturnType<typeof leapingClock>,
    setFault: (fault) =>
      (bench.stub.fault = ({ operation, key }) => {
        const wanted = fault(purposeOf(operation, key));
        return wanted === 'throttle' ? 'slow-down' : wanted;
      }),
    setBefore: (before) => (bench.stub.before = ({ operation, key }) => before(purposeOf(operation, key))),
    count: () => bench.stub.requests.length,
  };
}

/** The fault for the first so many requests of a purpose. */
function first(times: number, purpose: Purpose, fault: Fault): (seen: Purpose) => Fault | undefined {
  let left = times;
  return (seen) => (seen === purpose && left-- > 0 ? fault : undefined);
}

const patienceMs = 30_000;

for (const [name, make] of [['dynamodb', dynamo], ['s3', s3]] as const) {
  const check = (title: string, work: (bench: AwsBench) => Promise<void>): void => {
    test(`${name}: ${title}`, async (context) => {
      await work(await make(context));
    });
  };

  for (const fault of ['throttle', 'internal-error', 'drop', 'expired-token'] as const) {
    check(`${fault} that passes is waited out, at reads and at writes`, async ({ store, another, clock, setFault }) => {
      const times = fault === 'expired-token' ? 1 : 4;
      setFault(first(times, 'item', fault));
      const version = await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [part('a')] });
      assert.ok(version !== undefined);
      setFault(first(times, 'part', fault));
      assert.ok(await store.commit({ key: 'walk', value: 2, expected: version, parts: [part('b')] }));
      setFault(first(times, 'read', fault));
      assert.equal((await another().item('walk'))?.value, 2);
      assert.ok(clock.sleptMs > 0 && clock.sleptMs < patienceMs, String(clock.sleptMs));
    });
  }

  check('throttling for ever ends in store-failed, after a bounded time and number of calls', async ({ store, clock, setFault, count }) => {
    setFault(() => 'throttle');
    for (const work of [(): Promise<unknown> => store.item('walk'), () => store.commit({ key: 'walk', value: 1, expected: undefined, parts: [part('a')] }), () => store.items('lane/'), () => store.part(part('a').name), () => store.remove('walk', 'v "x"')]) {
      const [startMs, before] = [clock.now(), count()];
      const error = await failsWith('store-failed', work());
      assert.match(error.message, /waiting did not help/);
      const [waitedMs, calls] = [clock.now() - startMs, count() - before];
      assert.ok(waitedMs > patienceMs / 3 && waitedMs <= patienceMs, `${waitedMs} ms`);
      assert.ok(calls > 4 && calls < 80, `${calls} calls`);
    }
  });

  check('what is refused is told at once, as denied', async ({ store, clock, setFault }) => {
    for (const fault of ['access-denied', 'expired-token'] as const) {
      setFault(() => fault);
      const startMs = clock.now();
      const works = [(): Promise<unknown> => store.item('walk'), () => store.items('lane/'), () => store.commit({ key: 'walk', value: 1, expected: undefined }), () => store.part(part('a').name), () => store.sweep(() => false, 0)];
      for (const work of works) await failsWith('store-denied', work());
      assert.ok(clock.now() - startMs < 2_000);
    }
  });

  check('a write whose answer is lost is known as its own', async ({ store, another, setFault }) => {
    const a = part('a');
    setFault(first(1, 'item', 'lose-answer'));
    const one = await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [a] });
    assert.deepEqual(await another().item('walk'), { value: 1, version: one });
    setFault(first(2, 'item', 'lose-answer'));
    const two = await store.commit({ key: 'walk', value: 2, expected: one, replaced: [a.name] });
    assert.deepEqual(await another().item('walk'), { value: 2, version: two });
    assert.equal(await another().part(a.name), undefined);
    setFault(first(1, 'delete', 'lose-answer'));
    assert.equal(await store.remove('walk', two!), true);
    assert.equal(await store.item('walk'), undefined);
  });

  check('a lost answer does not make another writer\'s item one\'s own', async ({ store, another, setFault, setBefore }) => {
    const one = await store.commit({ key: 'walk', value: 1, expected: undefined });
    const rival = another();
    let hasWritten = false;
    // The first attempt never arrives, and meanwhile somebody else writes.
    setFault(first(1, 'item', 'drop'));
    setBefore(async (purpose) => {
      if (purpose !== 'item' || hasWritten) return;
      hasWritten = true;
      setFault(() => undefined);
      assert.ok(await rival.commit({ key: 'walk', value: 'rival', expected: one }));
      setFault(first(1, 'item', 'drop'));
    });
    assert.equal(await store.commit({ key: 'walk', value: 'mine', expected: one }), undefined);
    assert.equal((await store.item('walk'))?.value, 'rival');
  });

  check('a lost write that somebody already built upon is reported as done', async ({ store, another, setFault, setBefore }) => {
    const one = await store.commit({ key: 'walk', value: 1, expected: undefined });
    const rival = another();
    let attempts = 0;
    let newest: string | undefined;
    setFault(first(1, 'item', 'lose-answer'));
    setBefore(async (purpose) => {
      if (purpose !== 'item' || ++attempts !== 2) return;
      const seen = await rival.item('walk');
      assert.equal(seen?.value, 2);
      newest = await rival.commit({ key: 'walk', value: 3, expected: seen?.version });
    });
    const two = await store.commit({ key: 'walk', value: 2, expected: one });
    assert.ok(two !== undefined && newest !== undefined && two !== newest);
    assert.equal(await store.commit({ key: 'walk', value: 4, expected: two }), undefined);
    assert.deepEqual(await store.item('walk'), { value: 3, version: newest });
  });

  check('a step given up on and tried again later is known as its own', async ({ store, another, setFault }) => {
    const a = part('a');
    const one = await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [a] });
    const step = { key: 'walk', value: 2, expected: one, replaced: [a.name] };
    setFault((purpose) => (purpose === 'item' ? 'lose-answer' : purpose === 'read' ? 'drop' : undefined));
    await failsWith('store-failed', store.commit(step));
    setFault(() => undefined);
    assert.equal((await another().item('walk'))?.value, 2);
    // Another step is another's.
    assert.equal(await store.commit({ ...step }), undefined);
    const two = await store.commit(step);
    assert.deepEqual(await another().item('walk'), { value: 2, version: two });
    assert.equal(await another().part(a.name), undefined);
    // Once told, the step is over.
    assert.equal(await store.commit(step), undefined);
  });

  check('a delete that comes late leaves what was written anew', async ({ store, another, setBefore }) => {
    const a = part('a');
    const one = await store.commit({ key: 'walk', value: ['a'], expected: undefined, parts: [a] });
    const rival = another();
    let isDone = false;
    setBefore(async (purpose) => {
      if (purpose !== 'delete' || isDone) return;
      isDone = true;
      const seen = await rival.item('walk');
      assert.ok(await rival.commit({ key: 'walk', value: ['a', 'again'], expected: seen?.version, parts: [a] }));
    });
    assert.ok(await store.commit({ key: 'walk', value: [], expected: one, replaced: [a.name] }));
    assert.ok(isDone);
    assert.deepEqual((await another().item('walk'))?.value, ['a', 'again']);
    assert.equal(textOf(await another().part(a.name)), 'a');
  });

  check('deletes that fail do not undo the step nor hold it up', async ({ store, another, clock, setFault }) => {
    const a = part('a');
    const one = await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [a] });
    setFault((purpose) => (purpose === 'delete' ? 'throttle' : undefined));
    const startMs = clock.now();
    assert.ok(await store.commit({ key: 'walk', value: 2, expected: one, replaced: [a.name] }));
    assert.equal(clock.now(), startMs);
    setFault(() => undefined);
    clock.advance(5_000);
    assert.equal(await another().sweep(() => false, clock.now() - 1_000), 1);
  });

  check('writers that race over a bad line: what was reported as done is there, once, and in one order', async ({ store, another, setFault }) => {
    let seed = 7;
    const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) / 4_294_967_296;
    const faults: (Fault | undefined)[] = ['lose-answer', 'drop', 'throttle', 'internal-error'];
    setFault(() => (random() < 0.3 ? faults[Math.floor(random() * faults.length)] : undefined));
    const done: string[] = [];
    const write = async (writer: Store, id: string): Promise<void> => {
      for (let turn = 0; turn < 8; turn++) {
        const item = await writer.item('walk');
        const mine = `${id}${turn}`;
        if ((await writer.commit({ key: 'walk', value: [...((item?.value as string[] | undefined) ?? []), mine], expected: item?.version })) !== undefined) done.push(mine);
      }
    };
    await Promise.all([write(store, 'a'), write(another(), 'b'), write(another(), 'c')]);
    setFault(() => undefined);
    const written = (await another().item('walk'))?.value as string[];
    assert.equal(new Set(written).size, written.length);
    assert.deepEqual(done.filter((id) => !written.includes(id)), []);
    assert.ok(done.length >= 8, `${done.length} of 24`);
    assert.deepEqual(written.filter((id) => id.startsWith('a')), written.filter((id) => id.startsWith('a')).toSorted());
  });

  check('a part is asked for once', async ({ store, another, count }) => {
    const a = part('a');
    await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [a] });
    let before = count();
    assert.equal(textOf(await store.part(a.name)), 'a');
    assert.equal(count(), before);
    const reader = another();
    await reader.part(a.name);
    before = count();
    assert.equal(textOf(await reader.part(a.name)), 'a');
    assert.equal(count(), before);
  });
}

test('the kits of AWS are loaded at the first call, not at the start', () => {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { dynamodbStore } = await import(process.argv[1]);
    const { s3Store } = await import(process.argv[2]);
    const clock = { now: () => 0, sleep: async () => undefined };
    dynamodbStore({ table: 'fargazer', bucket: 'state' }, { clock });
    s3Store({ bucket: 'state' }, { clock });
    console.log(loaded.length, loaded.filter((url) => /@aws-sdk|@smithy/.test(url)).length);`;
  const modules = ['dynamodb', 's3'].map((name) => new URL(`../../src/stores/${name}/index.ts`, import.meta.url).href);
  const [all, kits] = execFileSync(process.execPath, ['--input-type=module', '-e', script, ...modules], { encoding: 'utf8' }).trim().split(' ').map(Number);
  assert.ok(all! > 10);
  assert.equal(kits, 0);
});

describe('what does not exist', () => {
  test('a table or a bucket that does not exist is said to be gone', async (context) => {
    const { open, stub } = await dynamoBench(context);
    const stores: Store[] = [open({ table: 'nowhere' }), s3Store({ bucket: 'nowhere' }, { clock: leapingClock(), s3: stub.clientConfig })];
    for (const store of stores) {
      const error = await failsWith('store-gone', store.item('walk'));
      assert.match(error.message, /nowhere does not exist/);
      await failsWith('store-gone', store.commit({ key: 'walk', value: 1, expected: undefined, parts: [part('a')] }));
      await failsWith('store-gone', store.items('lane/'));
      await store.close();
    }
  });

  test('nobody who answers is a failure, missing credentials are a refusal', async () => {
    const clock = leapingClock();
    const nobody = { endpoint: 'http://127.0.0.1:9', region: 'us-east-1' };
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const none = async (): Promise<never> => {
      throw Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' });
    };
    for (const make of [(given: object) => dynamodbStore({ table: 'fargazer' }, { clock, dynamodb: { ...nobody, ...given } }), (given: object) => s3Store({ bucket: 'state' }, { clock, s3: { ...nobody, ...given } })]) {
      await failsWith('store-failed', make({ credentials }).item('walk'));
      await failsWith('store-denied', make({ credentials: none }).item('walk'));
    }
  });
});
