/** URIs of remote histories: what they mean, and what is said where they are wrong; reading ahead; failures of AWS. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDuration, parseInstant, suggestion } from '../../src/config/index.ts';
import { awsFailure, patiently, sourceError } from '../../src/sources/aws.ts';
import { readAhead, type Opening } from '../../src/sources/read-ahead.ts';
import { parseRemote, type RemoteSpec } from '../../src/sources/remote.ts';
import { safePath } from '../../src/sources/save-history.ts';
import { leapingClock } from '../support/fast-clock.ts';

const nowMs = Date.UTC(2026, 2, 8);
const parse = (text: string): RemoteSpec | undefined => parseRemote(text, { nowMs, duration: parseDuration, instant: parseInstant, suggestion });
const dayMs = 86_400_000;

describe('a remote URI', () => {
  test('names log groups and a span', () => {
    assert.deepEqual(parse('cloudwatch-logs:///ecs/app?from=7d'), { kind: 'cloudwatch-logs', uri: 'cloudwatch-logs:///ecs/app?from=7d', groups: ['/ecs/app'], fromMs: nowMs - 7 * dayMs, toMs: nowMs });
    const several = parse('cloudwatch-logs:///ecs/a,/ecs/b*,/ecs/a?from=2026-03-01T00:00+02:00&to=1d&filter=%22a%26b%22 ?x&region=eu-central-1');
    assert.deepEqual(several, {
      kind: 'cloudwatch-logs',
      uri: 'cloudwatch-logs:///ecs/a,/ecs/b*,/ecs/a?from=2026-03-01T00:00+02:00&to=1d&filter=%22a%26b%22 ?x&region=eu-central-1',
      region: 'eu-central-1',
      groups: ['/ecs/a', '/ecs/b*'],
      fromMs: Date.UTC(2026, 1, 28, 22),
      toMs: nowMs - dayMs,
      filter: '"a&b" ?x',
    });
  });

  test('names a bucket and a prefix', () => {
    assert.deepEqual(parse('s3://my-logs/AWSLogs/1/%C3%BC?to=2026-03-02'), { kind: 's3', uri: 's3://my-logs/AWSLogs/1/%C3%BC?to=2026-03-02', bucket: 'my-logs', prefix: 'AWSLogs/1/ü', toMs: Date.UTC(2026, 2, 2) });
    assert.deepEqual(parse('web=s3://my-logs'), { kind: 's3', uri: 's3://my-logs', name: 'web', bucket: 'my-logs', prefix: '' });
  });

  test('is no path', () => {
    for (const path of ['-', 'a/b', './s3', 'web=logs/x', 'C:\\x', '*.json', 's3:/x', '']) assert.equal(parse(path), undefined, path);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['cloudwatch-log:///a?from=7d', /no source cloudwatch-log:\/\/; did you mean cloudwatch-logs\?/],
    ['http://example.org', /no source http:\/\//],
    ['cloudwatch-logs:///a?form=7d', /no parameter form; did you mean from\?/],
    ['s3://bucket/p?filter=x', /no parameter filter/],
    ['cloudwatch-logs:///a', /say how far back/],
    ['cloudwatch-logs://?from=1d', /no log group is named/],
    ['cloudwatch-logs:///a b?from=1d', /cannot be the name of a log group/],
    ['cloudwatch-logs:///a*b?from=1d', /cannot be the name of a log group/],
    ['cloudwatch-logs:///a?from=yesterday', /from: expected a duration/],
    ['cloudwatch-logs:///a?from=1d&from=2d', /from is given twice/],
    ['cloudwatch-logs:///a?from=1d&to=2d', /expected a start before/],
    ['cloudwatch-logs:///a?from=2027-01-01', /expected a start before/],
    ['cloudwatch-logs:///a?from', /expected from=/],
    ['cloudwatch-logs:///a?from=1d&region=here', /region: expected/],
    ['s3://B/x', /expected s3:\/\/BUCKET\/PREFIX/],
    ['s3:///x', /expected s3:\/\/BUCKET\/PREFIX/],
    ['s3://bucket/%zz', /a % begins no character/],
    [`s3://bucket/${'x'.repeat(9_000)}`, /more than 8192 characters/],
  ];
  for (const [text, pattern] of wrong) {
    test(`says what is wrong with ${text.slice(0, 50)}`, () => {
      assert.throws(() => parse(text), { code: 'usage', message: pattern });
    });
  }
});

describe('failures of AWS', () => {
  const named = (name: string, status?: number, more: object = {}): Error => Object.assign(new Error('a\u0007 b'), { name, $metadata: { httpStatusCode: status }, ...more });

  test('are told apart by name, then by status', () => {
    const kinds: readonly (readonly [Error, string])[] = [
      [named('ThrottlingException', 400), 'throttled'],
      [named('SlowDown', 503), 'throttled'],
      [named('Whatever', 429), 'throttled'],
      [named('InternalError', 500), 'transient'],
      [named('Whatever', 502), 'transient'],
      [named('Error', undefined, { code: 'ECONNRESET' }), 'transient'],
      [named('ExpiredTokenException', 400), 'expired'],
      [named('AccessDeniedException', 400), 'denied'],
      [named('CredentialsProviderError'), 'denied'],
      [named('Whatever', 403), 'denied'],
      [named('ResourceNotFoundException', 400), 'gone'],
      [named('NoSuchBucket', 404), 'gone'],
      [named('InvalidParameterException', 400), 'refused'],
    ];
    for (const [error, kind] of kinds) assert.equal(awsFailure(error).kind, kind, error.name);
    assert.equal(awsFailure('text').kind, 'refused');
    assert.equal(awsFailure(named('X', 400)).message, 'a b');
    assert.equal(sourceError(named('ExpiredToken', 400), 'the bucket b', 'Nothing was read.').code, 'source-denied');
  });

  test('are waited out, longer each time, and given up after the patience', async () => {
    const clock = leapingClock();
    let calls = 0;
    const waits: number[] = [];
    const call = async (): Promise<never> => {
      calls++;
      throw named('ThrottlingException', 400);
    };
    const signal = new AbortController().signal;
    await assert.rejects(patiently(call, { clock, signal, giveUpMs: 60_000, onWait: (_failure, waitMs) => waits.push(waitMs) }), { name: 'ThrottlingException' });
    assert.ok(calls > 5 && calls < 60, `${calls} calls`);
    assert.ok(Math.max(...waits.slice(0, 2)) <= 450 && Math.max(...waits) <= 20_050);
    assert.ok(clock.sleptMs >= 60_000);
  });

  test('try credentials that expired once more, and a denial never', async () => {
    const clock = leapingClock();
    const signal = new AbortController().signal;
    for (const [name, expected] of [['ExpiredTokenException', 2], ['AccessDeniedException', 1]] as const) {
      let calls = 0;
      const call = async (): Promise<never> => {
        calls++;
        throw named(name, 400);
      };
      await assert.rejects(patiently(call, { clock, signal }), { name });
      assert.equal(calls, expected, name);
    }
  });
});

describe('reading ahead', () => {
  const opening = (name: string, open: Opening['open']): Opening => ({ name, path: name, notes: [], open });
  async function* some<T>(...values: T[]): AsyncGenerator<T, void, void> {
    yield* values;
  }

  test('keeps the order, reads so many at once, and holds so many bytes', async () => {
    let active = 0;
    let most = 0;
    const given: number[] = [];
    const openings = async function* openings(): AsyncGenerator<Opening, void, void> {
      for (let index = 0; index < 12; index++) {
        yield opening(String(index), async function* open() {
          active++;
          most = Math.max(most, active);
          for (let chunk = 0; chunk < 20; chunk++) {
            given[index] = chunk + 1;
            yield Buffer.from(`${index}.${chunk} `);
            await new Promise((resolve) => setTimeout(resolve, 0));
          }
          active--;
        });
      }
    };
    let text = '';
    let sawBound = false;
    for await (const { chunks } of readAhead(openings(), { width: 3, bufferBytes: 12, signal: new AbortController().signal })) {
      if (!sawBound) {
        for (let tries = 0; (given[2] ?? 0) < 3 && tries < 1_000; tries++) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, 30));
        assert.deepEqual(given.slice(0, 4), [3, 3, 3], 'three objects, three chunks each, before anything is taken');
        sawBound = true;
      }
      for await (const chunk of chunks) text += chunk.toString();
    }
    assert.equal(text, Array.from({ length: 240 }, (_, index) => `${Math.floor(index / 20)}.${index % 20} `).join(''));
    assert.equal(most, 3);
  });

  test('throws a failure when it is its turn, and gives what came before', async () => {
    const good = opening('good', () => some(Buffer.from('a')));
    const bad = opening('bad', async function* open() {
      yield Buffer.from('b');
      throw new Error('broken');
    });
    let text = '';
    await assert.rejects(async () => {
      for await (const { chunks } of readAhead(some(good, bad), { width: 4, bufferBytes: 100, signal: new AbortController().signal })) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        for await (const chunk of chunks) text += chunk.toString();
      }
    }, /broken/);
    assert.equal(text, 'ab');
  });

  test('gives up what is not read, and ends when told to', async () => {
    const opened: string[] = [];
    const aborted: string[] = [];
    const endless = (name: string): Opening =>
      opening(name, async function* open(signal) {
        opened.push(name);
        signal.addEventListener('abort', () => aborted.push(name));
        for (;;) {
          if (signal.aborted) return;
          yield Buffer.from('x');
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      });
    const stop = new AbortController();
    const names: string[] = [];
    for await (const { name } of readAhead(some(endless('a'), endless('b'), endless('c'), endless('d')), { width: 2, bufferBytes: 10, signal: stop.signal })) {
      names.push(name);
      if (name === 'c') stop.abort();
    }
    assert.deepEqual(names, ['a', 'b', 'c']);
    assert.ok(opened.length >= 3);
    assert.deepEqual(aborted, opened);
  });
});

test('a key becomes a path that leads nowhere else and is read again', () => {
  assert.equal(safePath('AWSLogs/1/CloudTrail/x.json.gz'), 'AWSLogs/1/CloudTrail/x.json.gz');
  assert.equal(safePath('../../etc/passwd'), '%2E%2E/%2E%2E/etc/passwd.log');
  assert.equal(safePath('/a//.hidden/README.md'), 'a/%2Ehidden/README.md.log');
  assert.equal(safePath('a\\b:c\u0000*'), 'a%5Cb%3Ac%00%2A.log');
  assert.equal(safePath('...'), '%2E%2E%2E.log');
  const long = [safePath(`${'ü'.repeat(500)}1.gz`), safePath(`${'ü'.repeat(501)}1.gz`)];
  assert.ok(long.every((path) => Buffer.byteLength(path) < 250 && path.endsWith('.gz')));
  assert.notEqual(long[0], long[1]);
});
