/** Standard input as a live source: lines as they come, an end, and a restart with the same input. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import type { JsonValue, LiveBatch } from '#contract';
import { stdin } from '../../src/sources/stdin/live.ts';
import { Lines } from '../../src/sources/stdin/lines.ts';
import { steppedClock } from '../support/stepped-clock.ts';
import { contentOf } from './live-contract.ts';
import { logLines, text } from './following.ts';

async function* chunked(whole: Buffer, bytes: number): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes);
}

/** Everything of an input that ends. */
async function readAll(input: AsyncIterable<Buffer | string>, position?: JsonValue): Promise<{ batches: LiveBatch[]; content: string }> {
  const batches: LiveBatch[] = [];
  let content = '';
  for await (const batch of stdin({ input }).read(new Map(position === undefined ? [] : [['stdin', position]]), AbortSignal.timeout(20_000))) {
    batches.push(batch);
    for (const record of batch.records) content += (await contentOf(record)).toString();
  }
  return { batches, content };
}

test('gives every byte once, in blocks of complete lines, and ends', async () => {
  const whole = Buffer.from(`${text(logLines(0, 500))}the last words`);
  for (const bytes of [1, 7, 100, 65_536]) {
    const { batches, content } = await readAll(chunked(bytes === 1 ? whole.subarray(-200) : whole, bytes));
    assert.equal(content, (bytes === 1 ? whole.subarray(-200) : whole).toString());
    const last = batches.at(-1);
    assert.deepEqual(last?.ends, { children: [] });
    assert.ok(last?.completeToMs !== undefined);
    const blocks = batches.flatMap(({ records }) => records);
    for (const { content: block } of blocks.slice(0, -1)) assert.ok(block instanceof Uint8Array && block.at(-1) === 0x0a);
  }
});

test('goes on behind what was read where the same input comes again, and begins anew with another', async () => {
  const whole = Buffer.from(text(logLines(0, 300)));
  const { batches, content } = await readAll(chunked(whole, 1_000));
  let given = 0;
  for (const { records, position } of batches) {
    for (const { content: block } of records) given += (block as Uint8Array).length;
    const resumed = await readAll(chunked(whole, 777), JSON.parse(JSON.stringify(position)) as JsonValue);
    assert.equal(resumed.content, content.slice(given));
    // Its own positions go on from there, and are worth as much.
    const again = await readAll(chunked(whole, 5_000), resumed.batches[Math.floor(resumed.batches.length / 2)]?.position);
    assert.ok(content.endsWith(again.content));
  }
  const position = batches.at(-1)?.position;
  const other = text(logLines(900, 3));
  assert.equal((await readAll(chunked(Buffer.from(other), 10), position)).content, other);
  assert.equal((await readAll(chunked(Buffer.from('short'), 2), position)).content, 'short');
  assert.equal((await readAll(chunked(Buffer.alloc(0), 2), position)).content, '');
  for (const hostile of [null, 'x', [], { bytes: -1, head: { bytes: 1, hash: 'x' } }, { bytes: 1e12, head: { bytes: 1e12, hash: 'x' } }, { bytes: 5 }] as JsonValue[]) assert.equal((await readAll(chunked(Buffer.from(other), 10), hostile)).content, other);
});

test('a line of 50 MB passes through in chunks, read or not', async () => {
  const line = Buffer.concat([Buffer.alloc(50_000_000, 'x'), Buffer.from('\n')]);
  async function* input(): AsyncGenerator<Buffer, void, void> {
    yield Buffer.from('before\n');
    yield* chunked(line, 65_536);
    yield Buffer.from('after\n');
  }
  for (const isRead of [true, false]) {
    const found: (number | string)[] = [];
    for await (const { records, position } of stdin({ input: input() }).read(new Map(), AbortSignal.timeout(20_000))) {
      for (const { content } of records) {
        if (content instanceof Uint8Array) found.push(content.toString());
        else if (!isRead) found.push('long');
        else {
          let sum = 0;
          for await (const piece of content) {
            assert.ok(piece.length <= 1_200_000);
            sum += piece.length;
          }
          found.push(sum);
        }
      }
      if (found.at(-1) === 'after\n') assert.equal((position as { bytes: number }).bytes, line.length + 13);
    }
    assert.deepEqual(found, ['before\n', isRead ? 50_000_001 : 'long', 'after\n']);
  }
});

test('is complete to now when nothing comes, and behind a line that is being written', async () => {
  const clock = steppedClock();
  const input = new PassThrough();
  const batches: LiveBatch[] = [];
  const stop = new AbortController();
  const reading = (async () => {
    for await (const batch of stdin({ input, clock }).read(new Map(), stop.signal)) batches.push(batch);
  })();
  const startMs = clock.now();
  await clock.pass(600);
  assert.equal(batches[0]?.completeToMs, undefined);
  assert.equal(batches.at(-1)?.completeToMs, startMs);
  input.write('half ');
  await clock.pass(2_000);
  assert.ok(batches.at(-1)!.completeToMs! <= startMs + 1_000);
  input.write('a line\n');
  await clock.pass(1_000);
  assert.ok(batches.at(-1)!.completeToMs! >= startMs + 2_500);
  // Never completed: held for seconds, not for ever.
  input.write('half ');
  await clock.pass(10_000);
  assert.ok(batches.at(-1)!.completeToMs! >= startMs + 12_000);
  for (const [at, { completeToMs = 0 }] of batches.entries()) assert.ok(completeToMs >= (batches[at - 1]?.completeToMs ?? 0));
  stop.abort();
  await clock.settle();
  await reading;
});

test('an input that never pauses is complete behind its chunks', async () => {
  const clock = steppedClock();
  let isStopped = false;
  async function* input(): AsyncGenerator<Buffer, void, void> {
    for (let at = 0; !isStopped; at += 1) {
      await clock.sleep(50);
      // Lines are cut anywhere.
      yield Buffer.from(`${at} a line\n${at} half of the next `);
    }
  }
  let told = 0;
  const reading = (async () => {
    for await (const { completeToMs = 0 } of stdin({ input: input(), clock }).read(new Map(), AbortSignal.timeout(20_000))) told = completeToMs;
  })();
  await clock.pass(5_000);
  assert.ok(clock.now() - told <= 200, `${clock.now() - told} ms behind`);
  isStopped = true;
  await clock.pass(1_000);
  await reading;
});

test('an input that breaks off ends it, with what came before', async () => {
  async function* input(): AsyncGenerator<Buffer, void, void> {
    yield Buffer.from('one\ntw');
    throw Object.assign(new Error('read EIO'), { code: 'EIO' });
  }
  const { content, batches } = await readAll(input());
  assert.equal(content, 'one\ntw');
  assert.ok(batches.at(-1)?.ends !== undefined);
});

test('lines come out as they went in, whatever the chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.stringMatching(/^[ab\n]{0,8}$/), { maxLength: 20 }), async (pieces) => {
      const lines = new Lines(async () => undefined);
      let out = '';
      for (const piece of pieces) {
        lines.take(Buffer.from(piece));
        const block = lines.block(false);
        if (block === undefined) continue;
        assert.ok(Buffer.isBuffer(block) && block.at(-1) === 0x0a);
        assert.ok(!lines.block(false));
        out += block.toString();
      }
      out += (lines.block(true) ?? '').toString();
      assert.equal(out, pieces.join(''));
      assert.equal(lines.heldBytes, 0);
    }),
  );
});
