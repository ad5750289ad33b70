/** Container Insights: metrics of ECS and EKS in our units, and embedded metrics of others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerInsightsLine } from '#contract';
import type { JsonObject, JsonValue } from '#contract';
import { containerInsights } from '../../src/decode/container-insights.ts';
import { pointsOf, type Point } from '../support/metric-points.ts';
import { eventsOf, jsonRecord } from './sample.ts';

function points(value: JsonValue): Point[] {
  return pointsOf(eventsOf(containerInsights, value));
}

function table(value: JsonValue): Record<string, string> {
  return Object.fromEntries(points(value).map(({ metric, value: number, unit, isCumulative }) => [metric, `${number} ${unit}${isCumulative ? ' so far' : ''}`]));
}

/** Written after the published example of a container's event. */
const container: JsonObject = {
  Version: '0', Type: 'Container', ContainerName: 'sleep', TaskId: '7ac4dfba69214411b4783a3b8189c9ba', TaskDefinitionFamily: 'sleep360',
  TaskDefinitionRevision: '1', ClusterName: 'MyCluster', Timestamp: 1_623_963_900_000, CpuUtilized: 2.5, CpuReserved: 10, MemoryUtilized: 4,
  MemoryReserved: 16, StorageReadBytes: 100, StorageWriteBytes: 200, NetworkRxBytes: 300, NetworkTxBytes: 400, NetworkRxPackets: 14,
};

test('a container gives usage, share of its reservation, network and storage', () => {
  assert.deepEqual(table(container), {
    'container.cpu.usage': '2.5 cpu-units', 'container.cpu.utilization': '0.25 ratio',
    'container.memory.usage': '4194304 bytes', 'container.memory.utilization': '0.25 ratio',
    'container.network.rx': '300 bytes/s', 'container.network.tx': '400 bytes/s',
    'container.storage.read': '100 bytes so far', 'container.storage.write': '200 bytes so far',
  });
  const [first] = points(container);
  assert.deepEqual(first!.subject, {
    cluster: 'MyCluster', family: 'sleep360', revision: '1', task: '7ac4dfba69214411b4783a3b8189c9ba', container: 'sleep',
  });
  assert.deepEqual([first!.timeMs, first!.lastMs, first!.minimum, first!.maximum], [1_623_963_900_000, 1_623_963_900_000, 2.5, 2.5]);
  const [set, ...more] = eventsOf(containerInsights, container);
  assert.deepEqual([set!.kind, more], ['metrics', []]);
});

test('where nothing is reserved there is no share', () => {
  assert.equal(table({ ...container, CpuReserved: 0, MemoryReserved: '0' })['container.cpu.utilization'], undefined);
});

test('enhanced fields stand for the others, and percentages for shares', () => {
  const { CpuUtilized: _c, CpuReserved: _r, MemoryUtilized: _m, MemoryReserved: _n, ...rest } = container;
  const value = { ...rest, ContainerCpuUtilized: 3, ContainerCpuUtilization: 30, ContainerMemoryUtilized: 8, ContainerMemoryReserved: 16, RestartCount: 2 };
  const found = table(value);
  assert.deepEqual(
    ['container.cpu.usage', 'container.cpu.utilization', 'container.memory.utilization', 'container.restarts'].map((metric) => found[metric]),
    ['3 cpu-units', '0.3 ratio', '0.5 ratio', '2 count'],
  );
});

test('a task adds account, region and ephemeral storage', () => {
  const value = { ...container, Type: 'Task', AccountID: '111122223333', Region: 'us-west-2', EphemeralStorageReserved: 20, EphemeralStorageUtilized: 5 };
  const found = table(value);
  assert.deepEqual([found['task.cpu.usage'], found['task.ephemeral_storage.usage'], found['task.ephemeral_storage.utilization']], ['2.5 cpu-units', '5368709120 bytes', '0.25 ratio']);
  assert.deepEqual([points(value)[0]!.subject.account, points(value)[0]!.subject.region], ['111122223333', 'us-west-2']);
});

test('services and clusters count their tasks', () => {
  const base = { Version: '0', ClusterName: 'c', Timestamp: 1_623_963_900_000 };
  assert.deepEqual(table({ ...base, Type: 'Service', ServiceName: 's', RunningTaskCount: 2, DesiredTaskCount: 3, PendingTaskCount: 1 }), {
    'service.tasks.running': '2 count', 'service.tasks.desired': '3 count', 'service.tasks.pending': '1 count',
  });
  assert.deepEqual(table({ ...base, Type: 'Cluster', TaskCount: 4, ServiceCount: 1 }), { 'cluster.tasks.running': '4 count', 'cluster.services': '1 count' });
});

test('a line of the case maker is read under its service', () => {
  const [point] = points(JSON.parse(containerInsightsLine({ at: '2024-01-01T00:00:00Z', service: 'web', task: 1 })) as JsonObject);
  assert.deepEqual([point!.subject.service, point!.value], ['web', 12.5]);
});

test('a pod of EKS is read with its time as text', () => {
  const value = {
    Version: '0', Type: 'Pod', ClusterName: 'k', Namespace: 'shop', PodName: 'checkout', Timestamp: '1567096682364', NodeName: 'ip-10-0-0-1',
    pod_cpu_usage_total: 500, pod_cpu_utilization: 25, pod_memory_working_set: 1_000, pod_network_rx_bytes: 7,
    kubernetes: { pod_name: 'checkout-7f-abc', namespace_name: 'shop', pod_owners: [{ owner_kind: 'Deployment', owner_name: 'checkout' }] },
  };
  assert.deepEqual(table(value), { 'pod.cpu.usage': '512 cpu-units', 'pod.cpu.utilization': '0.25 ratio', 'pod.memory.usage': '1000 bytes', 'pod.network.rx': '7 bytes/s' });
  const [point] = points(value);
  assert.equal(point!.timeMs, 1_567_096_682_364);
  assert.deepEqual(point!.subject, { cluster: 'k', namespace: 'shop', workload: 'checkout', pod: 'checkout-7f-abc', host: 'ip-10-0-0-1' });
});

const embedded: JsonObject = {
  _aws: { Timestamp: 1_574_109_732_004, CloudWatchMetrics: [{ Namespace: 'n', Dimensions: [['service', 'constructor']], Metrics: [{ Name: 'latency', Unit: 'Milliseconds' }, { Name: 'toString' }, { Name: 'orders' }] }] },
  service: 'checkout', latency: [100, 300, 200], orders: 3,
};

test('embedded metrics are read by what they declare, in our units', () => {
  const [latency, orders, ...more] = points(embedded);
  assert.deepEqual(more, []);
  assert.deepEqual([latency!.metric, latency!.unit, latency!.value, latency!.minimum, latency!.maximum], ['latency', 'seconds', 0.2, 0.1, 0.3]);
  assert.deepEqual([orders!.metric, orders!.unit, orders!.value, orders!.subject], ['orders', '1', 3, { service: 'checkout' }]);
});

test('a name given by the user stands for dimensions that name nobody', () => {
  const { service: _service, ...value } = embedded;
  const decoded = containerInsights.open({ name: 'till' }).decode(jsonRecord(value));
  assert.ok('events' in decoded && decoded.events[0]!.subject.name === 'till');
});

test('types without metrics are skipped, an event without time is unreadable in words', () => {
  const run = containerInsights.open({});
  assert.ok('skipped' in run.decode(jsonRecord({ ...container, Type: 'Else' })));
  assert.match(JSON.stringify(run.decode(jsonRecord({ ...container, Timestamp: 'soon' }))), /Timestamp in milliseconds/);
});

test('a metric declared twice is one, with the range of both', () => {
  const twice = { _aws: { Timestamp: 1_574_109_732_004, CloudWatchMetrics: [{ Dimensions: [['service']], Metrics: [{ Name: 'b' }, { Name: 'a' }, { Name: 'b' }] }] }, service: 's', a: 1, b: [5, 2] };
  assert.deepEqual(
    points(twice).map(({ metric, value, minimum, maximum }) => [metric, value, minimum, maximum]),
    [['a', 1, 1, 1], ['b', 2, 2, 5]],
  );
});

test('directives of several subjects are sets with ids of their own, and mask secrets in what is shown', () => {
  const both = {
    _aws: { Timestamp: 1_574_109_732_004, CloudWatchMetrics: [{ Dimensions: [['service']], Metrics: [{ Name: 'a' }] }, { Dimensions: [['host']], Metrics: [{ Name: 'a' }] }] },
    service: 's', host: 'h', a: 1, password: 'hunter2-hunter2',
  };
  const sets = eventsOf(containerInsights, both);
  assert.deepEqual(sets.map(({ subject }) => subject), [{ service: 's' }, { host: 'h' }]);
  assert.equal(new Set(sets.map(({ id }) => id)).size, 2);
  for (const set of sets) assert.ok(!set.raw.includes('hunter2') && !JSON.stringify(set).includes('hunter2'));
});
