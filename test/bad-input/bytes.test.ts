/** Bytes that are cut, damaged, no text or nested without end: what is readable around them is judged, the rest is named. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fireLensLine } from '#contract';
import { amid, assertJudged, connections, flat, flows, folder, replay, text } from './recording.ts';

/** Text that does not shrink to nothing, so that a cut in the middle leaves half of it. */
const ballast = Array.from({ length: 4_000 }, (_, at) => fireLensLine({ at: Date.UTC(2026, 0, 5, 7, 58), service: 'shop', task: 2, log: `took ${at} ms ${Math.imul(at, 0x9e3779b1) >>> 0}` }));

test('a truncated gzip is read up to the cut', async (context) => {
  const packed = gzipSync(text([...connections, ...ballast]));
  const path = folder(context, { 'cut.ndjson.gz': packed.subarray(0, Math.floor(packed.length * 0.8)) });
  const ran = await replay(context, [path]);
  assertJudged(ran);
  assert.match(flat(ran.out), /cut\.ndjson\.gz: The file ends in the middle \(gzip cut off\)\. \d+ bytes were read and are kept\. Fetch the file again\./);
  assert.match(ran.report, /gzip cut off/);
});

test('a gzip cut within its head is a sentence', async (context) => {
  const path = folder(context, { 'cut.gz': gzipSync('x').subarray(0, 6), 'good.ndjson': text(connections) });
  const ran = await replay(context, [path]);
  assertJudged(ran);
  assert.match(flat(ran.out), /cut\.gz: The file ends in the middle/);
});

test('a last line cut in half is named with its line, the lines before are judged', async (context) => {
  for (const [name, lines] of [['a.ndjson', [...connections]], ['a.log', flows()]] as const) {
    const whole = text([...lines, lines.at(-1)!]);
    const cut = whole.slice(0, whole.length - Math.floor(lines.at(-1)!.length / 2));
    const path = join(folder(context, { [name]: cut }), name);
    const ran = await replay(context, [path]);
    assertJudged(ran);
    assert.match(flat(ran.out), new RegExp(`1 record could not be read: .*${name}:${lines.length + 1}: `));
  }
});

test('bytes that are no UTF-8 are replaced, counted and read', async (context) => {
  const lines = amid(connections, JSON.stringify({ ...JSON.parse(connections[0]!), uid: 'Cbad', note: 'BYTES' }));
  const bytes = Buffer.from(text(lines).replaceAll('BYTES', '\u0001\u0001\u0001'), 'utf8').map((byte) => (byte === 1 ? 0xfe : byte));
  const ran = await replay(context, [folder(context, { 'a.ndjson': Buffer.from(bytes) })]);
  assertJudged(ran);
  assert.match(flat(ran.out), /a\.ndjson: 2 records hold bytes that are not UTF-8; they were replaced/);
  assert.match(flat(ran.out), /Read 243 records/);
});

test('an empty file is a sentence, alone and beside others', async (context) => {
  const path = folder(context, { 'empty.log': '', 'blank.log': '\n\n \n', 'good.ndjson': text(connections) });
  const alone = await replay(context, [join(path, 'empty.log')]);
  assert.equal(alone.status, 0);
  assert.match(flat(alone.out), /There was nothing to judge\. .*empty\.log: The file is empty\./);
  const ran = await replay(context, [path]);
  assertJudged(ran);
  assert.match(flat(ran.out), /empty\.log: The file is empty\./);
});

test('random binary is refused with a reason, the files beside it are judged', async (context) => {
  let state = 7;
  const random = Buffer.from(Array.from({ length: 300_000 }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 24));
  const path = folder(context, { 'core.1': random, 'good.ndjson': text(connections) });
  const ran = await replay(context, [path]);
  assertJudged(ran);
  assert.match(flat(ran.out), /1 record could not be read: .*core\.1: not text: the file holds binary data\./);
});

test('binary amid lines costs those lines alone', async (context) => {
  const lines = amid(connections, '\u0000\u0001\u0002\u0003 PNG \u0000\u0000');
  const ran = await replay(context, [folder(context, { 'a.ndjson': text(lines) })]);
  assertJudged(ran);
  assert.match(flat(ran.out), /2 records could not be read: .*a\.ndjson:81: /);
});

const deep = 200_000;
const nested = {
  'brackets of a value': '['.repeat(deep) + ']'.repeat(deep),
  'brackets never closed': '['.repeat(deep),
  'objects within objects': '{"a":'.repeat(deep) + '1' + '}'.repeat(deep),
  'brackets in a field': `{"eventVersion":"1.08","requestParameters":${'['.repeat(deep)}${']'.repeat(deep)}}`,
};
for (const [title, value] of Object.entries(nested)) {
  test(`200,000 nested ${title} are not read, alone and amid others`, async (context) => {
    const alone = await replay(context, [folder(context, { 'deep.json': value })]);
    assert.equal(alone.status, 0);
    assert.match(flat(alone.out), /1 record could not be read: .*deep\.json(?::1|#0): (nested deeper than 1,000 levels|cut off)/);
    const ran = await replay(context, [folder(context, { 'deep.ndjson': text(amid(connections, value)) })]);
    assertJudged(ran);
    assert.match(flat(ran.out), /2 records could not be read: .*deep\.ndjson:81: /);
  });
}

test('200,000 nested brackets within a log line are a line', async (context) => {
  const line = fireLensLine({ at: Date.UTC(2026, 0, 5, 7), service: 'shop', task: 2, log: nested['objects within objects'] });
  const ran = await replay(context, [folder(context, { 'a.ndjson': text(amid(connections, line)) })]);
  assertJudged(ran);
});
