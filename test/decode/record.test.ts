/** Carrier records: whatever way lines were packed, put together or spread, the same events come of them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { Intake, LogRecord } from '#contract';
import { openRecords } from '../../src/decode/record.ts';
import { aggregated } from '../support/aws/kpl.ts';
import { readStream } from './reading-stream.ts';
import { sampleText } from './sample.ts';
import { arrivalMs, line, take, task, unplaced } from './taking-records.ts';
import { referenceIntake } from './two-ways.ts';

const texts = fc.constantFrom('GET /cart 200 in 12 ms', 'GET /cart 500 in 7 ms', 'ERROR no connection to 10.0.0.7:5432', '    at Object.run (/app/x.js:1:2)', '{"level":"info","msg":"paid","id":17}', 'ünïcode ☃', '', ' ', '2026-02-25T06:00:00Z started');
const dates = fc.option(fc.integer({ min: 0, max: 90_000 }).map((ms) => new Date(Date.UTC(2026, 1, 25, 6, 13) + ms).toISOString()), { nil: null, freq: 6 });
const goodLines = fc.tuple(texts, dates, fc.constantFrom('web', 'cache')).map(([text, date, container]) => line(text, date, container));
const otherLines = fc.constantFrom(
  '{"level":"info","msg":"own log","time":"2026-02-25T06:13:21Z"}',
  '{"level":"info","msg":"no time"}',
  '{"container_id":"x","date":"2026-02-25T06:13:21Z","log":"of no container"}',
  `[${line('in an array')},${line('of two', '2026-02-25T06:14:00Z')}]`,
  '{"unknown":1}',
);
const anyLines = fc.oneof({ weight: 6, arbitrary: goodLines }, otherLines);

/** Forms that a producer may give a group of lines. */
const packers: readonly ((lines: readonly string[]) => Buffer)[] = [
  (lines) => Buffer.from(lines.join('\n')),
  (lines) => Buffer.from(lines.map((one) => `${one}\r\n`).join('')),
  (lines) => gzipSync(lines.join('\n')),
  (lines) => Buffer.concat(lines.map((one) => gzipSync(`${one}\n`))),
  (lines) => zstdCompressSync(`${lines.join('\n')}\n`),
  (lines) => Buffer.concat(lines.map((one) => zstdCompressSync(`${one}\n`))),
  (lines) => aggregated(lines.map((data, index) => ({ partitionKey: `${index}`, data }))),
  (lines) => aggregated([{ partitionKey: 'p', data: gzipSync(lines.join('\n')) }]),
  (lines) => gzipSync(aggregated(lines.map((data) => ({ partitionKey: 'p', data: `${data}\n` })))),
];

describe('a carrier record', () => {
  test('gives the same events however lines were grouped, packed and aggregated, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(anyLines, { minLength: 1, maxLength: 6 }), fc.nat(packers.length - 1)), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        (groups, isReversed) => {
          const alone = take(groups.flatMap(([lines]) => lines));
          const records = groups.map(([lines, packer]) => packers[packer]!(lines));
          const packed = take(isReversed ? records.toReversed() : records);
          assert.deepEqual(unplaced(packed.events), unplaced(alone.events));
          assert.equal(packed.reading.events, packed.events.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('gives the same events the fast way and the slow one, counted together where the fast way does', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyLines, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 20 }), (groups) => {
        const intakes = [true, false].map((isFast) => {
          const intake = referenceIntake();
          const reader = openRecords({ file: 'f', settings: {}, intake, ...(isFast ? {} : { watch: () => undefined }) });
          groups.forEach((lines, index) => reader.take(Buffer.from(lines.join('\n')), `${index}`, arrivalMs));
          const { formats, records, events, skipped, unreadable } = reader.reading;
          return {
            events: intake.all().map((event) => JSON.stringify({ ...(JSON.parse(JSON.stringify(event)) as LogRecord), origin: undefined })).toSorted(),
            reading: { formats, records, events, skipped, unreadable: unreadable.map(({ reason, count }) => [reason, count]) },
          };
        });
        assert.deepEqual(intakes[0], intakes[1]);
      }),
      { numRuns: 60 },
    );
  });

  test('of FireLens gives the events that a replay of the same lines gives', () => {
    const lines = [line('one 1'), line('one 2', '2026-02-25T06:13:21Z'), line('two', '2026-02-25T06:13:22Z', 'cache'), line('2026-02-25T06:00:00Z its own time', null)];
    assert.deepEqual(unplaced(take(lines).events), unplaced(readStream(lines.join('\n')).events));
  });

  test('goes to every decoder of a replay', () => {
    const flow = '2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK';
    assert.equal(take([flow]).events[0]?.kind, 'network');
    assert.equal(take([`${flow}\n${flow}`]).events.length, 2);
    const lines = (path: string): string[] => sampleText(path).split('\n').filter((text) => text !== '');
    for (const [path, kind] of [['panther-tests/eks.jsonl', 'api'], ['panther-tests/guardduty.jsonl', 'detection'], ['panther-tests/resolver.jsonl', 'dns'], ['plaso/aws_cloudtrail.jsonl', 'api'], ['plaso/container-json.log', 'log']] as const) {
      const { events, reading } = take(lines(path));
      assert.ok(events.length > 0 && events.every((event) => event.kind === kind), path);
      assert.deepEqual(unplaced(events), unplaced(readStream(sampleText(path)).events), path);
      assert.deepEqual(reading.unreadable.map(({ reason }) => reason), readStream(sampleText(path)).reading.unreadable.map(({ reason }) => reason), path);
    }
    const trail = { eventVersion: '1.08', eventTime: '2026-02-25T06:13:20Z', eventSource: 'iam.amazonaws.com', eventName: 'CreateUser', awsRegion: 'us-east-1', eventID: 'e-1', userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/x', accountId: '111122223333' }, recipientAccountId: '111122223333' };
    assert.deepEqual(take([JSON.stringify({ Records: [trail, { ...trail, eventID: 'e-2' }] })]).events.map(({ id, kind }) => `${kind} ${id}`), ['api e-1', 'api e-2']);
  });

  test('that CloudWatch Logs sent is an envelope of lines with their own ids and times', () => {
    const envelope = { messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup: '/ecs/shop', logStream: `web/web/${task}`, subscriptionFilters: ['all'], logEvents: [{ id: 'a1', timestamp: arrivalMs - 5_000, message: 'ready' }, { id: 'a2', timestamp: arrivalMs - 4_000, message: 'GET / 200' }] };
    const { events } = take([gzipSync(JSON.stringify(envelope)), gzipSync(JSON.stringify({ ...envelope, messageType: 'CONTROL_MESSAGE' }))]);
    assert.deepEqual(events.map(({ id, timeMs, subject }) => [id, timeMs - arrivalMs, subject.task]), [['a1', -5_000, task], ['a2', -4_000, task]]);
  });

  test('takes arrival as its time only where neither record nor line tells one', () => {
    const iso = '2026-02-25T06:13:20.000Z';
    const timesOf = (content: string, arrival: number | undefined = arrivalMs): string[] => take([{ content, arrivalMs: arrival }]).events.map(({ timeMs }) => new Date(timeMs).toISOString());
    const arrived = new Date(arrivalMs).toISOString();
    assert.deepEqual(timesOf(line('x', iso)), [iso]);
    assert.deepEqual(timesOf(line(`${iso} x`, null)), [iso]);
    assert.deepEqual(timesOf(line('x', null)), [arrived]);
    assert.deepEqual(timesOf(`{"msg":"x","level":"info","time":"${iso}"}`), [iso]);
    assert.deepEqual(timesOf('{"msg":"x","level":"info"}'), [arrived]);
    assert.deepEqual(timesOf(`${iso} started`), [iso]);
    assert.deepEqual(timesOf('started'), [arrived]);
    assert.deepEqual(timesOf(`Traceback\n${iso} ERROR x\n  at y`), [iso, iso, iso]);
    assert.deepEqual(timesOf(`[${line('x', null)}]`), [arrived]);
    assert.deepEqual(timesOf(line('x', iso), undefined), [iso]);
    // A hostile time within a line of text is none.
    assert.deepEqual(timesOf('1970-01-01T00:00:00Z x'), [arrived]);
  });

  test('does not lend its time, its header or its open line to the next', () => {
    const first = ['2026-02-25T06:13:20Z first', line('x', '2026-02-25T06:13:20Z'), '#fields ts uid', 'version account-id interface-id'];
    const second = ['no time', line('no time', null)];
    for (const arrival of [arrivalMs, undefined]) {
      const alone = take(second.map((content) => ({ content, arrivalMs: arrival })));
      const after = take([...first, ...second].map((content) => ({ content, arrivalMs: arrival })));
      assert.deepEqual(unplaced(after.events.slice(-2)), unplaced(alone.events));
    }
  });

  test('is placed by where it stands, to the line and the user record', () => {
    const { events } = take([
      { content: line('a'), place: '49' },
      { content: `${line('b')}\n${line('c')}`, place: '50' },
      { content: aggregated([{ partitionKey: 'p', data: line('d') }, { partitionKey: 'p', data: line('e') }]), place: '51' },
      { content: `[${line('f')}]`, place: '52' },
    ]);
    const file = 'kinesis:shop/shard-1';
    assert.deepEqual(events.map(({ origin }) => origin), [
      { file, eventId: '49' },
      { file, line: 1, eventId: '50' },
      { file, line: 2, eventId: '50' },
      { file, eventId: '51#0' },
      { file, eventId: '51#1' },
      { file, record: 0, eventId: '52' },
    ]);
  });

  test('that is a tick is given back and is no event', () => {
    const { ticks, events, reading } = take(['{"fargazer":"tick","round":7,"timeMs":1772000000000}', line('x')]);
    assert.deepEqual(ticks, [{ fargazer: 'tick', round: 7, timeMs: 1_772_000_000_000 }]);
    assert.equal(events.length, 1);
    assert.equal(reading.records, 1);
    const bad = ['{"fargazer":"tick"}', '{"fargazer":"tick","round":0,"timeMs":1}', '{"fargazer":"tick","round":1.5,"timeMs":1}', '{"fargazer":"tick","round":1,"timeMs":"1"}', '{"fargazer":"tock","round":1,"timeMs":1}', '{"fargazer"', '{"fargazer":"tick","round":1,"timeMs":-1}'];
    const refused = take(bad);
    assert.deepEqual([refused.ticks, refused.events], [[], []]);
    assert.equal(refused.reading.unreadable.reduce((sum, { count }) => sum + count, 0), bad.length);
  });

  test('sends what may be late or ahead of its time through the intake, however it is ordered', () => {
    const lines = [line('x', '2026-02-25T06:13:20Z'), line('x', '2026-02-25T06:13:21Z'), line('x', '2026-02-25T06:13:22Z'), line('x', '2026-02-25T06:13:23Z')];
    const taken = (bounds: Pick<Intake, 'countFromMs' | 'countToMs'>): number => {
      let calls = 0;
      const intake: Intake = { ...bounds, generation: 0, take: (event) => (calls++, event) };
      const reader = openRecords({ file: 'f', settings: {}, intake });
      for (const one of lines) reader.take(Buffer.from(one), '1', arrivalMs);
      return calls;
    };
    const at = (second: number): number => Date.UTC(2026, 1, 25, 6, 13, second);
    assert.equal(taken({}), 2, 'the first goes the slow way, the second makes the cell');
    assert.equal(taken({ countFromMs: at(22) }), 2);
    assert.equal(taken({ countFromMs: at(23) }), 3);
    assert.equal(taken({ countFromMs: at(24) }), 4);
    assert.equal(taken({ countToMs: at(24) }), 2);
    assert.equal(taken({ countToMs: at(23) }), 3);
    assert.equal(taken({ countToMs: at(22) }), 4);
    assert.equal(taken({ countFromMs: at(22), countToMs: at(23) }), 3);
  });
});
