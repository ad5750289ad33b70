/** Deliveries of pending alerts: at least once, in order, whatever fails, and never one sink because of another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '#contract';
import { backOffMs } from '../../../src/alerting/dispatch/back-off.ts';
import { deliveryKey } from '../../../src/alerting/dispatch/index.ts';
import { mostDeadLetters } from '../../../src/alerting/dispatch/delivery-item.ts';
import { fail, named, openBench, pendingAlerts, storeDown, testSink } from './bench.ts';

const names = (count: number, from = 1): string[] => pendingAlerts(count, from).map(({ alert }) => named(alert));

test('delivers what is pending, in order, and notes how far it came', async () => {
  const bench = openBench(pendingAlerts(60));
  const sink = testSink();
  const running = bench.start([sink]);
  assert.equal(running.deliveredThrough(), 0);
  running.wake();
  await bench.clock.pass(0);
  assert.deepEqual(sink.arrived, names(60));
  assert.equal(running.deliveredThrough(), 60);
  assert.equal((await bench.item())?.through, 60);
  // Small batches: a handful of commits, not one for each alert.
  assert.equal(bench.store.commits, 6);
  bench.alerts.push(...pendingAlerts(1, 61));
  running.wake();
  await bench.clock.pass(0);
  assert.deepEqual(sink.arrived, names(61));
});

test('a wake that comes while it works is not lost', async () => {
  const bench = openBench(pendingAlerts(1));
  const sink = testSink();
  const running = bench.start([sink]);
  bench.store.after = () => {
    if (bench.alerts.length > 30) return;
    bench.alerts.push(...pendingAlerts(1, bench.alerts.length + 1));
    running.wake();
  };
  running.wake();
  await bench.clock.pass(0);
  for (let round = 0; round < 30; round += 1) await bench.clock.pass(0);
  assert.deepEqual(sink.arrived, names(31));
});

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
    assert.ok(repeats > 0 && repeats <= 10, `${repeats} repeats`);
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

test('waits longer and longer where it may work later, and goes on from there', async () => {
  const bench = openBench(pendingAlerts(3));
  const sink = testSink();
  const tries: number[] = [];
  let isDown = true;
  sink.answer = () => {
    tries.push(bench.clock.now());
    if (isDown) fail('unreachable', true)();
  };
  const running = bench.start([sink]);
  running.wake();
  await bench.clock.pass(20_000);
  const waits = tries.slice(1).map((at, index) => at - tries[index]!);
  // Three quarters of 1, 2, 4, 8 seconds: half is fixed, and chance gave half of the rest.
  assert.deepEqual(waits, [750, 1_500, 3_000, 6_000]);
  assert.deepEqual(running.health(), [{ sink: 'webhook', state: 'failing', pending: 3, deadLetters: 0, reason: 'The last attempt failed (unreachable).', retryAtMs: bench.clock.nextMs() }]);
  isDown = false;
  await bench.clock.pass(20_000);
  assert.deepEqual(sink.arrived, names(3));
  assert.equal(running.health()[0]?.state, 'idle');
  assert.deepEqual(bench.happened.map(({ name }) => name).filter((name) => name !== 'delivery-failed'), ['delivery-recovered', 'delivered']);
});

test('waits as long as the receiver asks, across a restart too', async () => {
  const bench = openBench(pendingAlerts(2));
  const sink = testSink();
  let tries = 0;
  sink.answer = () => {
    tries += 1;
    if (tries === 1) fail('rate-limited', true, 60_000)();
  };
  const first = bench.start([sink]);
  first.wake();
  await bench.clock.pass(10_000);
  await first.stop();
  bench.start([sink]).wake();
  await bench.clock.pass(49_000);
  assert.equal(tries, 1);
  await bench.clock.pass(2_000);
  assert.deepEqual(sink.arrived, names(2));
});

test('a wait that a clock from the future left behind lasts a day at most', async () => {
  const bench = openBench(pendingAlerts(1));
  const sink = testSink();
  await bench.store.commit({ key: deliveryKey('webhook'), expected: undefined, value: { version: 1, through: 0, deadLetters: [], givenUp: 0, attempts: 3, retryAtMs: Date.UTC(2121, 0) } });
  bench.start([sink]).wake();
  await bench.clock.pass(86_402_000);
  assert.deepEqual(sink.arrived, names(1));
});

test('what is refused for good becomes a dead letter, and the next ones go on', async () => {
  const bench = openBench(pendingAlerts(5));
  const sink = testSink();
  sink.answer = ({ id }) => {
    if (id === 'alert-2') fail('rejected', false)();
    if (id === 'alert-4') throw new TypeError('a defect of the sink');
  };
  const running = bench.start([sink]);
  running.wake();
  await bench.clock.pass(0);
  assert.deepEqual(sink.arrived, ['alert-1 1', 'alert-3 1', 'alert-5 1']);
  assert.deepEqual((await bench.item())?.deadLetters, [
    { id: 'alert-2', revision: 1, code: 'rejected', atMs: bench.clock.now() },
    { id: 'alert-4', revision: 1, code: 'internal', atMs: bench.clock.now() },
  ]);
  assert.equal(running.deliveredThrough(), 5);
  assert.equal(running.health()[0]?.deadLetters, 2);
});

test('dead letters are bounded, and all are counted', async () => {
  const bench = openBench(pendingAlerts(250));
  const sink = testSink();
  sink.answer = fail('rejected', false);
  bench.start([sink]).wake();
  for (let round = 0; round < 5; round += 1) await bench.clock.pass(0);
  const item = await bench.item();
  assert.deepEqual([item?.through, item?.givenUp, item?.deadLetters.length, item?.deadLetters.at(-1)?.id], [250, 250, mostDeadLetters, 'alert-250']);
});

test('an alert that alone always fails is given up once the one behind it passes', async () => {
  const bench = openBench(pendingAlerts(3));
  const sink = testSink();
  sink.answer = ({ id }) => {
    if (id === 'alert-1') fail('receiver-failed', true)();
  };
  bench.start([sink]).wake();
  await bench.clock.pass(60_000);
  assert.deepEqual(sink.arrived, []);
  await bench.clock.pass(10 * 60_000);
  assert.deepEqual([...new Set(sink.arrived)], names(2, 2));
  assert.deepEqual((await bench.item())?.deadLetters.map(({ id, code }) => [id, code]), [['alert-1', 'receiver-failed']]);
});

test('a receiver that is down for a day gets everything when it is back', async () => {
  const bench = openBench(pendingAlerts(30));
  const sink = testSink();
  sink.answer = fail('unreachable', true);
  const running = bench.start([sink]);
  running.wake();
  await bench.clock.pass(86_400_000);
  sink.answer = () => undefined;
  await bench.clock.pass(6 * 60_000);
  assert.deepEqual(sink.arrived, names(30));
  assert.equal((await bench.item())?.givenUp, 0);
});

test('a receiver that asks to wait again and again makes no dead letters', async () => {
  const bench = openBench(pendingAlerts(3));
  const sink = testSink();
  let asked = 0;
  sink.answer = ({ id }) => {
    if (id === 'alert-1' && (asked += 1) <= 30) fail('rate-limited', true)();
  };
  bench.start([sink]).wake();
  await bench.clock.pass(3_600_000);
  assert.deepEqual(sink.arrived, names(3));
});

test('a sink that fails or hangs holds up no other', async () => {
  const bench = openBench(pendingAlerts(12));
  const [good, failing, hanging] = [testSink('sns'), testSink('webhook'), testSink('jsonl')];
  failing.answer = fail('unreachable', true);
  hanging.answer = () => new Promise(() => undefined);
  const running = bench.start([good, failing, hanging]);
  running.wake();
  await bench.clock.pass(0);
  assert.deepEqual(good.arrived, names(12));
  assert.equal((await bench.item('sns'))?.through, 12);
  // What one sink still needs is kept for it.
  assert.equal(running.deliveredThrough(), 0);
});

test('sends nothing more while it cannot note what was sent', async () => {
  const bench = openBench(pendingAlerts(40));
  const sink = testSink();
  bench.store.before = storeDown;
  const running = bench.start([sink]);
  running.wake();
  await bench.clock.pass(10 * 60_000);
  assert.deepEqual(sink.arrived, names(10));
  assert.equal(running.deliveredThrough(), 0);
  bench.store.before = () => undefined;
  await bench.clock.pass(6 * 60_000);
  assert.deepEqual(sink.arrived, names(40));
  assert.equal(running.deliveredThrough(), 40);
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

test('drains within a bounded time, as often as it is asked', async () => {
  const bench = openBench(pendingAlerts(100));
  const sink = testSink();
  sink.answer = () => bench.clock.sleep(100);
  const running = bench.start([sink]);
  let rounds = 0;
  while ((await bench.item())?.through !== 100) {
    const deadlineMs = bench.clock.now() + 3_000;
    let isDone = false;
    const drained = running.drain(deadlineMs).then(() => (isDone = true));
    await bench.clock.pass(3_000);
    assert.ok(isDone, 'it was not back at its deadline');
    await drained;
    // Frozen between invocations: nothing goes on.
    const before = sink.arrived.length;
    await bench.clock.pass(60_000);
    assert.ok(sink.arrived.length <= before + 1);
    assert.ok((rounds += 1) < 20);
  }
  assert.ok(rounds > 2);
  assert.deepEqual(sink.arrived, names(100));
});

test('a drain of what is done or cannot be done now ends at once', async () => {
  const bench = openBench(pendingAlerts(2));
  const sink = testSink();
  const running = bench.start([sink]);
  const atOnce = async (): Promise<void> => {
    let isDone = false;
    void running.drain(bench.clock.now() + 60_000).then(() => (isDone = true));
    await bench.clock.settle();
    assert.ok(isDone);
  };
  await atOnce();
  assert.deepEqual(sink.arrived, names(2));
  bench.alerts.push(...pendingAlerts(1, 3));
  sink.answer = fail('rate-limited', true, 3_600_000);
  await atOnce();
  await atOnce();
  // In the background it waits for the receiver; a drain cuts that short.
  running.wake();
  await bench.clock.settle();
  await atOnce();
});

test('a send without an answer is left to itself, and not sent twice while it may still arrive', async () => {
  const bench = openBench(pendingAlerts(2));
  const sink = testSink();
  let calls = 0;
  let answer: () => void = () => undefined;
  sink.answer = () => {
    calls += 1;
    return calls === 1 ? new Promise((resolve) => (answer = resolve)) : undefined;
  };
  const running = bench.start([sink]);
  const first = running.drain(bench.clock.now() + 2_000);
  await bench.clock.pass(2_000);
  await first;
  assert.equal((await bench.item())?.through, 0);
  const second = running.drain(bench.clock.now() + 2_000);
  await bench.clock.settle();
  assert.equal(calls, 1);
  answer();
  await second;
  assert.deepEqual(sink.arrived, names(2));
  assert.equal((await bench.item())?.through, 2);
});

test('stops within its time: what was sent is noted, what hangs is left, and nothing follows', async () => {
  const bench = openBench(pendingAlerts(8));
  const sink = testSink();
  sink.answer = ({ id }) => (id === 'alert-4' ? new Promise(() => undefined) : undefined);
  const running = bench.start([sink]);
  running.wake();
  await bench.clock.settle();
  let isStopped = false;
  const stopped = running.stop(4_000).then(() => (isStopped = true));
  await bench.clock.pass(1_000);
  assert.equal(isStopped, false);
  await bench.clock.pass(3_000);
  await stopped;
  assert.deepEqual(sink.arrived, names(3));
  assert.equal((await bench.item())?.through, 3);
  assert.ok(sink.isClosed);
  running.wake();
  await running.drain(bench.clock.now() + 5_000);
  await bench.clock.pass(600_000);
  assert.deepEqual(sink.arrived, names(3));
});

test('stops within its time where the store hangs, and at once where it only waits', async () => {
  const bench = openBench(pendingAlerts(2));
  const sink = testSink();
  bench.store.before = () => new Promise(() => undefined);
  const running = bench.start([sink]);
  running.wake();
  await bench.clock.settle();
  const stopped = running.stop(4_000);
  await bench.clock.pass(4_000);
  await stopped;

  const waiting = openBench(pendingAlerts(2));
  const failing = testSink();
  failing.answer = fail('unreachable', true);
  const other = waiting.start([failing]);
  other.wake();
  await waiting.clock.pass(3_600_000);
  await other.stop();
});

test('alerts that cannot be asked for are asked for again', async () => {
  const bench = openBench(pendingAlerts(2));
  const sink = testSink();
  let asks = 0;
  bench.alerts.filter = ((...given: Parameters<typeof bench.alerts.filter>) => {
    if ((asks += 1) < 4) storeDown();
    return Array.prototype.filter.apply([...bench.alerts], given);
  }) as typeof bench.alerts.filter;
  bench.start([sink]).wake();
  await bench.clock.pass(20_000);
  assert.deepEqual(sink.arrived, names(2));
});

test('without a sink nobody needs any alert', () => {
  assert.equal(openBench([]).start([]).deliveredThrough(), Number.MAX_SAFE_INTEGER);
});

test('whatever fails in whatever order, every alert arrives or is a dead letter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('ok', 'ok', 'retry', 'refuse', 'limit', 'store', 'answer-lost', 'crash'), { maxLength: 60 }), async (script) => {
      const bench = openBench(pendingAlerts(23));
      const sink = testSink();
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

test('back-off grows to minutes, never beyond, and holds what the receiver asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, chance) => {
      const waitMs = backOffMs(attempts, undefined, () => chance);
      assert.ok(waitMs >= 500 && waitMs <= 300_000);
    }),
  );
  assert.equal(backOffMs(1, 90_000, () => 0), 90_000);
  assert.ok(backOffMs(1, Number.POSITIVE_INFINITY, () => 0) <= 300_000);
  assert.equal(backOffMs(1, 10 ** 12, () => 0), 86_400_000);
});
