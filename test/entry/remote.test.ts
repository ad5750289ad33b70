/** Remote histories through the whole program, by real clients against stand-ins: read, saved, estimated, and what is said where they cannot be read. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fireLensLine } from '../../src/contract/index.ts';
import { program } from '../../src/entry/compose.ts';
import type { Progress } from '../../src/entry/cli/program.ts';
import { progressText } from '../../src/entry/cli/progress.ts';
import type { Terminal } from '../../src/entry/cli/terminal.ts';
import { cloudWatchLogsStub, type CloudWatchLogsStub } from '../support/aws/cloudwatch-logs-stub.ts';
import { s3Stub, type S3Stub } from '../support/aws/s3-stub.ts';
import { recording, startMs, type Timed } from '../support/live/recording.ts';
import { tell, type Told } from './stand-in.ts';

/** Six files of one recording, packed; written once. */
const records = mkdtempSync(join(tmpdir(), 'fargazer-records-'));
const hourMs = 3_600_000;
/** An ordinary hour and a half, with lines in its second half that no service wrote before. */
const material: Timed[] = recording(3, 400, 100);
for (const [task, service] of ['checkout', 'cart', 'payments'].entries()) {
  const timeMs = startMs + (65 + 8 * task) * 60_000;
  material.push({ timeMs, text: fireLensLine({ at: timeMs, service, task, log: `sh: ${service === 'cart' ? 'wget: not found' : 'curl failed with status seven'}`, revision: 1 }) });
}
const credentials = { AWS_ACCESS_KEY_ID: 'stub', AWS_SECRET_ACCESS_KEY: 'stub' };
let s3: S3Stub;
let logs: CloudWatchLogsStub;

before(async () => {
  const parts = material.map(({ text }) => text);
  for (let part = 0; part < 6; part += 1) writeFileSync(join(records, `part-${part}.ndjson.gz`), gzipSync(`${parts.filter((_, index) => index % 6 === part).join('\n')}\n`));
  s3 = await s3Stub('logs');
  logs = await cloudWatchLogsStub();
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint });
});
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (/^AWS_(?:SESSION|PROFILE|SHARED|CONFIG)/.test(name)) delete process.env[name];
  Object.assign(process.env, credentials);
  s3.buckets.get('logs')!.clear();
  s3.requests.length = 0;
  delete s3.fault;
});
after(async () => {
  rmSync(records, { recursive: true });
  await s3.close();
  await logs.close();
});

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fargazer-remote-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

const run = (words: string[], terminal: Partial<Terminal> = {}): Promise<Told> => tell(words, program, terminal);

/** The files in a bucket, as they are. */
function fill(prefix = 'shop/'): void {
  for (const name of readdirSync(records)) s3.put('logs', `${prefix}${name}`, readFileSync(join(records, name)));
}

const story = ['--learn-for', '62m', '--output', 'jsonl'];
const alertsIn = (out: string): number => out.split('\n').length - 1;

describe('a replay of a bucket', () => {
  test('gives the alerts of the same records in files', async () => {
    fill();
    const files = await run(['replay', records, ...story]);
    const remote = await run(['replay', 's3://logs/shop/', ...story]);
    assert.equal(remote.status, 0, remote.err);
    assert.ok(alertsIn(remote.out) > 2);
    assert.equal(remote.out.replaceAll('s3://logs/shop/', `${records}/`), files.out);
    assert.match(remote.err, /Read [\d,]+ records of 6 remote objects \(/);
  });

  test('reads files beside it', async () => {
    fill();
    s3.buckets.get('logs')!.delete('shop/part-2.ndjson.gz');
    const { out, err } = await run(['replay', 's3://logs/shop/', join(records, 'part-2.ndjson.gz'), ...story]);
    assert.equal(alertsIn(out), alertsIn((await run(['replay', records, ...story])).out));
    assert.match(err, /of 1 file and 5 remote objects/);
  });

  test('tells of objects that vanished or may not be read, and reads the others', async () => {
    fill();
    s3.fault = ({ operation, key }) => (operation === 'GetObject' && key === 'shop/part-1.ndjson.gz' ? 'access-denied' : undefined);
    s3.before = ({ operation }) => void (operation === 'GetObject' && s3.buckets.get('logs')!.delete('shop/part-3.ndjson.gz'));
    const { out, err, status } = await run(['replay', 's3://logs/shop/', ...story]);
    delete s3.before;
    assert.equal(status, 0);
    assert.match(err, /s3:\/\/logs\/shop\/part-1\.ndjson\.gz: The object may not be read \(AccessDenied/);
    assert.match(err, /s3:\/\/logs\/shop\/part-3\.ndjson\.gz: The object vanished before it was read\./);
    assert.doesNotMatch(err, /file is empty/);
    assert.ok(alertsIn(out) > 0);
  });

  test('shows what was judged where the credentials expire half-way, and keeps the state as it was', async (context) => {
    const state = join(folder(context), 'state');
    fill();
    s3.fault = ({ operation, key }) => (operation === 'GetObject' && key >= 'shop/part-4' ? 'expired-token' : undefined);
    const { out, err, status } = await run(['replay', 's3://logs/shop/', ...story, '--state', state]);
    assert.equal(status, 1);
    assert.ok(alertsIn(out) > 0, 'the alerts of what was read are missing');
    assert.match(err, /Read [\d,]+ records of 4 remote objects/);
    assert.match(err, /The credentials expired while s3:\/\/logs\/shop\/part-4\.ndjson\.gz was read .* Renew them and start again\.\n$/s);
    delete s3.fault;
    const again = await run(['replay', 's3://logs/shop/', ...story, '--state', state]);
    assert.doesNotMatch(again.err, /already in the state/);
    assert.ok(alertsIn(again.out) > 2);
  });

  test('ends with what was found when it is stopped', async () => {
    fill();
    const stop = new AbortController();
    s3.before = ({ key }) => void (key === 'shop/part-5.ndjson.gz' && stop.abort());
    const { err, status } = await run(['replay', 's3://logs/shop/', ...story], { signal: stop.signal });
    delete s3.before;
    assert.equal(status, 130);
    assert.match(err, /^Stopped before the end\./);
  });

  test('is inspected and asked why like files', async () => {
    fill();
    const inspected = await run(['inspect', 's3://logs/shop/part-1']);
    assert.match(inspected.out, /^1 remote object, .*\ns3:\/\/logs\/shop\/part-1\.ndjson\.gz: .*firelens/);
    const { out } = await run(['why', 's3://logs/shop/part-1.ndjson.gz:3']);
    assert.match(out, /^s3:\/\/logs\/shop\/part-1\.ndjson\.gz, line 3, was read as [a-z]+ from the feed/);
  });

  test('lends its name to records that carry none', async () => {
    s3.put('logs', 'cpu.csv', `timestamp,value\n${Array.from({ length: 20 }, (_, minute) => `2023-07-10 10:${10 + minute}:00,1`).join('\n')}\n`);
    const { out } = await run(['inspect', 'cpu=s3://logs/cpu.csv']);
    assert.match(out, /\ncpu \(/);
  });
});

describe('a replay of log groups', () => {
  const span = `from=${new Date(startMs).toISOString()}&to=${new Date(startMs + 2 * hourMs).toISOString()}`;

  test('gives the alerts of the same events saved', async (context) => {
    const dir = folder(context);
    logs.createGroup('/ecs/shop', { creationTime: startMs });
    for (const { timeMs, text } of material) logs.put('/ecs/shop', 'firehose/app/0123', [{ timestamp: timeMs, message: text, ingestionTime: timeMs + 2_000 }]);
    const live = await run(['replay', `cloudwatch-logs:///ecs/shop?${span}`, '--learn-for', '62m', '--output', 'jsonl']);
    assert.equal(live.status, 0, live.err);
    const saved = await run(['replay', `cloudwatch-logs:///ecs/shop?${span}`, '--learn-for', '62m', '--output', 'jsonl', '--save', dir]);
    const plain = (text: string): unknown[] => text.trimEnd().split('\n').map((line) => ({ ...JSON.parse(line), evidence: undefined }));
    assert.ok(plain(live.out).length > 2);
    assert.deepEqual(plain(live.out), plain(saved.out));
  });

  test('tells of a group that does not exist', async () => {
    const { err, status } = await run(['replay', `cloudwatch-logs:///ecs/none?${span}`]);
    assert.equal(status, 1);
    assert.match(err, /^There is no log group \/ecs\/none\. Nothing was read\. Check the name and the region\.\n$/);
  });
});

describe('--save', () => {
  test('keeps what the same replay needs without an account, byte for byte', async (context) => {
    const dir = folder(context);
    fill();
    const first = await run(['replay', 's3://logs/shop/', ...story, '--save', dir]);
    assert.equal(first.status, 0, first.err);
    assert.match(first.err, new RegExp(`^Saved 6 objects \\(.*\\) in ${dir}\\.\nThe same again, without an account: fargazer replay ${dir}\n`));
    s3.requests.length = 0;
    const second = await run(['replay', dir, ...story]);
    assert.equal(second.out, first.out);
    assert.ok(alertsIn(first.out) > 2);
    assert.deepEqual(s3.requests, []);
    const third = await run(['replay', 's3://logs/shop/', ...story, '--save', dir]);
    assert.match(third.err, /^Saved 0 objects \(0 B\) in .*; 6 objects stood there already\./);
    assert.equal(third.out, first.out);
  });

  test('keeps names apart, and says how they are given again', async (context) => {
    const dir = folder(context);
    for (const [key, value] of [['a.csv', 1], ['b.csv', 2]] as const) s3.put('logs', key, `timestamp,value\n2023-07-10 10:00:00,${value}\n2023-07-10 10:01:00,${value}\n`);
    const { err } = await run(['replay', 'one=s3://logs/a.csv', '..=s3://logs/b.csv', '--save', dir]);
    assert.match(err, new RegExp(`fargazer replay one=${dir}/named/one ..=${dir}/named/%2E%2E\n`));
    assert.deepEqual(readdirSync(join(dir, 'named')).sort(), ['%2E%2E', 'one']);
    const { out } = await run(['inspect', `one=${dir}/named/one`]);
    assert.match(out, /\none \(/);
  });

  test('says what was saved when it is stopped', async (context) => {
    const dir = folder(context);
    fill();
    const stop = new AbortController();
    s3.before = ({ key }) => void (key === 'shop/part-5.ndjson.gz' && stop.abort());
    const { err, out, status } = await run(['replay', 's3://logs/shop/', '--save', dir], { signal: stop.signal });
    delete s3.before;
    assert.equal(status, 130);
    assert.match(err, /^Stopped before the end\. Saved \d objects?/);
    assert.equal(out, '');
  });

  test('needs something to save', async (context) => {
    const { err, status } = await run(['replay', records, '--save', folder(context)]);
    assert.equal(status, 2);
    assert.match(err, /^--save: no remote history is named\./);
  });
});

describe('--estimate', () => {
  test('tells bytes, requests and price with what they rest on, and reads nothing', async () => {
    fill();
    logs.createGroup('/ecs/quiet', { creationTime: Date.now() - 10 * 24 * hourMs, storedBytes: 50_000_000 });
    logs.requests.length = 0;
    const { out, status } = await run(['replay', 's3://logs/shop/', 'cloudwatch-logs:///ecs/quiet?from=1d', records, '--estimate']);
    assert.equal(status, 0);
    assert.match(out, /^s3:\/\/logs\/shop\/\n {2}6 objects, [\d.]+ kB as stored, 7 requests: AWS charges less than 1 cent\.\n {2}The bucket's own list/);
    assert.match(out, /\ncloudwatch-logs:\/\/\/ecs\/quiet\?from=1d\n {2}\d+ objects?, [\d.]+ MB as stored, \d+ requests: AWS charges nothing for it\.\n/);
    assert.match(out, /\n6 files beside them \([\d.]+ kB\) cost nothing\.\nTogether [\d.]+ MB: AWS charges less than 1 cent\.\nNothing was read\.\n$/);
    assert.ok(s3.requests.every(({ operation }) => operation === 'ListObjectsV2'));
    assert.ok(logs.requests.every(({ operation }) => operation === 'DescribeLogGroups'));
  });
});

test('progress tells objects and bytes, and records where any are read', async () => {
  assert.equal(progressText({ readBytes: 2_500_000, records: 0, objects: 12 }, 1_000), '12 objects (2.5 MB)');
  assert.equal(progressText({ readBytes: 2_500, records: 300, objects: 1 }, 2_000), '1 object (2.5 kB), 300 records, 150 records a second');
  fill();
  const told: Progress[] = [];
  await program.inspect({ paths: ['s3://logs/shop/'], signal: new AbortController().signal, onProgress: (progress) => told.push(progress) });
  const stored = [...s3.buckets.get('logs')!.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  assert.deepEqual(told.at(-1), { readBytes: stored, records: material.length, objects: 6 });
});

describe('what is wrong is one sentence', () => {
  test('of a URI, with the nearest right word, before anything is asked', async () => {
    const cases: [string, RegExp][] = [
      ['s3://logs/shop/?form=7d', /there is no parameter form; did you mean from\?/],
      ['cloudwatch-logs:///ecs/app?from=7d&fliter=x', /there is no parameter fliter; did you mean filter\?/],
      ['s4://logs/shop', /there is no source s4:\/\/; did you mean s3\?/],
      ['cloudwatch-logs:///ecs/app', /say how far back to read, such as \?from=7d/],
      ['s3://logs/shop/?from=yesterday', /from: expected a duration such as 7d, or a time/],
    ];
    for (const [uri, expected] of cases) {
      for (const words of [['replay', uri], ['replay', uri, '--workers', '2'], ['inspect', uri], ['replay', uri, '--estimate'], ['replay', uri, '--save', 'none']]) {
        const { err, status } = await run(words);
        assert.match(err, expected, words.join(' '));
        assert.match(err, /Nothing was read\.\n$/);
        assert.equal(status, 2);
      }
    }
    assert.deepEqual(s3.requests, []);
    assert.ok(!existsSync('none'));
  });

  test('of a path that is missing, before a bucket is asked', async () => {
    const { err, status } = await run(['replay', 's3://logs/shop/', 'no-such-file']);
    assert.match(err, /^There is no file or folder "no-such-file"/);
    assert.equal(status, 1);
    assert.deepEqual(s3.requests, []);
  });

  test('of credentials that are missing, expired or of no use', async () => {
    fill();
    for (const name of Object.keys(credentials)) delete process.env[name];
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = process.env['AWS_CONFIG_FILE'] = join(tmpdir(), 'fargazer-no-such-file');
    const missing = await run(['replay', 's3://logs/shop/']);
    assert.match(missing.err, /^The bucket logs may not be read \(.*[Cc]redentials.*\)\. Nothing was read\. .*check the credentials\.\n$/);
    assert.equal(missing.status, 1);
    Object.assign(process.env, credentials);
    s3.fault = () => 'expired-token';
    const expired = await run(['replay', 's3://logs/shop/']);
    assert.match(expired.err, /^The credentials expired while the bucket logs was read \(.*\)\. Nothing was read\. Renew them and start again\.\n$/);
    assert.equal(expired.status, 1);
    s3.fault = () => 'access-denied';
    const denied = await run(['inspect', 's3://logs/shop/']);
    assert.match(denied.err, /^The bucket logs may not be read \(AccessDenied: Access Denied\)\. Nothing was read\. Grant s3:ListBucket/);
    assert.equal(denied.status, 1);
  });
});
