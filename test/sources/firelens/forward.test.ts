/** The forward receiver, spoken to by a client that was written from the protocol's specification. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { FargazerError, systemClock } from '#contract';
import { openRecords } from '../../../src/decode/record.ts';
import { forward, forwardOptions, type KnownTask } from '../../../src/sources/firelens/index.ts';
import type { FargazerEvent } from '#contract';
import { arn, arrayOf, client, eventTime, greet, packed, rawText, record, taskId, textsOf } from './fluent-client.ts';
import { movedClock, receiving } from './receiving.ts';

type Given = Partial<Parameters<typeof forwardOptions.parse>[0] & object>;

const start = (context: TestContext, given: Given = {}, task?: () => KnownTask | undefined, clock = systemClock) =>
  receiving(context, (tell) => forward(forwardOptions.parse({ address: '127.0.0.1:0', ...given }), { clock, tell, ...(task === undefined ? {} : { task }) }));

const tag = `checkout-firelens-${taskId}`;

test('every mode of the protocol gives the same lines', async (context) => {
  const received = await start(context);
  const { send, socket } = await client(received.address);
  const at = eventTime(1_764_000_000, 123_456_789);
  send([tag, at, record('message'), {}], [tag, at, record('message without options')]);
  send([tag, [[at, record('forward one')], [[at, { meta: 'data' }], record('forward two')]], { size: 2 }], [tag, [[at, record('forward without options')]]]);
  send([tag, packed([[at, record('packed one')], [at, record('packed two')]]), { size: 2 }]);
  send(arrayOf(encode(tag), rawText(packed([[1, { log: 'a', container_name: 'x' }]]))));
  send([tag, gzipSync(packed([[at, record('gzip')]])), { compressed: 'gzip' }]);
  send([tag, Buffer.concat([gzipSync(packed([[at, record('gzip, first member')]])), gzipSync(packed([[at, record('gzip, second member')]]))]), { compressed: 'gzip' }]);
  send([tag, Buffer.concat([zstdCompressSync(packed([[at, record('zstd, first frame')]])), zstdCompressSync(packed([[at, record('zstd, second frame')]]))]), { compressed: 'zstd' }]);
  await received.until(() => received.lines().length === 13, 'thirteen lines');
  assert.deepEqual(received.lines().map(({ log }) => log), [
    'message', 'message without options', 'forward one', 'forward two', 'forward without options', 'packed one', 'packed two', 'a',
    'gzip', 'gzip, first member', 'gzip, second member', 'zstd, first frame', 'zstd, second frame',
  ]);
  const { date, ...first } = received.lines()[0]!;
  assert.deepEqual(first, record('message'));
  assert.equal(date, '2025-11-24T16:00:00.123456789Z');
  socket.destroy();
});

test('times come as the router tells them: integers, fractions, nanoseconds', async (context) => {
  const received = await start(context);
  const { send } = await client(received.address);
  send([tag, [[1_764_000_000, { log: 'whole' }], [1_764_000_000.25, { log: 'fraction' }], [eventTime(1_764_000_000, 5), { log: 'nanoseconds' }], [null, { log: 'none' }], [eventTime(1, 4_000_000_000), { log: 'no time' }]]]);
  await received.until(() => received.lines().length === 5, 'the lines');
  assert.deepEqual(received.lines().map(({ date }) => date), [1_764_000_000, 1_764_000_000.25, '2025-11-24T16:00:00.000000005Z', undefined, undefined]);
});

test('lines are what the FireLens decoder reads, pieces of a split line and fields of every kind among them', async (context) => {
  const received = await start(context);
  const { send } = await client(received.address);
  const at = eventTime(1_764_000_000, 1_000);
  send([tag, [
    [at, record('plain')],
    [at, record('{"level":"error","msg":"tab\tquote\\" zoë \u0001"}', { nested: { deep: [1, true, null, -2.5, 'x'] }, 7: 'number', number: 1e300, bytes: Buffer.from('bytes') })],
    [at, record('first half', { partial_message: 'true', partial_id: 'p1', partial_ordinal: '1', partial_last: 'false' })],
    [at, record('second half', { partial_message: 'true', partial_id: 'p1', partial_ordinal: '2', partial_last: 'true' })],
    [at, record('of its own', { date: 'yesterday' })],
  ]]);
  await received.until(() => received.lines().length === 5, 'five lines');
  assert.deepEqual(received.lines()[1]!['nested'], { deep: [1, true, null, -2.5, 'x'] });
  assert.deepEqual([received.lines()[1]!['7'], received.lines()[1]!['bytes'], received.lines()[1]!['number']], ['number', 'bytes', 1e300]);
  const events: FargazerEvent[] = [];
  const reader = openRecords({ file: 'forward', settings: {}, intake: { generation: 0, take: (event) => (events.push(event), event) } });
  for (const block of received.blocks) reader.take(block, '1', Date.now());
  assert.equal(reader.reading.unreadable.length, 0);
  assert.deepEqual(events.map(({ kind, feed, timeMs, timeNs }) => [kind, feed, timeMs, timeNs]), Array.from({ length: 5 }, () => ['log', 'firelens', 1_764_000_000_000, 1_000]));
  assert.deepEqual(events.map(({ subject }) => [subject.task, subject.container, subject.family]), Array.from({ length: 5 }, () => [taskId, 'checkout', 'checkout']));
  assert.deepEqual(events.slice(2, 4).map((event) => event.kind === 'log' && [event.piece?.id, event.piece?.ordinal, event.piece?.isLast]), [['p1', 1, false], ['p1', 2, true]]);
});

test('a record that names no container gets that of its tag, and the task that is known', async (context) => {
  const received = await start(context);
  const { send } = await client(received.address);
  send([tag, 1, { log: 'bare' }], ['other', 1, { log: 'unknown' }], [tag, 1, {}]);
  await received.until(() => received.lines().length === 3, 'three lines');
  assert.deepEqual(received.lines(), [
    { date: 1, log: 'bare', container_name: 'checkout', container_id: `${taskId}-0` },
    { date: 1, log: 'unknown' },
    { date: 1, container_name: 'checkout', container_id: `${taskId}-0` },
  ]);
  const known = await start(context, {}, () => ({ arn, cluster: 'shop', family: 'checkout', revision: '7' }));
  const other = await client(known.address);
  other.send([tag, 1, { log: 'bare' }]);
  await known.until(() => known.lines().length === 1, 'a line');
  assert.deepEqual(known.lines(), [{ date: 1, log: 'bare', container_name: 'checkout', ecs_cluster: 'shop', ecs_task_definition: 'checkout:7', ecs_task_arn: arn }]);
});

test('a chunk is acknowledged once its records are queued, in every mode, and heartbeats are taken for what they are', async (context) => {
  const received = await start(context);
  const { send, receive } = await client(received.address);
  send(encode(null));
  send([tag, 1, record('a'), { chunk: 'first' }], [tag, [[1, record('b')]], { chunk: 'second', size: 1 }]);
  send([tag, packed([[1, record('c')]]), { chunk: 'third' }], [tag, gzipSync(packed([[1, record('d')]])), { compressed: 'gzip', chunk: 'fourth' }], [tag, [], { chunk: 'fifth' }]);
  const acks: unknown[] = [];
  for (let count = 0; count < 5; count += 1) acks.push(textsOf(await receive()));
  assert.deepEqual(acks, ['first', 'second', 'third', 'fourth', 'fifth'].map((ack) => ({ ack })));
  await received.until(() => received.lines().length === 4, 'four lines');
  assert.deepEqual(received.coverage.map(({ detail }) => detail), []);
});

test('whatever way the bytes are cut, the same comes out', async (context) => {
  const received = await start(context);
  const { socket, receive } = await client(received.address);
  const at = eventTime(1_764_000_000, 0);
  const bytes = Buffer.concat([
    encode([tag, at, record('one'), { chunk: 'a' }]),
    encode([tag, [[at, record('two')], [[at, {}], record('three')]], { chunk: 'b' }]),
    encode([tag, packed([[at, record('four')], [at, record('five')]]), { chunk: 'c' }]),
    encode([tag, Buffer.concat([gzipSync(packed([[at, record('six')]])), gzipSync(packed([[at, record('seven')]]))]), { chunk: 'd' }]),
    encode([tag, zstdCompressSync(packed([[at, record('eight')]])), { chunk: 'e' }]),
  ]);
  // One byte at a time, each a turn of the event loop of its own.
  socket.setNoDelay(true);
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (let count = 0; count < 5; count += 1) await receive();
  assert.deepEqual(received.lines().map(({ log }) => log), ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']);
  assert.deepEqual(received.coverage.map(({ detail }) => detail), []);
});

test('who knows the shared key and a user’s password is let in', async (context) => {
  const received = await start(context, { sharedKey: 'secret', users: [{ name: 'router', password: 'pässword' }] });
  const good = await client(received.address);
  assert.deepEqual((await greet(good, 'secret', 'router', 'pässword')).slice(0, 3), ['PONG', true, '']);
  good.send([tag, 1, record('in'), { chunk: 'x' }]);
  assert.deepEqual(textsOf(await good.receive()), { ack: 'x' });
  const keyAlone = await start(context, { sharedKey: 'secret' });
  const other = await client(keyAlone.address);
  assert.equal((await greet(other, 'secret'))[1], true);
});

test('who does not is told why, closed, counted, and told of once', async (context) => {
  const received = await start(context, { sharedKey: 'secret', users: [{ name: 'router', password: 'password' }] });
  for (const [key, user, password, reason] of [
    ['wrong', 'router', 'password', 'shared_key mismatch'],
    ['secret', 'router', 'wrong', 'username/password mismatch'],
    ['secret', 'nobody', 'password', 'username/password mismatch'],
    ['wrong', 'router', 'password', 'shared_key mismatch'],
  ] as const) {
    const bad = await client(received.address);
    assert.deepEqual((await greet(bad, key, user, password)).slice(0, 3), ['PONG', false, reason]);
    await bad.closed;
  }
  const impatient = await client(received.address);
  impatient.send([tag, 1, record('without a handshake')]);
  await impatient.closed;
  await received.until(() => received.coverage.length >= 3, 'three coverage events');
  const counts = received.coverage.map(({ state, detail }) => [state, detail.includes('refused: the handshake failed')]);
  assert.deepEqual(counts, Array.from({ length: 3 }, () => ['lossy', true]));
  assert.equal(received.lines().length, 0);
});

test('a socket file serves too, and one that a dead process left is no obstacle', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'forward.sock');
  const address = `unix:${path}`;
  const dead = spawn(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(dead.stdout, 'data');
  dead.kill('SIGKILL');
  await once(dead, 'exit');
  assert.ok(existsSync(path), 'the socket file is still there');
  const received = await start(context, { address });
  const { send } = await client(address);
  send([tag, 1, record('by file')]);
  await received.until(() => received.lines().length === 1, 'a line');
  await assert.rejects(start(context, { address }), (error) => error instanceof FargazerError && error.code === 'address-taken' && /another process listens there/.test(error.message));
});

test('a port that is taken, an address that is none, and one beyond loopback are refused in words', async (context) => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  context.after(() => holder.close());
  const { port } = holder.address() as { port: number };
  await assert.rejects(start(context, { address: `127.0.0.1:${port}` }), (error) => error instanceof FargazerError && error.code === 'address-taken' && error.message.includes(`port ${port}`));
  for (const address of ['0.0.0.0:24225', '[::]:24225', '10.0.0.5:24225', 'nowhere', '127.0.0.1:70000', 'example.com:24225']) {
    assert.throws(() => forward(forwardOptions.parse({ address }), { clock: systemClock, tell: () => undefined }), (error) => error instanceof FargazerError && error.code === 'config-invalid', address);
  }
  assert.throws(() => forwardOptions.parse({ users: [{ name: 'a', password: 'b' }] }), /sharedKey/);
  const remote = await start(context, { address: '0.0.0.0:0', allowRemote: true });
  assert.match(remote.address, /^0\.0\.0\.0:\d+$/);
});

test('a router that goes in the midst of traffic is told of, one that closes an idle connection is not', async (context) => {
  const clock = movedClock();
  const received = await start(context, {}, undefined, clock);
  const talk = async (idleMs: number): Promise<void> => {
    const router = await client(received.address);
    for (let count = 0; count < 15; count += 1) {
      router.send([tag, 1, record('x'), { chunk: 'y' }]);
      await router.receive();
      clock.aheadMs += 1_000;
    }
    clock.aheadMs += idleMs;
    router.socket.destroy();
    await router.closed;
  };
  await talk(30_000);
  await systemClock.sleep(50);
  clock.aheadMs += 120_000;
  await systemClock.sleep(100);
  assert.deepEqual(received.coverage.map(({ detail }) => detail), []);
  await talk(0);
  // Back at once: nothing is wrong.
  const again = await client(received.address);
  again.send([tag, 1, record('back'), { chunk: 'z' }]);
  await again.receive();
  await systemClock.sleep(50);
  assert.deepEqual(received.coverage.map(({ detail }) => detail), []);
  clock.aheadMs += 12_000;
  again.send([tag, 1, record('last'), { chunk: 'z' }]);
  await again.receive();
  again.socket.destroy();
  await systemClock.sleep(50);
  clock.aheadMs += 600_000;
  await received.until(() => received.coverage.length > 0, 'the coverage event');
  assert.equal(received.coverage[0]!.state, 'silent');
  assert.match(received.coverage[0]!.detail, /router is gone/);
});
