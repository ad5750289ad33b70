/** A receiver that fails: everybody waits, one probes; and an alert that fails alone is found out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SinkError } from '#contract';
import { alertsOf, fail, names, openBench, pendingAlerts, testSink } from './bench.ts';

const second = 1_000;

test('a failure lets those under way come to their end and begins none; then one probes, and its success lets all go on', async () => {
  const bench = openBench(pendingAlerts(12));
  const sink = testSink();
  const begun: [string, number][] = [];
  const startMs = bench.clock.now();
  sink.answer = async ({ id }) => {
    begun.push([id, bench.clock.now() - startMs]);
    await bench.clock.sleep(id === 'alert-2' ? 50 : 300);
    if (id === 'alert-2' && bench.clock.now() - startMs < 2 * second) fail('unreachable', true)();
  };
  bench.start([sink]).wake();
  await bench.clock.pass(10 * second);
  // Three quarters of a second behind the failure, as chance has it here.
  assert.deepEqual(begun.slice(0, 8), [['alert-1', 0], ['alert-2', 0], ['alert-3', 0], ['alert-4', 0], ['alert-5', 800], ['alert-2', 1_100], ['alert-6', 1_100], ['alert-7', 1_100]]);
  assert.equal(new Set(sink.arrived).size, 12);
});

test('being asked to wait is the same, for as long as it was asked', async () => {
  const bench = openBench(pendingAlerts(12));
  const sink = testSink();
  const begunMs: number[] = [];
  const startMs = bench.clock.now();
  sink.answer = ({ id }) => {
    begunMs.push(bench.clock.now() - startMs);
    if (bench.clock.now() === startMs && id !== 'alert-1') throw new SinkError('rate-limited', 'Later.', true, id === 'alert-3' ? 90 * second : 30 * second);
  };
  bench.start([sink]).wake();
  await bench.clock.pass(60 * second);
  assert.deepEqual(begunMs, [0, 0, 0, 0]);
  await bench.clock.pass(40 * second);
  // The longest that was asked for, and half of a second.
  assert.deepEqual(begunMs.slice(4), Array.from({ length: 11 }, () => 90 * second + 500));
  assert.equal(new Set(sink.arrived).size, 12);
});

test('a receiver that stays down is probed by one at a time, more and more rarely, by another each time', async () => {
  const bench = openBench(pendingAlerts(12));
  const sink = testSink();
  const begun: [string, number][] = [];
  const startMs = bench.clock.now();
  sink.answer = ({ id }) => {
    begun.push([id, bench.clock.now() - startMs]);
    fail('unreachable', true)();
  };
  bench.start([sink]).wake();
  await bench.clock.pass(20 * second);
  assert.deepEqual(begun.slice(0, 4).map(([, atMs]) => atMs), [0, 0, 0, 0]);
  assert.deepEqual(begun.slice(4), [['alert-5', 750], ['alert-6', 2_250], ['alert-7', 5_250], ['alert-8', 11_250]]);
});

test('across a restart a receiver that was down is probed by one', async () => {
  const bench = openBench(pendingAlerts(12));
  const sink = testSink();
  sink.answer = fail('unreachable', true);
  const first = bench.start([sink]);
  first.wake();
  await bench.clock.pass(20 * second);
  await first.stop();
  let underWay = 0;
  sink.answer = () => {
    underWay += 1;
    return new Promise(() => undefined);
  };
  bench.start([sink]).wake();
  await bench.clock.pass(60 * second);
  assert.equal(underWay, 1);
});

test('an alert that keeps failing while others pass holds up none of them, and is given up', async () => {
  const bench = openBench(pendingAlerts(200));
  const sink = testSink();
  const tries: number[] = [];
  sink.answer = async ({ id }) => {
    if (id !== 'alert-3') return;
    tries.push(bench.clock.now());
    fail('receiver-failed', true)();
  };
  const running = bench.start([sink]);
  running.wake();
  await bench.clock.pass(10 * second);
  assert.ok(sink.arrived.length > 100, `${sink.arrived.length} arrived in ten seconds`);
  await bench.clock.pass(10 * 60 * second);
  bench.alerts.push(...pendingAlerts(20, 201));
  // With others that pass it is tried and tried.
  running.wake();
  await bench.clock.pass(10 * 60 * second);
  const item = await bench.item();
  assert.deepEqual(item?.deadLetters.map(({ id, code }) => [id, code]), [['alert-3', 'receiver-failed']]);
  assert.deepEqual([item?.through, new Set(sink.arrived).size, item?.doubts], [220, 219, []]);
  assert.ok(tries.length >= 14 && tries.at(-1)! - tries[0]! > 60 * second, `${tries.length} attempts in ${tries.at(-1)! - tries[0]!} ms`);
});

test('several that keep failing are given up, one as the other', async () => {
  const bench = openBench(pendingAlerts(10));
  const sink = testSink();
  sink.answer = ({ id }) => {
    if (id === 'alert-1' || id === 'alert-4') fail('receiver-failed', true)();
  };
  const running = bench.start([sink]);
  running.wake();
  for (let minute = 1; minute <= 40; minute += 1) {
    bench.alerts.push(...pendingAlerts(1, 10 + minute));
    running.wake();
    await bench.clock.pass(60 * second);
  }
  assert.deepEqual((await bench.item())?.deadLetters.map(({ id }) => id).toSorted(), ['alert-1', 'alert-4']);
  assert.equal((await bench.item())?.through, 50);
});

test('what is behind an alert that fails waits for it, and is sent once it is given up', async () => {
  const bench = openBench(alertsOf(2, 80));
  const sink = testSink();
  sink.answer = async ({ id }) => {
    if (id === 'alert-1') fail('receiver-failed', true)();
    // So slow that others pass as long as it takes.
    await bench.clock.sleep(5 * second);
  };
  bench.start([sink]).wake();
  await bench.clock.pass(60 * second);
  assert.ok(sink.arrived.length > 5 && sink.arrived.every((name) => Number(/\d+/.exec(name)![0]) % 2 === 0), sink.arrived.join());
  await bench.clock.pass(20 * 60 * second);
  assert.equal((await bench.item())?.givenUp, 1);
  assert.deepEqual(new Set(sink.arrived), new Set(names(79, 2)));
});

test('attempts at an alert are counted over processes that live for seconds', async () => {
  const bench = openBench(pendingAlerts(2));
  const sink = testSink();
  sink.answer = ({ id }) => {
    if (id === 'alert-1') fail('receiver-failed', true)();
  };
  for (let minute = 1; minute <= 30; minute += 1) {
    bench.alerts.push(...pendingAlerts(1, 2 + minute));
    const drained = bench.start([sink]).drain(bench.clock.now() + 3 * second);
    await bench.clock.pass(60 * second);
    await drained;
  }
  assert.deepEqual((await bench.item())?.deadLetters.map(({ id }) => id), ['alert-1']);
  assert.equal((await bench.item())?.through, 32);
});

test('a receiver that comes back for a moment now and then costs no alert', async () => {
  const bench = openBench(pendingAlerts(60));
  const sink = testSink();
  let taken = 0;
  let allowed = 0;
  sink.answer = () => {
    if (taken >= allowed) fail('unreachable', true)();
    taken += 1;
  };
  bench.start([sink]).wake();
  for (let day = 0; day < 5; day += 1) {
    await bench.clock.pass(86_400_000);
    allowed += 1;
  }
  allowed = Number.POSITIVE_INFINITY;
  await bench.clock.pass(3_600_000);
  assert.equal((await bench.item())?.givenUp, 0);
  assert.deepEqual(new Set(sink.arrived), new Set(names(60)));
});
