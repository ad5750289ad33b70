/** Following files through rotation: renamed, copied and truncated, deleted, and restarts in between. */
import assert from 'node:assert/strict';
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { isRotatedName } from '../../src/sources/file/follow-rotated.ts';
import { logLines, openFolder, text } from './following.ts';
import { contentOf } from './live-contract.ts';

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

test('waits for a writer that was not told yet of the rotation', async (context) => {
  const { write, rename, clock, follow: start } = openFolder(context);
  write('app.log', text(logLines(0, 2)));
  const follower = start();
  await follower.lines();
  rename('app.log');
  const renamedMs = clock.now();
  let coming = follower.next();
  // Time passes while the source looks again and again.
  while (clock.now() - renamedMs < 2_000) {
    const isThere = await Promise.race([coming.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);
    if (isThere) coming = follower.next();
  }
  write('app.log.1', text(logLines(2, 1)));
  write('app.log', text(logLines(3, 1)));
  const [record] = (await coming).records;
  const first = record === undefined ? '' : (await contentOf(record)).toString();
  assert.equal(first + text(await follower.lines()), text(logLines(2, 2)));
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

test('what was read is not taken for new after its path is gone for hours', async (context) => {
  const { write, rename, file, path, clock, follow: start } = openFolder(context);
  write('app.log', text(logLines(0, 3)));
  const follower = start({ path: `${path}/*.log*` });
  assert.deepEqual(await follower.lines(), logLines(0, 3));
  rename('app.log');
  for (let hour = 0; hour < 3; hour += 1) {
    assert.deepEqual(await follower.lines(), []);
    clock.advance(3_600_000);
  }
  assert.deepEqual([...follower.positions.keys()], [file('app.log')]);
});

test('knows names that rotation gives from those of other logs', () => {
  for (const name of ['app.log.1', 'app.log.12', 'app.log-20260304', 'app.log.2026-03-04', 'app.log.2026-03-04T18', 'app-20260304.log', 'app.2026-03-04.log', 'app.log.old', 'app.log.bak']) assert.ok(isRotatedName('/var/log/app.log', name), name);
  for (const name of ['app.log', 'app.log.gz', 'app.log.1.gz', 'app.log-errors', 'app-2.log', 'application.log', 'app.log.', 'xapp.log.1', 'app.log1']) assert.ok(!isRotatedName('/var/log/app.log', name), name);
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
