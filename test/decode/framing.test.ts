/** Framing: which records a file holds, however it is written and however its bytes are cut into chunks. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { cloudTrailRecord, fireLensLine } from '#contract';
import { readStream } from './reading-stream.ts';

const line = (at: number, log = `request ${at} done`): string => fireLensLine({ at: Date.UTC(2026, 0, 1) + at, service: 'checkout', task: at % 3, log });
const call = (id: number): string => cloudTrailRecord({ at: Date.UTC(2026, 0, 1) + id * 1_000, id: `call-${id}`, source: 's3.amazonaws.com', name: 'GetObject' });
const pretty = (text: string): string => JSON.stringify(JSON.parse(text), undefined, 2);

const layouts: [string, string, 'line' | 'record'][] = [
  ['values a line each', [0, 1, 2].map(call).join('\n'), 'line'],
  ['values a line each, CRLF and blank lines', `${[0, 1, 2].map(call).join('\r\n\r\n')}\r\n`, 'line'],
  ['one value on one line', call(0), 'line'],
  ['concatenated values', [0, 1, 2].map(call).join(''), 'record'],
  ['concatenated values with blanks', [0, 1, 2].map(call).join(' '), 'record'],
  ['pretty-printed values', [0, 1, 2].map(call).map(pretty).join('\n'), 'record'],
  ['an array', `[${[0, 1, 2].map(call).join(',')}]`, 'record'],
  ['an array, an element a line', `[\n${[0, 1, 2].map(call).join(',\n')}\n]\n`, 'record'],
  ['a pretty-printed array', JSON.stringify([0, 1, 2].map((id) => JSON.parse(call(id))), undefined, 2), 'record'],
  ['a delivery file', `{"Records":[${[0, 1, 2].map(call).join(',')}]}`, 'record'],
  ['a pretty-printed delivery file', JSON.stringify({ Records: [0, 1, 2].map((id) => JSON.parse(call(id))), more: { a: ['x'] } }, undefined, 2), 'record'],
  ['a list with other keys in front', `{"kind":"EventList","metadata":{"a":[1]},"items":[${[0, 1].map(call).join(',')}],"after":{}}`, 'record'],
];

for (const [title, text, position] of layouts) {
  test(`reads ${title}`, () => {
    const { events, reading } = readStream(text);
    assert.ok(events.length >= 1);
    assert.deepEqual(events.map(({ id }) => id), [0, 1, 2].slice(0, events.length).map((id) => `call-${id}`));
    assert.deepEqual(reading.unreadable, []);
    assert.equal(reading.formats.cloudtrail, events.length);
    for (const [index, { origin }] of events.entries()) {
      if (position === 'record') assert.equal(origin.record, index);
      else assert.equal(typeof origin.line, 'number');
    }
  });
}

test('counts lines from 1, blank ones too, and records from 0', () => {
  const lines = readStream(`${call(0)}\n\n${call(1)}\n`);
  const array = readStream(`[${call(0)},${call(1)}]`);
  assert.deepEqual(lines.events.map(({ origin }) => [origin.line, origin.record]), [[1, undefined], [3, undefined]]);
  assert.deepEqual(array.events.map(({ origin }) => [origin.line, origin.record]), [[undefined, 0], [undefined, 1]]);
});

test('reads a big array element by element, and skips one element that is too long', () => {
  const big = `{"eventID":"${'x'.repeat(17 * 1024 * 1024)}"}`;
  const { events, reading } = readStream(`[${call(0)},${big},${call(2)}]`, { cuts: [1_000_003] });
  assert.deepEqual(events.map(({ id, origin }) => [id, origin.record]), [['call-0', 0], ['call-2', 2]]);
  assert.equal(reading.unreadable.length, 1);
  assert.match(reading.unreadable[0]?.reason ?? '', /longer than 16 MiB/);
  assert.equal(reading.unreadable[0]?.first.record, 1);
});

test('skips a line of 50 MB and reads those around it', () => {
  const text = `${line(0)}\n{"log":"${'x'.repeat(50_000_000)}"}\n${line(1)}\n`;
  for (const cuts of [undefined, [1_048_576]]) {
    const { events, reading } = readStream(text, cuts === undefined ? {} : { cuts });
    assert.deepEqual(events.map(({ origin }) => origin.line), [1, 3]);
    assert.deepEqual(reading.unreadable.map(({ reason, first, count }) => [reason.slice(0, 18), first.line, count]), [['longer than 16 MiB', 2, 1]]);
  }
});

test('refuses 200,000 nested brackets with one sentence', () => {
  const deep = '['.repeat(200_000);
  const closed = `{"log":${deep}${']'.repeat(200_000)}}`;
  for (const text of [deep, `${deep}${']'.repeat(200_000)}`, closed, `${line(0)}\n${closed}\n${line(1)}`]) {
    const { reading } = readStream(text);
    assert.deepEqual(reading.unreadable.map(({ reason }) => /deeper than 1,000 levels/.test(reason)), [true], reading.unreadable[0]?.reason);
  }
  assert.equal(readStream(`${line(0)}\n${closed}\n${line(1)}`).events.length, 2);
});

test('names the line that the end of the file cuts', () => {
  const { events, reading } = readStream(`${line(0)}\n${line(1)}\n${line(2).slice(0, 90)}`);
  assert.equal(events.length, 2);
  assert.deepEqual(reading.unreadable.map(({ reason, first }) => [reason, first.line]), [['cut off: the file ends inside this record', 3]]);
});

test('reads what stands around broken lines', () => {
  const text = [call(0), call(1).slice(0, 60), call(2), '{"a":', call(3), 'no json at all', call(4), `${call(5)}${call(6)}`, '}', call(7)].join('\n');
  const { events, reading } = readStream(text);
  assert.deepEqual(events.map(({ id }) => id), [0, 2, 3, 4, 5, 6, 7].map((id) => `call-${id}`));
  assert.equal(reading.unreadable.reduce((sum, { count }) => sum + count, 0), 3);
});

test('begins with a line that was cut in front', () => {
  const text = [call(0).slice(40), call(1), call(2), call(3)].join('\n');
  const { events, reading } = readStream(text);
  assert.deepEqual(events.map(({ id }) => id), ['call-1', 'call-2', 'call-3']);
  assert.equal(reading.unreadable[0]?.first.line, 1);
});

test('takes text in brackets for text', () => {
  const { reading } = readStream('[2016-12-20 00:00:36,888] INFO Deleting segment 912806 (kafka.log.Log)\n[2016-12-20 00:00:37,888] INFO Deleted\n');
  assert.deepEqual(reading.formats, { 'plain-text': 2 });
});

const pieces = fc.oneof(
  fc.nat(20).map((at) => line(at)),
  fc.nat(20).map((at) => line(at, JSON.stringify({ level: 'info', msg: `größer ${at} \u2028 „x“` }))),
  fc.nat(20).map((id) => call(id)),
  fc.nat(20).map((id) => pretty(call(id))),
  fc.constantFrom('', ' ', '{', '}', '[', ']', '{}', '[]', '"x"', 'true', 'plain text', '{"a":1,', '{"__proto__":{"x":1}}', '{"log":"cut', '#fields\tts', '\u0000', '\\', '"', '{"a":"\\"}"}'),
  fc.nat(20).map((id) => call(id).slice(0, 70)),
  fc.array(fc.nat(9), { maxLength: 3 }).map((ids) => `{"Records":[${ids.map(call).join(',')}]}`),
  fc.array(fc.nat(9), { maxLength: 3 }).map((ids) => `[${ids.map(call).join(',\n')}]`),
);

test('gives the same events however the bytes are cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(pieces, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('\n', '\r\n', '', ',\n'),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
      (parts, separator, hasMark, cuts) => {
        const bytes = Buffer.from((hasMark ? '\ufeff' : '') + parts.join(separator));
        const whole = readStream(bytes);
        const cut = readStream(bytes, { cuts });
        assert.deepEqual(cut, whole);
      },
    ),
    { numRuns: 200 },
  );
});

test('gives the same events the fast way and the slow way, whatever the chunks', () => {
  const text = Array.from({ length: 3_000 }, (_, at) => (at % 50 === 7 ? `{"log":"cut ${at}` : line(at, at % 7 === 0 ? `{"level":"error","n":${at}}` : `GET /orders/${at} 200 in ${at % 90} ms`))).join('\n');
  const whole = readStream(text);
  assert.ok(whole.events.length > 2_900);
  assert.deepEqual(readStream(text, { isWatched: true }), whole);
  for (const cuts of [[1], [4_096, 77], [100_000]]) assert.deepEqual(readStream(text, { cuts }), whole);
});

test('never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (noise, isJson) => {
      const bytes = isJson ? Buffer.concat([Buffer.from(`${call(0)}\n{"x":`), noise, Buffer.from(`\n${call(1)}`)]) : Buffer.from(noise);
      const { reading, events } = readStream(bytes);
      assert.ok(reading.records >= events.length || events.length === 0);
    }),
    { numRuns: 400 },
  );
});

test('never throws, whatever the JSON', () => {
  fc.assert(
    fc.property(fc.array(fc.json(), { maxLength: 8 }), fc.constantFrom('\n', '', ','), (values, separator) => {
      readStream(values.join(separator));
      readStream(`[${values.join(',')}]`);
      readStream(values.map((value) => `{"Records":[${value}],"message":${value}}`).join('\n'));
    }),
    { numRuns: 150 },
  );
});
