/** The bundled handler, called as Lambda calls it, against local stand-ins: what comes out equals a plain replay. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, FargazerEvent } from '#contract';
import { fireLensLine, flowLine } from '#contract';
import { openRecords } from '../../../src/decode/record.ts';
import { Checkpoint } from '../../../src/engine/checkpoint.ts';
import type { Walk } from '../../../src/engine/run.ts';
import { plugins } from '../../../src/entry/lambda/plugins.ts';
import { kindsByName, walkOf } from '../../../src/entry/program/engine.ts';
import { closedRound } from '../../../src/entry/program/live/closer.ts';
import { defaultConfig } from '../../../src/config/config.ts';
import { localDeployment } from '../../support/lambda/deployment.ts';
import { mapping } from '../../support/lambda/mapping.ts';
import { recording, startMs, type Timed } from '../../support/live/recording.ts';
import { baselines, lastOfEach } from '../../support/live/whole.ts';

const minuteMs = 60_000;
const minutes = 50;
const learnForMs = 20 * minuteMs;
const config = defaultConfig(plugins);

/** What a replay of the same records finds and learns, by the same detectors. */
function replayed(records: readonly Timed[], toMs: number): Walk {
  const walk = walkOf(config, { teaching: { forMs: learnForMs }, toMs });
  const reader = openRecords({ file: 'replay', settings: {}, intake: { generation: 0, take: (event: FargazerEvent) => walk.gate.take(event) } });
  for (const { text } of records) reader.take(Buffer.from(text), '', undefined);
  walk.beginTeaching();
  walk.walkTo(toMs);
  return walk;
}

/** What came after the teaching that was never there before it. */
function intrusion(): Timed[] {
  return Array.from({ length: 12 }, (_, index) => {
    const at = startMs + (24 + index) * minuteMs;
    return index % 2 === 0
      ? { timeMs: at, text: flowLine({ at, service: 'cart', task: 1, to: `203.0.113.${index}`, port: 4444, bytes: 90_000_000 }) }
      : { timeMs: at, text: fireLensLine({ at, service: 'cart', task: 1, log: `panic: heap of process ${index} is corrupt` }) };
  });
}

test('a recording through four shards, split on the way, equals a plain replay', async (context) => {
  const deployment = await localDeployment(context, 4);
  const { kinesis, stream, store, alerts } = deployment;
  const records = [...recording(7, 500, minutes), ...intrusion()].sort((left, right) => left.timeMs - right.timeMs);
  // As Lambda has it: a container for each shard, and one for the schedule.
  const containers = new Map<string, ReturnType<typeof deployment.container>>();
  const learn = { FARGAZER_LEARN_FOR: '20m' };
  const containerOf = (name: string) => containers.get(name) ?? containers.set(name, deployment.container(learn)).get(name)!;
  let nowMs = startMs;
  const shards = mapping({ client: kinesis.client, stream, batchSize: 40, invoke: (event, shard) => containerOf(shard).invoke(event, { nowMs }) });

  let at = 0;
  for (let minute = 1; minute <= minutes + 20; minute += 1) {
    nowMs = startMs + minute * minuteMs;
    const due: string[] = [];
    while (at < records.length && records[at]!.timeMs < nowMs) due.push(records[at++]!.text);
    if (due.length > 0) await kinesis.put(stream, due, (index) => `${minute} ${index}`);
    if (minute === 15) await kinesis.split(stream, 'shardId-000000000001');
    await containerOf('schedule').invoke({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }, { nowMs });
    // Now and then a minute's batches come together with those of the next.
    if (minute % 3 !== 0) await shards.drain();
  }
  await shards.drain();
  const lastTickMs = nowMs;

  const whole = replayed(records, lastTickMs);
  const expected = whole.state.episodes.alerts(-Infinity, true);
  assert.ok(expected.length >= 5, `only ${expected.length} alerts are compared`);
  assert.equal(await closedRound(store), minutes + 20, 'every round is closed');
  const received = (list: readonly Alert[]): unknown[] => lastOfEach(list).map((one) => JSON.parse(JSON.stringify(one)) as unknown);
  assert.deepEqual(received(alerts), received(expected));
  const checkpoint = await Checkpoint.open(store, kindsByName);
  await checkpoint.fetchAll();
  const state = await checkpoint.state();
  checkpoint.loadAll(state);
  assert.deepEqual(baselines(walkOf(config, { teaching: {} }, state, checkpoint.lateness)), baselines(whole));
  // Frozen and thawed between all invocations, no container had to be started twice.
  assert.ok([...containers.values()].every(({ starts }) => starts === 1));
  // Of those that met the ticks of a round at once few walked.
  const failures = [...containers.values()].flatMap((container) => [...container.told('closer-failed'), ...container.told('batch-failed'), ...container.told('invocation-failed')]);
  assert.deepEqual(failures, []);
});
