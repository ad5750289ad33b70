/** Several alerts on their way to one sink at once: those of different incidents overlap, those of one keep their order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SinkError, type Alert } from '#contract';
import { windowAlerts } from '../../../src/alerting/dispatch/delivery-item.ts';
import { seeded } from '../../support/flood.ts';
import { alertsOf, fail, incidentOf, names, openBench, pendingAlerts, testSink, type TestSink } from './bench.ts';

/** A receiver that answers nobody until it is told to. */
function holding(sink: TestSink): { held: () => string[]; release: (id?: string) => void } {
  const held = new Map<string, () => void>();
  sink.answer = ({ id }) => new Promise((resolve) => held.set(id, resolve));
  return {
    held: () => [...held.keys()],
    release(id) {
      for (const [name, answer] of held) {
        if (id !== undefined && name !== id) continue;
        held.delete(name);
        answer();
      }
    },
  };
}

const ids = (...numbers: number[]): string[] => numbers.map((number) => `alert-${number}`);

test('as many are under way as the sink takes, four where it says nothing', async () => {
  for (const [concurrency, together] of [[undefined, ids(1, 2, 3, 4)], [2, ids(1, 2)], [1, ids(1)]] as const) {
    const bench = openBench(pendingAlerts(9));
    const sink = testSink('webhook', concurrency);
    const receiver = holding(sink);
    bench.start([sink]).wake();
    await bench.clock.settle();
    assert.deepEqual(receiver.held(), together);
    receiver.release('alert-1');
    await bench.clock.settle();
    assert.deepEqual(receiver.held(), [...together.slice(1), `alert-${together.length + 1}`]);
  }
});

test('of one incident one alert is under way at a time, and others go by', async () => {
  const bench = openBench(alertsOf(2, 6));
  const sink = testSink();
  const receiver = holding(sink);
  bench.start([sink]).wake();
  await bench.clock.settle();
  assert.deepEqual(receiver.held(), ids(1, 2));
  receiver.release('alert-2');
  await bench.clock.settle();
  assert.deepEqual(receiver.held(), ids(1, 4));
  receiver.release('alert-4');
  await bench.clock.settle();
  receiver.release('alert-6');
  await bench.clock.settle();
  assert.deepEqual(receiver.held(), ids(1));
  receiver.release();
  await bench.clock.settle();
  assert.deepEqual(receiver.held(), ids(3));
});

test('revisions of one alert keep their order, whether or not it had an incident from the first on', async () => {
  const [first, second] = alertsOf(1, 2).map(({ number, alert }) => ({ number, alert: { ...alert, id: 'one', revision: number } }));
  const bench = openBench([{ ...first!, alert: { ...first!.alert, incident: null } }, second!]);
  const sink = testSink();
  let most = 0;
  let underWay = 0;
  sink.answer = async () => {
    most = Math.max(most, (underWay += 1));
    await bench.clock.sleep(100);
    underWay -= 1;
  };
  bench.start([sink]).wake();
  await bench.clock.pass(1_000);
  assert.deepEqual([sink.arrived, most], [['one 1', 'one 2'], 1]);
});

test('an alert that comes while others are under way is sent beside them', async () => {
  const bench = openBench(pendingAlerts(1));
  const sink = testSink();
  const receiver = holding(sink);
  const running = bench.start([sink]);
  running.wake();
  await bench.clock.settle();
  bench.alerts.push(...pendingAlerts(1, 2));
  running.wake();
  await bench.clock.settle();
  assert.deepEqual(receiver.held(), ids(1, 2));
});

/** Fails, asks to wait and dawdles at random; watches over the order of each incident. */
function erratic(sink: TestSink, incidents: number, random: () => number, sleep: (ms: number) => Promise<void>): { most: () => number; wrong: string[] } {
  const wrong: string[] = [];
  const underWay = new Set<string>();
  const latest = new Map<string, number>();
  let most = 0;
  sink.answer = async ({ id }: Alert) => {
    const number = Number(id.slice('alert-'.length));
    const incident = incidentOf(number, incidents);
    if (underWay.has(incident)) wrong.push(`two of ${incident} were under way`);
    // A repeat may come, of the last.
    const before = latest.get(incident) ?? 0;
    if (number < before) wrong.push(`${id} came behind ${before}`);
    underWay.add(incident);
    most = Math.max(most, underWay.size);
    await sleep(Math.floor(random() * 400));
    underWay.delete(incident);
    const mood = random();
    if (mood < 0.3) throw new SinkError('receiver-failed', 'No.', true);
    if (mood < 0.4) throw new SinkError('rate-limited', 'Later.', true, 2_000);
    latest.set(incident, number);
    // It has it, and nobody hears of that.
    if (mood < 0.5) throw new SinkError('unreachable', 'Broken.', true);
  };
  return { most: () => most, wrong };
}

test('whatever fails, what is of one incident arrives in order, and everything arrives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 9 }), async (seed, concurrency, incidents) => {
      const bench = openBench(alertsOf(incidents, 60));
      const sink = testSink('webhook', concurrency);
      const receiver = erratic(sink, incidents, seeded(seed), bench.clock.sleep);
      bench.start([sink]).wake();
      for (let round = 0; round < 40 && (await bench.item())?.through !== 60; round += 1) await bench.clock.pass(60_000);
      const item = await bench.item();
      assert.equal(item?.through, 60);
      assert.deepEqual(receiver.wrong, []);
      assert.equal(new Set(sink.arrived).size + item.givenUp, 60);
      assert.ok(item.deadLetters.every(({ code }) => code !== 'internal'));
      assert.ok(receiver.most() <= concurrency && receiver.most() >= 2, `${receiver.most()} at once`);
    }),
    { numRuns: 25 },
  );
});

test('one at a time keeps all in order, whatever fails', async () => {
  const bench = openBench(alertsOf(7, 40));
  const sink = testSink('webhook', 1);
  erratic(sink, 7, seeded(7), bench.clock.sleep);
  bench.start([sink]).wake();
  await bench.clock.pass(3_600_000);
  assert.deepEqual([...new Set(sink.arrived)], names(40));
});

test('one that hangs holds up no other, up to a window that is as large as what is noted of it', async () => {
  const bench = openBench(pendingAlerts(400));
  const sink = testSink();
  let answer: () => void = () => undefined;
  sink.answer = ({ id }) => (id === 'alert-1' ? new Promise((resolve) => (answer = resolve)) : undefined);
  const running = bench.start([sink]);
  running.wake();
  for (let round = 0; round < 20; round += 1) await bench.clock.settle();
  assert.deepEqual(sink.arrived, names(windowAlerts - 1, 2));
  assert.equal(running.deliveredThrough(), 0);
  assert.ok((await bench.item())!.ahead.length < windowAlerts);
  // Waiting is what is not done, as far as was looked.
  assert.ok(running.health()[0]!.pending >= 1 && running.health()[0]!.pending <= 25, `${running.health()[0]!.pending} wait`);
  answer();
  for (let round = 0; round < 20; round += 1) await bench.clock.settle();
  assert.equal(new Set(sink.arrived).size, 400);
  const item = await bench.item();
  assert.deepEqual([item?.through, item?.ahead, running.health()[0]?.pending], [400, [], 0]);
});

test('after a kill little is sent again, however far others are ahead of one that hangs', async () => {
  for (const killAfter of [3, 17, 60, 122]) {
    const bench = openBench(pendingAlerts(150));
    const sink = testSink();
    let sends = 0;
    // From then on the process gets no answers and writes nothing: it is dead.
    sink.answer = ({ id }) => (id === 'alert-2' || (sends += 1) > killAfter ? new Promise(() => undefined) : undefined);
    bench.store.before = () => (sends > killAfter ? new Promise(() => undefined) : undefined);
    bench.start([sink]).wake();
    for (let round = 0; round < 10; round += 1) await bench.clock.settle();
    assert.equal(sink.arrived.length, killAfter);
    sink.answer = () => undefined;
    bench.store.before = () => undefined;
    bench.start([sink]).wake();
    for (let round = 0; round < 10; round += 1) await bench.clock.settle();
    assert.equal(new Set(sink.arrived).size, 150);
    const repeats = sink.arrived.length - 150;
    assert.ok(repeats <= 13, `${repeats} repeats after ${killAfter}`);
  }
});

test('goes on from an item of the version before, which told of one number alone', async () => {
  const bench = openBench(pendingAlerts(9));
  const sink = testSink();
  await bench.store.commit({ key: 'delivery/webhook', expected: undefined, value: { version: 1, through: 5, deadLetters: [], givenUp: 0, attempts: 0, retryAtMs: 0 } });
  bench.start([sink]).wake();
  await bench.clock.pass(0);
  assert.deepEqual(sink.arrived, names(4, 6));
});

test('sends that were abandoned are not sent again while they may be answered, and count when they are', async () => {
  const bench = openBench(pendingAlerts(6));
  const sink = testSink();
  const receiver = holding(sink);
  const running = bench.start([sink]);
  const first = running.drain(bench.clock.now() + 2_000);
  await bench.clock.pass(2_000);
  await first;
  assert.deepEqual(receiver.held(), ids(1, 2, 3, 4));
  receiver.release('alert-2');
  await bench.clock.pass(60_000);
  assert.deepEqual(sink.arrived, names(1, 2));
  const second = running.drain(bench.clock.now() + 2_000);
  await bench.clock.settle();
  assert.deepEqual(receiver.held(), ids(1, 3, 4, 5));
  await bench.clock.pass(2_000);
  await second;
  const item = await bench.item();
  assert.deepEqual([item?.through, item?.ahead], [0, [2]]);
});

test('a sink that takes many at once gets no more than its window in one breath', async () => {
  const bench = openBench(pendingAlerts(40));
  const sink = testSink('webhook', 16);
  const receiver = holding(sink);
  bench.start([sink]).wake();
  await bench.clock.settle();
  assert.equal(receiver.held().length, 16);
  sink.answer = fail('rejected', false);
  receiver.release();
  await bench.clock.pass(0);
  assert.deepEqual((await bench.item())?.givenUp, 24);
});
