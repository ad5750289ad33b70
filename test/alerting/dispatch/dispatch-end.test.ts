/** Deliveries for a bounded time: drained by an invocation, stopped with a process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, names, openBench, pendingAlerts, testSink } from './bench.ts';

test('drains within a bounded time, as often as it is asked', async () => {
  for (const concurrency of [1, 4]) {
    const alerts = 100 * concurrency;
    const bench = openBench(pendingAlerts(alerts));
    const sink = testSink('webhook', concurrency);
    sink.answer = () => bench.clock.sleep(100);
    const running = bench.start([sink]);
    let rounds = 0;
    while ((await bench.item())?.through !== alerts) {
      const deadlineMs = bench.clock.now() + 3_000;
      let isDone = false;
      const drained = running.drain(deadlineMs).then(() => (isDone = true));
      await bench.clock.pass(3_000);
      assert.ok(isDone, 'it was not back at its deadline');
      await drained;
      // Frozen between invocations: nothing goes on.
      const before = sink.arrived.length;
      await bench.clock.pass(60_000);
      assert.ok(sink.arrived.length <= before + concurrency);
      assert.ok((rounds += 1) < 20);
    }
    assert.ok(rounds > 2);
    assert.deepEqual(sink.arrived, names(alerts));
  }
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
  const sink = testSink('webhook', 1);
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
  // Nothing came of it, and nothing is noted.
  assert.equal(await bench.item(), undefined);
  const second = running.drain(bench.clock.now() + 2_000);
  await bench.clock.settle();
  assert.equal(calls, 1);
  answer();
  await second;
  assert.deepEqual(sink.arrived, names(2));
  assert.equal((await bench.item())?.through, 2);
});

test('stops within its time: what was sent is noted, what hangs is left, and nothing follows', async () => {
  for (const concurrency of [1, 2]) {
    const bench = openBench(pendingAlerts(8));
    const sink = testSink('webhook', concurrency);
    sink.answer = ({ id }) => (id === 'alert-4' || id === 'alert-7' ? new Promise(() => undefined) : undefined);
    const running = bench.start([sink]);
    running.wake();
    await bench.clock.settle();
    let isStopped = false;
    const stopped = running.stop(4_000).then(() => (isStopped = true));
    await bench.clock.pass(1_000);
    assert.equal(isStopped, false);
    await bench.clock.pass(3_000);
    await stopped;
    const arrived = concurrency === 1 ? names(3) : [...names(3), ...names(2, 5)];
    assert.deepEqual(sink.arrived, arrived);
    const item = await bench.item();
    assert.deepEqual([item?.through, item?.ahead], [3, concurrency === 1 ? [] : [5, 6]]);
    assert.ok(sink.isClosed);
    running.wake();
    await running.drain(bench.clock.now() + 5_000);
    await bench.clock.pass(600_000);
    assert.deepEqual(sink.arrived, arrived);
  }
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
