/** Bad input and recognition: every file ends with events, counts and sentences, never with a throw. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { cloudTrailRecord, fireLensLine, flowFields, flowLine, FargazerError, rawLimit } from '#contract';
import { readStream } from './reading-stream.ts';

const at = Date.UTC(2026, 0, 1);
const line = (log: string): string => fireLensLine({ at, service: 'checkout', task: 1, log });

test('says that an empty file is empty', () => {
  for (const text of ['', '\ufeff']) {
    const { reading, events } = readStream(text);
    assert.equal(events.length, 0);
    assert.deepEqual(reading.unreadable, []);
  }
  assert.deepEqual(readStream('').reading.notes, ['The file is empty.']);
});

test('gives one reason for random binary, not a million', () => {
  const { reading, events } = readStream(randomBytes(400_000));
  assert.equal(events.length, 0);
  assert.deepEqual(reading.unreadable.map(({ reason, count }) => [reason, count]), [['not text: the file holds binary data', 1]]);
});

test('names UTF-16 and its cure', () => {
  const { reading } = readStream(Buffer.from('\ufeff2026-01-01 hello\n', 'utf16le'));
  assert.match(reading.unreadable[0]?.reason ?? '', /UTF-16; convert it/);
});

test('reads bytes that are no UTF-8 and says so', () => {
  for (const text of [`${line('x')}\n${line('caf\u00e9')}\n`, '2026-01-01T00:00:00Z one\n2026-01-01T00:00:01Z caf\u00e9\n']) {
    const { reading, events } = readStream(Buffer.from(text, 'latin1'));
    assert.equal(events.length, 2);
    assert.match(events[1]?.raw ?? '', /caf\ufffd/);
    assert.match(reading.notes[0] ?? '', /^1 record holds bytes that are not UTF-8/);
  }
});

test('refuses a line with NUL bytes among others', () => {
  const good = Array.from({ length: 100 }, (_, index) => `2026-01-01T00:00:00Z line ${index}`).join('\n');
  const { reading, events } = readStream(`${good}\n\u0000\u0000\n2026-01-01T00:00:01Z end\n`);
  assert.equal(events.length, 101);
  assert.deepEqual(reading.unreadable.map(({ reason, first }) => [reason, first.line]), [['not text: the line holds NUL bytes', 101]]);
});

test('reads past a byte order mark, CRLF and U+2028', () => {
  const { events, reading } = readStream(`\ufeff${line('a\u2028b')}\r\n${line('c')}\r\n`);
  assert.equal(events.length, 2);
  assert.deepEqual(reading.unreadable, []);
});

test('survives __proto__ and constructor keys', () => {
  const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
  const { reading } = readStream(`${text}\n${text}\n${line('x')}\n`);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(reading.unreadable.map(({ reason, count }) => [reason, count]), [['no known format: keys __proto__, constructor', 2]]);
});

test('names keys of an unknown format, masked and few', () => {
  const keys = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`key${index}`, 1]));
  const { reading } = readStream(JSON.stringify({ AKIAIOSFODNN7EXAMPLE: 1, ...keys }));
  const reason = reading.unreadable[0]?.reason ?? '';
  assert.match(reason, /^no known format: keys .*key6 and 23 more$/);
  assert.doesNotMatch(reason, /AKIAIOSFODNN7EXAMPLE/);
});

test('shows no terminal escape of a hostile key', () => {
  const { reading } = readStream('{"\\u001b[31mred\\u202e":1}');
  assert.equal(reading.unreadable[0]?.reason, 'no known format: keys ?[31mred?');
});

test('keeps at most 20 reasons and then counts others', () => {
  const { reading } = readStream(Array.from({ length: 100 }, (_, index) => JSON.stringify({ [`key${index}`]: 'x'.repeat(2_000) })).join('\n'));
  assert.equal(reading.unreadable.length, 21);
  assert.deepEqual([reading.unreadable[20]?.reason, reading.unreadable[20]?.count], ['other reasons', 80]);
  assert.equal(reading.records, 100);
  for (const { raw } of reading.unreadable) assert.ok(raw.length <= rawLimit);
});

test('reads a file that mixes JSON formats', () => {
  const call = cloudTrailRecord({ at, id: 'call-1', source: 's3.amazonaws.com', name: 'GetObject' });
  const { reading } = readStream([line('a'), call, line('b'), '{"level":"info","message":"own log","time":"2026-01-01T00:00:00Z"}'].join('\n'));
  assert.deepEqual(reading.formats, { firelens: 2, cloudtrail: 1, 'plain-text': 1 });
  assert.deepEqual(reading.unreadable, []);
});

test('reads flow logs without a header by the fields that were named', () => {
  const flow = flowLine({ at, service: 'checkout', task: 1, to: '198.51.100.9', port: 443, bytes: 5_000 });
  const { reading, events } = readStream(`${flow}\n${flow}\n`, { flowFields: flowFields.split(' ') });
  assert.deepEqual(reading.formats, { 'flow-log': 2 });
  assert.equal(events[0]?.kind, 'network');
});

test('obeys a format that was named', () => {
  const text = readStream(`${line('a')}\n`, { format: 'plain-text' });
  const other = readStream(`${line('a')}\n{"x":1}\n`, { format: 'cloudtrail' });
  assert.deepEqual(text.reading.formats, { 'plain-text': 1 });
  assert.equal(other.events.length, 0);
  assert.equal(other.reading.records, 2);
});

test('suggests the nearest format for one that does not exist', () => {
  assert.throws(
    () => readStream('', { format: 'cloudtrial' }),
    (error) => error instanceof FargazerError && error.code === 'format-unknown' && error.message.includes('Did you mean "cloudtrail"?'),
  );
});

test('watches every event when asked', () => {
  const { events } = readStream(`${line('a')}\n${line('a')}\n`, { isWatched: true });
  assert.equal(events.length, 2);
});

test('reads a program\'s own log in which JSON and text take turns', () => {
  const own = (message: string): string => JSON.stringify({ level: 'info', msg: message, time: '2026-01-01T00:00:00Z' });
  const { events, reading } = readStream(['Listening on port 80', own('a'), own('b'), own('c'), 'Error: no', '    at main (a.js:1:2)', own('d')].join('\n'));
  assert.deepEqual(reading.formats, { 'plain-text': 7 });
  assert.deepEqual(reading.unreadable, []);
  assert.deepEqual(new Set(events.map(({ timeMs }) => timeMs)), new Set([Date.UTC(2026, 0, 1)]));
  assert.deepEqual(reading.notes, []);
});

test('says which year it takes for lines without one', () => {
  const { reading } = readStream('Mar 27 13:06:56 host sshd[1]: one\nMar 27 13:06:57 host sshd[1]: two\n');
  assert.deepEqual(reading.notes, ['Lines tell no year (syslog); 2024 is taken, so that every run gives the same.']);
});
