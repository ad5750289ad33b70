/** Input made to fill the memory: a line of 50 MB and a compression bomb, measured in a process of their own. */
import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import { assertClean, connections, flat, folder, inProcess, text } from './recording.ts';

const megabyte = 1_000_000;

/** What a replay of an ordinary file takes, to be compared with. */
let ordinaryBytes = 0;
before(async (context) => {
  const path = folder(context as never, { 'a.ndjson': text(connections) });
  ordinaryBytes = (await inProcess(['replay', path, '--learn-for', '60m'])).residentBytes;
});

const fillings: [string, string, string][] = [
  ['a line of JSON', '{"log":"', '"}'],
  ['a line of text', '', ''],
];
for (const [title, begin, end] of fillings) {
  test(`${title} of 50 MB is not held, and what stands around it is judged`, async (context) => {
    const path = join(folder(context), 'long.ndjson');
    const file = openSync(path, 'w');
    writeSync(file, text(connections.slice(0, 100)));
    writeSync(file, begin);
    const filling = Buffer.alloc(megabyte, 'x');
    for (let at = 0; at < 50; at += 1) writeSync(file, filling);
    writeSync(file, `${end}\n${text(connections.slice(100))}`);
    closeSync(file);
    const { out, messages, status, residentBytes } = await inProcess(['replay', path, '--learn-for', '60m']);
    assertClean(out + messages, 'the process');
    assert.equal(status, 0);
    assert.match(out, /203\.0\.113\[\.\]77 port 4444/);
    assert.match(flat(out), /long\.ndjson:101: longer than 16 MiB: such a record is not read\./);
    assert.ok(residentBytes < ordinaryBytes + 120 * megabyte, `${residentBytes} of ${ordinaryBytes}`);
  });
}

const bombs: [string, Buffer, RegExp][] = [
  ['of one line', Buffer.alloc(megabyte), /bomb\.gz: (?:The file looks like a compression bomb: \d+ bytes gave over \d+\. Reading stopped there|not text)/],
  ['of lines', Buffer.from(`{"log":"${'x'.repeat(9_990)}"}\n`.repeat(100)), /bomb\.gz: The file looks like a compression bomb: \d+ bytes gave over \d+\. Reading stopped there/],
];
for (const [title, block, sentence] of bombs) {
  test(`a compression bomb ${title} is stopped, and what stands beside it is judged`, async (context) => {
    const path = folder(context, { 'bomb.gz': await bombOf(block, 400), 'good.ndjson': text(connections) });
    const { out, messages, status, residentBytes } = await inProcess(['replay', path, '--learn-for', '60m']);
    assertClean(out + messages, 'the process');
    assert.equal(status, 0);
    assert.match(out, /203\.0\.113\[\.\]77 port 4444/);
    assert.match(flat(out), sentence);
    assert.ok(residentBytes < ordinaryBytes + 150 * megabyte, `${residentBytes} of ${ordinaryBytes}`);
  });
}

async function bombOf(block: Buffer, times: number): Promise<Buffer> {
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (let at = 0; at < times; at += 1) if (!gzip.write(block)) await new Promise<void>((resolve) => gzip.once('drain', resolve));
  const ended = new Promise<void>((resolve) => gzip.on('end', resolve));
  gzip.end();
  await ended;
  return Buffer.concat(chunks);
}

test('a bomb within a bomb is not unpacked twice', async (context) => {
  const path = folder(context, { 'bomb.gz': gzipSync(gzipSync(Buffer.alloc(10 * megabyte))), 'good.ndjson': text(connections) });
  const { out, status, residentBytes } = await inProcess(['replay', path, '--learn-for', '60m']);
  assert.equal(status, 0);
  assert.match(flat(out), /bomb\.gz: not text/);
  assert.ok(residentBytes < ordinaryBytes + 100 * megabyte);
});
