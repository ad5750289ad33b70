/** Deliveries where the store fails, a process dies, or another one delivers too: repeats perhaps, losses never. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '#contract';
import { deliveryKey } from '../../../src/alerting/dispatch/index.ts';
import { fail, names, openBench, pendingAlerts, storeDown, testSink } from './bench.ts';

test('a crash between sending and noting repeats the same ids and revisions, and loses none', async () => {
  for (const crashAt of [1, 2, 3]) {
    const bench = openBench(pendingAlerts(25));
    const sink = testSink();
    let commits = 0;
    // The process is gone: its commit never happens, and neither does anything after it.
    bench.store.before = () => ((commits += 1) === crashAt ? new Promise(() => undefined) : undefined);
    bench.start([sink]).wake();
    await bench.clock.pass(0);
    const sentBefore = [...sink.arrived];
    assert.ok(sentBefore.length > 0);
    bench.store.before = () => undefined;
    bench.start([sink]).wake();
    await bench.clock.pass(0);
    assert.deepEqual([...new Set(sink.arrived)], names(25));
    const repeats = sink.arrived.length - 25;
    // Ten outcomes between two commits, and three that were under way beside the last of them.
    assert.ok(repeats > 0 && repeats <= 13, `${repeats} repeats`);
    assert.equal((await bench.item())?.through, 25);
  }
});

test('a commit whose answer is lost repeats nothing', async () => {
  const bench = openBench(pendingAlerts(15));
  const sink = testSink();
  let lost = 0;
  bench.store.after = () => {
    if ((lost += 1) === 1) storeDown();
  };
  bench.start([sink]).wake();
  await bench.clock.pass(10_000);
  assert.deepEqual(sink.arrived, names(15));
  assert.equal((await bench.item())?.through, 15);
});

test('sends nothing more while it cannot note what was sent', async () => {
  for (const concurrency of [1, 4]) {
    const bench = openBench(pendingAlerts(40));
    const sink = testSink('webhook', concurrency);
    bench.store.before = storeDown;
    const running = bench.start([sink]);
    running.wake();
    await bench.clock.pass(10 * 60_000);
    const most = 10 + concurrency - 1;
    assert.ok(sink.arrived.length >= 10 && sink.arrived.length <= most, `${sink.arrived.length} were sent`);
    assert.equal(running.deliveredThrough(), 0);
    bench.store.before = () => undefined;
    await bench.clock.pass(6 * 60_000);
    assert.deepEqual(sink.arrived, names(40));
    assert.equal(running.deliveredThrough(), 40);
  }
});

test('leaves an item of a newer version alone', async () => {
  const bench = openBench(pendingAlerts(2));
  const sink = testSink();
  await bench.store.commit({ key: deliveryKey('webhook'), expected: undefined, value: { version: 2 } });
  bench.start([sink]).wake();
  await bench.clock.pass(60_000);
  assert.deepEqual(sink.arrived, []);
  assert.deepEqual((await bench.store.item(deliveryKey('webhook')))?.value, { version: 2 });
  assert.equal(bench.happened[0]?.fields['code'], 'state-newer');
});

test('takes an item that is damaged for none: twice rather than never', async () => {
  const damaged: JsonValue[] = [null, [], 'x', {}, { through: 'all', deadLetters: [1, { id: 2 }, null] }, { version: -1, through: 1.5 }];
  for (const value of damaged) {
    const bench = openBench(pendingAlerts(2));
    const sink = testSink();
    await bench.store.commit({ key: deliveryKey('webhook'), expected: undefined, value });
    bench.start([sink]).wake();
    await bench.clock.pass(0);
    assert.deepEqual(sink.arrived, names(2), JSON.stringify(value));
  }
});

test('two dispatchers on one sink lose no alert, and repeat at most what both sent', async () => {
  for (const slow of [1, 2, 5, 9]) {
    const bench = openBench(pendingAlerts(50));
    const [one, other] = [testSink(), testSink()];
    let turn = 0;
    // Every so often a send takes its time, so that the two overtake each other.
    const answer = async (): Promise<void> => void ((turn += 1) % slow === 0 && (await bench.clock.sleep(turn % 7)));
    other.answer = answer;
    one.answer = ({ id }) => (id === 'alert-13' ? fail('rejected', false)() : answer());
    bench.start([one]).wake();
    bench.start([other]).wake();
    await bench.clock.pass(600_000);
    const arrived = new Set([...one.arrived, ...other.arrived]);
    const item = await bench.item();
    for (const letter of item?.deadLetters ?? []) arrived.add(`${letter.id} ${letter.revision}`);
    assert.equal(arrived.size, 50);
    assert.equal(item?.through, 50);
    assert.ok(bench.happened.some(({ name }) => name === 'delivery-shared'), 'they never met');
    for (const { arrived } of [one, other]) assert.equal(new Set(arrived).size, arrived.length, 'one of them repeated itself');
  }
});

test('alerts that cannot be asked for are asked for again', async () => {
  const bench = openBench(pendingAlerts(2));
  const sink = testSink();
  let asks = 0;
  bench.onAsked = () => void ((asks += 1) < 4 && storeDown());
  bench.start([sink]).wake();
  await bench.clock.pass(20_000);
  assert.deepEqual(sink.arrived, names(2));
});

test('drains no further than it can note', async () => {
  const bench = openBench(pendingAlerts(100));
  const sink = testSink('webhook', 1);
  bench.store.before = storeDown;
  const running = bench.start([sink]);
  for (let round = 0; round < 5; round += 1) {
    const drained = running.drain(bench.clock.now() + 1_000);
    await bench.clock.pass(1_000);
    await drained;
  }
  assert.deepEqual(sink.arrived, names(10));
});

test('whatever fails in whatever order, every alert arrives or is a dead letter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('ok', 'ok', 'retry', 'refuse', 'limit', 'store', 'answer-lost', 'crash'), { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), async (script, concurrency) => {
      const bench = openBench(pendingAlerts(23));
      const sink = testSink('webhook', concurrency);
      let step = 0;
      let running = bench.start([sink]);
      let isCrashed = false;
      const next = (): string => script[step++] ?? 'ok';
      const crash = (): Promise<void> => {
        isCrashed = true;
        return new Promise(() => undefined);
      };
      sink.answer = () => {
        const what = next();
        if (what === 'retry') fail('unreachable', true)();
        if (what === 'limit') fail('rate-limited', true, 5_000)();
        if (what === 'refuse') fail('rejected', false)();
        return what === 'crash' ? crash() : undefined;
      };
      bench.store.before = () => {
        const what = next();
        if (what === 'store') storeDown();
        return what === 'crash' ? crash() : undefined;
      };
      bench.store.after = () => {
        if (next() === 'answer-lost') storeDown();
      };
      running.wake();
      for (let round = 0; round < 80 && (await bench.item())?.through !== 23; round += 1) {
        await bench.clock.pass(60_000);
        if (!isCrashed) continue;
        isCrashed = false;
        running = bench.start([sink]);
        running.wake();
      }
      const item = await bench.item();
      assert.equal(item?.through, 23);
      const known = new Set([...sink.arrived, ...(item?.deadLetters ?? []).map(({ id, revision }) => `${id} ${revision}`)]);
      assert.equal(known.size, 23);
    }),
    { numRuns: 60 },
  );
});
