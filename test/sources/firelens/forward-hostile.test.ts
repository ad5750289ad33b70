/** The forward receiver under what is broken, endless, packed to burst, or faster than anybody can look. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { encode } from '@msgpack/msgpack';
import { systemClock } from '#contract';
import { ForwardMessages } from '../../../src/sources/firelens/forward-messages.ts';
import { forward, forwardOptions } from '../../../src/sources/firelens/index.ts';
import { Inbox } from '../../../src/sources/firelens/inbox.ts';
import { Measure } from '../../../src/sources/firelens/measure.ts';
import { arrayOf, client, eventTime, packed, record, taskId, textsOf } from './fluent-client.ts';
import { movedClock, receiving } from './receiving.ts';

const tag = `checkout-firelens-${taskId}`;
const mebibyte = 1_048_576;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Outside the heap, once what nobody holds is gone. */
function heldBytes(): number {
  // What the first finds is given back while the second runs.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

function queue(queueBytes = 4 * mebibyte): { inbox: Inbox; lines: string[] } {
  const inbox = new Inbox({ lane: 'forward', clock: systemClock, queueBytes, tell: () => undefined });
  const lines: string[] = [];
  const put = inbox.put.bind(inbox);
  inbox.put = (bytes, records) => {
    lines.push(...bytes.toString().split('\n').slice(0, -1));
    put(bytes, records);
  };
  return { inbox, lines };
}

const anyValue = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.double(), fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 40 }), fc.constant(null), fc.boolean(), fc.constant(eventTime(1, 2)), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'log', 'date', 'chunk', 'size', 'toJSON', 'container_name')), tie('value'), { maxKeys: 5 })),
})).value;

const message = fc.oneof(
  fc.array(anyValue, { maxLength: 5 }),
  fc.tuple(fc.string(), fc.array(fc.tuple(anyValue, anyValue), { maxLength: 4 }), anyValue),
  fc.tuple(fc.string(), fc.uint8Array({ maxLength: 60 }), fc.dictionary(fc.constantFrom('chunk', 'size', 'compressed'), anyValue)),
  fc.tuple(fc.string(), fc.array(fc.tuple(fc.integer(), fc.dictionary(fc.string(), anyValue)), { maxLength: 3 }).map((entries) => (entries.length % 2 === 0 ? gzipSync(packed(entries)) : zstdCompressSync(packed(entries))))),
);
const bytesOf = (value: unknown): Buffer => {
  try {
    return Buffer.from(encode(value, { ignoreUndefined: true }));
  } catch {
    return Buffer.from([0xc1]);
  }
};
/** A message, and perhaps some bytes of it changed, left out or added. */
const hostile = fc.tuple(message.map(bytesOf), fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'add')), { maxLength: 3 })).map(([bytes, changes]) => {
  let changed = bytes;
  for (const [at, byte, how] of changes) {
    const place = changed.length === 0 ? 0 : at % changed.length;
    if (how === 'set' && changed.length > 0) changed[place] = byte;
    else if (how === 'cut') changed = Buffer.from(changed.subarray(0, place));
    else changed = Buffer.concat([changed.subarray(0, place), Buffer.from([byte]), changed.subarray(place)]);
  }
  return changed;
});

test('10,000 hostile messages crash nothing, leave nothing behind, and give lines that are JSON objects', async () => {
  const beforeBytes = heldBytes();
  await fc.assert(fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: hostile }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) }), fc.integer({ min: 1, max: 64 }), async (bytes, cut) => {
    const { inbox, lines } = queue();
    const messages = new ForwardMessages({ inbox, task: () => undefined, onChunk: (chunk) => assert.ok(chunk.length > 0) });
    for (let at = 0; at < bytes.length && !messages.isBroken; at += cut) await messages.take(bytes.subarray(at, at + cut));
    messages.end();
    for (const line of lines) {
      const value: unknown = JSON.parse(line);
      assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
    }
    assert.equal(({} as Record<string, unknown>)['log'], undefined);
  }), { numRuns: 10_000 });
  assert.ok(heldBytes() - beforeBytes < 8 * mebibyte, 'memory grew with what was thrown away');
});

test('a value is measured as long as the library makes it, however it comes', () => {
  fc.assert(fc.property(anyValue, fc.integer({ min: 1, max: 9 }), (value, step) => {
    const bytes = bytesOf(value);
    const measure = new Measure();
    let held: Buffer = Buffer.alloc(0);
    let at = 0;
    for (let end = 0; end < bytes.length; ) {
      end = Math.min(bytes.length, end + step);
      held = bytes.subarray(0, end);
      const isWhole = measure.step(held, at, end);
      at = measure.at;
      assert.equal(isWhole, end === bytes.length);
    }
    assert.equal(at, bytes.length);
  }), { numRuns: 2_000 });
});

test('what is merely announced is not allocated', async () => {
  const { inbox } = queue();
  const beforeBytes = process.memoryUsage();
  const of = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
  // Arrays of four billion, nested; a text of four gigabytes; a map; deep nesting.
  for (const bytes of [of(`93 a161 ${'ddffffffff'.repeat(60)}`), of('94 a161 01 81 a36c6f67 dbffffffff 41'), of(`93 a161 ${'dfffffffff01'.repeat(30)}`), of(`93 a161 ${'91'.repeat(5_000)}`), of('93 a161 c6ffffffff 92')]) {
    const messages = new ForwardMessages({ inbox, task: () => undefined, onChunk: () => assert.fail('nothing was whole') });
    await messages.take(bytes);
    messages.end();
  }
  const after = process.memoryUsage();
  assert.ok(after.arrayBuffers + after.heapUsed - beforeBytes.arrayBuffers - beforeBytes.heapUsed < 8 * mebibyte);
});

test('an endless record is followed to its end, counted, and what comes behind it is read', async () => {
  const { inbox, lines } = queue();
  const acks: string[] = [];
  const messages = new ForwardMessages({ inbox, task: () => undefined, onChunk: (chunk) => acks.push(chunk) });
  const length = 64 * mebibyte;
  await messages.take(Buffer.concat([Buffer.from([0x94]), encode(tag), Buffer.from([0x01, 0x81, 0xa3]), Buffer.from('log'), Buffer.from([0xdb, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255])]));
  const piece = Buffer.alloc(65_536, 'x');
  const beforeBytes = heldBytes();
  for (let sent = 0; sent < length; sent += piece.length) {
    await messages.take(piece);
    if (sent % (8 * mebibyte) === 0) assert.ok(heldBytes() - beforeBytes < 10 * mebibyte, `${Math.round((heldBytes() - beforeBytes) / mebibyte)} MiB are held`);
  }
  await messages.take(Buffer.concat([encode({ chunk: 'long' }), encode([tag, 1, record('behind')])]));
  assert.deepEqual(acks, ['long']);
  assert.deepEqual(lines.map((line) => (JSON.parse(line) as { log: string }).log), ['behind']);
  assert.equal(inbox.lost, 1);
});

test('a line of over a mebibyte is cut, keeps its short fields, and is counted', async (context) => {
  const received = await receiving(context, (tell) => forward(forwardOptions.parse({ address: '127.0.0.1:0' }), { clock: systemClock, tell }));
  const { send } = await client(received.address);
  send([tag, [[1, record('ü'.repeat(mebibyte), { nested: { a: 1 } })], [1, record('short')]]]);
  await received.until(() => received.lines().length === 2, 'both lines');
  const [long, short] = received.lines();
  assert.equal(short!['log'], 'short');
  assert.equal(long!['log'], 'ü'.repeat(65_536));
  assert.deepEqual([long!['container_name'], long!['nested']], ['checkout', undefined]);
  await received.until(() => received.coverage.length === 1, 'the coverage event');
  assert.match(received.coverage[0]!.detail, /1 log record were longer than a mebibyte/);
});

test('bombs are bounded: fifty megabytes of one packed message, and packed bytes that never end', async (context) => {
  const received = await receiving(context, (tell) => forward(forwardOptions.parse({ address: '127.0.0.1:0', queueBytes: mebibyte }), { clock: systemClock, tell }));
  const { source } = received;
  const { send, receive } = await client(received.address);
  const entry = packed([[1, { log: 'x'.repeat(1_000), container_name: 'c', ecs_task_arn: 'a' }]]);
  const zeros = Buffer.alloc(50 * mebibyte);
  const bombs = [
    gzipSync(zeros), zstdCompressSync(zeros), gzipSync(Buffer.alloc(8 * mebibyte, 0x90)), gzipSync(Buffer.alloc(3 * mebibyte, packed([[1, {}]]))),
    gzipSync(Buffer.alloc(10 * entry.length * 1_000, entry)), gzipSync(entry).subarray(0, 40), Buffer.concat([gzipSync(entry), randomBytes(200)]),
  ];
  const beforeBytes = heldBytes();
  for (const [index, bomb] of bombs.entries()) {
    const before = process.cpuUsage();
    send([tag, bomb, { compressed: 'gzip', chunk: `bomb ${index}` }]);
    assert.deepEqual(textsOf(await receive()), { ack: `bomb ${index}` });
    const { user } = process.cpuUsage(before);
    assert.ok(user < 4e6, `bomb ${index} took ${Math.round(user / 1e3)} ms of processor time`);
    received.forget();
    assert.ok(heldBytes() - beforeBytes < 16 * mebibyte, `${Math.round((heldBytes() - beforeBytes) / mebibyte)} MiB are held after bomb ${index}`);
  }
  send([tag, 1, record('after')]);
  await received.until(() => received.lines().some(({ log }) => log === 'after'), 'the line after the bombs');
  const { taken, lost } = source.counts();
  assert.ok(taken - lost > 1_000, 'whole entries of bombs are entries');
  assert.ok(lost > 1_000, 'what was left out is counted');
});

test('a router is never held up: whoever reads nothing has it acknowledged, sampled and counted, in bounded memory', async (context) => {
  const clock = movedClock();
  let isRead = false;
  const received = await receiving(context, (tell) => forward(forwardOptions.parse({ address: '127.0.0.1:0', queueBytes: 262_144 }), { clock, tell }), { isRead: () => isRead });
  const { source } = received;
  const { send, receive } = await client(received.address);
  const count = 60;
  const entriesAMessage = 1_000;
  for (let index = 0; index < count; index += 1) {
    send([tag, Array.from({ length: entriesAMessage }, (_, at) => [1, record(`line ${index * entriesAMessage + at}`)]), { chunk: `${index}` }]);
    assert.deepEqual(textsOf(await receive()), { ack: `${index}` });
  }
  const { taken, lost } = source.counts();
  assert.equal(taken, count * entriesAMessage);
  const { behindMs, state } = source.health()[0]!;
  assert.equal(state, 'reading');
  assert.ok(behindMs !== undefined);
  isRead = true;
  await received.until(() => received.coverage.length === 1, 'the coverage event');
  const kept = received.lines().map(({ log }) => Number(String(log).split(' ')[1]));
  assert.equal(kept.length + lost, taken);
  // All up to the bound, then each 16th, then each 256th: in order, and still some at the end of the first overflow.
  assert.ok(kept.length > 600 && kept.length < 4_000, `${kept.length} were kept`);
  assert.deepEqual(kept, kept.toSorted((one, other) => one - other));
  const strides = new Set(kept.slice(1).map((line, at) => line - kept[at]!));
  assert.ok(strides.has(1) && strides.has(16) && strides.has(256), `strides ${[...strides].join(', ')}`);
  assert.ok(received.blocks.reduce((sum, { length }) => sum + length, 0) < 4 * 262_144);
  assert.match(received.coverage[0]!.detail, new RegExp(`^${lost} log records came faster than they could be looked at`));
  // Told of again no sooner than ten seconds later.
  send(arrayOf(encode(tag), encode(1), encode('no record')), arrayOf(encode(tag), encode(1), encode('no record')));
  await systemClock.sleep(100);
  assert.equal(received.coverage.length, 1);
  clock.aheadMs += 10_000;
  await received.until(() => received.coverage.length === 2, 'the second coverage event');
  assert.match(received.coverage[1]!.detail, /^2 log records could not be read/);
});

test('half a message, another protocol and lengths that lie cost one connection and no more', async (context) => {
  const received = await receiving(context, (tell) => forward(forwardOptions.parse({ address: '127.0.0.1:0' }), { clock: systemClock, tell }));
  const { source } = received;
  for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0x93, 0xc1]), encode(['only a tag']), encode([1, 2, 3, 4, 5, 6])]) {
    const other = await client(received.address);
    other.send(bytes);
    await other.closed;
  }
  const half = await client(received.address);
  half.socket.write(encode([tag, [[1, record('whole')], [1, record('cut off')]]]).subarray(0, -20));
  await received.until(() => received.lines().length === 1, 'the whole entry');
  half.socket.destroy();
  const lying = await client(received.address);
  const entries = packed([[1, record('in a packed list')], [1, record('cut')]]);
  lying.send([tag, entries.subarray(0, -5), { chunk: 'lying', size: 2 }], [tag, 1, record('goes on')]);
  assert.deepEqual(textsOf(await lying.receive()), { ack: 'lying' });
  await received.until(() => received.lines().length === 3, 'what was whole, and what came behind');
  assert.deepEqual(received.lines().map(({ log }) => log), ['whole', 'in a packed list', 'goes on']);
  assert.equal(source.counts().refused, 4);
});

test('many connections at once leave room for one more', async (context) => {
  const received = await receiving(context, (tell) => forward(forwardOptions.parse({ address: '127.0.0.1:0' }), { clock: systemClock, tell }));
  const { source } = received;
  const others = await Promise.all(Array.from({ length: 200 }, () => client(received.address)));
  const late = await client(received.address);
  late.send([tag, 1, record('late'), { chunk: 'late' }]);
  assert.deepEqual(textsOf(await late.receive()), { ack: 'late' });
  assert.ok(source.counts().connections <= 128);
  for (const { socket } of others) socket.destroy();
});
