/** Deliveries of pending alerts: at least once, in order, and never one sink because of another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backOffMs } from '../../../src/alerting/dispatch/back-off.ts';
import { mostDeadLetters } from '../../../src/alerting/dispatch/delivery-item.ts';
import { deliveryKey } from '../../../src/alerting/dispatch/index.ts';
import { fail, names, openBench, pendingAlerts, testSink } from './bench.ts';

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
  assert.ok(bench.store.commits >= 4 && bench.store.commits <= 6, `${bench.store.commits} commits`);
  bench.alerts.push(...pendingAlerts(1, 61));
  running.wake();
  await bench.clock.pass(0);
  assert.deepEqual(sink.arrived, names(61));
});

test('a wake that comes when nothing was found is not lost', async () => {
  const bench = openBench(pendingAlerts(1));
  const sink = testSink();
  const running = bench.start([sink]);
  bench.onAsked = (found) => {
    if (found.length > 0 || bench.alerts.length > 30) return;
    // Committed just after the store was asked.
    bench.alerts.push(...pendingAlerts(1, bench.alerts.length + 1));
    running.wake();
  };
  running.wake();
  for (let round = 0; round < 30; round += 1) await bench.clock.pass(0);
  assert.deepEqual(sink.arrived, names(31));
});

test('waits longer and longer where it may work later, and goes on from there', async () => {
  const bench = openBench(pendingAlerts(3));
  const sink = testSink('webhook', 1);
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
  const sink = testSink('webhook', 1);
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

test('sent one by one, an alert that alone always fails is given up once the one behind it passes', async () => {
  const bench = openBench(pendingAlerts(3));
  const sink = testSink('webhook', 1);
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

test('sent one by one, an alert is not given up where the receiver comes back just then', async () => {
  const bench = openBench(pendingAlerts(3));
  const sink = testSink('webhook', 1);
  let isBack = false;
  sink.answer = ({ id }) => {
    if (id === 'alert-2') isBack = true;
    if (!isBack) fail('unreachable', true)();
  };
  bench.start([sink]).wake();
  await bench.clock.pass(30 * 60_000);
  assert.deepEqual([...new Set(sink.arrived)].toSorted(), names(3));
  assert.equal((await bench.item())?.givenUp, 0);
});

test('a receiver that is down for a day gets everything when it is back', async () => {
  for (const concurrency of [1, 4]) {
    const bench = openBench(pendingAlerts(30));
    const sink = testSink('webhook', concurrency);
    sink.answer = fail('unreachable', true);
    const running = bench.start([sink]);
    running.wake();
    await bench.clock.pass(86_400_000);
    sink.answer = () => undefined;
    await bench.clock.pass(6 * 60_000);
    assert.deepEqual(concurrency === 1 ? sink.arrived : sink.arrived.toSorted(), concurrency === 1 ? names(30) : names(30).toSorted());
    assert.equal((await bench.item())?.givenUp, 0);
  }
});

test('a receiver that asks to wait again and again makes no dead letters', async () => {
  for (const concurrency of [1, 4]) {
    const bench = openBench(pendingAlerts(3));
    const sink = testSink('webhook', concurrency);
    let asked = 0;
    sink.answer = ({ id }) => {
      if (id === 'alert-1' && (asked += 1) <= 30) fail('rate-limited', true)();
    };
    bench.start([sink]).wake();
    await bench.clock.pass(3_600_000);
    assert.deepEqual(sink.arrived, concurrency === 1 ? names(3) : [...names(2, 2), ...names(1)]);
  }
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

test('without a sink nobody needs any alert', () => {
  assert.equal(openBench([]).start([]).deliveredThrough(), Number.MAX_SAFE_INTEGER);
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
