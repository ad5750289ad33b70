/** Log groups followed by the real client against a stub of the service's protocol. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Clock, JsonValue, LiveBatch, LiveSource } from '#contract';
import { cloudWatchLogs } from '../../src/sources/cloudwatch-logs/index.ts';
import { cloudWatchLogsOptions } from '../../src/sources/cloudwatch-logs/options.ts';
import { cloudWatchLogsStub, arnOf, type CloudWatchLogsStub } from '../support/aws/cloudwatch-logs-stub.ts';
import { fastClock } from '../support/fast-clock.ts';
import { contentOf, liveContract } from './live-contract.ts';

const aws = (endpoint: string) => ({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' }, disableHostPrefix: true });

async function open(context: TestContext, speed = 200): Promise<{ stub: CloudWatchLogsStub; clock: Clock; leap: (ms: number) => void; source: (more?: object) => LiveSource }> {
  const fast = fastClock(speed);
  let leapedMs = 0;
  const clock: Clock = { now: () => fast.now() + leapedMs, sleep: fast.sleep };
  const stub = await cloudWatchLogsStub(() => Math.floor(clock.now()));
  const sources: LiveSource[] = [];
  context.after(async () => {
    for (const source of sources) await source.close?.();
    await stub.close();
  });
  return {
    stub,
    clock,
    leap(ms) {
      leapedMs += ms;
    },
    source(more = {}) {
      const options = cloudWatchLogsOptions.parse({ groups: ['/ecs/app'], requestsPerSecond: 100, start: new Date(clock.now() - 3_600_000).toISOString(), ...more });
      const source = cloudWatchLogs(options, { clock, aws: aws(stub.endpoint) });
      sources.push(source);
      return source;
    },
  };
}

interface Read {
  batches: LiveBatch[];
  messages: string[];
}

async function read(source: LiveSource, until: (read: Read) => boolean, resume: ReadonlyMap<string, JsonValue> = new Map()): Promise<Read> {
  const found: Read = { batches: [], messages: [] };
  for await (const batch of source.read(resume, AbortSignal.timeout(15_000))) {
    found.batches.push(batch);
    for (const record of batch.records) found.messages.push((JSON.parse((await contentOf(record)).toString()) as { message: string }).message);
    if (until(found)) return found;
  }
  return assert.fail(`ended after ${found.messages.length} messages`);
}

liveContract({
  name: 'cloudwatch-logs',
  async open(context) {
    const { stub, clock, source } = await open(context);
    stub.createGroup('/ecs/app');
    stub.createGroup('/ecs/other');
    stub.pageEvents = 7;
    let count = 0;
    return {
      source: () => source({ groups: ['/ecs/*'] }),
      async put(texts) {
        for (const message of texts) stub.put(count++ % 3 === 0 ? '/ecs/other' : '/ecs/app', `app/web/${count % 2}`, [{ timestamp: Math.floor(clock.now()) - 500 + (count % 5), message }]);
      },
      asked: () => stub.requests.filter(({ operation }) => operation === 'FilterLogEvents').length,
      async texts(record) {
        return [(JSON.parse((await contentOf(record)).toString()) as { message: string }).message];
      },
    };
  },
});

describe('cloudwatch-logs followed by polling', () => {
  test('gives records as the decoder reads them, with the time of their ingestion', async (context) => {
    const { stub, clock, source } = await open(context);
    stub.createGroup('/ecs/app');
    const timestamp = Math.floor(clock.now()) - 2_000;
    stub.put('/ecs/app', 'ecs/web/0123', [{ timestamp, message: 'hello' }]);
    const { batches } = await read(source(), ({ messages }) => messages.length === 1);
    const record = batches.at(-1)!.records[0]!;
    const value = JSON.parse((await contentOf(record)).toString()) as Record<string, unknown>;
    assert.deepEqual({ ...value, eventId: undefined, ingestionTime: undefined }, { logGroupIdentifier: '/ecs/app', logStreamName: 'ecs/web/0123', timestamp, message: 'hello', eventId: undefined, ingestionTime: undefined });
    assert.equal(record.arrivalMs, value.ingestionTime);
    assert.equal(record.place, value.eventId);
  });

  test('finds what was ingested late and out of order, once', async (context) => {
    const { stub, clock, source } = await open(context, 400);
    stub.createGroup('/ecs/app');
    stub.emptyPages = 2;
    stub.put('/ecs/app', 'a', [{ timestamp: Math.floor(clock.now()) - 1_000, message: 'in time' }]);
    let putMs: number | undefined;
    const { messages } = await read(source({ sweepMs: 30_000 }), ({ messages, batches }) => {
      if (messages.length === 1 && putMs === undefined) {
        putMs = Math.floor(clock.now());
        stub.put('/ecs/app', 'b', [{ timestamp: putMs - 900_000, message: 'a quarter of an hour late' }, { timestamp: putMs - 20_000, message: 'late' }]);
      }
      // Two minutes later, and two looks over everything: nothing came again.
      return messages.length >= 3 && putMs !== undefined && (batches.at(-1)!.completeToMs ?? 0) > putMs + 120_000;
    });
    assert.deepEqual(messages.toSorted(), ['a quarter of an hour late', 'in time', 'late']);
  });

  test('waits through throttling, says so, and loses nothing', async (context) => {
    const { stub, clock, source } = await open(context, 1_000);
    stub.createGroup('/ecs/app');
    stub.put('/ecs/app', 'a', [{ timestamp: Math.floor(clock.now()), message: 'one' }]);
    stub.fail({ type: 'ThrottlingException', operation: 'FilterLogEvents', times: 8 });
    stub.fail({ type: 'ServiceUnavailableException', status: 503, operation: 'FilterLogEvents', times: 2 });
    stub.fail({ type: '', isBroken: true, operation: 'FilterLogEvents', times: 1 });
    const followed = source();
    const states = new Set<string>();
    const watch = setInterval(() => followed.health().forEach(({ state, reason }) => states.add(`${state} ${/Throttling|Unavailable|ECONNRESET|hang up/.exec(reason ?? '')?.[0] ?? ''}`)), 1);
    const { messages } = await read(followed, ({ messages }) => messages.length === 1).finally(() => clearInterval(watch));
    assert.deepEqual(messages, ['one']);
    assert.ok(states.has('waiting Throttling'), [...states].join());
    assert.equal(followed.health()[0]!.state, 'reading');
  });

  test('throws where no waiting helps', async (context) => {
    const { stub, source } = await open(context);
    await assert.rejects(read(source(), () => false), { code: 'source-gone', message: /There is no log group \/ecs\/app/ });
    stub.createGroup('/ecs/app');
    stub.fail({ type: 'AccessDeniedException', message: 'User: arn:aws:iam::1:user/x is not authorized to perform: logs:FilterLogEvents', operation: 'FilterLogEvents', times: 9 });
    await assert.rejects(read(source(), () => false), { code: 'source-denied', message: /not authorized to perform: logs:FilterLogEvents.*Grant logs:FilterLogEvents/ });
    stub.deleteGroup('/ecs/app');
    await assert.rejects(read(source({ groups: ['/none*'] }), () => false), { code: 'source-gone', message: /No log group begins with \/none/ });
  });

  test('ends the lane of a group that is deleted, and finds new ones of the prefix', async (context) => {
    const { stub, clock, source } = await open(context, 2_000);
    stub.createGroup('/ecs/one');
    stub.createGroup('/ecs/two');
    const followed = source({ groups: ['/ecs/*'] });
    let isChanged = false;
    const { batches, messages } = await read(followed, (found) => {
      if (!isChanged && found.batches.length > 6) {
        isChanged = true;
        stub.deleteGroup('/ecs/two');
        stub.createGroup('/ecs/three');
        stub.put('/ecs/three', 's', [{ timestamp: Math.floor(clock.now()), message: 'of the third' }]);
      }
      return found.messages.length === 1 && found.batches.some(({ ends }) => ends !== undefined);
    });
    assert.deepEqual(messages, ['of the third']);
    assert.deepEqual(batches.filter(({ ends }) => ends !== undefined).map(({ lane, ends }) => [lane, ends]), [['/ecs/two', { children: [] }]]);
    assert.equal(followed.health().find(({ lane }) => lane === '/ecs/two')!.state, 'ended');
  });
});

describe('cloudwatch-logs followed by Live Tail', () => {
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; !isSo(); tries++) {
      assert.ok(tries < 2_000, 'waited in vain');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  test('gives what is pushed, in lanes, and tells of sampling', async (context) => {
    const { stub, clock, source } = await open(context, 10);
    stub.createGroup('/ecs/app');
    stub.createGroup('/ecs/db');
    const followed = source({ groups: ['/ecs/*'], liveTail: true });
    const reading = read(followed, ({ messages }) => messages.length === 3);
    await until(() => stub.sessions() === 1);
    const timestamp = Math.floor(clock.now());
    stub.tail('/ecs/app', [{ stream: 'a', timestamp, message: 'one' }, { stream: 'a', timestamp, message: 'two' }]);
    stub.tail('/ecs/db', [{ stream: 'd', timestamp, message: 'three' }], true);
    const { batches, messages } = await reading;
    assert.deepEqual(messages, ['one', 'two', 'three']);
    assert.deepEqual(stub.requests.find(({ operation }) => operation === 'StartLiveTail')!.input.logGroupIdentifiers, [arnOf('/ecs/app'), arnOf('/ecs/db')]);
    assert.deepEqual(batches.filter(({ records }) => records.length > 0).map(({ lane, records }) => `${lane} ${records.length}`), ['/ecs/app 2', '/ecs/db 1']);
    assert.match(followed.health()[0]!.reason ?? '', /1 updates held only a sample of 500 events/);
  });

  test('opens a new session where one times out, breaks or falls silent, and counts what passed meanwhile', async (context) => {
    const { stub, clock, source } = await open(context, 50);
    stub.createGroup('/ecs/app');
    const followed = source({ liveTail: true });
    const event = (message: string) => ({ stream: 'a', timestamp: Math.floor(clock.now()), message });
    const come: string[] = [];
    const reading = read(followed, ({ messages }) => {
      come.splice(0, come.length, ...messages);
      return messages.includes('last');
    });
    const opened = (): number => stub.requests.filter(({ operation }) => operation === 'StartLiveTail').length;
    await until(() => stub.sessions() === 1);
    stub.tail('/ecs/app', [event('first')]);
    await until(() => come.includes('first'));
    stub.endSessions('timeout');
    await until(() => opened() === 2 && stub.sessions() === 1);
    stub.tail('/ecs/app', [event('second')]);
    await until(() => come.includes('second'));
    stub.fail({ type: 'LimitExceededException', operation: 'StartLiveTail', times: 2 });
    stub.endSessions('broken');
    await until(() => opened() === 5 && stub.sessions() === 1);
    stub.tail('/ecs/app', [event('third')]);
    // Fifteen seconds without an update, 0.3 of them here.
    await until(() => opened() >= 6 && stub.sessions() >= 1);
    stub.tail('/ecs/app', [event('last')]);
    const { messages } = await reading;
    assert.deepEqual(messages, ['first', 'second', 'third', 'last']);
    assert.match(followed.health()[0]!.reason ?? '', /\d+ s passed without a session/);
  });

  test('renews a session before AWS ends it, without a gap, and gives no event twice', async (context) => {
    const { stub, clock, leap, source } = await open(context, 10);
    stub.createGroup('/ecs/app');
    const startMs = clock.now();
    let beats = 0;
    // The same event from the old and from the new session, as where they overlap; and one that is new.
    const beat = setInterval(() => stub.tail('/ecs/app', [{ stream: 'a', timestamp: startMs, ingestionTime: startMs, message: 'the same' }, { stream: 'a', timestamp: startMs, ingestionTime: startMs, message: `beat ${++beats}` }]), 20);
    const followed = source({ liveTail: true });
    const opened = (): number => stub.requests.filter(({ operation }) => operation === 'StartLiveTail').length;
    let renewedAt: number | undefined;
    let isLeaped = false;
    const { messages } = await read(followed, (found) => {
      if (found.messages.length >= 3 && !isLeaped) {
        assert.equal(opened(), 1);
        isLeaped = true;
        leap(171 * 60_000);
      }
      if (opened() === 2) renewedAt ??= found.messages.length;
      return renewedAt !== undefined && found.messages.length > renewedAt + 5;
    }).finally(() => clearInterval(beat));
    assert.equal(messages.filter((message) => message === 'the same').length, 1);
    assert.equal(new Set(messages).size, messages.length);
    assert.equal(opened(), 2);
    assert.equal(stub.sessions(), 1);
    assert.equal(followed.health()[0]!.reason, undefined, 'no sample, no gap');
  });
});
