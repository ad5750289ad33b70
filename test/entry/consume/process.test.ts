/** `fargazer consume` as a process: how it starts, ends, is refused and goes on. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Alert } from '#contract';
import { localStream, type LocalStream } from '../../../scripts/live/local-stream.ts';
import { parcelsOf } from '../../../scripts/live/parcels.ts';
import { readStory } from '../../../scripts/live/story.ts';
import { walkMaker } from '../../../scripts/live/chaos-settings.ts';
import { embeddedStore } from '../../../src/stores/embedded/index.ts';
import { until } from '../../support/live/consuming.ts';
import { emptyFolder, startConsume } from '../../support/live/process.ts';
import { lastOfEach, pendingIn, replayed } from '../../support/live/whole.ts';

const story = readStory('kubernetes-intrusion');
const parcels = parcelsOf(story.records, { seed: 1, tickEveryMs: 60_000, linesAtMost: 3, delay: 0.5 });
const toMs = parcels.at(-1)?.tickMs ?? 0;

async function streamOf(context: TestContext, shards: number): Promise<LocalStream> {
  const stream = await localStream('telemetry', shards);
  context.after(() => stream.close());
  return stream;
}

function config({ endpoint }: LocalStream, folder: string, more: object = {}): object {
  return {
    sources: [{ kinesis: { stream: 'telemetry', region: 'eu-west-1', endpoint, start: 'trim-horizon', pollMs: 1_000 } }],
    store: { embedded: { folder: join(folder, 'state') } },
    sinks: { jsonl: {} },
    clock: 'ticks',
    learnFor: story.learnFor,
    checkpointEvery: '1s',
    http: { address: '127.0.0.1:0' },
    ...more,
  };
}

function count(metrics: string, name: string): number {
  return metrics.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#')).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

test('it ends on SIGTERM within ten seconds whenever that comes, and the next one goes on', { timeout: 120_000 }, async (context) => {
  const folder = emptyFolder(context);
  const stream = await streamOf(context, 2);
  const alerts: Alert[] = [];
  let put = 0;
  // While it starts, in the middle of reading, and at the end.
  for (const [share, afterMs] of [[0.4, 0], [0.8, 700], [1, 3_000]] as const) {
    await stream.put(parcels.slice(put, Math.round(share * parcels.length)));
    put = Math.round(share * parcels.length);
    const run = startConsume(context, { folder, config: config(stream, folder) });
    await run.url();
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const askedMs = Date.now();
    run.child.kill('SIGTERM');
    assert.equal(await run.ended, 0, run.errors());
    assert.ok(Date.now() - askedMs < 10_000, `it took ${Date.now() - askedMs} ms`);
    alerts.push(...run.alerts());
  }
  const store = embeddedStore(join(folder, 'state'));
  context.after(() => store.close());
  const item = await store.item('walk/state');
  assert.ok(item !== undefined);
  const { marks } = item.value as unknown as { marks: Record<string, number> };
  assert.ok(Object.values(marks).every((mark) => mark >= toMs), 'all was walked');
  const walk = replayed(story.records, toMs, story.learnForMs, { makeWalk: walkMaker('shipped'), flowFields: story.flowFields });
  const expected = lastOfEach(walk.state.episodes.alerts(-Infinity, true));
  assert.ok(expected.length > 0);
  assert.deepEqual(lastOfEach([...alerts, ...(await pendingIn(store))]), expected);
});

test('a second process on the same state is refused with a sentence, and the first goes on', { timeout: 60_000 }, async (context) => {
  const folder = emptyFolder(context);
  const stream = await streamOf(context, 1);
  const first = startConsume(context, { folder, config: config(stream, folder) });
  await first.url();
  await until('it is ready', async () => (await first.get('/readyz')).includes('"isReady":true'));
  const second = startConsume(context, { folder, config: config(stream, folder) });
  assert.equal(await second.ended, 1);
  assert.match(second.errors(), /another process works on this state.*\n/);
  assert.doesNotMatch(second.errors(), /\n\s+at /);
  await stream.put(parcels.slice(0, 20));
  await until('the first goes on', async () => count(await first.get('/metrics'), 'fargazer_records_total') >= 20);
  first.child.kill('SIGTERM');
  assert.equal(await first.ended, 0);
});

test('a stream that is deleted ends it with a sentence and status 1, and what was read is saved', { timeout: 60_000 }, async (context) => {
  const folder = emptyFolder(context);
  const stream = await streamOf(context, 1);
  await stream.put(parcels.slice(0, 30));
  const run = startConsume(context, { folder, config: config(stream, folder, { checkpointEvery: '1h' }) });
  await until('all is read', async () => count(await run.get('/metrics'), 'fargazer_records_total') >= 30);
  await stream.remove();
  assert.equal(await run.ended, 1);
  assert.match(run.errors(), /telemetry.*\.\n/);
  const store = embeddedStore(join(folder, 'state'));
  context.after(() => store.close());
  const item = await store.item('walk/state');
  assert.ok(item !== undefined);
  const { live } = item.value as unknown as { live: { lanes: Record<string, { position: { after?: string } }> } };
  assert.ok(Object.values(live.lanes).some(({ position }) => position.after !== undefined), 'its position was saved');
});

const hasPrlimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).error === undefined;
test('a full disk holds everything back, health says so, and it goes on when there is room', { timeout: 120_000, skip: hasPrlimit ? false : 'prlimit (util-linux) is not there' }, async (context) => {
  const folder = emptyFolder(context);
  const stream = await streamOf(context, 1);
  // No file may grow beyond 64 KiB, and no signal tells of it: writes fail as on a full disk.
  const within = 'trap "" XFSZ; ulimit -S -f 64; exec "$@"';
  const run = startConsume(context, { folder, config: config(stream, folder), within });
  await run.url();
  await stream.put(parcels);
  await until('a step that fails', async () => (await run.get('/healthz')).includes('"state":"failing"'), 40_000);
  const told = JSON.parse(await run.get('/healthz')) as { store: { state: string; reason: string } };
  assert.match(told.store.reason, /could not be written.*free the disk/);
  assert.ok(count(await run.get('/metrics'), 'fargazer_step_failures_total') > 0);
  assert.equal(run.child.exitCode, null);

  const lifted = spawnSync('prlimit', ['--pid', `${run.child.pid}`, '--fsize=unlimited'], { encoding: 'utf8' });
  assert.equal(lifted.status, 0, lifted.stderr);
  await until('steps are saved again', async () => (JSON.parse(await run.get('/healthz')) as typeof told).store.state === 'working', 40_000);
  await until('all is read', async () => count(await run.get('/metrics'), 'fargazer_records_total') >= parcels.length, 40_000);
  run.child.kill('SIGTERM');
  assert.equal(await run.ended, 0, run.errors());
  const store = embeddedStore(join(folder, 'state'));
  context.after(() => store.close());
  const walk = replayed(story.records, toMs, story.learnForMs, { makeWalk: walkMaker('shipped'), flowFields: story.flowFields });
  assert.deepEqual(lastOfEach([...run.alerts(), ...(await pendingIn(store))]), lastOfEach(walk.state.episodes.alerts(-Infinity, true)));
});

test('a wrong configuration ends it with status 2 and a sentence, before anything starts', { timeout: 60_000 }, async (context) => {
  const wrong: readonly [what: string, config: object | string, says: RegExp][] = [
    ['no source', { sources: [] }, /names no source/],
    ['an unknown source', { sources: [{ kinesiss: { stream: 'telemetry' } }] }, /sources\[0\].*kinesiss.*kinesis/],
    ['a poll that is too quick', { sources: [{ kinesis: { stream: 'telemetry', pollMs: 10 } }] }, /pollMs/],
    ['no store', { store: undefined }, /nothing says where the state is kept/i],
    ['a duration that is none', { learnFor: 'a while' }, /learnFor.*a while/],
    ['an address that is none', { http: { address: 'everywhere' } }, /http\.address/],
    ['no YAML', 'sources: [', /consume\.yaml/],
  ];
  await Promise.all(
    wrong.map(async ([what, change, says]) => {
      const folder = emptyFolder(context);
      const endpoint = 'http://127.0.0.1:9';
      const run = startConsume(context, { folder, config: typeof change === 'string' ? change : { ...config({ endpoint } as LocalStream, folder), ...change } });
      assert.equal(await run.ended, 2, `${what}: ${run.errors()}`);
      assert.match(run.errors(), says, what);
      assert.doesNotMatch(run.errors(), /\n\s+at /, what);
      assert.equal(run.out(), '');
      assert.ok(!existsSync(join(folder, 'state')), `${what}: nothing was made`);
    }),
  );
});
