/** The history of log groups by the real client against a stub of the protocol: whole, bounded, and clear where it ends early. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { FargazerEvent } from '#contract';
import { openStream } from '../../src/decode/stream.ts';
import { cloudWatchLogsHistory, slices } from '../../src/sources/cloudwatch-logs/history.ts';
import type { CloudWatchLogsSpec, RemoteHistory } from '../../src/sources/remote.ts';
import { saveHistory } from '../../src/sources/save-history.ts';
import { arnOf, cloudWatchLogsStub, type CloudWatchLogsStub } from '../support/aws/cloudwatch-logs-stub.ts';
import { leapingClock } from '../support/fast-clock.ts';

const nowMs = Date.UTC(2026, 2, 8);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

async function open(context: TestContext): Promise<{ stub: CloudWatchLogsStub; clock: ReturnType<typeof leapingClock>; history: (spec?: Partial<CloudWatchLogsSpec>) => RemoteHistory }> {
  const clock = leapingClock(nowMs);
  const stub = await cloudWatchLogsStub(() => clock.now());
  context.after(() => stub.close());
  return {
    stub,
    clock,
    history: (spec = {}) =>
      cloudWatchLogsHistory(
        { kind: 'cloudwatch-logs', uri: 'cloudwatch-logs:///ecs/app', groups: ['/ecs/app'], fromMs: nowMs - dayMs, toMs: nowMs, ...spec },
        { clock, aws: { endpoint: stub.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } } },
      ),
  };
}

/** `count` events, evenly over the day before now, from two interleaved streams. */
function fill(stub: CloudWatchLogsStub, count: number, group = '/ecs/app'): string[] {
  const messages: string[] = [];
  for (let index = 0; index < count; index++) {
    const timestamp = nowMs - dayMs + Math.floor((index * dayMs) / count);
    const message = `${group} line ${index}`;
    messages.push(message);
    stub.put(group, `app/web/${String(index % 2).repeat(32)}`, [{ timestamp, message, ingestionTime: timestamp + 1_500 }]);
  }
  return messages;
}

interface Read {
  names: string[];
  events: { message: string; timestamp: number; ingestionTime: number; eventId: string; logStreamName: string; logGroupIdentifier: string }[];
}

async function read(history: RemoteHistory, into: Read = { names: [], events: [] }): Promise<Read> {
  for await (const { name, chunks } of history.read(AbortSignal.timeout(15_000))) {
    into.names.push(name);
    const parts: Buffer[] = [];
    for await (const chunk of chunks) {
      parts.push(chunk);
      for (const line of chunk.toString().split('\n')) if (line !== '') into.events.push(JSON.parse(line) as Read['events'][number]);
    }
  }
  return into;
}

describe('the history of log groups', () => {
  test('is read to the end, through empty pages, once and in order', async (context) => {
    const { stub, history } = await open(context);
    stub.createGroup('/ecs/app', { creationTime: nowMs - 10 * dayMs });
    const messages = fill(stub, 500);
    stub.emptyPages = 3;
    stub.pageEvents = 20;
    const { events } = await read(history());
    assert.deepEqual(events.map(({ message }) => message), messages);
    assert.equal(new Set(events.map(({ eventId }) => eventId)).size, 500);
    assert.equal(events[0]!.ingestionTime, events[0]!.timestamp + 1_500);
    assert.equal(events[0]!.logGroupIdentifier, '/ecs/app');
  });

  test('is cut into slices that are read side by side and share no event', async (context) => {
    const { stub, history } = await open(context);
    stub.createGroup('/ecs/app', { creationTime: nowMs - dayMs });
    const messages = fill(stub, 96);
    // 200 MB, so that the slices are ten.
    stub.deleteGroup('/ecs/app');
    stub.createGroup('/ecs/app', { creationTime: nowMs - dayMs, storedBytes: 200_000_000 });
    fill(stub, 96);
    const { names, events } = await read(history());
    assert.ok(names.length >= 10 && names.length <= 12, `${names.length} slices`);
    assert.deepEqual(events.map(({ message }) => message), messages);
    const spans = stub.requests.filter(({ operation }) => operation === 'FilterLogEvents').map(({ input }) => [input.startTime, input.endTime] as [number, number]);
    spans.sort(([one], [other]) => one - other);
    for (const [index, [start]] of spans.entries()) if (index > 0) assert.equal(start, spans[index - 1]![1] + 1);
    assert.equal(spans.at(-1)![1], nowMs - 1);
  });

  test('takes several groups, prefixes, ARNs and a filter', async (context) => {
    const { stub, history } = await open(context);
    for (const name of ['/ecs/a', '/ecs/b', '/other']) {
      stub.createGroup(name);
      fill(stub, 10, name);
    }
    const { events } = await read(history({ groups: ['/ecs/*', arnOf('/other'), '/ecs/a'], filter: 'line 7' }));
    assert.deepEqual(events.map(({ message }) => message), ['/ecs/a line 7', '/ecs/b line 7', '/other line 7']);
    const filters = stub.requests.filter(({ operation }) => operation === 'FilterLogEvents');
    assert.ok(filters.every(({ input }) => input.filterPattern === 'line 7'));
    assert.ok(filters.some(({ input }) => input.logGroupIdentifier === arnOf('/other')));
  });

  test('pages through more groups than one answer holds', async (context) => {
    const { stub, history } = await open(context);
    for (let index = 0; index < 120; index++) stub.createGroup(`/ecs/${index}`);
    const { objects } = await history({ groups: ['/ecs/*'] }).estimate(AbortSignal.timeout(10_000));
    assert.ok(objects >= 120);
    assert.equal(stub.requests.length, 3);
  });

  test('waits through a minute of throttling and servers that fail', async (context) => {
    const { stub, clock, history } = await open(context);
    stub.createGroup('/ecs/app');
    const messages = fill(stub, 40);
    stub.fail({ type: 'ThrottlingException', operation: 'FilterLogEvents', times: 25 });
    stub.fail({ type: 'ServiceUnavailableException', status: 503, times: 4 });
    stub.fail({ type: '', isBroken: true, times: 2 });
    const { events } = await read(history());
    assert.deepEqual(events.map(({ message }) => message), messages);
    assert.ok(clock.sleptMs > 3_000, `slept ${clock.sleptMs} ms`);
  });

  test('gives up after ten minutes of nothing but throttling', async (context) => {
    const { stub, history } = await open(context);
    stub.createGroup('/ecs/app');
    stub.fail({ type: 'ThrottlingException', operation: 'FilterLogEvents', times: 100_000 });
    await assert.rejects(read(history()), { code: 'source-failed', message: /still throttles.*Nothing was read/ });
  });

  test('says what was read where credentials expire half-way', async (context) => {
    const { stub, history } = await open(context);
    stub.createGroup('/ecs/app');
    fill(stub, 100);
    stub.pageEvents = 10;
    const into: Read = { names: [], events: [] };
    const reading = read(history(), into);
    const expire = setInterval(() => {
      if (into.events.length >= 30) stub.fail({ type: 'ExpiredTokenException', message: 'The security token included in the request is expired', times: 1_000 });
    }, 0);
    const error = (await reading.then(() => assert.fail('it did not fail'), (failure: unknown) => failure).finally(() => clearInterval(expire))) as { code: string; message: string };
    assert.equal(error.code, 'source-denied');
    const told = Number(/(\d+) events were read before/.exec(error.message)?.[1]);
    assert.ok(told >= 30 && told < 100 && told >= into.events.length, error.message);
    assert.match(error.message, /log group \/ecs\/app at 2026-03-07T.*Renew them/);
    assert.ok(!error.message.includes('\n'));
  });

  test('tells a group that is missing, misspelt or denied', async (context) => {
    const { stub, history } = await open(context);
    await assert.rejects(read(history()), { code: 'source-gone', message: /no log group \/ecs\/app/ });
    await assert.rejects(read(history({ groups: ['ecs/app'] })), { code: 'source-gone', message: /begin with a slash: cloudwatch-logs:\/\/\/ecs\/app/ });
    await assert.rejects(read(history({ groups: ['/x*'] })), { code: 'source-gone', message: /No log group begins with \/x/ });
    stub.createGroup('/ecs/app');
    stub.fail({ type: 'AccessDeniedException', message: 'not authorized', operation: 'FilterLogEvents', times: 99 });
    await assert.rejects(read(history()), { code: 'source-denied', message: /Grant logs:FilterLogEvents/ });
  });

  test('needs no right to describe a group that is named whole', async (context) => {
    const { stub, history } = await open(context);
    stub.createGroup('/ecs/app');
    const messages = fill(stub, 20);
    stub.fail({ type: 'AccessDeniedException', message: 'not authorized', operation: 'DescribeLogGroups', times: 99 });
    const { events } = await read(history());
    assert.deepEqual(events.map(({ message }) => message), messages);
    await assert.rejects(read(history({ groups: ['/ecs/*'] })), { code: 'source-denied', message: /logs:DescribeLogGroups, or name each group/ });
  });

  test('estimates from what is stored, without reading', async (context) => {
    const { stub, history } = await open(context);
    stub.createGroup('/ecs/app', { creationTime: nowMs - 10 * dayMs, storedBytes: 1_000_000_000, retentionInDays: 5 });
    const estimate = await history().estimate(AbortSignal.timeout(10_000));
    assert.equal(estimate.bytes, 200_000_000, 'one day of five');
    assert.ok(estimate.requests >= 200 && estimate.requests < 250);
    assert.equal(estimate.usd, 0);
    assert.match(estimate.basis, /evenly over the time/);
    assert.deepEqual(stub.requests.map(({ operation }) => operation), ['DescribeLogGroups']);
  });

  test('slices any span without gaps', () => {
    for (const storedBytes of [undefined, 0, 5_000_000, 1e12]) {
      for (const lengthMs of [1, 59_999, hourMs, 400 * dayMs]) {
        const made = slices({ name: 'g', identifier: 'g', ...(storedBytes === undefined ? {} : { storedBytes }), createdMs: nowMs - 1_000 * dayMs }, { fromMs: nowMs - lengthMs, toMs: nowMs }, nowMs);
        assert.equal(made[0]!.fromMs, nowMs - lengthMs);
        assert.equal(made.at(-1)!.toMs, nowMs);
        for (const [index, slice] of made.entries()) {
          assert.ok(slice.toMs > slice.fromMs);
          if (index > 0) assert.equal(slice.fromMs, made[index - 1]!.toMs);
        }
        assert.ok(made.length <= 10_000);
      }
    }
  });

  test('saved, gives the same events from files', async (context) => {
    const { stub, history } = await open(context);
    stub.createGroup('/ecs/app', { creationTime: nowMs - dayMs });
    fill(stub, 60);
    const folder = mkdtempSync(join(tmpdir(), 'fargazer-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const result = await saveHistory(history(), folder, { signal: AbortSignal.timeout(10_000) });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    assert.ok(result.objects === files.length && files.length > 0);
    const decoded = (contents: readonly Buffer[]): FargazerEvent[] => {
      const events: FargazerEvent[] = [];
      for (const content of contents) {
        const stream = openStream({ file: 'f', settings: {}, intake: { generation: 0, take: (event) => (events.push(event), event) } });
        stream.write(content);
        stream.end();
        assert.equal(stream.reading.unreadable.length, 0);
      }
      return events;
    };
    const direct: Buffer[] = [];
    for await (const { chunks } of history().read(AbortSignal.timeout(10_000))) {
      const parts: Buffer[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      if (parts.length > 0) direct.push(Buffer.concat(parts));
    }
    const saved = decoded(files.toSorted().map((file) => readFileSync(file)));
    assert.equal(saved.length, 60);
    assert.equal((saved[0] as { subject?: { task?: string } }).subject?.task, '0'.repeat(32));
    assert.deepEqual(JSON.parse(JSON.stringify(saved)), JSON.parse(JSON.stringify(decoded(direct))));
  });
});
