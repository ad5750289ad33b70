/** Files that come twice, vanish while others are read, or may not be read. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { cloudTrailRecord } from '#contract';
import { assertClean, assertJudged, connections, flat, flows, folder, inProcess, main, replay, text } from './recording.ts';

test('the same file twice is read once, under whatever name', async (context) => {
  const path = folder(context, { 'a.ndjson': text(connections) });
  const once = await replay(context, [path]);
  cpSync(join(path, 'a.ndjson'), join(path, 'b.ndjson'));
  symlinkSync(join(path, 'a.ndjson'), join(path, 'c.ndjson'));
  const ran = await replay(context, [path]);
  assertJudged(ran);
  assert.deepEqual(ran.alerts, once.alerts);
  assert.match(flat(ran.out), /Read 241 records/);
  assert.match(flat(ran.out), /b\.ndjson: the same bytes as .*a\.ndjson; they are read once\./);
  assert.match(flat(ran.out), /c\.ndjson: given twice \(as .*a\.ndjson\); it is read once\./);
  const again = await replay(context, [join(path, 'a.ndjson'), join(path, 'a.ndjson'), `${path}/*.ndjson`]);
  assert.deepEqual(again.alerts, once.alerts);
});

test('the same records packed otherwise count once where they have ids of their own', async (context) => {
  const calls = Array.from({ length: 50 }, (_, at) => cloudTrailRecord({ at: Date.UTC(2026, 0, 5, 6, at), id: `call-${at}`, role: 'deploy', source: 'ecs.amazonaws.com', name: 'DescribeTasks' }));
  const path = folder(context, { 'a.ndjson': text(calls), 'b.ndjson.gz': gzipSync(text(calls)), 'c.json': `{"Records":[${calls.join()}]}`, 'd.ndjson': text(connections) });
  const ran = await replay(context, [path]);
  assertJudged(ran);
  assert.match(flat(ran.out), /100 records came more than once and counted once\./);
});

/** Makes a named pipe: whoever opens it for reading waits for a writer, so that a test knows where the reader is. */
function pipe(path: string): void {
  execFileSync('mkfifo', [path]);
}

const changes: [string, (file: string) => void, RegExp][] = [
  ['vanishes before its turn', (file) => rmSync(file), /b\.ndjson: The file vanished before it was read to its end\. Nothing of it was read\./],
  ['is cut while others are read', (file) => truncateSync(file, text(connections).length - 100), /b\.ndjson:241: cut off: the file ends inside this record\./],
  ['grows while others are read', (file) => appendFileSync(file, '{"half'), /b\.ndjson:242: cut off: the file ends inside this record\./],
];
for (const [title, change, sentence] of changes) {
  test(`a file that ${title} is a sentence, and what can be read is judged`, async (context) => {
    const path = folder(context, { 'b.ndjson': text(connections), 'c.log': text(flows()) });
    pipe(join(path, 'a.pipe'));
    const run = inProcess(['replay', ...['a.pipe', 'b.ndjson', 'c.log'].map((name) => join(path, name)), '--learn-for', '60m']);
    // The program has its list of files, and reads the first, once this opens.
    const writer = await open(join(path, 'a.pipe'), 'w');
    change(join(path, 'b.ndjson'));
    await writer.close();
    const { out, messages, status } = await run;
    assertClean(out + messages, 'the process');
    assert.equal(status, 0, messages);
    assert.match(flat(out), sentence);
    assert.match(out, /checkout talked to 203\.0\.113\[\.\]77 port 4444/);
  });
}

const nobody = 65_534;
/** Whether somebody else may run this project at all. */
const runsAsNobody = process.getuid?.() === 0 && spawnSync(process.execPath, [main, '--version'], { uid: nobody, gid: nobody }).status === 0;
const cannotBeDenied = process.getuid?.() === 0 && !runsAsNobody ? 'root may read everything, and nobody may not run this project' : false;

test('a file and a folder without permission are named, the others are judged', { skip: cannotBeDenied }, async (context) => {
  const path = folder(context, { 'a.log': text(flows()), 'b.ndjson': text(connections) });
  mkdirSync(join(path, 'shut'));
  writeFileSync(join(path, 'shut/x.log'), 'x\n');
  chmodSync(join(path, 'a.log'), 0);
  chmodSync(join(path, 'shut'), 0);
  chmodSync(path, 0o555);
  const whose = runsAsNobody ? { uid: nobody, gid: nobody } : {};
  const read = await inProcess(['replay', path, '--learn-for', '60m'], whose);
  const state = await inProcess(['replay', join(path, 'b.ndjson'), '--state', join(path, 'state')], whose);
  const report = await inProcess(['replay', join(path, 'b.ndjson'), '--report', join(path, 'r.html')], whose);
  // Else the test's own end could not remove them.
  for (const shut of [path, join(path, 'shut')]) chmodSync(shut, 0o700);
  for (const { out, messages } of [read, state, report]) assertClean(out + messages, 'the process');

  assert.equal(read.status, 0, read.messages);
  assert.match(flat(read.out), /a\.log: The file may not be read: no permission\. Nothing of it was read\. Give yourself the right to read it\./);
  assert.match(flat(read.out), /shut: the folder may not be read/);
  assert.match(read.out, /203\.0\.113\[\.\]77 port 4444/);
  assert.equal(state.status, 1);
  assert.match(state.messages, /state: the folder for the state cannot be made .*Name another folder for the state\.\n$/);
  assert.equal(report.status, 1);
  assert.match(report.messages, /r\.html: the report cannot be written: its folder may not be written to\.\n$/);
});
