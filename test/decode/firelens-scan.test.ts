/** The fast path of FireLens gives the same events as the slow way alone, on hostile lines too. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '#contract';
import { same } from './two-ways.ts';

const task = '0123456789abcdef0123456789abcdef';
/** Fields in the order given; `log` and the time as JSON source. */
function record(log: string, date: string, { order = 0, key = 'date', name = 'web', task: id = task, extra = '' } = {}): string {
  const when = `"${key}":${date}`;
  const line = `"log":${log}`;
  const constant = `"source":"stdout","container_id":"${id}-1","container_name":"${name}"`;
  const other = `"ecs_cluster":"shop","ecs_task_arn":"arn:aws:ecs:eu-west-1:111122223333:task/shop/${id}","ecs_task_definition":"${name}:3"${extra}`;
  const orders = [[when, line, constant, other], [line, constant, other, when], [constant, line, other, when], [constant, when, other, line]];
  return `{${orders[order % orders.length]!.join(',')}}`;
}

const dates = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 300_000 }).map((ms) => `"${new Date(1_772_000_000_000 + ms).toISOString()}"`) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 300_000_000 }).map((us) => `1772000${String(us).padStart(9, '0').slice(0, 3)}.${String(us).padStart(9, '0').slice(3)}`) },
  fc.integer({ min: 0, max: 200 }).map((seconds) => String(1_772_000_000 + seconds)),
  fc.constantFrom(
    '"2026-02-25T06:13:20Z"', '"2026-02-25T06:13:20"', '"2026-02-25 06:13:20.000000001"', '"2026-02-25T06:13:60Z"', '"2026-02-30T06:13:20Z"', '"2026-02-25T06:13:20.1234567891Z"',
    '"2026-02-25T06:13:20+01:00"', '"0001-01-01T00:00:00Z"', '1e400', '1772000000.1234567890123', '-5', '0', '00', '17720000001', '1772000000000', '1772000000000000', '1772000000000000000',
    '123456789012345678901234567890', '1.5e9', 'null', '"x"', '{}', '1772000000.', '"2026-02-25T06:13:20.Z"', 'true',
  ),
);

const words = fc.constantFrom(
  'INFO', 'error', 'user', 'user1', '42', '10.0.0.1:80', 'at ', ' ', '  ', '\t', '\n', '"', '\\', '/', '{', '}', '[', ']', ':', ',', 'é', '😀', '\ud800', '\u001b[31m', '\u0000', '\u007f',
  'Caused by: ', '...', ' 12 more', 'I0102 ', 'E0102 03:04:05 ', 'x', 'password=hunter', 'password=h2', 'AKIAIOSFODNN7EXAMPLE', 'Bearer abc1def2', '2026-02-25T06:13:20Z ', '2026-99-99T06:13:20Z ', 'npm_', 'abcdefghijkl1',
  'Aa1'.repeat(13), 'z'.repeat(130), '4111 1111 1111 1111', '\u2028', '\b', '\f', 'Jan 2 ', '[error] ', '}', '"level":"warn"', '\u0085', 'a'.repeat(300), 'true', '01', 'u0041',
);
const text = fc.array(words, { maxLength: 8 }).map((parts) => parts.join(''));
const keys = fc.constantFrom('level', 'msg', 'message', 'log.level', 'severity', 'logger', 'error', 'log', 'user', 'a1', 'a2', '__proto__', 'constructor', 'x y', 'é', 'k"q', 'type', 'name', 'event', '');
const leaf = fc.oneof(text, fc.constantFrom<JsonValue>(10, 20, 30, 40, 50, 12.5, -0, 1e21, true, false, null), fc.integer());
const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, leaf as fc.Arbitrary<JsonValue>, fc.array(tie('tree'), { maxLength: 3 }), fc.array(fc.tuple(keys, tie('tree')), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs) as JsonValue)),
}));
/** The inner JSON of a line, some with blanks, keys given twice, or a character lost or changed. */
const inner = fc
  .tuple(fc.array(fc.tuple(keys, tree), { maxLength: 5 }), fc.nat(5), fc.nat(400))
  .map(([pairs, damage, where]) => {
    const body = pairs.map(([key, value]) => `${JSON.stringify(key)}${damage === 1 ? ' : ' : ':'}${JSON.stringify(value)}`).join(damage === 1 ? ' ,\n' : ',');
    const json = damage === 1 ? ` {\t${body} } ` : `{${body}}`;
    const cut = where % (json.length + 1);
    if (damage === 2) return json.slice(0, cut) + json.slice(cut + 1);
    return damage === 3 ? `${json.slice(0, cut)}${'0,"}]{e.\\u'[where % 10]}${json.slice(cut)}` : json;
  });
/** Lines that nearly have one shape and are two kinds. */
const near: readonly (readonly [string, string])[] = [
  ['{"level":30,"msg":"x"}', '{"level":50,"msg":"x"}'],
  ['{"msg":"a\\n"}', '{"msg":"a\\\n"}'],
  ['{"msg":"x","a":1}', '{"msg":"x","a":01}'],
  ['{"msg":"x","a":1}', '{"msg":"x","a":1.}'],
  ['{"msg":"x","a":1}', '{"msg":"x","a":-}'],
  ['{"msg":"x","a":1}', '{"msg":"x","a":1e}'],
  ['{"msg":"x","a":1}', '{"msg":"x","a":tru}'],
  ['{"a":1,"msg":"b"}', '{"a":1 "msg":"b"}'],
  ['{"a":1,"msg":"b"}', '{"a":1,"msg":"b",}'],
  ['{"a":[1,2],"msg":"b"}', '{"a":[1,2},"msg":"b"}'],
  ['{"a":"z\\n","msg":"b"}', '{"a":"z\\q","msg":"b"}'],
  ['{"a":"z\\u00e9","msg":"b"}', '{"a":"z\\u00g9","msg":"b"}'],
  ['{"a":"zn","msg":"b"}', '{"a":"z\n","msg":"b"}'],
  ['{"msg":{"a":"k"},"}":1}', '{"msg":"{a","k":1,"}}":1}'],
  ['{"msg":"a","error":{"type":"X"}}', '{"msg":"a","error":{"type":"Y"}}'],
  ['{"msg":"a","logger":"c.e.X"}', '{"msg":"a","logger":"c.e.Y"}'],
  ['{"msg":"a"}', '{"msg":"a"} x'],
  ['{"msg":"a","b":1}', '{"msg":"a","c":1}'],
  ['I0102 done', 'E0102 done'],
  ['I0102 done', 'X0102 done'],
  ['user (1)', ' user (1)'],
  ['user bob', 'user-bob'],
  ['user 1 x', 'user 1x'],
];
/** As JSON source, with other escapes than the shortest now and then. */
const source = fc.tuple(fc.oneof(text, inner), fc.nat(9)).map(([value, form]) => {
  const json = JSON.stringify(value);
  if (form === 1) return json.replaceAll('/', '\\/');
  if (form === 2) return json.replace(/[a-z](?![^\\]?")/, (letter) => (json.includes('\\') ? letter : `\\u00${letter.charCodeAt(0).toString(16)}`));
  return form === 3 ? json.replace('a', '\\q') : json;
});
const extras = fc.constantFrom('', '', '', ',"partial_message":"true","partial_id":"p","partial_ordinal":"1","partial_last":"false"', ',"kubernetes":{"pod_name":"web-7d9c5b6f4d-x2x4z"}', ',"log":"twice"', ',"date":5', ',"__proto__":{"log":"x"}', ',"time":"2026-02-25T06:13:20Z"', ', "k1" : [1,{"log":"y","date":"z"}] ', ',"\\u006cog":"z"');
const line = fc
  .record({ log: fc.oneof({ weight: 8, arbitrary: source }, { weight: 1, arbitrary: fc.constantFrom('5', 'null', '{"a":1}', '["x"]', '"2026-02-25T06:13:20Z stdout P piece"') }), date: dates, order: fc.nat(3), extra: extras, name: fc.constantFrom('web', 'db'), key: fc.constantFrom('date', 'date', '@timestamp'), repeat: fc.integer({ min: 1, max: 3 }), tail: fc.constantFrom('', '', '', '\r', ' ', ',') })
  .map(({ log, date, order, extra, name, key, repeat, tail }) => Array.from({ length: repeat }, () => record(log, date, { order, extra, name, key }) + tail));
/** Bytes changed anywhere: no UTF-8, half lines, foreign quotes. */
const damaged = fc.tuple(line, fc.nat(600), fc.nat(255), fc.nat(12)).map(([lines, where, byte, how]) =>
  lines.map((whole) => {
    const bytes = Buffer.from(whole);
    const at = where % bytes.length;
    if (how === 1) return bytes.subarray(0, at);
    if (how === 2 || how === 3) bytes[at] = byte === 10 ? 34 : byte;
    return bytes;
  }),
);

describe('FireLens fast path', () => {
  it('gives the same events as the slow way on hostile lines, in chunks of any size', () => {
    fc.assert(
      fc.property(fc.array(damaged, { minLength: 1, maxLength: 25 }), fc.integer({ min: 300, max: 5_000 }), fc.integer({ min: 2, max: 50 }), (groups, chunkSize, forgetEvery) => {
        // Twice over, so that the second time every frame and kind is known.
        const lines = [...groups, ...groups].flat();
        same(lines, chunkSize, forgetEvery);
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 300) },
    );
  });

  it('gives the same events on lines of one frame that differ in single characters', () => {
    fc.assert(
      fc.property(source, fc.array(fc.tuple(fc.nat(2_000), fc.constantFrom('0', '5', 'a', 'Z', ' ', '"', '\\\\', '\\"', '\\n', '/', '{', '}', '.', ',', 'e', 'é', '-')), { maxLength: 30 }), (log, edits) => {
        const lines = [record(log, '"2026-02-25T06:13:20.000Z"')];
        for (const [index, [where, character]] of edits.entries()) {
          const at = 1 + (where % (log.length - 1));
          const edited = log.slice(0, at) + character + log.slice(at + (index % 2));
          lines.push(record(edited, `"2026-02-25T06:13:${20 + (index % 40)}.001Z"`), record(log, `"2026-02-25T06:13:${20 + (index % 40)}.500Z"`));
        }
        same(lines);
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 300) },
    );
  });

  it('gives the same events where few containers write few texts at many times', () => {
    const frame = fc.record({ order: fc.nat(3), extra: extras, name: fc.constantFrom('web', 'db') });
    const picks = fc.array(fc.tuple(fc.nat(3), fc.nat(1), dates), { minLength: 5, maxLength: 60 });
    const pool = fc.tuple(fc.array(fc.oneof(source, fc.constantFrom(...near.flat().map((log) => JSON.stringify(log)))), { minLength: 1, maxLength: 4 }), fc.array(frame, { minLength: 1, maxLength: 2 }), picks);
    let recognised = 0;
    fc.assert(
      fc.property(pool, fc.integer({ min: 2, max: 50 }), ([logs, frames, choices], forgetEvery) => {
        const lines = choices.map(([log, frameAt, date]) => record(logs[log % logs.length]!, date, frames[frameAt % frames.length]!));
        recognised += same(lines, 10_000, forgetEvery).recognised;
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 300) },
    );
    assert.ok(recognised > 2 * Number(process.env['FC_RUNS'] ?? 300), `${recognised} lines took the fast path`);
  });

  it('masks a secret at either end of the text, whatever stands before and behind it', () => {
    for (const log of ['4111 1111 1111 1111', 'AKIAIOSFODNN7EXAMPLE', '1 4111 1111 1111 1111']) {
      for (const order of [0, 1, 2, 3]) {
        const lines = ['20', '21', '22'].flatMap((second) => ['13', '14'].map((minute) => record(JSON.stringify(log), `"2026-02-25T06:${minute}:${second}.000Z"`, { order })));
        same(lines);
      }
    }
  });

  it('does not take a line for another that nearly has its shape', () => {
    for (const [first = '', second = ''] of near) {
      for (const [one, other] of [[first, second], [second, first]] as const) {
        const lines = [one, one, other, one, other].map((log, index) => record(JSON.stringify(log), `"2026-02-25T06:13:2${index}Z"`));
        const { events } = same(lines);
        assert.deepEqual(events.map(({ count }) => count).sort(), [2, 3], `${one} and ${other}`);
      }
    }
  });

  it('takes the raw line of a container runtime apart only where the record has a kubernetes object or no ECS fields', () => {
    const kubernetes = { extra: ',"kubernetes":{"pod_name":"web-7d9c5b6f4d-x2x4z"}' };
    const cri = '"2026-02-25T06:13:20Z stdout F paid 1"';
    const frames = [kubernetes, {}].map((frame) => ['"a plain line"', cri, cri].map((log, index) => record(log, `"2026-02-25T06:13:2${index}Z"`, frame)));

    for (const lines of frames) same(lines);
    assert.ok(same(frames[0]!).events.some(({ template }) => template === 'paid <*>'));
    assert.ok(same(frames[1]!).events.some(({ template }) => template === 'stdout F paid <*>'));
  });

  it('recognises known containers in any order of keys and with each form of time', () => {
    for (let order = 0; order < 4; order += 1) {
      for (const date of ['"2026-02-25T06:13:2#.123456Z"', '177200000#.123456', '177200000#', '177200000#123', '"2026-02-25 06:13:2#"']) {
        const lines = Array.from({ length: 100 }, (_, index) =>
          record(index % 2 === 0 ? `"paid ${index} for user${index}"` : JSON.stringify(JSON.stringify({ level: 'info', msg: `paid ${index}`, who: index % 3 === 0 ? 'bob' : 'alice' })), date.replace('#', String(Math.floor(index / 10))), { order, name: index % 4 < 2 ? 'web' : 'api' }),
        );
        const { recognised, events } = same(lines);
        assert.equal(recognised, 98, `order ${order}, ${date}`);
        assert.ok(events.length >= 2 && events.length <= 8);
      }
    }
  });

  it('shows the first record in order where times are equal or out of order', () => {
    const lines = [5, 3, 3, 9, 1, 1, 7].map((ms, index) => record(`"paid ${index}"`, `"2026-02-25T06:13:20.00${ms}Z"`));

    const { events, recognised } = same(lines);

    assert.equal(events.length, 1);
    assert.equal(events[0]!.count, 7);
    assert.equal(events[0]!.timeMs % 10, 1);
    assert.equal(recognised, 6);
  });

  it('keeps its bounds when every line has a frame and a kind of its own', () => {
    const lines = Array.from({ length: 18_000 }, (_, index) => {
      const letters = index.toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);
      return record(`"${letters} happened"`, '"2026-02-25T06:13:20Z"', { name: index % 2 === 0 ? `c${index}` : 'web' });
    });

    same(lines);
  });

  it('gives a record without a time the last time seen, also when that was recognised', () => {
    const known = record('"paid 1"', '"2026-02-25T06:13:20Z"');
    const later = record('"paid 2"', '"2026-02-25T06:14:20Z"');
    const without = '{"log":"no time","container_id":"x","container_name":"web"}';

    const { events, recognised } = same([known, later, without]);

    assert.equal(recognised, 1);
    assert.equal(events.find(({ template }) => template === 'no time')?.timeMs, Date.parse('2026-02-25T06:14:20Z'));
  });
});
