/** The embedded store: its lock, its file, crashes within a step, and files that are not its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { FargazerError, partOfBytes, type ErrorCode } from '#contract';
import { embeddedStore } from '../../src/stores/embedded/index.ts';
import { temporaryFolder } from './benches.ts';
import { failsWith, part, textOf } from './store-contract.ts';

const large = partOfBytes(Buffer.alloc(20_000, 'a'));

async function filled(path: string): Promise<string> {
  const store = embeddedStore(path);
  const version = await store.commit({ key: 'walk', value: { n: 1 }, expected: undefined, parts: [large, part('two')] });
  await store.close();
  return version!;
}

const refuses = (path: string, code: ErrorCode, said: RegExp = /\.$/): void =>
  assert.throws(() => embeddedStore(path), (error) => error instanceof FargazerError && error.code === code && error.message.startsWith(path) && said.test(error.message));

/** Another process that begins a step, has written a large part of it, and never ends it. */
const holder = `
const { embeddedStore } = await import(process.argv[1]);
const store = embeddedStore(process.argv[2]);
const item = await store.item('walk');
const big = { name: 'f'.repeat(32), bytes: Buffer.alloc(9_000_000, 1) };
const stop = { get name() { process.stdout.write('held'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); } };
await store.commit({ key: 'walk', value: 2, expected: item.version, parts: [big, stop] });
`;

test('a second process is refused, and the lock of one that was killed within a step is free, its step undone', async (context) => {
  const path = temporaryFolder(context);
  const version = await filled(path);
  const module = new URL('../../src/stores/embedded/index.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, module, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  refuses(path, 'state-locked');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  const store = embeddedStore(path);
  assert.deepEqual(await store.item('walk'), { value: { n: 1 }, version });
  assert.equal(textOf(await store.part(part('two').name)), 'two');
  assert.equal(await store.part('f'.repeat(32)), undefined);
  await store.close();
});

/** Another process that commits one step after the other and tells of each. */
const killed = `
const { embeddedStore } = await import(process.argv[1]);
const store = embeddedStore(process.argv[2]);
let expected;
for (let n = 1; ; n++) {
  expected = await store.commit({ key: 'walk', value: n, expected });
  process.stdout.write(n + ' ');
}
`;

test('what was committed is there after a kill, and in a copy made then', async (context) => {
  const path = temporaryFolder(context);
  const module = new URL('../../src/stores/embedded/index.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', killed, module, join(path, 'one')], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (chunk) => {
    told += String(chunk);
    if (told.includes(' 20 ')) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  const last = Number(told.trim().split(' ').at(-1));
  cpSync(join(path, 'one'), join(path, 'two'), { recursive: true });
  for (const folder of ['one', 'two']) {
    const store = embeddedStore(join(path, folder));
    const value = (await store.item('walk'))?.value as number;
    // The last one may have been committed and not told.
    assert.ok(value === last || value === last + 1, `${value} of ${last}`);
    await store.close();
  }
});

test('one process holds a state once', async (context) => {
  const path = temporaryFolder(context);
  const store = embeddedStore(path);
  refuses(path, 'state-locked');
  await store.close();
  await store.close();
  await failsWith('state-write-failed', store.commit({ key: 'walk', value: 1, expected: undefined }));
  await embeddedStore(path).close();
});

test('a closed state is one file, and its copy a store of its own', async (context) => {
  const path = temporaryFolder(context);
  const version = await filled(join(path, 'one'));
  assert.deepEqual(readdirSync(join(path, 'one')), ['state.sqlite']);
  cpSync(join(path, 'one'), join(path, 'two'), { recursive: true });
  const [one, two] = [embeddedStore(join(path, 'one')), embeddedStore(join(path, 'two'))];
  assert.ok(await one.commit({ key: 'walk', value: 9, expected: version, replaced: [part('two').name] }));
  assert.deepEqual((await two.item('walk'))?.value, { n: 1 });
  assert.equal(textOf(await two.part(part('two').name)), 'two');
  await one.close();
  await two.close();
});

function database(file: string, sql: string): void {
  const made = new DatabaseSync(file);
  made.exec(sql);
  made.close();
}

const foreign: [string, (file: string) => void, ErrorCode?][] = [
  ['a short text', (file) => writeFileSync(file, 'x')],
  ['a long text', (file) => writeFileSync(file, 'not a database\n'.repeat(1_000))],
  ['a database of another program', (file) => database(file, 'CREATE TABLE users (name TEXT)')],
  ['a database with a write-ahead log', (file) => database(file, 'PRAGMA journal_mode = WAL; CREATE TABLE items (key TEXT PRIMARY KEY, value TEXT, version TEXT)')],
  ['a state with other tables', (file) => database(file, `PRAGMA application_id = ${0x66_61_72_67}; PRAGMA user_version = 1; CREATE TABLE users (name TEXT)`)],
  ['a state of a newer version', (file) => database(file, `PRAGMA application_id = ${0x66_61_72_67}; PRAGMA user_version = 9; CREATE TABLE items (key TEXT)`), 'state-newer'],
];
for (const [title, make, code = 'state-damaged'] of foreign) {
  test(`${title} is refused, and left as it was`, (context) => {
    const path = temporaryFolder(context);
    const file = join(path, 'state.sqlite');
    make(file);
    const before = readFileSync(file);
    refuses(path, code, /Nothing was changed/);
    assert.ok(readFileSync(file).equals(before));
    assert.deepEqual(readdirSync(path), ['state.sqlite']);
  });
}

test('an empty file is a new store', async (context) => {
  const path = temporaryFolder(context);
  writeFileSync(join(path, 'state.sqlite'), '');
  await filled(path);
  const store = embeddedStore(path);
  assert.deepEqual((await store.item('walk'))?.value, { n: 1 });
  await store.close();
});

test('pages that are damaged or missing are refused in a sentence, and left as they were', async (context) => {
  const path = temporaryFolder(context);
  const file = join(path, 'state.sqlite');
  for (const damage of [
    () => writeFileSync(file, readFileSync(file).fill(0xa5, 4_096)),
    () => writeFileSync(file, readFileSync(file).fill(0xa5, 100, 4_096)),
    () => truncateSync(file, 8_192),
  ]) {
    rmSync(file, { force: true });
    await filled(path);
    damage();
    const before = readFileSync(file);
    const readAll = async (): Promise<void> => {
      const store = embeddedStore(path);
      try {
        await store.items('walk');
        for (const { name } of [large, part('two')]) assert.ok((await store.part(name)) !== undefined);
      } finally {
        await store.close();
      }
    };
    const error = await failsWith('state-damaged', readAll());
    assert.match(error.message, /Nothing was changed/);
    assert.ok(readFileSync(file).equals(before));
  }
});

test('an item that is no JSON is told as damaged', async (context) => {
  const path = temporaryFolder(context);
  await filled(path);
  database(join(path, 'state.sqlite'), "UPDATE items SET value = '{'");
  const store = embeddedStore(path);
  await failsWith('state-damaged', store.item('walk'));
  await failsWith('state-damaged', store.items('walk'));
  await store.close();
});

test('a folder that cannot be made or opened is a sentence', (context) => {
  const path = temporaryFolder(context);
  writeFileSync(join(path, 'file'), '');
  refuses(join(path, 'file'), 'state-write-failed');
  refuses(join(path, 'file', 'deeper'), 'state-write-failed');
  mkdirSync(join(path, 'folder', 'state.sqlite'), { recursive: true });
  refuses(join(path, 'folder'), 'state-write-failed');
});
