/** The HTTP receiver: every form in which Fluent Bit's output posts, whole and broken. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { encode } from '@msgpack/msgpack';
import { FargazerError, systemClock } from '#contract';
import { httpBody } from '../../../src/sources/firelens/http-body.ts';
import { httpReceiver, httpReceiverOptions } from '../../../src/sources/firelens/index.ts';
import { Inbox } from '../../../src/sources/firelens/inbox.ts';
import { eventTime, packed, record } from './fluent-client.ts';
import { receiving, type Received } from './receiving.ts';

type Given = Partial<Parameters<typeof httpReceiverOptions.parse>[0] & object>;

const start = (context: TestContext, given: Given = {}): Promise<Received> => receiving(context, (tell) => httpReceiver(httpReceiverOptions.parse({ address: '127.0.0.1:0', ...given }), { clock: systemClock, tell }));

/** Status of the answer. */
function post(address: string, body: string | Uint8Array, headers: Record<string, string> = { 'content-type': 'application/json' }, path = '/'): Promise<number> {
  return new Promise((resolve, reject) => {
    const [host, port] = address.split(':');
    const asked = request({ host, port, method: 'POST', path, headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const two = [{ date: 1.5, ...record('one') }, { date: 2, ...record('two "quoted" [} \n') }];

test('an array, lines, and objects one after the other are the same records, packed or not, whatever the path and type', async (context) => {
  const received = await start(context);
  const forms = [
    JSON.stringify(two), JSON.stringify(two, undefined, 2), two.map((one) => JSON.stringify(one)).join('\n'), `${two.map((one) => JSON.stringify(one)).join('\n')}\n`,
    two.map((one) => JSON.stringify(one)).join(''), ` \r\n${two.map((one) => JSON.stringify(one, undefined, 1)).join('\r\n')} `,
  ];
  for (const form of forms) {
    assert.equal(await post(received.address, form), 200);
    assert.equal(await post(received.address, gzipSync(form), { 'content-encoding': 'gzip', 'content-type': 'application/x-ndjson' }, '/any/path?and=more'), 200);
    assert.equal(await post(received.address, zstdCompressSync(form), { 'content-encoding': 'zstd', 'content-type': 'text/plain' }), 200);
    assert.equal(await post(received.address, deflateSync(form), { 'content-encoding': 'deflate' }), 200);
    assert.equal(await post(received.address, deflateRawSync(form), { 'content-encoding': 'deflate', 'content-type': 'not a type' }), 200);
  }
  const count = forms.length * 5 * 2;
  await received.until(() => received.lines().length === count, `${count} lines`);
  for (const [index, line] of received.lines().entries()) assert.deepEqual(line, two[index % 2]);
  assert.deepEqual(received.coverage.map(({ detail }) => detail), []);
});

test('MessagePack comes as entries one after the other, as a list of them, or as records', async (context) => {
  const received = await start(context);
  const type = { 'content-type': 'application/msgpack' };
  const at = eventTime(1_764_000_000, 7);
  assert.equal(await post(received.address, packed([[[at, {}], record('a')], [[at, {}], record('b')]]), type), 200);
  assert.equal(await post(received.address, encode([[at, record('c')], [[at, {}], record('d')]]), type), 200);
  assert.equal(await post(received.address, gzipSync(packed([record('e'), record('f')])), { ...type, 'content-encoding': 'gzip' }), 200);
  assert.equal(await post(received.address, encode([record('g'), record('h')]), type), 200);
  await received.until(() => received.lines().length === 8, 'eight lines');
  assert.deepEqual(received.lines().map(({ log }) => log).join(''), 'abcdefgh');
  assert.deepEqual(received.lines().map(({ date }) => date), [...Array.from({ length: 4 }, () => '2025-11-24T16:00:00.000000007Z'), undefined, undefined, undefined, undefined]);
});

test('of a body that is cut or broken what is readable is kept; only where nothing is it is refused', async (context) => {
  const received = await start(context);
  const text = JSON.stringify(two);
  assert.equal(await post(received.address, text.slice(0, -20)), 200);
  assert.equal(await post(received.address, `{"log":"a broken text\n${JSON.stringify(two[0])}\n`), 200);
  assert.equal(await post(received.address, Buffer.concat([packed([[1, record('msgpack')]]), encode([1, record('cut')]).subarray(0, 40)]), { 'content-type': 'application/msgpack' }), 200);
  const long = Array.from({ length: 5_000 }, (_, index) => JSON.stringify(record(`${index} ${Math.random()}`))).join('\n');
  assert.equal(await post(received.address, gzipSync(long).subarray(0, -200), { 'content-encoding': 'gzip' }), 200);
  await received.until(() => received.lines().length > 3_000, 'what was readable');
  assert.deepEqual(received.lines().slice(0, 3).map(({ log }) => log), ['one', 'one', 'msgpack']);
  for (const body of ['', '[]', '[ ]\n', ' ']) assert.equal(await post(received.address, body), 200, JSON.stringify(body));
  for (const body of ['hello', '{', '[{', '"text"', '{"a":}', '{]', gzipSync('x'.repeat(100)).subarray(0, 15), Buffer.from([0x93, 0xc1]), Buffer.from([0x91]), Buffer.from([0xff, 0xfe])]) {
    assert.equal(await post(received.address, body), 400, JSON.stringify(body.toString()));
  }
  await received.until(() => received.coverage.length > 0, 'the coverage event');
});

test('a body of ten megabytes, and one of forty, are taken whole or sampled, never refused', async (context) => {
  const received = await start(context, { queueBytes: 33_554_432 });
  const line = `${JSON.stringify(record('x'.repeat(700)))}\n`;
  assert.equal(await post(received.address, line.repeat(Math.ceil(10 * 1_048_576 / line.length))), 200);
  await received.until(() => received.lines().length === Math.ceil(10 * 1_048_576 / line.length), 'ten megabytes of lines');
  const small = await start(context, { queueBytes: 262_144 });
  assert.equal(await post(small.address, line.repeat(Math.ceil(40 * 1_048_576 / line.length))), 200);
  await small.until(() => small.lines().length > 200, 'a sample');
});

test('chunks cut anywhere give the same, and other methods get nowhere', async (context) => {
  const received = await start(context);
  const body = Buffer.from(JSON.stringify([...two, { log: 'zoë \u{1f600}' }]));
  await new Promise<void>((resolve, reject) => {
    const [host, port] = received.address.split(':');
    const asked = request({ host, port, method: 'POST', path: '/', agent: false }, (response) => {
      assert.equal(response.statusCode, 200);
      response.resume().on('end', resolve);
    });
    asked.on('error', reject);
    void (async () => {
      for (const byte of body) {
        asked.write(Buffer.from([byte]));
        await new Promise((turn) => setImmediate(turn));
      }
      asked.end();
    })();
  });
  await received.until(() => received.lines().length === 3, 'three lines');
  assert.deepEqual(received.lines(), [...two, { log: 'zoë \u{1f600}' }]);
});

test('a port that is taken and an address beyond loopback are refused in words', async (context) => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  context.after(() => holder.close());
  const { port } = holder.address() as { port: number };
  await assert.rejects(start(context, { address: `127.0.0.1:${port}` }), (error) => error instanceof FargazerError && error.code === 'address-taken');
  assert.throws(() => httpReceiver(httpReceiverOptions.parse({ address: '0.0.0.0:1' }), { clock: systemClock, tell: () => undefined }), (error) => error instanceof FargazerError && error.code === 'config-invalid');
});

test('10,000 hostile bodies crash nothing, and every line is one line', async () => {
  const piece = fc.oneof(fc.constantFrom('{', '}', '[', ']', '"', '\\', '\n', '\r\n', ':', ',', '{"a":1}', '{"log":"x"}', '[{}]', 'null', '"x"', '\u2028'), fc.string(), fc.json());
  const body = fc.oneof(
    { weight: 3, arbitrary: fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(''))) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.integer(), fc.dictionary(fc.string(), fc.string())), { maxLength: 3 }).map((entries) => packed(entries)) },
  );
  const coding = fc.constantFrom('', 'gzip', 'zstd', 'deflate', 'identity', 'br, gzip');
  await fc.assert(fc.asyncProperty(body, coding, fc.boolean(), fc.integer({ min: 1, max: 64 }), async (bytes, named, isPacked, cut) => {
    const inbox = new Inbox({ lane: 'http', clock: systemClock, queueBytes: 65_536, tell: () => undefined });
    const put = inbox.put.bind(inbox);
    inbox.put = (block, records) => {
      assert.equal(block.toString().split('\n').length, records + 1);
      put(block, records);
    };
    const given = isPacked ? (named === 'zstd' ? zstdCompressSync(bytes) : named === 'deflate' ? deflateSync(bytes) : gzipSync(bytes)) : bytes;
    const taken = httpBody(named, inbox, () => undefined);
    for (let at = 0; at < given.length; at += cut) await taken.take(given.subarray(at, at + cut));
    assert.equal(typeof (await taken.end()), 'boolean');
  }), { numRuns: 10_000 });
});
