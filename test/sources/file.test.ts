/** The file source: which files are read, once each, and what happens with those that are cut, damaged or gone. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { FargazerError } from '#contract';
import { expandPaths } from '../../src/sources/file/paths.ts';
import { readChunks } from '../../src/sources/file/read-chunks.ts';

const root = mkdtempSync(join(tmpdir(), 'fargazer-file-'));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function folder(files: Record<string, string | Buffer> = {}): string {
  const path = join(root, `case-${folders++}`);
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

async function read(path: string): Promise<{ bytes: Buffer; notes: string[]; stored: number; largest: number }> {
  const notes: string[] = [];
  const chunks: Buffer[] = [];
  let stored = 0;
  let largest = 0;
  for await (const chunk of readChunks({ path, file: path }, { onNote: (note) => notes.push(note), onBytes: (bytes) => (stored += bytes) })) {
    chunks.push(Buffer.from(chunk));
    largest = Math.max(largest, chunk.length);
  }
  return { bytes: Buffer.concat(chunks), notes, stored, largest };
}

/** Text that does not shrink to nothing. */
const text = (lines: number): Buffer => Buffer.from(Array.from({ length: lines }, (_, at) => `line ${at} ${Math.imul(at, 0x9e3779b1).toString(36)}\n`).join(''));
const names = (path: string, found: { path: string }[]): string[] => found.map((input) => input.path.slice(path.length + 1));

test('reads folders in the order of names, without what is no telemetry', () => {
  const path = folder({ 'b.log': 'b', 'a/z.json': 'z', 'README.md': 'r', LICENSE: 'l', '.hidden': 'h', 'x.png': 'p', 'a/.git/config': 'c' });
  const { inputs, notes } = expandPaths([path]);
  assert.deepEqual(names(path, inputs), ['a/z.json', 'b.log']);
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? '', /passed over .*README\.md/);
});

test('reads a file of any name when it is named', () => {
  const path = folder({ 'README.md': 'r' });
  assert.equal(expandPaths([join(path, 'README.md')]).inputs.length, 1);
});

test('reads patterns, and names given on the command line', () => {
  const path = folder({ 'a.csv': 'a', 'b.csv': 'b', 'c.log': 'c' });
  const { inputs } = expandPaths([`cpu=${path}/*.csv`, '-']);
  assert.deepEqual(inputs.map(({ file, name }) => [file.slice(-5), name]), [['stdin', undefined], ['a.csv', 'cpu'], ['b.csv', 'cpu']]);
});

test('does not care in which order paths were given', () => {
  const path = folder({ 'a.log': 'a', 'b.log': 'b' });
  assert.deepEqual(expandPaths([join(path, 'b.log'), join(path, 'a.log')]).inputs, expandPaths([join(path, 'a.log'), join(path, 'b.log')]).inputs);
});

test('reads one file once, though it is given twice, linked or copied', () => {
  const path = folder({ 'a.log': 'same', 'b.log': 'same', 'c.log': 'diff' });
  symlinkSync(join(path, 'a.log'), join(path, 'link.log'));
  const { inputs, notes } = expandPaths([path, join(path, 'c.log')]);
  assert.deepEqual(names(path, inputs), ['a.log', 'c.log']);
  assert.equal(notes.filter((note) => /given twice/.test(note)).length, 2);
  assert.equal(notes.filter((note) => /the same bytes as/.test(note)).length, 1);
});

test('says which path is missing and what to do', () => {
  for (const path of [join(root, 'none.log'), join(root, '*.none'), `cpu=${join(root, 'none.csv')}`, ''])
    assert.throws(() => expandPaths([path]), (error) => error instanceof FargazerError && error.code === 'path-missing' && /Check|Name/.test(error.message));
});

test('gives plain, gzip and zstd alike, by content and not by name', async () => {
  const plain = text(200_000);
  const path = folder({ 'a.gz': plain, 'b.log': gzipSync(plain), 'c.log': zstdCompressSync(plain) });
  for (const name of ['a.gz', 'b.log', 'c.log']) {
    const { bytes, notes, largest } = await read(join(path, name));
    assert.ok(bytes.equals(plain), name);
    assert.deepEqual(notes, []);
    assert.ok(largest <= 3 * 1024 * 1024);
  }
});

test('reads all members of a gzip and all frames of a zstd file', async () => {
  const [one, two] = [text(10), text(20_000)];
  const path = folder({ 'a.gz': Buffer.concat([gzipSync(one), gzipSync(two), gzipSync(one)]), 'a.zst': Buffer.concat([zstdCompressSync(one), zstdCompressSync(two)]) });
  assert.ok((await read(join(path, 'a.gz'))).bytes.equals(Buffer.concat([one, two, one])));
  assert.ok((await read(join(path, 'a.zst'))).bytes.equals(Buffer.concat([one, two])));
});

test('reads a gzip file to its end though something is appended', async () => {
  const plain = text(1_000);
  for (const tail of [Buffer.alloc(600_000), Buffer.alloc(600_000, 'x')]) {
    const { bytes, notes } = await read(join(folder({ x: Buffer.concat([gzipSync(plain), tail]) }), 'x'));
    assert.ok(bytes.equals(plain));
    assert.equal(notes.length, tail[0] === 0 ? 0 : 1);
  }
});

test('delivers everything before the cut of a truncated file, and says so', async () => {
  const plain = text(50_000);
  for (const [name, packed] of [['gzip', gzipSync(plain)], ['zstd', zstdCompressSync(plain)]] as const) {
    const path = join(folder({ x: packed.subarray(0, Math.floor(packed.length * 0.7)) }), 'x');
    const { bytes, notes } = await read(path);
    assert.ok(bytes.length > plain.length * 0.5 && plain.subarray(0, bytes.length).equals(bytes), `${name} ${bytes.length}`);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', new RegExp(`^The file ends in the middle \\(${name} cut off\\)\\. ${bytes.length} bytes were read`));
  }
});

test('stops at damage with a sentence', async () => {
  const plain = text(200_000);
  const packed = gzipSync(plain);
  packed.fill(0xff, Math.floor(packed.length / 2), Math.floor(packed.length / 2) + 200);
  const { bytes, notes } = await read(join(folder({ x: packed }), 'x'));
  assert.ok(bytes.length > 100_000);
  assert.match(notes[0] ?? '', /^The file is damaged: its gzip data/);
});

test('stops a compression bomb and keeps what was read', async () => {
  const bomb = gzipSync(Buffer.alloc(160_000_000));
  const path = join(folder({ x: bomb }), 'x');
  let bytes = 0;
  const notes: string[] = [];
  for await (const chunk of readChunks({ path, file: path }, { onNote: (note) => notes.push(note) })) bytes += chunk.length;
  assert.ok(bytes > 90_000_000 && bytes < 200_000_000, `${bytes}`);
  assert.match(notes[0] ?? '', /compression bomb/);
});

test('names archives that are not read and their cure', async () => {
  const { bytes, notes } = await read(join(folder({ x: Buffer.from('PK\u0003\u0004rest') }), 'x'));
  assert.equal(bytes.length, 0);
  assert.match(notes[0] ?? '', /zip archive.*unpack it/);
});

test('says that a file vanished, is a folder, or became shorter', async () => {
  const path = folder({ x: text(1_000_000) });
  assert.match((await read(join(path, 'gone'))).notes[0] ?? '', /vanished.*Nothing of it was read/);
  assert.match((await read(path)).notes[0] ?? '', /folder/);
  const notes: string[] = [];
  let bytes = 0;
  for await (const chunk of readChunks({ path: join(path, 'x'), file: 'x' }, { onNote: (note) => notes.push(note) })) {
    bytes += chunk.length;
    truncateSync(join(path, 'x'), 10);
  }
  assert.match(notes[0] ?? '', new RegExp(`became shorter while it was read: ${bytes} of`));
});

test('says that it has no permission', { skip: process.getuid?.() === 0 ? 'root may read everything' : false }, async () => {
  const path = join(folder({ x: 'x' }), 'x');
  chmodSync(path, 0);
  assert.match((await read(path)).notes[0] ?? '', /no permission/);
});

test('tells the bytes as stored', async () => {
  const packed = gzipSync(text(1_000));
  assert.equal((await read(join(folder({ x: packed }), 'x'))).stored, packed.length);
});
