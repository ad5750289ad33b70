/** A state that cannot be written, is held by another process, or is no state: what was saved stays as it was. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { cloudTrailRecord, fireLensLine } from '#contract';
import { fargazer } from '../support/stories.ts';
import { assertClean, connections, folder, inProcess, text } from './recording.ts';

const digestOf = (state: string): string => createHash('sha256').update(readFileSync(join(state, 'state.sqlite'))).digest('hex');

/** What a state grows by: kinds of lines that no other is like. */
const growth = Array.from({ length: 300 }, (_, at) => {
  const words = Array.from({ length: 12 }, (__, word) => (Math.imul(at + 1, 0x9e3779b1 + word) >>> 0).toString(36).replaceAll(/\d/g, 'q'));
  return fireLensLine({ at: Date.UTC(2026, 0, 5, 7, at % 50), service: 'shop', task: 3, log: words.join(' ') });
});

const hour = '2026-01-05T07:00Z';

/** Released after the first hour ends: the state keeps it unwalked. */
const held = cloudTrailRecord({ at: Date.UTC(2026, 0, 5, 6, 58), id: 'held', role: 'deploy', source: 'ecs.amazonaws.com', name: 'DescribeTasks' });

/** A state that was taught the first hour, beside a recording of both hours and one that it would grow by. */
async function taught(context: TestContext, state?: string): Promise<{ path: string; state: string }> {
  const path = folder(context, { 'a.ndjson': text([...connections, held]), 'b.ndjson': text([...connections, held, ...growth]) });
  const made = state ?? join(path, 'state');
  const { status, messages } = await fargazer('replay', join(path, 'a.ndjson'), '--state', made, '--learn-only', '--to', hour);
  assert.equal(status, 0, messages);
  return { path, state: made };
}

/** The second hour on the state: what the state is for. */
async function goesOn(path: string, state: string): Promise<void> {
  const { out, status, messages } = await fargazer('replay', join(path, 'a.ndjson'), '--state', state, '--from', hour);
  assert.equal(status, 0, messages);
  assert.match(out, /203\.0\.113\[\.\]77 port 4444/);
}

/** A run that could not save its state: told, status 1, its alerts shown, the state as before and good to go on from. */
async function assertNotSaved(path: string, state: string, before?: string): Promise<void> {
  const digest = digestOf(state);
  const { out, messages, status } = await inProcess(['replay', join(path, 'b.ndjson'), '--state', state, '--from', hour], before === undefined ? {} : { before });
  assertClean(out + messages, 'the process');
  assert.match(messages, /state: the state could not be written \(.+\)\. What was saved before is unchanged; free the disk, or name another folder for the state\.\n$/);
  assert.match(out, /203\.0\.113\[\.\]77 port 4444/);
  assert.equal(status, 1);
  assert.equal(digestOf(state), digest);
  assert.deepEqual(readdirSync(state), ['state.sqlite']);
}

test('a disk that is full leaves the state as it was, and the alerts are shown', async (context) => {
  const disk = folder(context);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', disk]).status !== 0) {
    context.skip('no right to mount a small disk here');
    return;
  }
  try {
    const { path, state } = await taught(context, join(disk, 'state'));
    const ballast = Buffer.alloc(96 * 1_024 - statSync(join(state, 'state.sqlite')).size - 12_288);
    writeFileSync(join(disk, 'ballast'), ballast);
    await assertNotSaved(path, state);
    rmSync(join(disk, 'ballast'));
    await goesOn(path, state);
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
});

test('a quota that is used up leaves the state as it was, and the alerts are shown', async (context) => {
  const { path, state } = await taught(context);
  await assertNotSaved(path, state, `ulimit -f ${Math.ceil(statSync(join(state, 'state.sqlite')).size / 1_024)}`);
  await goesOn(path, state);
});

test('a quota that allows no state at all is told before anything is read', async (context) => {
  const path = folder(context, { 'a.ndjson': text(connections) });
  const { out, messages, status } = await inProcess(['replay', join(path, 'a.ndjson'), '--state', join(path, 'state')], { before: 'ulimit -f 1' });
  assertClean(out + messages, 'the process');
  assert.equal(out, '');
  assert.equal(status, 1);
  assert.match(messages, /state: the state cannot be opened \(.+\)\. Name another folder for the state\.\n$/);
});

test('of two processes with one state the second is refused, and the first is not disturbed', async (context) => {
  const { path, state } = await taught(context);
  execFileSync('mkfifo', [join(path, 'pipe')]);
  const first = inProcess(['replay', join(path, 'pipe'), '--state', state]);
  // The first holds the state before it opens what it reads.
  const writer = await open(join(path, 'pipe'), 'w');
  for (const words of [['replay', join(path, 'b.ndjson'), '--state', state], ['baseline', 'show', '--state', state]]) {
    const { out, messages, status } = await inProcess(words);
    assertClean(out + messages, 'the second');
    assert.equal(messages, `${state}: another process works on this state. Wait until it ends, or name another folder for the state.\n`);
    assert.equal(status, 1);
    assert.equal(out, '');
  }
  await writer.writeFile(text(connections));
  await writer.close();
  const { out, status, messages } = await first;
  assert.equal(status, 0, messages);
  assert.match(out, /203\.0\.113\[\.\]77 port 4444/);
});

test('a process that was killed leaves a state to go on from', async (context) => {
  const { path, state } = await taught(context);
  execFileSync('mkfifo', [join(path, 'pipe')]);
  const killed = inProcess(['replay', join(path, 'pipe'), '--state', state], { before: `echo $$ > '${join(path, 'pid')}'` });
  const writer = await open(join(path, 'pipe'), 'w');
  process.kill(Number(readFileSync(join(path, 'pid'), 'utf8')), 'SIGKILL');
  await killed;
  await writer.close();
  await goesOn(path, state);
});

/** Two commands that open the state are refused by a sentence that begins with its place, and change no byte. */
async function assertRefused(path: string, state: string, sentence: RegExp): Promise<void> {
  const before = digestOf(state);
  for (const words of [['replay', join(path, 'a.ndjson'), '--state', state], ['baseline', 'show', '--state', state]]) {
    const { out, messages, status } = await fargazer(...words);
    assertClean(out + messages, 'the run');
    assert.equal(out, '');
    assert.equal(status, 1);
    assert.match(messages, sentence);
    assert.ok(messages.startsWith(state));
  }
  assert.equal(digestOf(state), before);
  assert.deepEqual(readdirSync(state), ['state.sqlite']);
}

/** Works on the file behind fargazer's back. */
function tamper(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

const foreign: [string, (file: string) => void][] = [
  ['a text file', (file) => writeFileSync(file, 'not a database, but long enough to look at\n'.repeat(100))],
  ['a database of another program', (file) => tamper(file, "CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('anna');")],
  ['a database with a table of the same name', (file) => tamper(file, 'CREATE TABLE items (subject TEXT);')],
];
for (const [title, make] of foreign) {
  test(`${title} in the place of a state is refused and left as it was`, async (context) => {
    const path = folder(context, { 'a.ndjson': text(connections) });
    const state = join(path, 'state');
    mkdirSync(state);
    make(join(state, 'state.sqlite'));
    await assertRefused(path, state, /state\.sqlite: this is not a state of fargazer, or it is damaged\. Nothing was changed; name another folder for the state\.\n$/);
  });
}

const header = "(SELECT value FROM items WHERE key = 'walk/state')";
const damages: [string, string, RegExp][] = [
  ['made by a newer version', `UPDATE items SET value = json_set(value, '$.version', 99)`, /made by a newer version of fargazer \(state version 99, .*Nothing was changed; use the newer version, or another place for the state\.\n$/],
  ['whose header is no JSON', `UPDATE items SET value = '{"fargazer'`, /damaged.*Nothing was changed/],
  ['whose header is another value', `UPDATE items SET value = '[1]'`, /(?:damaged|not a state of fargazer).*Nothing was changed/],
  ['whose header is null', `UPDATE items SET value = 'null'`, /(?:damaged|not a state of fargazer).*Nothing was changed/],
  ['whose header lacks its marks', `UPDATE items SET value = json_remove(value, '$.marks')`, /damaged.*Nothing was changed/],
  ['with a part that is cut', `UPDATE parts SET bytes = substr(bytes, 1, 20) WHERE name = json_extract(${header}, '$.facts')`, /damaged.*Nothing was changed/],
  ['whose index of owners is not there', `DELETE FROM parts WHERE name = json_extract(${header}, '$.buckets[0]')`, /damaged.*Nothing was changed/],
  ['with an owner that is not there', `DELETE FROM parts WHERE ${header} NOT LIKE '%' || name || '%'`, /damaged.*Nothing was changed/],
  ['without its episodes', `DELETE FROM parts WHERE name = json_extract(${header}, '$.episodes')`, /damaged.*Nothing was changed/],
  ['whose open minutes are others', `UPDATE items SET value = json_set(value, '$.open', json_extract(value, '$.facts'))`, /damaged.*Nothing was changed/],
  ['whose unwalked records are damaged', `UPDATE parts SET bytes = substr(bytes, 1, 20) WHERE name = json_extract(${header}, '$.tape[0][2]')`, /damaged.*Nothing was changed/],
  ['with a table that is gone', 'DROP TABLE parts', /damaged.*Nothing was changed/],
];
for (const [title, sql, sentence] of damages) {
  test(`a state ${title} is refused and left as it was`, async (context) => {
    const { path, state } = await taught(context);
    tamper(join(state, 'state.sqlite'), sql);
    await assertRefused(path, state, sentence);
  });
}

test('a state whose file is damaged in the middle is refused and left as it was', async (context) => {
  const { path, state } = await taught(context);
  const file = join(state, 'state.sqlite');
  writeFileSync(file, readFileSync(file).fill(0xa5, 4_096));
  await assertRefused(path, state, /damaged.*Nothing was changed/);
});

test('a copied folder is a state of its own', async (context) => {
  const { path, state } = await taught(context);
  cpSync(state, join(path, 'copy'), { recursive: true });
  await goesOn(path, state);
  await goesOn(path, join(path, 'copy'));
});
