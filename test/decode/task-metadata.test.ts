/** Task metadata: what three projects recorded, against the metrics that they expect of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FargazerEvent, JsonObject, JsonValue, TaskState } from '#contract';
import { taskMetadata } from '../../src/decode/task-metadata.ts';
import { pointsOf } from '../support/metric-points.ts';
import { eventsIn, eventsOf, jsonRecord, oneEvent, sampleText, sampleValue } from './sample.ts';

/** Events of all answers, read one after the other by one run. */
function stream(...answers: JsonValue[]): FargazerEvent[] {
  const run = taskMetadata.open({});
  return answers.flatMap((answer) => eventsIn(run.decode(jsonRecord(answer))));
}

function metrics(events: readonly FargazerEvent[], container?: string): Record<string, number> {
  return Object.fromEntries(pointsOf(events).filter(({ subject }) => subject.container === container).map(({ metric, value }) => [metric, value]));
}

/** A value of a Prometheus text file, by name and the text of its labels. */
function expected(path: string, name: string): number {
  const line = sampleText(path).split('\n').find((one) => one.startsWith(name));
  assert.ok(line !== undefined, name);
  return Number(line.slice(line.lastIndexOf(' ') + 1));
}

test('a Fargate task and its stats give what the exporter expects', () => {
  const events = stream(sampleValue('ecs-exporter/fargate_task_metadata.json'), sampleValue('ecs-exporter/fargate_task_stats.json'));
  const file = 'ecs-exporter/fargate_metrics.txt';
  const task = metrics(events);
  assert.equal(task['task.network.rx'], expected(file, 'ecs_network_receive_bytes_total'));
  assert.equal(task['task.network.tx'], expected(file, 'ecs_network_transmit_bytes_total'));
  assert.equal(task['task.ephemeral_storage.usage'], expected(file, 'ecs_task_ephemeral_storage_used_bytes'));
  const prometheus = metrics(events, 'prometheus');
  // Usage without the inactive file cache (52,383,744 bytes in the recording).
  assert.equal(prometheus['container.memory.usage'], expected(file, 'ecs_container_memory_usage_bytes{container_name="prometheus"}') - 52_383_744);
  // 7,193,303 ns of 19,880,000,000 ns that two CPUs had.
  assert.ok(Math.abs(prometheus['container.cpu.usage']! - (7_193_303 / 19_880_000_000) * 2 * 1_024) < 1e-9);
  assert.deepEqual([prometheus['container.storage.read'], prometheus['container.storage.write']], [23_793_664 + 65_409_024, 0]);
  assert.equal(prometheus['container.cpu.utilization'], undefined, 'CPU 2 is no reservation');
  assert.deepEqual(metrics(events, 'nonessential'), {}, 'an exited container has no stats');
});

test('a Fargate task tells who it is', () => {
  const state = stream(sampleValue('ecs-exporter/fargate_task_metadata.json'))[0] as TaskState;
  assert.deepEqual(state.subject, {
    account: '829490980523', region: 'us-east-1', cluster: 'prom-ecs-exporter-sandbox', family: 'prom-ecs-exporter-sandbox-main-fargate',
    revision: '9', task: 'bae32def0ab64f06818e8862e58f8d6d', address: '10.0.117.145',
  });
  assert.deepEqual([state.status, state.desiredStatus, state.launchType], ['RUNNING', 'RUNNING', 'FARGATE']);
  assert.deepEqual(state.addresses, ['10.0.117.145', '2600:1f18:4ae8:400:7ca9:f2:a4c:8285']);
  assert.deepEqual(state.images.map(({ container }) => container), ['nonessential', 'prometheus', 'ecs-exporter']);
  assert.equal(state.startedMs, Date.parse('2025-02-27T05:06:19.179Z'));
});

test('network counters shared by the containers of a Fargate task count once', () => {
  const events = stream(sampleValue('ecs-exporter/fargate_task_stats.json'));
  const network = pointsOf(events).filter(({ metric }) => metric.includes('network'));
  assert.deepEqual(network.map(({ metric, isCumulative, subject }) => [metric, isCumulative, subject]), [
    ['task.network.rx', true, { task: 'bae32def0ab64f06818e8862e58f8d6d' }],
    ['task.network.tx', true, { task: 'bae32def0ab64f06818e8862e58f8d6d' }],
  ]);
});

test('a container unknown by name is called as its stats call it on Fargate, else by its short id', () => {
  assert.ok(metrics(stream(sampleValue('ecs-exporter/fargate_task_stats.json')), 'prometheus')['container.cpu.usage']! > 0);
  const names = new Set(stream(sampleValue('ecs-exporter/ec2_task_stats.json')).map(({ subject }) => subject.container));
  assert.deepEqual([...names].sort(), Object.keys(sampleValue('ecs-exporter/ec2_task_stats.json') as JsonObject).filter((id) => names.has(id.slice(0, 12))).map((id) => id.slice(0, 12)).sort());
});

test('a task on EC2 in bridge mode counts each container by itself, cgroup v2', () => {
  const events = stream(sampleValue('ecs-exporter/ec2_task_metadata.json'), sampleValue('ecs-exporter/ec2_task_stats.json'));
  const file = 'ecs-exporter/ec2_metrics.txt';
  const exporter = metrics(events, 'ecs-exporter');
  assert.equal(exporter['container.memory.usage'], expected(file, 'ecs_container_memory_usage_bytes{container_name="ecs-exporter"}') - 17_641_472);
  assert.equal(exporter['container.pids'], 33);
  assert.deepEqual([exporter['container.network.rx'], exporter['container.network.tx']], [101_869, 43_958]);
  assert.equal(metrics(events, 'prometheus')['container.network.rx'], expected(file, 'ecs_network_receive_bytes_total'));
  assert.deepEqual([exporter['container.storage.read'], exporter['container.storage.write']], [60_960_768, 57_344]);
  // 5,162,000 ns of 1,980,000,000 ns on two CPUs, of 128 CPU units reserved.
  assert.ok(Math.abs(exporter['container.cpu.utilization']! - ((5_162 / 1_980_000) * 2 * 1_024) / 128) < 1e-9);
  assert.equal(exporter['container.memory.utilization'], exporter['container.memory.usage']! / 268_435_456);
});

test('stats of cgroup v2 give what telegraf expects', () => {
  const events = stream(sampleValue('telegraf/meta.json'), sampleValue('telegraf/stats.json'));
  const line = sampleText('telegraf/stats.out');
  const pause = metrics(events, '~internal~ecs~pause');
  assert.equal(pause['container.cpu.usage'], Number(/usage_percent=(\d+),usage_system/.exec(line)![1]) * 10.24);
  assert.equal(pause['container.memory.usage'], Number(/,usage=(\d+)u/.exec(line)![1]));
  assert.equal(pause['container.pids'], 1);
  assert.equal(metrics(events)['task.network.rx'], Number(/rx_bytes=(\d+)u/.exec(line)![1]));
  assert.equal(pause['container.storage.read'], undefined, 'null lists have no sum');
  const first = events.find(({ kind }) => kind === 'metrics')!;
  assert.deepEqual([first.timeMs, first.timeNs], [Date.parse('2023-10-26T15:58:32.690Z'), 109_934]);
});

test('interfaces of one container are summed, other operations are not', () => {
  const events = stream(sampleValue('telegraf/metadata.golden'), sampleValue('telegraf/stats.golden'));
  const stats = sampleValue('telegraf/stats.golden') as Record<string, { networks?: Record<string, { rx_bytes: number }> }>;
  const all = Object.values(stats).flatMap(({ networks }) => Object.values(networks ?? {}));
  const found = pointsOf(events).filter(({ metric }) => metric.endsWith('network.rx'));
  assert.equal(found.reduce((sum, { value }) => sum + value, 0), all.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0));
  assert.equal(metrics(events, '~internal~ecs~pause')['container.memory.usage'], 1_343_488 - 782_336);
});

test('a container by itself tells that its task runs, and never that it stopped', () => {
  const value = sampleValue('opentelemetry-js-contrib/metadatav4-response-container-fargate.json') as JsonObject;
  const state = oneEvent(taskMetadata, value, 'task');
  assert.deepEqual([state.status, state.subject.task, state.subject.container, state.subject.family], ['RUNNING', 'cd189a933e5849daa93386466019ab50', 'curl', 'curltest']);
  assert.equal(oneEvent(taskMetadata, { ...value, KnownStatus: 'STOPPED', DesiredStatus: 'STOPPED' }, 'task').status, '');
});

test('every recorded answer is accepted, and a service is taken from the answer', () => {
  const task = sampleValue('opentelemetry-js-contrib/metadatav4-response-task-fargate.json') as JsonObject;
  assert.ok(taskMetadata.accepts?.(task));
  assert.equal(eventsOf(taskMetadata, { ...task, ServiceName: 'curl-service' })[0]!.subject.service, 'curl-service');
});

test('an answer without time takes the carrier, else the latest time told in the stream', () => {
  const task = sampleValue('telegraf/meta.json') as JsonObject;
  assert.equal(eventsOf(taskMetadata, task, 1_700_000_000_000)[0]!.timeMs, 1_700_000_000_000);
  assert.equal(eventsOf(taskMetadata, task)[0]!.timeMs, Date.parse('2023-10-26T15:57:18.310Z'));
  const after = stream(sampleValue('telegraf/stats.json'), task).at(-1)!;
  assert.equal(after.timeMs, Date.parse('2023-10-26T15:58:32.690Z'));
  assert.deepEqual(taskMetadata.open({}).decode(jsonRecord({ TaskARN: 'x', Containers: [] })), { unreadable: 'task metadata without a time of its own or of its carrier' });
});

test('a first sample has no CPU use, a container without stats no points', () => {
  const id = 'bae32def0ab64f06818e8862e58f8d6d-1819985369';
  const stats = (sampleValue('ecs-exporter/fargate_task_stats.json') as Record<string, JsonObject>)[id]!;
  assert.equal(metrics(stream({ [id]: { ...stats, precpu_stats: { cpu_usage: { total_usage: 0 } } } }), 'prometheus')['container.cpu.usage'], undefined);
  const run = taskMetadata.open({});
  assert.ok(taskMetadata.accepts?.({ [id]: null }));
  assert.ok('skipped' in run.decode(jsonRecord({ [id]: null })));
  assert.ok('skipped' in run.decode(jsonRecord({ [id]: { ...stats, read: '0001-01-01T00:00:00Z' } })));
  assert.equal(taskMetadata.accepts?.({ message: 'hello' }), false);
  assert.equal(taskMetadata.accepts?.({}), false);
});

test('stats of one container are read by the id within', () => {
  const id = 'bae32def0ab64f06818e8862e58f8d6d-1819985369';
  const stats = (sampleValue('ecs-exporter/fargate_task_stats.json') as Record<string, JsonObject>)[id]!;
  assert.equal(metrics(stream(stats), 'prometheus')['container.memory.usage'], 127_934_464 - 52_383_744);
});

/** Stats of one container, as an engine tells them. */
function oneContainer(cpu: JsonObject, before: JsonObject, memory: JsonObject = {}): Record<string, number> {
  const id = '0123456789abcdef0123456789abcdef-1';
  return metrics(stream({ [id]: { read: '2026-03-01T12:00:00Z', name: 'app', cpu_stats: cpu, precpu_stats: before, memory_stats: memory, pids_stats: { current: 1 } } }), 'app');
}

test('rates are right under both versions of cgroups, and there are none where a container began anew', () => {
  const v1 = { cpu_usage: { total_usage: 2e9, percpu_usage: [1e9, 1e9] }, system_cpu_usage: 20e9, online_cpus: 2 };
  const before = { cpu_usage: { total_usage: 1.9e9 }, system_cpu_usage: 18e9 };
  // 0.1 s of 2 s that two processors had: a tenth of one.
  assert.ok(Math.abs(oneContainer(v1, before)['container.cpu.usage']! - 102.4) < 1e-9);
  const v2 = { cpu_usage: { total_usage: 2e9, usage_in_kernelmode: 1e9 }, system_cpu_usage: 20e9, online_cpus: 2 };
  assert.ok(Math.abs(oneContainer(v2, before)['container.cpu.usage']! - 102.4) < 1e-9);
  assert.ok(Math.abs(oneContainer({ ...v1, online_cpus: 0 }, before)['container.cpu.usage']! - 102.4) < 1e-9, 'an engine that tells no number of processors lists them');
  const resets: JsonObject[] = [{ cpu_usage: { total_usage: 5e9 }, system_cpu_usage: 18e9 }, { cpu_usage: { total_usage: 0 }, system_cpu_usage: 0 }, {}, { cpu_usage: { total_usage: 1e9 }, system_cpu_usage: 30e9 }];
  for (const reset of resets) {
    assert.equal(oneContainer(v2, reset)['container.cpu.usage'], undefined);
  }
  const mebibytes = (count: number): number => count * 1_048_576;
  assert.equal(oneContainer(v1, before, { usage: mebibytes(100), stats: { cache: mebibytes(50), inactive_file: mebibytes(1), total_inactive_file: mebibytes(30) } })['container.memory.usage'], mebibytes(70));
  assert.equal(oneContainer(v2, before, { usage: mebibytes(100), stats: { file: mebibytes(50), inactive_file: mebibytes(30) } })['container.memory.usage'], mebibytes(70));
});
