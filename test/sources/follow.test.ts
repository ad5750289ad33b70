/** Following files: rotation by renaming, by copying and truncating, deletion, restarts in between, and lines of any length. */
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { FargazerError, type JsonValue } from '#contract';
import { follow } from '../../src/sources/file/follow.ts';
import { blockBytes, longestLineBytes } from '../../src/sources/file/follow-block.ts';
import { followOptions } from '../../src/sources/file/follow-options.ts';
import { isRotatedName } from '../../src/sources/file/follow-rotated.ts';
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

test('follows a file that is renamed, to its end, and goes on with the new one', async (context) => {
  const { write, rename, follow: start } = openFolder(context);
  const lines = logLines(0, 9);
  write('app.log', text(lines.slice(0, 2)));
  const follower = start();
  assert.deepEqual(await follower.lines(), lines.slice(0, 2));
  write('app.log', text(lines.slice(2, 4)));
  rename('app.log');
  // The writer was not told yet.
  write('app.log.1', text(lines.slice(4, 6)));
  write('app.log', text(lines.slice(6)));
  assert.deepEqual(await follower.lines(), lines.slice(2));
});

test('two rotations between two looks lose nothing', async (context) => {
  const { write, rename, follow: start } = openFolder(context);
  const lines = logLines(0, 12);
  write('app.log', text(lines.slice(0, 3)));
  const follower = start();
  assert.deepEqual(await follower.lines(), lines.slice(0, 3));
  for (const from of [3, 6]) {
    write('app.log', text(lines.slice(from, from + 3)));
    rename('app.log');
  }
  write('app.log', text(lines.slice(9)));
  assert.deepEqual(await follower.lines(), lines.slice(3));
});

test('follows a file that is copied and truncated: the rest of the copy first', async (context) => {
  const { write, copyTruncate, follow: start } = openFolder(context);
  const lines = logLines(0, 9);
  write('app.log', text(lines.slice(0, 3)));
  const follower = start();
  assert.deepEqual(await follower.lines(), lines.slice(0, 3));
  write('app.log', text(lines.slice(3, 6)));
  copyTruncate('app.log');
  write('app.log', text(lines.slice(6)));
  assert.deepEqual(await follower.lines(), lines.slice(3));
});

test('a file that was truncated and has outgrown what was read is known as new', async (context) => {
  const { write, file, follow: start } = openFolder(context);
  write('app.log', text(logLines(0, 3)));
  const follower = start();
  await follower.lines();
  truncateSync(file('app.log'));
  write('app.log', text(logLines(100, 20)));
  assert.deepEqual(await follower.lines(), logLines(100, 20));
});

test('gives the last line without a newline where its file is deleted, and goes on when it comes back', async (context) => {
  const { write, file, follow: start } = openFolder(context);
  write('app.log', `${text(logLines(0, 2))}the last words`);
  const follower = start();
  await follower.lines();
  rmSync(file('app.log'));
  assert.deepEqual(await follower.lines(), ['the last words']);
  assert.equal(follower.source.health()[0]?.state, 'waiting');
  write('app.log', text(logLines(5, 2)));
  assert.deepEqual(await follower.lines(), logLines(5, 2));
  assert.equal(follower.source.health()[0]?.state, 'reading');
});

/** What happens to a log while nobody follows it. */
const absences: [title: string, act: (folder: ReturnType<typeof openFolder>, lines: string[]) => void][] = [
  ['it grew', ({ write }, lines) => write('app.log', text(lines))],
  ['it was renamed once', ({ write, rename }, lines) => {
    write('app.log', text(lines.slice(0, 4)));
    rename('app.log');
    write('app.log', text(lines.slice(4)));
  }],
  ['it was renamed three times', ({ write, rename }, lines) => {
    for (const from of [0, 3, 6]) {
      write('app.log', text(lines.slice(from, from + 3)));
      rename('app.log');
    }
    write('app.log', text(lines.slice(9)));
  }],
  ['it was renamed by date, and not written since', ({ write, file }, lines) => {
    write('app.log', text(lines));
    renameSync(file('app.log'), file('app-20260304.log'));
  }],
  ['it was copied and truncated', ({ write, copyTruncate }, lines) => {
    write('app.log', text(lines.slice(0, 4)));
    copyTruncate('app.log');
    write('app.log', text(lines.slice(4)));
  }],
  ['it was copied, truncated, and is longer than before', ({ write, copyTruncate }, lines) => {
    copyTruncate('app.log');
    write('app.log', text(lines));
  }],
  ['the volume was restored: other inodes, same content', ({ write, file }, lines) => {
    write('app.log', text(lines));
    writeFileSync(file('restored'), '');
    renameSync(file('app.log'), file('old'));
    appendFileSync(file('restored'), text([...logLines(0, 5), ...lines]));
    rmSync(file('old'));
    renameSync(file('restored'), file('app.log'));
  }],
];
for (const [title, act] of absences) {
  test(`goes on with exactly the rest after a restart where ${title}`, async (context) => {
    const folder = openFolder(context);
    folder.write('app.log', text(logLines(0, 5)));
    const before = folder.follow();
    assert.deepEqual(await before.lines(), logLines(0, 5));
    await before.stop();
    act(folder, logLines(5, 12));
    const after = folder.follow({}, before.positions);
    assert.deepEqual(await after.lines(), logLines(5, 12));
    // And once more, from where that one stood.
    await after.stop();
    folder.write('app.log', text(logLines(17, 2)));
    assert.deepEqual(await folder.follow({}, after.positions).lines(), logLines(17, 2));
  });
}

test('says that the rest of a file is gone, and reads the one in its place', async (context) => {
  const { write, file, follow: start } = openFolder(context);
  write('app.log', text(logLines(0, 5)));
  const before = start();
  await before.lines();
  await before.stop();
  rmSync(file('app.log'));
  writeFileSync(file('app.log.1.gz'), gzipSync(text(logLines(0, 9))));
  write('app.log', text(logLines(20, 2)));
  const after = start({}, before.positions);
  assert.deepEqual(await after.lines(), logLines(20, 2));
  assert.match(after.source.health()[0]?.reason ?? '', /is gone; what it may still have held was not read/);
});

test('a pattern that matches rotated files too gives nothing twice, across restarts as well', async (context) => {
  const folder = openFolder(context);
  const { write, rename, copyTruncate, file, path } = folder;
  const pattern = { path: `${path}/*.log*` };
  let written = 0;
  const add = (count: number): void => {
    write('app.log', text(logLines(written, count)));
    written += count;
  };
  add(3);
  write('other.log', text(logLines(1_000, 2)));
  let follower = folder.follow(pattern);
  const got: string[] = [];
  const check = async (): Promise<void> => {
    got.push(...(await follower.lines()));
    assert.deepEqual(got.toSorted(), [...logLines(0, written), ...logLines(1_000, 2)].toSorted());
  };
  await check();
  for (const act of [rename, copyTruncate, rename, rename, copyTruncate]) {
    add(3);
    act('app.log');
    add(2);
    await check();
    const { positions } = follower;
    await follower.stop();
    add(1);
    follower = folder.follow(pattern, positions);
    await check();
  }
  writeFileSync(file('app.log.9.gz'), gzipSync(text(logLines(0, 3))));
  await check();
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

test('knows names that rotation gives from those of other logs', () => {
  for (const name of ['app.log.1', 'app.log.12', 'app.log-20260304', 'app.log.2026-03-04', 'app.log.2026-03-04T18', 'app-20260304.log', 'app.2026-03-04.log', 'app.log.old', 'app.log.bak']) assert.ok(isRotatedName('/var/log/app.log', name), name);
  for (const name of ['app.log', 'app.log.gz', 'app.log.1.gz', 'app.log-errors', 'app-2.log', 'application.log', 'app.log.', 'xapp.log.1', 'app.log1']) assert.ok(!isRotatedName('/var/log/app.log', name), name);
});

test('options are checked', () => {
  assert.ok(followOptions.safeParse({ path: '/var/log/*.log', from: 'end', pollMs: 100 }).success);
  for (const wrong of [{}, { path: '' }, { path: 'a', from: 'middle' }, { path: 'a', pollMs: 1 }, { path: 'a', poll: 1 }]) assert.ok(!followOptions.safeParse(wrong).success);
  assert.equal(follow({ path: 'a' }).name, 'file:a');
});

test('whatever is done to a log, and wherever it is resumed, each line is given once, in order', { timeout: 60_000 }, async (context) => {
  const acts = ['line', 'line', 'lines', 'half', 'rename', 'copy', 'read', 'read', 'restart'] as const;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...acts), { minLength: 4, maxLength: 25 }), async (script) => {
      const folder = openFolder(context);
      let written = 0;
      let isHalf = false;
      const add = (count: number): void => {
        // The second half of the line that was begun, then whole ones.
        const whole = text(logLines(written, count));
        folder.write('app.log', isHalf ? whole.slice(20) : whole);
        isHalf = false;
        written += count;
      };
      add(3);
      let follower = folder.follow();
      const got = await follower.lines();
      for (const act of script) {
        if (act === 'line') add(1);
        if (act === 'lines') add(4);
        if (act === 'half' && !isHalf) {
          folder.write('app.log', text(logLines(written, 1)).slice(0, 20));
          isHalf = true;
        }
        if (act === 'read') got.push(...(await follower.lines()));
        if (act === 'restart') {
          await follower.stop();
          follower = folder.follow({}, follower.positions);
        }
        if (act === 'rename' || act === 'copy') {
          // Writers rotate between lines; between two looks, copies are made of files of which some was read.
          if (isHalf) add(1);
          if (act === 'copy') got.push(...(await follower.lines()));
          add(2);
          folder[act === 'rename' ? 'rename' : 'copyTruncate']('app.log');
          add(2);
        }
      }
      got.push(...(await follower.lines()));
      await follower.stop();
      rmSync(folder.path, { recursive: true });
      assert.deepEqual(got, logLines(0, written));
    }),
    { numRuns: 40 },
  );
});
