/** The history in a bucket by the real client against a stub of the protocol. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { s3History } from '../../src/sources/s3/history.ts';
import { fileTimeMs, judgeKey, partitionOf } from '../../src/sources/s3/partitions.ts';
import type { RemoteHistory, S3Spec } from '../../src/sources/remote.ts';
import { saveHistory } from '../../src/sources/save-history.ts';
import { expandPaths } from '../../src/sources/file/paths.ts';
import { s3Stub, type S3Stub } from '../support/aws/s3-stub.ts';
import { leapingClock } from '../support/fast-clock.ts';

const nowMs = Date.UTC(2026, 2, 8);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

async function open(context: TestContext): Promise<{ stub: S3Stub; history: (spec?: Partial<S3Spec>) => RemoteHistory }> {
  const stub = await s3Stub('logs');
  context.after(() => stub.close());
  const clock = leapingClock(nowMs);
  return { stub, history: (spec = {}) => s3History({ kind: 's3', uri: 's3://logs/', bucket: 'logs', prefix: '', ...spec }, { clock, aws: stub.clientConfig }) };
}

interface Read {
  contents: Map<string, string>;
  notes: string[];
}

async function read(history: RemoteHistory, into: Read = { contents: new Map(), notes: [] }): Promise<Read> {
  for await (const { name, chunks, notes } of history.read(AbortSignal.timeout(15_000))) {
    const parts: Buffer[] = [];
    for await (const chunk of chunks) parts.push(Buffer.from(chunk));
    if (parts.length > 0) into.contents.set(name.replace('s3://logs/', ''), Buffer.concat(parts).toString());
    into.notes.push(...notes.map((note) => `${name}: ${note}`));
  }
  into.notes.push(...history.notes());
  return into;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** A key of CloudTrail for a time. */
function trail(timeMs: number, region = 'eu-central-1'): string {
  const date = new Date(timeMs);
  const [y, m, d, h, i] = [date.getUTCFullYear(), two(date.getUTCMonth() + 1), two(date.getUTCDate()), two(date.getUTCHours()), two(date.getUTCMinutes())];
  return `AWSLogs/123456789012/CloudTrail/${region}/${y}/${m}/${d}/123456789012_CloudTrail_${region}_${y}${m}${d}T${h}${i}Z_Mu0KsOhtH1ar15ZZ.json.gz`;
}

describe('dates in keys', () => {
  test('are read in the forms of CloudTrail, flow logs, load balancers, Hive and Security Lake', () => {
    const at = (key: string): string | undefined => {
      const partition = partitionOf(key);
      return partition === undefined ? undefined : `${new Date(partition.startMs).toISOString().slice(0, 13)} ${(partition.endMs - partition.startMs) / hourMs}h ${partition.at(nowMs)}`;
    };
    assert.equal(at(trail(Date.UTC(2026, 1, 3, 4))), '2026-02-03T00 24h AWSLogs/123456789012/CloudTrail/eu-central-1/2026/03/08/');
    assert.equal(at('p/AWSLogs/1/vpcflowlogs/us-east-1/2026/02/03/04/x.log.gz'), '2026-02-03T04 1h p/AWSLogs/1/vpcflowlogs/us-east-1/2026/03/08/00/');
    assert.equal(at('AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/month=02/day=03/hour=04/x'), '2026-02-03T04 1h AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/month=03/day=08/hour=00/');
    assert.equal(at('a/day=2026-02-03/x'), '2026-02-03T00 24h a/day=2026-03-08/');
    assert.equal(at('aws/CLOUD_TRAIL/2.0/region=x/accountId=1/eventDay=20260203/x.parquet'), '2026-02-03T00 24h aws/CLOUD_TRAIL/2.0/region=x/accountId=1/eventDay=20260308/');
    assert.equal(at('2026/02/03/x'), '2026-02-03T00 24h 2026/03/08/');
    for (const none of ['a/b.gz', 'a/2026/13/01/x', 'a/2026/02/30/x', '2026-02-03/x', 'year=26/month=1/day=2/x']) assert.equal(at(none), undefined, none);
    assert.equal(fileTimeMs(trail(Date.UTC(2026, 1, 3, 4, 5))), Date.UTC(2026, 1, 3, 4, 5));
    assert.equal(fileTimeMs('123456789012_vpcflowlogs_us-east-1_fl-1234_20260203T0405Z_hash.log.gz'), Date.UTC(2026, 1, 3, 4, 5));
    assert.equal(fileTimeMs('20260203T0405Z'), undefined);
  });

  test('never lead to leaving out what may hold events of the span, nor back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20 * 24 * 60, max: 0 }), fc.integer({ min: 0, max: 15 }), fc.integer({ min: -19 * 24, max: -1 }), fc.integer({ min: 1, max: 300 }), (eventMinute, delayMinutes, fromHour, spanHours) => {
        const eventMs = nowMs + eventMinute * 60_000;
        const deliveredMs = eventMs + delayMinutes * 60_000;
        const span = { fromMs: nowMs + fromHour * hourMs, toMs: nowMs + (fromHour + spanHours) * hourMs };
        const key = trail(deliveredMs);
        const verdict = judgeKey(key, deliveredMs + 5_000, span);
        if (eventMs >= span.fromMs && eventMs < span.toMs) assert.ok(verdict.isWanted, 'an event of the span would be missed');
        if (!verdict.isWanted && verdict.skipTo !== undefined) {
          assert.ok(verdict.skipTo > key);
          const first = trail(span.fromMs);
          assert.ok(verdict.skipTo < first || key > first, 'the jump goes over the span');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the history in a bucket', () => {
  test('is read whole, in the order of keys, through many pages', async (context) => {
    const { stub, history } = await open(context);
    stub.pageKeys = 7;
    const keys = Array.from({ length: 40 }, (_, index) => `app/${two(index)} ü+&.log`);
    for (const key of keys.toReversed()) stub.put('logs', key, `content of ${key}`, nowMs);
    stub.put('logs', 'app/', '', nowMs);
    stub.put('logs', 'other/x.log', 'x', nowMs);
    const { contents, notes } = await read(history({ prefix: 'app/' }));
    assert.deepEqual([...contents.keys()], keys);
    assert.equal(contents.get(keys[3]!), `content of ${keys[3]}`);
    assert.deepEqual(notes, ['s3://logs/app/: 1 objects were passed over, which are empty or no telemetry (digests, probes, folders).']);
  });

  test('jumps over days outside the span, in each region', async (context) => {
    const { stub, history } = await open(context);
    const wanted: string[] = [];
    for (const region of ['eu-central-1', 'us-east-1']) {
      for (let minute = 0; minute < 60 * 24 * 60; minute += 60) {
        const timeMs = nowMs - 60 * dayMs + minute * 60_000;
        stub.put('logs', trail(timeMs, region), 'x', timeMs + 10_000);
        if (timeMs > nowMs - 31 * dayMs - hourMs && timeMs < nowMs - 30 * dayMs + 2 * hourMs) wanted.push(trail(timeMs, region));
      }
    }
    stub.pageKeys = 20;
    const { contents, notes } = await read(history({ prefix: 'AWSLogs/', fromMs: nowMs - 31 * dayMs, toMs: nowMs - 30 * dayMs }));
    assert.deepEqual([...contents.keys()], wanted);
    const lists = stub.requests.filter(({ operation }) => operation === 'ListObjectsV2').length;
    assert.ok(lists <= 14, `${lists} lists; all keys would take ${(60 * 24 * 2) / 20}`);
    assert.match(notes[0] ?? '', /passed over, which by their keys or times hold nothing of the span/);
  });

  test('leaves out what was last written before the span, where keys have no dates', async (context) => {
    const { stub, history } = await open(context);
    stub.put('logs', 'a.log', 'old', nowMs - 10 * dayMs);
    stub.put('logs', 'b.log', 'in', nowMs - 5 * dayMs);
    stub.put('logs', 'c.log', 'copied later', nowMs);
    const { contents } = await read(history({ fromMs: nowMs - 6 * dayMs, toMs: nowMs - 4 * dayMs }));
    assert.deepEqual([...contents.values()], ['in', 'copied later']);
  });

  test('goes on where connections break and servers fail', async (context) => {
    const { stub, history } = await open(context);
    const content = 'line of some length\n'.repeat(40_000);
    for (const key of ['a', 'b', 'c']) stub.put('logs', key, key + content, nowMs);
    let faults = 0;
    stub.fault = ({ operation, headers }) => {
      faults++;
      if (operation === 'ListObjectsV2') return faults <= 3 ? 'slow-down' : undefined;
      if (headers.range === undefined) return faults % 3 === 0 ? 'cut' : faults % 3 === 1 ? 'internal-error' : 'drop';
      return faults % 4 === 0 ? 'slow-down' : undefined;
    };
    const { contents, notes } = await read(history());
    assert.deepEqual([...contents.values()].map((text) => text.length), [content.length + 1, content.length + 1, content.length + 1]);
    for (const [key, text] of contents) assert.ok(text === key + content);
    assert.ok(stub.requests.some(({ headers }) => headers.range !== undefined && headers['if-match'] !== undefined), 'no read went on in the middle');
    assert.deepEqual(notes, []);
  });

  test('notes what vanished, was replaced or is denied, and reads the rest', async (context) => {
    const { stub, history } = await open(context);
    for (const key of ['a', 'b', 'c', 'd']) stub.put('logs', key, `${key}${'.'.repeat(500_000)}`, nowMs);
    stub.before = ({ operation, key, headers }) => {
      if (operation !== 'GetObject') return;
      if (key === 'a') stub.buckets.get('logs')!.delete('a');
      if (key === 'c' && headers.range !== undefined) stub.put('logs', 'c', 'another', nowMs);
    };
    stub.fault = ({ operation, key, headers }) => (operation !== 'GetObject' ? undefined : key === 'b' ? 'access-denied' : key === 'c' && headers.range === undefined ? 'cut' : undefined);
    const { contents, notes } = await read(history());
    assert.deepEqual([...contents.keys()], ['c', 'd']);
    assert.match(notes[0]!, /^s3:\/\/logs\/a: The object vanished/);
    assert.match(notes[1]!, /^s3:\/\/logs\/b: The object may not be read \(AccessDenied: Access Denied\)/);
    assert.match(notes[2]!, /^s3:\/\/logs\/c: The object was replaced while it was read; \d+ bytes/);
    assert.equal(notes[3], 's3://logs/: 1 objects may not be read: no permission.');
  });

  test('ends with a clear error where nothing more can be read', async (context) => {
    const { stub, history } = await open(context);
    await assert.rejects(read(history({ bucket: 'none' })), { code: 'source-gone', message: /The bucket none does not exist/ });
    await assert.rejects(read(history({ prefix: '/AWSLogs' })), { code: 'source-gone', message: /no object below s3:\/\/logs\/\/AWSLogs.*without a leading slash/ });
    for (let index = 0; index < 40; index++) stub.put('logs', two(index), 'x', nowMs);
    stub.fault = ({ operation }) => (operation === 'ListObjectsV2' ? 'access-denied' : undefined);
    await assert.rejects(read(history()), { code: 'source-denied', message: /Grant s3:ListBucket/ });
    stub.fault = ({ operation }) => (operation === 'GetObject' ? 'access-denied' : undefined);
    await assert.rejects(read(history()), { code: 'source-denied', message: /None of the objects.*S3 denied 40/ });
    stub.fault = ({ key }) => (key >= '25' ? 'expired-token' : undefined);
    const into: Read = { contents: new Map(), notes: [] };
    await assert.rejects(read(history(), into), { code: 'source-denied', message: /credentials expired.*\b25 objects were read before/ });
    assert.equal(into.contents.size, 25);
  });

  test('estimates by listing alone', async (context) => {
    const { stub, history } = await open(context);
    for (let index = 0; index < 30; index++) stub.put('logs', two(index), Buffer.alloc(1_000_000), nowMs);
    stub.pageKeys = 10;
    const { objects, bytes, requests, usd, basis } = await history().estimate(AbortSignal.timeout(10_000));
    assert.deepEqual({ objects, bytes, requests }, { objects: 30, bytes: 30_000_000, requests: 33 });
    assert.ok(Math.abs(usd - (30 * 0.0004e-3 + 3 * 0.005e-3 + 0.03 * 0.09)) < 1e-9);
    assert.match(basis, /\$0\.00 of it is for transfer/);
    assert.ok(stub.requests.every(({ operation }) => operation === 'ListObjectsV2'));
  });

  test('holds a bounded part of what it reads ahead', async (context) => {
    const { stub, history } = await open(context);
    for (let index = 0; index < 60; index++) stub.put('logs', two(index), 'x', nowMs);
    for await (const _ of history().read(AbortSignal.timeout(10_000))) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      break;
    }
    const gets = stub.requests.filter(({ operation }) => operation === 'GetObject').length;
    assert.ok(gets >= 2 && gets <= 9, `${gets} objects asked for while the first was read`);
  });
});

describe('a history that is saved', () => {
  test('stands in files as it was stored, with its times, and is not read twice', async (context) => {
    const { stub, history } = await open(context);
    const folder = mkdtempSync(join(tmpdir(), 'fargazer-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const packed = gzipSync('{"Records":[]}');
    stub.put('logs', trail(nowMs - dayMs), packed, nowMs - dayMs + 4_000);
    stub.put('logs', '../up/.hidden/notes.md', 'text', nowMs);
    stub.put('logs', 'denied', 'x', nowMs);
    stub.fault = ({ operation, key }) => (operation === 'GetObject' && key === 'denied' ? 'access-denied' : undefined);
    const signal = AbortSignal.timeout(10_000);
    const first = await saveHistory(history(), folder, { signal });
    assert.deepEqual({ objects: first.objects, bytes: first.bytes, kept: first.kept }, { objects: 2, bytes: packed.length + 4, kept: 0 });
    assert.match(first.notes.join('\n'), /denied: The object may not be read/);
    const file = join(folder, trail(nowMs - dayMs));
    assert.equal(gunzipSync(readFileSync(file)).toString(), '{"Records":[]}');
    assert.equal(statSync(file).mtimeMs, nowMs - dayMs + 4_000);
    // A replay of the folder finds all of it.
    const { inputs } = expandPaths([folder]);
    assert.deepEqual(inputs.map(({ path }) => path.slice(folder.length + 1)), ['%2E%2E/up/%2Ehidden/notes.md.log', trail(nowMs - dayMs)]);
    stub.requests.length = 0;
    const again = await saveHistory(history(), folder, { signal });
    assert.deepEqual({ bytes: again.bytes, kept: again.kept }, { bytes: 0, kept: 2 });
    assert.deepEqual(stub.requests.filter(({ operation }) => operation === 'GetObject').map(({ key }) => key), ['denied']);
  });

  test('says what was saved where the folder takes no more', async (context) => {
    const { stub, history } = await open(context);
    const folder = mkdtempSync(join(tmpdir(), 'fargazer-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    stub.put('logs', 'a/1.log', 'x', nowMs);
    stub.put('logs', 'b/1.log', 'x', nowMs);
    writeFileSync(join(folder, 'b'), 'a file');
    await assert.rejects(saveHistory(history(), folder, { signal: AbortSignal.timeout(10_000) }), { code: 'output-failed', message: /s3:\/\/logs\/b\/1\.log could not be saved: .*1 objects were saved before and stay/ });
    assert.equal(readFileSync(join(folder, 'a/1.log'), 'utf8'), 'x');
  });
});
