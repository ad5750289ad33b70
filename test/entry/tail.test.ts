/** `fargazer tail` through the whole program: alerts while it follows, a summary at its end, and what it says where something is lost or wrong. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { fireLensLine, type LaneHealth, type LiveSource } from '../../src/contract/index.ts';
import { program } from '../../src/entry/compose.ts';
import { watchLanes } from '../../src/entry/tail-lanes.ts';
import { placeOf } from '../../src/entry/tail-places.ts';
import { cloudWatchLogsStub, type CloudWatchLogsStub } from '../support/aws/cloudwatch-logs-stub.ts';
import { leapingClock } from '../support/fast-clock.ts';
import { standIn, tell, type Told } from './stand-in.ts';

const minuteMs = 60_000;
let logs: CloudWatchLogsStub;

before(async () => {
  logs = await cloudWatchLogsStub();
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'stub', AWS_SECRET_ACCESS_KEY: 'stub', AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint });
});
after(() => logs.close());

/** Three hours of a service up to now, with a line an hour ago that it never wrote before. */
function lines(): { timeMs: number; text: string }[] {
  const startMs = Date.now() - 180 * minuteMs;
  const made = Array.from({ length: 170 }, (_, minute) => {
    const timeMs = startMs + minute * minuteMs;
    return { timeMs, text: fireLensLine({ at: timeMs, service: 'cart', task: 1 + (minute % 2), log: `GET /cart took ${minute} ms` }) };
  });
  const timeMs = startMs + 120 * minuteMs;
  made.push({ timeMs, text: fireLensLine({ at: timeMs, service: 'cart', task: 1, log: 'sh: wget: not found' }) });
  return made.sort((left, right) => left.timeMs - right.timeMs);
}

interface Following {
  /** Ctrl-C. */
  stop(): void;
  /** Resolves when something that fits was printed. */
  sees(pattern: RegExp): Promise<void>;
  end: Promise<Told>;
}

function follow(words: string[]): Following {
  const stop = new AbortController();
  let seen = '';
  let look = (): void => undefined;
  const take = (text: string): void => {
    seen += text;
    look();
  };
  let out = '';
  let err = '';
  const end = tell(['tail', ...words], program, {
    signal: stop.signal,
    write: async (text) => {
      out += text;
      take(text);
    },
    say: (text) => {
      err += text;
      take(text);
    },
  }).then(({ status }) => ({ status, out, err }));
  const ended = end.then((told) => assert.fail(`it ended first: ${JSON.stringify(told)}`));
  ended.catch(() => undefined);
  return {
    stop: () => stop.abort(),
    end,
    sees: (pattern) => Promise.race([new Promise<void>((resolve) => {
      look = () => void (pattern.test(seen) && resolve());
      look();
    }), ended]),
  };
}

async function aWhile(words: string[]): Promise<Told> {
  const { stop, end } = follow(words);
  await new Promise((resolve) => setTimeout(resolve, 700));
  stop();
  return end;
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fargazer-tail-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

describe('tail', () => {
  test('follows a log group, prints an alert as it is found, and ends with what was read', { timeout: 60_000 }, async () => {
    logs.createGroup('/ecs/cart', { creationTime: Date.now() - 300 * minuteMs });
    logs.put('/ecs/cart', 'app/web/0', lines().map(({ timeMs, text }) => ({ timestamp: timeMs, message: text, ingestionTime: timeMs + 1_000 })));
    const { sees, stop, end } = follow(['cloudwatch-logs:///ecs/cart?from=4h', '--learn-for', '90m']);
    await sees(/wrote a kind of line it never wrote/);
    stop();
    const { out, err, status } = await end;
    assert.equal(status, 0);
    assert.equal(out.match(/never wrote/g)?.length, 1, 'an alert is printed once');
    assert.match(err, /^\d alerts? in .*\.\nRead 171 events \([\d.]+ kB\); 0 came late, 0 could not be read\.\nIt knew enough of all 1 entity to judge them\.\nWhat was learned is forgotten; --state DIR keeps it\.\n$/);
  });

  test('follows a file from its end, and a state from where it stopped', { timeout: 60_000 }, async (context) => {
    const dir = folder(context);
    const file = join(dir, 'app.ndjson');
    const state = join(dir, 'state');
    const all = lines().map(({ text }) => text);
    writeFileSync(file, `${all.slice(0, 130).join('\n')}\n`);
    const first = follow([file, '--from-start', '--state', state, '--output', 'jsonl', '--learn-for', '90m']);
    await first.sees(/wget: not found/);
    first.stop();
    assert.match((await first.end).err, /Read 130 events/);
    appendFileSync(file, `${all.slice(130).join('\n')}\n`);
    let told = await first.end;
    // On a busy machine one look is not enough; what one of them read, none reads again.
    for (let read = 0; read < 41; read += Number(/Read (\d+) event/.exec(told.err)?.[1])) told = await aWhile([file, '--state', state]);
    const { err } = told;
    assert.match(err, /Read 41 events .* 41 were older than\s+what was judged, or dated ahead\./s);
    assert.match(err, new RegExp(`What was learned is kept in ${state}\\.`));
  });

  test('says openly that Live Tail is a sample, before anything comes', { timeout: 60_000 }, async () => {
    logs.createGroup('/ecs/loud');
    const { sees, stop, end } = follow(['cloudwatch-logs:///ecs/loud', '--live-tail']);
    await sees(/^Live Tail: AWS gives at most 500 events a second and a sample of more, .* charges by the minute\.$/m);
    stop();
    assert.equal((await end).status, 0);
  });

  test('reads nothing that a file held before, unless it is told to', { timeout: 60_000 }, async (context) => {
    const file = join(folder(context), 'app.ndjson');
    writeFileSync(file, `${lines().map(({ text }) => text).join('\n')}\n`);
    assert.match((await aWhile([file])).err, /Read 0 events/);
  });

  test('waits for a file that is not there yet, and says so', { timeout: 60_000 }, async (context) => {
    const { sees, stop, end } = follow([join(folder(context), 'later.log')]);
    await sees(/later\.log: There is no such file yet\./);
    stop();
    assert.match((await end).err, /Nothing was walked yet/);
  });

  test('says in a sentence what cannot be followed', async () => {
    const cases: [string[], RegExp, number][] = [
      [['cloudwatch-logs:///ecs/none'], /^There is no log group \/ecs\/none\./, 1],
      [['cloudwatch-logs:///ecs/cart?fitler=x'], /there is no parameter fitler; did you mean filter\?/, 2],
      [['cloudwatch-logs:///ecs/cart?to=1h'], /what is followed has no end/, 2],
      [['s3://logs/'], /name it as a source of fargazer consume/, 2],
      [['kinesis:telemetry?reigon=eu-central-1'], /there is no parameter reigon; did you mean region\?/, 2],
      [['kinesis:no such stream'], /^kinesis:no such stream: stream: .*the name or the ARN of a stream.*Nothing was read\.\n$/, 2],
      [['app.log', '--live-tail'], /^--live-tail: no log group is named\./, 2],
    ];
    for (const [words, expected, expectedStatus] of cases) {
      const { err, status } = await tell(['tail', ...words], program);
      assert.match(err, expected);
      assert.equal(status, expectedStatus, words.join(' '));
    }
  });
});

test('what lanes lose is told at once, then by the minute, and in the end', async () => {
  const clock = leapingClock();
  const stop = new AbortController();
  const told: string[] = [];
  let looks = 0;
  const source: LiveSource = {
    name: 'cloudwatch-logs:/ecs/loud',
    read: () => assert.fail('nothing is read here'),
    health() {
      looks += 1;
      if (looks === 100) stop.abort();
      return [{ lane: '/ecs/loud', state: 'reading', ...(looks < 3 ? {} : { reason: `Live Tail is incomplete: ${looks} updates held only a sample.` }) }, { lane: 'quiet', state: 'waiting' }];
    },
  };
  await watchLanes([source], { clock, signal: stop.signal, onNotice: (notice) => told.push(notice) });
  assert.deepEqual(told, [3, 63, 101].map((count) => `/ecs/loud: Live Tail is incomplete: ${count} updates held only a sample.`));
});

test('a source that does not answer is told of once', async () => {
  const clock = leapingClock();
  const stop = new AbortController();
  const told: string[] = [];
  let looks = 0;
  const health = (): LaneHealth[] => {
    looks += 1;
    if (looks === 30) stop.abort();
    return [];
  };
  await watchLanes([{ name: 'kinesis:telemetry', read: () => assert.fail('nothing is read here'), health }], { clock, signal: stop.signal, onNotice: (notice) => told.push(notice) });
  assert.deepEqual(told, ['kinesis:telemetry: there is no answer yet; it is asked again and again. Check the network, the region and the credentials.']);
});

describe('what is followed', () => {
  const place = (text: string, isFromStart = false): unknown => placeOf(text, { isFromStart, isLiveTail: false });

  test('is a log group, a stream, a file or standard input', () => {
    assert.deepEqual(place('cloudwatch-logs:///a,/b*?region=eu-west-1&filter=x'), { kind: 'cloudwatch-logs', options: { groups: ['/a', '/b*'], filter: 'x', region: 'eu-west-1', liveTail: false } });
    assert.deepEqual(place('kinesis:telemetry?region=eu-west-1'), { kind: 'kinesis', options: { stream: 'telemetry', start: 'latest', region: 'eu-west-1' } });
    assert.deepEqual(place('kinesis:telemetry', true), { kind: 'kinesis', options: { stream: 'telemetry', start: 'trim-horizon' } });
    assert.deepEqual(place('kinesis://arn:aws:kinesis:eu-west-1:123456789012:stream/t?from=2026-03-01'), { kind: 'kinesis', options: { stream: 'arn:aws:kinesis:eu-west-1:123456789012:stream/t', start: '2026-03-01T00:00:00.000Z' } });
    assert.deepEqual(place('logs/*.log'), { kind: 'file', options: { path: 'logs/*.log', from: 'end' } });
    assert.deepEqual(place('-'), { kind: 'stdin', options: {} });
  });
});

test('the words reach the program, and an unfinished teaching is told', async () => {
  let asked: unknown;
  const { err } = await tell(['tail', 'app.log', '--learn-for', '2h', '--flow-fields', 'srcaddr,bytes', '--output', 'jsonl'], standIn({
    tail: async ({ places, learnForMs, flowFields, kind, isFromStart, isLiveTail }) => {
      asked = { places, learnForMs, flowFields, kind, isFromStart, isLiveTail };
      return { events: 5, bytes: 100, unreadable: 1, late: 2, setAside: 0, alerts: 0, owners: 1, readyOwners: 0, teachUntilMs: Date.UTC(2026, 2, 1, 12), tookMs: 60_000 };
    },
  }));
  assert.deepEqual(asked, { places: ['app.log'], learnForMs: 7_200_000, flowFields: ['srcaddr', 'bytes'], kind: 'jsonl', isFromStart: false, isLiveTail: false });
  assert.match(err, /0 alerts in .*\nRead 5 events \(100 B\); 2 came late, 1 could not be read\.\nStill teaching, until 2026-03-01 12:00 UTC by the records: nothing was judged\./);
});
