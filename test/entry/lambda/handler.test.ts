/** The bundled handler, called as Lambda calls it, against local stand-ins: what comes out equals a plain replay. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudTrailRecord, fireLensLine, flowLine, oneAtATime, type Alert, type Turn } from '#contract';
import { Checkpoint } from '../../../src/engine/checkpoint.ts';
import { allPlugins } from '../../../src/entry/lambda/plugins.ts';
import { kindsByName, walkOf, type MakeWalk } from '../../../src/entry/program/engine.ts';
import { closedRound } from '../../../src/entry/program/live/passed.ts';
import { defaultConfig } from '../../../src/config/config.ts';
import { localDeployment } from '../../support/lambda/deployment.ts';
import { mapping } from '../../support/lambda/mapping.ts';
import { recording, startMs, type Timed } from '../../support/live/recording.ts';
import { baselines, lastOfEach, replayed } from '../../support/live/whole.ts';

const minuteMs = 60_000;
const minutes = 50;
/** Rounds as long as this, so that fewer are run through. */
const everyMinutes = 7;
const learnForMs = 20 * minuteMs;
const config = defaultConfig(await allPlugins());

const makeWalk: MakeWalk = (run, state, lateness) => walkOf(config, run, state, lateness);

const acts = [
  ['iam.amazonaws.com', 'CreateAccessKey'], ['iam.amazonaws.com', 'AttachRolePolicy'], ['cloudtrail.amazonaws.com', 'StopLogging'], ['guardduty.amazonaws.com', 'DeleteDetector'],
  ['ec2.amazonaws.com', 'AuthorizeSecurityGroupIngress'], ['iam.amazonaws.com', 'CreateUser'], ['kms.amazonaws.com', 'ScheduleKeyDeletion'], ['ecs.amazonaws.com', 'ExecuteCommand'],
] as const;

/** What came after the teaching that was never there before it. */
function intrusion(): Timed[] {
  return acts.flatMap(([source, name], index) => {
    const at = startMs + (22 + 2 * index) * minuteMs;
    return [
      { timeMs: at, text: cloudTrailRecord({ at, id: `act-${index}`, role: 'cart', source, name }) },
      { timeMs: at + 1_000, text: flowLine({ at: at + 1_000, service: 'cart', task: 1, to: `203.0.113.${index}`, port: 4444, bytes: 90_000_000 }) },
      { timeMs: at + 2_000, text: fireLensLine({ at: at + 2_000, service: 'cart', task: 1, log: `panic: heap of process ${index} is corrupt` }) },
    ];
  });
}

test('a recording through four shards, split on the way, equals a plain replay', async (context) => {
  const deployment = await localDeployment(context, 4);
  const { kinesis, stream, store, alerts } = deployment;
  const records = [...recording(7, 500, minutes), ...intrusion()].sort((left, right) => left.timeMs - right.timeMs);
  // Fewer than shards, as after a change of shards: a container serves whoever calls.
  const containers = Array.from({ length: 3 }, () => ({ invoker: deployment.container({ FARGAZER_LEARN_FOR: '20m' }), turn: oneAtATime() as Turn }));
  const invoke = (place: number, event: unknown): Promise<unknown> => {
    const { invoker, turn } = containers[place % containers.length]!;
    return turn(() => invoker.invoke(event, { nowMs }));
  };
  let nowMs = startMs;
  const shards = mapping({ client: kinesis.client, stream, batchSize: 40, invoke: (event, shard) => invoke(Number(shard.slice(-2)), event) });

  let at = 0;
  let rounds = 0;
  let ticks = 0;
  for (let minute = everyMinutes; minute <= minutes + 20; minute += everyMinutes) {
    rounds += 1;
    ticks += rounds < 4 ? 4 : 5;
    nowMs = startMs + minute * minuteMs;
    const due: string[] = [];
    while (at < records.length && records[at]!.timeMs < nowMs) due.push(records[at++]!.text);
    if (due.length > 0) await kinesis.put(stream, due, (index) => `${minute} ${index}`);
    if (rounds === 4) await kinesis.split(stream, 'shardId-000000000001');
    await invoke(rounds, { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
    // Now and then the batches of a round come together with those of the next.
    if (rounds % 3 !== 0) await shards.drain();
  }
  await shards.drain();
  const lastTickMs = nowMs;

  const whole = replayed(records, lastTickMs, learnForMs, { makeWalk, flowFields: config.flowFields });
  const expected = whole.state.episodes.alerts(-Infinity, true);
  assert.ok(expected.length >= 5, `only ${expected.length} alerts are compared`);
  assert.equal(await closedRound(store), rounds, 'every round is closed');
  const received = (list: readonly Alert[]): unknown[] => lastOfEach(list).map((one) => JSON.parse(JSON.stringify(one)) as unknown);
  assert.deepEqual(received(alerts), received(expected));
  const checkpoint = await Checkpoint.open(store, kindsByName);
  await checkpoint.fetchAll();
  const state = await checkpoint.state();
  checkpoint.loadAll(state);
  assert.deepEqual(baselines(makeWalk({ teaching: {} }, state, checkpoint.lateness)), baselines(whole));
  // Frozen and thawed between all invocations, no container had to be started twice.
  assert.ok(containers.every(({ invoker }) => invoker.starts === 1));
  const failures = containers.flatMap(({ invoker }) => ['closer-failed', 'batch-failed', 'invocation-failed', 'poison-record'].flatMap((event) => invoker.told(event)));
  assert.deepEqual(failures, []);
  assert.equal(containers.reduce((sum, { invoker }) => sum + invoker.metric('Records'), 0), records.length + ticks, 'each record is counted once');
});
