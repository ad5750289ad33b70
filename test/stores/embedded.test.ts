/** The embedded store: its lock, its file, and files that are not its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { FargazerError, type ErrorCode } from '#contract';
import { embedded } from '../../src/stores/embedded/index.ts';
import { contents } from './contract.ts';

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fargazer-store-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

function filled(path: string): void {
  const store = embedded(path);
  store.commit({ header: { version: 1 }, parts: new Map([['a', Buffer.alloc(20_000, 'a')], ['b', Buffer.from('two')]]) });
  store.close();
}

const refuses = (path: string, code: ErrorCode): void =>
  assert.throws(() => embedded(path), (error) => error instanceof FargazerError && error.code === code && error.message.startsWith(path) && error.message.endsWith('.'));

/** Another process that holds a state, begins a step and never ends it. */
const holder = `
const { embedded } = await import(process.argv[1]);
const store = embedded(process.argv[2]);
const parts = new Map([['a', Buffer.from('half')], ['c', Buffer.alloc(9_000_000)]]);
parts[Symbol.iterator] = function* () {
  yield* parts.entries();
  process.stdout.write('held');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
store.commit({ header: { version: 2 }, parts });
`;

test('a second process is refused, and the lock of one that was killed within a step is free, its step undone', async (context) => {
  const path = folder(context);
  filled(path);
  const store = new URL('../../src/stores/embedded/index.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, store, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  refuses(path, 'state-locked');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  const after = embedded(path);
  assert.deepEqual(after.header(), { version: 1 });
  assert.deepEqual(contents(after), { a: 'a'.repeat(20_000), b: 'two' });
  after.close();
});

test('one process holds a state once', (context) => {
  const path = folder(context);
  const store = embedded(path);
  refuses(path, 'state-locked');
  store.close();
  embedded(path).close();
});

test('a copied folder is a store of its own, and one file holds it', (context) => {
  const path = folder(context);
  filled(join(path, 'one'));
  assert.deepEqual(readdirSync(join(path, 'one')), ['state.sqlite']);
  cpSync(join(path, 'one'), join(path, 'two'), { recursive: true });
  const [one, two] = [embedded(join(path, 'one')), embedded(join(path, 'two'))];
  one.commit({ header: { version: 9 }, parts: new Map([['a', undefined]]) });
  assert.deepEqual(two.header(), { version: 1 });
  assert.equal(two.part('b')!.length, 3);
  one.close();
  two.close();
});

function database(file: string, sql: string): void {
  const made = new DatabaseSync(file);
  made.exec(sql);
  made.close();
}

const foreign: [string, (file: string) => void][] = [
  ['a short text', (file) => writeFileSync(file, 'x')],
  ['a long text', (file) => writeFileSync(file, 'not a database\n'.repeat(1_000))],
  ['a database of another program', (file) => database(file, 'CREATE TABLE users (name TEXT)')],
  ['a database with a write-ahead log', (file) => database(file, 'PRAGMA journal_mode = WAL; CREATE TABLE header (id INTEGER PRIMARY KEY, value TEXT NOT NULL)')],
  ['a database with the mark of another program', (file) => database(file, 'PRAGMA application_id = 1; CREATE TABLE parts (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID')],
];
for (const [title, make] of foreign) {
  test(`${title} is no state, and is left as it was`, (context) => {
    const path = folder(context);
    const file = join(path, 'state.sqlite');
    make(file);
    const before = readFileSync(file);
    assert.throws(() => embedded(path), (error) => error instanceof FargazerError && error.code === 'state-damaged' && /not a state of fargazer.*Nothing was changed/.test(error.message));
    assert.ok(readFileSync(file).equals(before));
    assert.deepEqual(readdirSync(path), ['state.sqlite']);
  });
}

test('an empty file is a new store', (context) => {
  const path = folder(context);
  writeFileSync(join(path, 'state.sqlite'), '');
  filled(path);
  const store = embedded(path);
  assert.deepEqual(store.header(), { version: 1 });
  store.close();
});

test('pages that are damaged or missing are refused in a sentence, and left as they were', (context) => {
  const path = folder(context);
  const file = join(path, 'state.sqlite');
  for (const damage of [
    () => writeFileSync(file, readFileSync(file).fill(0xa5, 4_096)),
    () => writeFileSync(file, readFileSync(file).fill(0xa5, 100, 4_096)),
    () => truncateSync(file, 8_192),
  ]) {
    rmSync(file, { force: true });
    filled(path);
    damage();
    const before = readFileSync(file);
    const readAll = (): void => {
      const store = embedded(path);
      try {
        store.header();
        for (const name of store.partNames('')) store.part(name);
      } finally {
        store.close();
      }
    };
    assert.throws(readAll, (error) => error instanceof FargazerError && error.code === 'state-damaged' && /Nothing was changed/.test(error.message));
    assert.ok(readFileSync(file).equals(before));
  }
});

test('a folder that cannot be made or opened is a sentence', (context) => {
  const path = folder(context);
  writeFileSync(join(path, 'file'), '');
  refuses(join(path, 'file'), 'state-write-failed');
  refuses(join(path, 'file', 'deeper'), 'state-write-failed');
  mkdirSync(join(path, 'folder', 'state.sqlite'), { recursive: true });
  refuses(join(path, 'folder'), 'state-write-failed');
});
