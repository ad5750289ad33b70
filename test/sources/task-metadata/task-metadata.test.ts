/** The poller of task metadata against an endpoint that throttles, hangs, lies about time, errs, and answers with nothing. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { systemClock, type Clock, type FargazerEvent } from '#contract';
import { openRecords } from '../../../src/decode/record.ts';
import { taskMetadata, taskMetadataOptions, type TaskMetadataSource } from '../../../src/sources/task-metadata/index.ts';
import { aheadMs, OwnTime } from '../../../src/sources/task-metadata/own-time.ts';
import { Pace } from '../../../src/sources/task-metadata/pace.ts';
import { taskToldIn } from '../../../src/sources/task-metadata/told-task.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { containerId, endpoint, json, statsAnswer, taskAnswer, taskId } from './endpoint.ts';

interface Polled {
  source: TaskMetadataSource;
  /** Contents of records so far. */
  contents: string[];
  coverage: { state: string; detail: string }[];
  until(is: () => boolean, what: string): Promise<void>;
}

function poll(context: TestContext, uri: string, clock: Clock, given: Record<string, unknown> = {}, chance = 0.5): Polled {
  const coverage: Polled['coverage'] = [];
  const source = taskMetadata(taskMetadataOptions.parse({ endpoint: uri, ...given }), { clock, tell: (state, detail) => coverage.push({ state, detail }), random: () => chance });
  const stop = new AbortController();
  const contents: string[] = [];
  const reading = (async () => {
    for await (const { records } of source.read(new Map(), stop.signal)) {
      for (const { content } of records) contents.push((content as Buffer).toString());
    }
  })();
  context.after(async () => {
    stop.abort();
    await reading;
  });
  return {
    source, contents, coverage,
    async until(is, what) {
      const startMs = performance.now();
      while (!is()) {
        if (performance.now() - startMs > 12_000) throw new Error(`${what} did not come`);
        await systemClock.sleep(5);
      }
    },
  };
}

/** A second of the endpoint's in ten milliseconds of ours. */
const fast = (): Clock => fastClock(100, Date.now());

test('answers are passed on as they came, and the decoder reads whose they are', async (context) => {
  const stub = await endpoint(context);
  const { contents, source, until } = poll(context, stub.uri, systemClock);
  await until(() => contents.length === 2, 'two records');
  assert.deepEqual(JSON.parse(contents[0]!), taskAnswer());
  assert.deepEqual(contents[1]!.split('\n').map((line) => Object.keys(JSON.parse(line) as object)[0]), ['Cluster', containerId]);
  const events: FargazerEvent[] = [];
  const reader = openRecords({ file: 'task-metadata', settings: {}, intake: { generation: 0, take: (event) => (events.push(event), event) } });
  for (const content of contents) reader.take(Buffer.from(content), '1', Date.now());
  assert.deepEqual(events.map(({ kind }) => kind), ['task', 'task', 'metrics']);
  assert.deepEqual(events[2]!.subject, { account: '111122223333', region: 'eu-west-1', cluster: 'shop', family: 'checkout', revision: '7', task: taskId, container: 'app' });
  const [set] = events.filter((event) => event.kind === 'metrics');
  assert.ok(set !== undefined && set.list.metrics.includes('container.cpu.utilization'), 'what is reserved is known beside the stats');
  const task = source.task()!;
  assert.deepEqual([task.arn.endsWith(taskId), task.task, task.cluster, task.family, task.revision, task.service, [...task.containers]], [true, taskId, 'shop', 'checkout', '7', undefined, [[containerId, 'app']]]);
});

test('a task is told of when it changes, before anybody reads too', async (context) => {
  const stub = await endpoint(context);
  stub.task = json(taskAnswer({}, 'PENDING'));
  const source = taskMetadata(taskMetadataOptions.parse({ endpoint: stub.uri }), { clock: systemClock, tell: () => undefined });
  const first = await new Promise((resolve) => source.onTask(resolve));
  assert.deepEqual(first, source.task());
  const told: (string | undefined)[] = [];
  const polled = poll(context, stub.uri, fast());
  polled.source.onTask(({ service }) => void told.push(service));
  await polled.until(() => told.length === 1, 'the first task');
  // Not all containers run: asked again within seconds, not a minute.
  await polled.until(() => stub.asked.filter((path) => path.endsWith('/task')).length >= 4, 'more questions');
  assert.deepEqual(told, [undefined]);
  stub.task = json(taskAnswer({ ServiceName: 'checkout-service' }));
  await polled.until(() => told.length === 2, 'the service');
  assert.deepEqual(told, [undefined, 'checkout-service']);
});

test('an endpoint that throttles is asked less and less, then more again', async () => {
  const pace = new Pace(0, () => 0.5);
  const gaps: number[] = [];
  let nowMs = 0;
  const step = (isThrottled: boolean | undefined): void => {
    nowMs = pace.dueMs;
    if (isThrottled === undefined) pace.succeeded(nowMs, 10_000);
    else pace.failed(nowMs, 10_000, isThrottled);
    gaps.push(pace.dueMs - nowMs);
  };
  for (const isThrottled of [undefined, true, true, true, true, true, true, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined]) step(isThrottled);
  assert.deepEqual(gaps.slice(0, 8), [10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
  assert.equal(gaps.at(-1), 10_000);
  gaps.length = 0;
  for (let count = 0; count < 8; count += 1) step(false);
  assert.deepEqual(gaps, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('errors, redirects, hanging and nonsense never end it; after a minute a gap is told of, once', async (context) => {
  const stub = await endpoint(context);
  const { contents, coverage, source, until } = poll(context, stub.uri, fast(), { timeoutMs: 100 });
  await until(() => contents.length >= 2, 'answers');
  const answers = [
    (response: Parameters<typeof stub.task>[0]) => void response.writeHead(429).end(),
    (response: Parameters<typeof stub.task>[0]) => void response.writeHead(503).end('no'),
    (response: Parameters<typeof stub.task>[0]) => void response.writeHead(302, { location: `${stub.uri}/elsewhere` }).end(),
    () => undefined,
    (response: Parameters<typeof stub.task>[0]) => void response.writeHead(200).write('{"half":'),
    (response: Parameters<typeof stub.task>[0]) => void response.writeHead(200).end('not JSON'),
    (response: Parameters<typeof stub.task>[0]) => void response.socket?.destroy(),
    (response: Parameters<typeof stub.task>[0]) => void response.writeHead(200).end(Buffer.alloc(2_000_000, ' ')),
  ];
  let turn = 0;
  stub.stats = (response) => answers[turn++ % answers.length]!(response);
  await until(() => coverage.length === 1, 'the coverage event');
  assert.equal(coverage[0]!.state, 'silent');
  assert.match(coverage[0]!.detail, /^\/task\/stats of the task metadata endpoint has told nothing for \d+ s: it \w+/);
  await until(() => turn >= answers.length, 'every way to fail');
  assert.ok(!stub.asked.some((path) => path.includes('elsewhere')), 'a redirect was followed');
  assert.equal(source.health()[0]!.state, 'failing');
  const before = contents.length;
  stub.stats = (response, request) => json(statsAnswer(Date.now()))(response, request);
  await until(() => contents.length > before && source.health()[0]!.state === 'reading', 'answers again');
  assert.equal(coverage.length, 1);
});

test('a question that was throttled once, and answered when it was asked again, is no gap', async (context) => {
  const stub = await endpoint(context);
  const asked = (): number => stub.asked.filter((path) => path.endsWith('/task')).length;
  const { coverage, contents, until } = poll(context, stub.uri, fast(), {}, 0.95);
  await until(() => contents.length >= 1, 'the task');
  stub.task = (response) => {
    stub.task = json(taskAnswer());
    response.writeHead(429).end();
  };
  // It comes more than a minute later, and the stats are asked for all the while.
  await until(() => asked() >= 3, 'the question after the throttled one');
  assert.deepEqual(coverage, []);
});

test('nulls and answers that tell nothing new are no failure and no record', async (context) => {
  const stub = await endpoint(context);
  stub.task = json(null);
  stub.stats = json(null);
  const { contents, source, until } = poll(context, stub.uri, fast());
  await until(() => stub.asked.filter((path) => path.endsWith('/stats')).length >= 3, 'questions');
  stub.stats = json({ [containerId]: null });
  await until(() => stub.asked.filter((path) => path.endsWith('/stats')).length >= 5, 'questions');
  assert.deepEqual(contents, []);
  assert.equal(source.health()[0]!.state, 'reading');
  stub.stats = json(statsAnswer(Date.now()));
  await until(() => contents.length === 1, 'the first stats');
  const asked = stub.asked.length;
  await until(() => stub.asked.length > asked + 3, 'the same answer again');
  assert.equal(contents.length, 1);
});

test('an endpoint whose clock is off is stamped by ours, its samples as long as they were', () => {
  const nowMs = Date.UTC(2026, 2, 1, 12);
  const read = (answer: ReturnType<OwnTime['stamped']>): [number, number] => {
    const { read, preread } = answer!.value[containerId] as { read: string; preread: string };
    return [Date.parse(read) - nowMs, Date.parse(preread) - nowMs];
  };
  for (const [offMs, headerMs, expected] of [
    [500, 500, undefined], [-1_500, -1_500, undefined],
    [3_600_000, 3_600_000, 0], [-3_600_000, -3_600_000, 0], [5_000, 5_000, 0],
    // No header: only what cannot be is changed.
    [3_600_000, undefined, 0], [-600_000, undefined, 0], [-20_000, undefined, undefined],
    // The header is right and the stats lie.
    [1e12, 0, 0], [-1e11, 0, 0],
  ] as const) {
    const dateMs = headerMs === undefined ? undefined : Math.floor((nowMs + headerMs) / 1_000) * 1_000;
    const stamped = new OwnTime().stamped(statsAnswer(nowMs + offMs), aheadMs(dateMs, nowMs - 20, nowMs), nowMs);
    assert.equal(stamped!.isChanged, expected !== undefined, `${offMs} ${headerMs}`);
    const [at, before] = read(stamped);
    assert.ok(Math.abs(at - (expected ?? offMs)) <= 1_000, `${offMs} ${headerMs}: ${at}`);
    assert.equal(at - before, 1_000);
  }
});

test('10,000 hostile answers crash nothing and grow nothing', () => {
  const ownTime = new OwnTime();
  const leaf = fc.oneof(fc.constant(null), fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constantFrom('0001-01-01T00:00:00Z', '+275760-09-13T00:00:00.000Z', '2121-01-01T00:00:00Z', '9999-99-99', '1970-01-01T00:00:00Z', taskId));
  const container = fc.dictionary(fc.constantFrom('read', 'preread', 'name', 'id', 'cpu_stats', 'DockerId', 'Name', 'KnownStatus', '__proto__'), leaf);
  const answer = fc.oneof(leaf, fc.array(container), fc.dictionary(fc.oneof(fc.string(), fc.constant(containerId), fc.constant('__proto__')), fc.oneof(leaf, container)), fc.record({ TaskARN: leaf, Cluster: leaf, Family: leaf, Revision: leaf, ServiceName: leaf, Containers: fc.oneof(leaf, fc.array(fc.oneof(leaf, container), { maxLength: 70 })) }));
  const reader = openRecords({ file: 'task-metadata', settings: {}, intake: { generation: 0, take: (event) => event } });
  fc.assert(fc.property(answer, fc.integer({ min: -1e15, max: 1e15 }), (given, offMs) => {
    const value = JSON.parse(JSON.stringify(given)) as unknown;
    const nowMs = Date.UTC(2026, 2, 1);
    taskToldIn(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const stamped = ownTime.stamped(value as Record<string, unknown>, aheadMs(nowMs + offMs, nowMs, nowMs), nowMs);
    if (stamped !== undefined) reader.take(Buffer.from(JSON.stringify(stamped.value)), '1', nowMs);
  }), { numRuns: 10_000 });
  assert.ok(reader.reading.unreadable.length < 100);
});
