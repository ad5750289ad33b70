/** Records that are not ours, damaged, late or wrongly dated: counted and visible, none of them in the way of the others. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fireLensLine } from '#contract';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { aggregated, aggregatedMessage, sealed } from '../../support/aws/kpl.ts';
import { consuming, until } from '../../support/live/consuming.ts';
import { startMs, tickText } from '../../support/live/recording.ts';
import { scriptedSource, type ScriptedBatch, type ScriptedRecord } from '../../support/live/scripted-source.ts';
import { baselines, lastOfEach, pendingIn, stored } from '../../support/live/whole.ts';

const day = 86_400_000;
const minute = 60_000;
/** Words that stand in records and nowhere else. */
const canary = 'kanarienvogel-7f3a';

function line(at: number, log = 'GET /cart took 12 ms', task = 1): string {
  return fireLensLine({ at, service: 'cart', task, log });
}

function bytesOf(text: string, flip: number): Buffer {
  const bytes = Buffer.from(text);
  bytes[flip] = bytes[flip]! ^ 0xff;
  return bytes;
}

function learned(owners: unknown): unknown {
  return (owners as { key: string; groups: unknown }[]).map(({ key, groups }) => ({ key, groups }));
}

/** A minute of good lines, one a second. */
function good(fromMs: number): ScriptedRecord[] {
  return Array.from({ length: 60 }, (_, second) => ({ content: line(fromMs + second * 1_000, `order ${second} stored`), arrivalMs: fromMs + second * 1_000 + 500 }));
}

const packed = gzipSync(Array.from({ length: 200 }, (_, index) => `${line(startMs + index * 10, `line ${index} ${canary} ${Math.sin(index)}`)}\n`).join(''));
const broken = sealed(aggregatedMessage([{ partitionKey: 'k', data: line(startMs) }]));
broken[broken.length - 1] = broken[broken.length - 1]! ^ 1;

/** What it is, how many records of it cannot be read, and how many events it gives all the same; undefined where that is not the point. */
const bad: readonly { what: string; content: string | Uint8Array; unreadable: number; events?: number }[] = [
  { what: 'JSON that is not ours', content: JSON.stringify({ hello: canary, list: [1, 2, 3] }), unreadable: 1, events: 0 },
  { what: 'bytes of nothing', content: Buffer.from([0, 1, 2, 3, 255, 254, 10, 0, 7]), unreadable: 1, events: 0 },
  { what: 'JSON that is cut off', content: line(startMs, canary).slice(0, 100), unreadable: 1, events: 0 },
  { what: 'half a gzip', content: packed.subarray(0, Math.floor(packed.length / 2)), unreadable: 1 },
  { what: 'a gzip with a damaged middle', content: bytesOf(gzipSync(line(startMs, canary)).toString('latin1'), 30), unreadable: 1 },
  { what: 'a KPL record with a wrong checksum', content: broken, unreadable: 1 },
  { what: 'a tick, where arrivals tell the time', content: tickText(7, startMs + 365 * day), unreadable: 1, events: 0 },
];

for (const { what, content, unreadable, events } of bad) {
  test(`${what} is counted, and what stands before and behind it is read`, async (context) => {
    const batch: ScriptedBatch = { records: [...good(startMs), { content, arrivalMs: startMs + minute }, ...good(startMs + minute)], completeToMs: startMs + 2 * minute };
    const source = scriptedSource('scripted', { one: [batch] });
    const run = consuming(context, { sources: [source], store: memoryStore() });
    await until('the batch', async () => (await run.metric('fargazer_records_total')) === 121);
    const least = await run.metric('fargazer_unreadable_records_total');
    assert.ok(least >= unreadable, `${least} unreadable`);
    if (events !== undefined) assert.equal(await run.metric('fargazer_events_total'), 120 + events);
    else assert.ok((await run.metric('fargazer_events_total')) >= 120);
    // A tick by somebody else moves nothing.
    const { lanes } = run.health();
    assert.equal(lanes.length, 1);
    run.stop();
    assert.equal(await run.ended, undefined);
    assert.equal(source.committedTo.get('one'), 1);
    for (const told of [run.log(), await run.metrics(), JSON.stringify(run.health())]) assert.ok(!told.includes(canary));
  });
}

test('an aggregated record that is whole is taken apart', async (context) => {
  const content = aggregated(Array.from({ length: 5 }, (_, index) => ({ partitionKey: 'k', data: line(startMs + index) })));
  const source = scriptedSource('scripted', { one: [{ records: [{ content, arrivalMs: startMs + 100 }], completeToMs: startMs + minute }] });
  const run = consuming(context, { sources: [source], store: memoryStore() });
  await until('the record', async () => (await run.metric('fargazer_events_total')) === 5);
  assert.equal(await run.metric('fargazer_unreadable_records_total'), 0);
});

test('event times from tomorrow and from 15 days ago are set aside, counted, and move nothing', async (context) => {
  const stray: ScriptedRecord[] = [
    { content: line(startMs + day, 'from tomorrow'), arrivalMs: startMs + 30_000 },
    { content: line(startMs + 11 * minute + 30_000, 'ahead by 11 minutes'), arrivalMs: startMs + 30_000 },
    { content: line(startMs - 15 * day, 'from 15 days ago'), arrivalMs: startMs + 30_000 },
    { content: line(Date.UTC(1999, 0, 1), 'from another century'), arrivalMs: startMs + 30_000 },
  ];
  const clean = [{ records: good(startMs), completeToMs: startMs + minute }, { records: good(startMs + minute), completeToMs: startMs + 5 * minute }];
  const results = await Promise.all(
    [clean, [{ records: [...good(startMs).slice(0, 30), ...stray, ...good(startMs).slice(30)], completeToMs: startMs + minute }, clean[1]!]].map(async (batches) => {
      const store = memoryStore();
      const source = scriptedSource('scripted', { one: batches });
      const run = consuming(context, { sources: [source], store });
      await until('both batches', async () => (await run.metric('fargazer_records_total')) >= 120);
      run.stop();
      assert.equal(await run.ended, undefined);
      return { run, alerts: lastOfEach([...run.alerts, ...(await pendingIn(store))]), baselines: baselines(await stored(store)) };
    }),
  );
  const [without, withStray] = results as [(typeof results)[number], (typeof results)[number]];
  assert.deepEqual(withStray.alerts, without.alerts);
  assert.deepEqual(withStray.baselines, without.baselines);
  assert.equal(await withStray.run.metric('fargazer_set_aside_records_total', 'reason="future"'), 2);
  assert.equal(await withStray.run.metric('fargazer_set_aside_records_total', 'reason="past"'), 2);
  assert.equal(await without.run.metric('fargazer_set_aside_records_total'), 0);
});

test('a late record is counted by its feed and changes no alert and no baseline', async (context) => {
  const first = { records: good(startMs), completeToMs: startMs + 3 * minute };
  const second = { records: good(startMs + 3 * minute), completeToMs: startMs + 6 * minute };
  // FireLens has 30 s; these came after two minutes, with lines that nobody wrote before.
  const late: ScriptedBatch = { records: [1, 2, 3].map((index) => ({ content: line(startMs + 10_000 + index, `ERROR ${canary} ${'x'.repeat(index)}`), arrivalMs: startMs + 2 * minute })) };
  const results = await Promise.all(
    [[first, second], [first, late, second]].map(async (batches) => {
      const store = memoryStore();
      const source = scriptedSource('scripted', { one: batches });
      const run = consuming(context, { sources: [source], store });
      await until('all of it', async () => (await run.metric('fargazer_records_total')) === batches.reduce((sum, { records }) => sum + records.length, 0));
      run.stop();
      assert.equal(await run.ended, undefined);
      return { run, alerts: lastOfEach([...run.alerts, ...(await pendingIn(store))]), baselines: baselines(await stored(store)) };
    }),
  );
  const [inTime, withLate] = results as [(typeof results)[number], (typeof results)[number]];
  assert.ok(inTime.alerts.length > 0);
  assert.deepEqual(withLate.alerts, inTime.alerts);
  // That they came is known of the service; what they tell is not learned.
  assert.deepEqual(learned(withLate.baselines), learned(inTime.baselines));
  assert.equal(await withLate.run.metric('fargazer_late_records_total', 'feed="firelens"'), 3);
  assert.equal(await inTime.run.metric('fargazer_late_records_total'), 0);
  assert.ok(!withLate.run.log().includes(canary));
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
test('promtool finds nothing to complain of in what a run tells', { skip: promtool ? false : 'promtool (package prometheus of Debian) is not installed' }, async (context) => {
  const records = [...good(startMs), ...bad.map(({ content }) => ({ content, arrivalMs: startMs + minute })), { content: line(startMs + day), arrivalMs: startMs }];
  const source = scriptedSource('kinesis:tele"me\\try', { 'shardId-000000000000': [{ records, completeToMs: startMs + 10 * minute }] });
  source.trouble('shardId-000000000000', { behindMs: 1_500 });
  const run = consuming(context, { sources: [source], store: memoryStore() });
  await until('a step', async () => (await run.metric('fargazer_steps_total', 'outcome="saved"')) > 0);
  await until('how things stand', async () => (await run.metric('fargazer_lane_behind_seconds')) > 0);
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: await run.metrics(), encoding: 'utf8' });
  assert.equal(`${stdout}${stderr}`, '');
  assert.equal(status, 0);
});
