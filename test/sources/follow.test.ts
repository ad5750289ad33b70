/** Following files: complete lines of any length, files that come and go, how far a lane is complete. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FargazerError, type JsonValue } from '#contract';
import { blockBytes, longestLineBytes } from '../../src/sources/file/follow-block.ts';
import { followOptions } from '../../src/sources/file/follow-options.ts';
import { follow } from '../../src/sources/file/follow.ts';
import { logLines, openFolder, text, type Follower } from './following.ts';

test('gives complete lines, and the last one once it is complete', async (context) => {
  const { write, follow: start } = openFolder(context);
  write('app.log', 'one\ntwo\nthr');
  const follower = start();
  assert.deepEqual(await follower.lines(), ['one', 'two']);
  write('app.log', 'ee\n');
  assert.deepEqual(await follower.lines(), ['three']);
});

test('is complete to now once the end was reached, and not past a line that is being written', async (context) => {
  const { write, clock, follow: start } = openFolder(context);
  write('app.log', text(logLines(0, 3)));
  const follower = start();
  const first = await follower.next();
  assert.deepEqual([first.records, first.completeToMs], [[], undefined]);
  await follower.lines();
  const [lane = ''] = follower.positions.keys();
  assert.ok(clock.now() - follower.completeToMs.get(lane)! <= 1_000);
  write('app.log', 'half a line');
  const beganMs = clock.now();
  while (clock.now() - beganMs < 3_000) await Promise.race([follower.next(), clock.sleep(4_000)]);
  assert.ok(follower.completeToMs.get(lane)! <= beganMs);
});

test('a line that is never completed holds the walk for seconds only', async (context) => {
  const { write, clock, follow: start } = openFolder(context);
  write('app.log', 'half a line');
  const follower = start();
  assert.deepEqual(await follower.lines(), []);
  assert.ok(clock.now() - follower.completeToMs.values().next().value! <= 1_000);
});

test('a file that is written all the time is complete behind its blocks', async (context) => {
  const { write, clock, follow: start } = openFolder(context);
  write('app.log', text(logLines(0, 1)));
  const follower = start();
  let told = 0;
  for (let at = 1; at < 50; at += 1) {
    const { records, completeToMs } = await follower.next();
    if (records.length > 0 && completeToMs !== undefined) told = completeToMs;
    clock.advance(100);
    // Always a line, and every other time half of the next one: the source never finds nothing.
    write('app.log', at % 2 === 0 ? text(logLines(at, 1)) : `${text(logLines(at, 1))}half `);
  }
  assert.ok(clock.now() - told < 1_000, `${clock.now() - told} ms behind`);
});

test('finds files that come later, and forgets those that are gone for an hour', async (context) => {
  const { write, file, path, clock, follow: start } = openFolder(context);
  write('a.log', text(logLines(0, 1)));
  const follower = start({ path });
  await follower.lines();
  write('b.log', text(logLines(10, 1)));
  assert.deepEqual(await follower.lines(), logLines(10, 1));
  assert.deepEqual([...follower.positions.keys()].toSorted(), [file('a.log'), file('b.log')]);
  rmSync(file('a.log'));
  await follower.lines();
  clock.advance(3_600_000);
  for (;;) {
    const { lane, ends, forgets } = await follower.next();
    if (ends === undefined) continue;
    assert.deepEqual([lane, ends, forgets], [file('a.log'), { children: [] }, [file('a.log')]]);
    break;
  }
  write('a.log', text(logLines(20, 1)));
  assert.deepEqual(await follower.lines(), logLines(20, 1));
});

test('begins at the end where it is asked to, and reads files that come later whole', async (context) => {
  const { write, path, follow: start } = openFolder(context);
  write('a.log', `${text(logLines(0, 3))}half`);
  const follower = start({ path, from: 'end' });
  assert.deepEqual(await follower.lines(), []);
  write('a.log', ' a line\n');
  write('b.log', text(logLines(9, 1)));
  assert.deepEqual((await follower.lines()).toSorted(), [...logLines(9, 1), 'half a line']);
});

test('a file that is not there yet holds nothing up, and is read when it comes', async (context) => {
  const { write, file, clock, follow: start } = openFolder(context);
  assert.deepEqual(start().source.health(), [{ lane: file('app.log'), state: 'waiting', reason: 'There is no such file yet.' }]);
  const follower = start();
  const coming = follower.next();
  const isThere = await Promise.race([coming.then(() => true), clock.sleep(60_000).then(() => false)]);
  assert.equal(isThere, false);
  write('app.log', text(logLines(0, 1)));
  assert.equal((await coming).lane, file('app.log'));
  assert.deepEqual(await follower.lines(), logLines(0, 1));
});

test('passes over folders, packed files and pipes', async (context) => {
  const { write, file, path, follow: start } = openFolder(context);
  mkdirSync(file('folder'));
  writeFileSync(file('old.gz'), gzipSync('packed\n'));
  write('a.log', text(logLines(0, 1)));
  const follower = start({ path });
  assert.deepEqual(await follower.lines(), logLines(0, 1));
  assert.deepEqual([...follower.positions.keys()], [file('a.log')]);
});

/** Sizes of the chunks of one record, and their sum. */
async function sizes(follower: Follower): Promise<{ largest: number; sum: number; isStream: boolean }> {
  for (;;) {
    const [record] = (await follower.next()).records;
    if (record === undefined) continue;
    if (record.content instanceof Uint8Array) return { largest: record.content.length, sum: record.content.length, isStream: false };
    let [largest, sum] = [0, 0];
    for await (const { length } of record.content) [largest, sum] = [Math.max(largest, length), sum + length];
    return { largest, sum, isStream: true };
  }
}

test('gives blocks of a mebibyte, and a line of 50 MB as a stream of them', async (context) => {
  const folder = openFolder(context);
  const { write, file, follow: start } = folder;
  const short = text(logLines(0, 30_000));
  write('app.log', short);
  for (let at = 0; at < 50; at += 1) write('app.log', 'x'.repeat(1_000_000));
  const follower = start();
  let sum = 0;
  while (sum < short.length) {
    const block = await sizes(follower);
    assert.ok(!block.isStream && block.largest <= blockBytes);
    sum += block.sum;
  }
  // Complete only now; it was searched in pieces.
  await follower.next();
  write('app.log', `\n${text(logLines(7, 2))}`);
  const line = await sizes(follower);
  assert.deepEqual([line.isStream, line.sum], [true, 50_000_001]);
  assert.ok(line.largest <= blockBytes);
  assert.deepEqual(await follower.lines(), logLines(7, 2));
  await follower.stop();
  write('app.log', text(logLines(9, 1)));
  assert.deepEqual(await start({}, follower.positions).lines(), logLines(9, 1));
  rmSync(file('app.log'));
});

test('a file without any newline is given in pieces, and not waited for for ever', async (context) => {
  const { write, file, follow: start } = openFolder(context);
  write('app.log', 'x');
  truncateSync(file('app.log'), longestLineBytes + 5_000_000);
  const follower = start();
  assert.deepEqual((await sizes(follower)).sum, longestLineBytes);
  write('app.log', '\nnext\n');
  assert.equal((await sizes(follower)).sum, 5_000_001);
  assert.deepEqual(await follower.lines(), ['next']);
});

test('says where it may not read', { skip: process.getuid?.() === 0 ? 'root may read everything' : false }, async (context) => {
  const { write, file, follow: start } = openFolder(context);
  write('app.log', 'x\n');
  chmodSync(file('app.log'), 0);
  const follower = start();
  await follower.next();
  await assert.rejects(follower.next(), (error: unknown) => error instanceof FargazerError && error.code === 'source-denied');
});

test('positions of any shape are read, and what is none begins anew', async (context) => {
  const { write, file, follow: start } = openFolder(context);
  write('app.log', text(logLines(0, 2)));
  const lane = file('app.log');
  const hostile: JsonValue[] = [null, 'x', [], { mark: 1 }, { mark: { inode: 1, offset: -1 } }, { mark: { inode: 'a', offset: 1e30 }, past: [null, {}] }, { mark: { inode: 'a', offset: 5, head: { bytes: 1e9, hash: 'x' } } }, { past: 'x' }];
  for (const position of hostile) {
    const follower = start({}, new Map([[lane, position]]));
    assert.deepEqual(await follower.lines(), logLines(0, 2), JSON.stringify(position));
    await follower.stop();
  }
});

test('options are checked', () => {
  assert.ok(followOptions.safeParse({ path: '/var/log/*.log', from: 'end', pollMs: 100 }).success);
  for (const wrong of [{}, { path: '' }, { path: 'a', from: 'middle' }, { path: 'a', pollMs: 1 }, { path: 'a', poll: 1 }]) assert.ok(!followOptions.safeParse(wrong).success);
  assert.equal(follow({ path: 'a' }).name, 'file:a');
});
