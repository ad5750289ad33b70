/** Which fields of Container Insights performance events are metrics, under which name and in which unit. */
import type { MetricUnit } from '#contract';
import { cpuUnits, gibibyte, mebibyte } from './metric-point.ts';

export interface MetricField {
  /** The field; the first of several names that is there is taken (enhanced observability renames some). */
  fields: readonly string[];
  metric: string;
  unit: MetricUnit;
  /** Factor from the field's unit to ours. */
  scale: number;
  /** The value is divided by this field (the first that is there): a ratio of what is reserved. */
  over?: readonly string[];
  isCumulative?: boolean;
}

const ratioOfPercent = 0.01;

/** Fields that events of type Container and Task have alike; `prefix` is `container` or `task`. */
function resourceFields(prefix: 'container' | 'task', enhanced: 'Container' | 'Task'): MetricField[] {
  const row = (field: string, metric: string, unit: MetricUnit, scale = 1): MetricField => ({
    fields: [field, `${enhanced}${field}`],
    metric: `${prefix}.${metric}`,
    unit,
    scale,
  });
  return [
    row('CpuUtilized', 'cpu.usage', 'cpu-units'),
    // A ratio of what is reserved; where the event has no reservation, the percentage of the enhanced form.
    { ...row('CpuUtilized', 'cpu.utilization', 'ratio'), over: ['CpuReserved', `${enhanced}CpuReserved`] },
    row('CpuUtilization', 'cpu.utilization', 'ratio', ratioOfPercent),
    row('MemoryUtilized', 'memory.usage', 'bytes', mebibyte),
    { ...row('MemoryUtilized', 'memory.utilization', 'ratio'), over: ['MemoryReserved', `${enhanced}MemoryReserved`] },
    row('MemoryUtilization', 'memory.utilization', 'ratio', ratioOfPercent),
    row('NetworkRxBytes', 'network.rx', 'bytes/s'),
    row('NetworkTxBytes', 'network.tx', 'bytes/s'),
    // Published as bytes per second; the documentation says that they are sums since the start.
    { ...row('StorageReadBytes', 'storage.read', 'bytes'), isCumulative: true },
    { ...row('StorageWriteBytes', 'storage.write', 'bytes'), isCumulative: true },
  ];
}

function counts(prefix: string, rows: Record<string, string>): MetricField[] {
  return Object.entries(rows).map(([field, metric]) => ({ fields: [field], metric: `${prefix}.${metric}`, unit: 'count', scale: 1 }));
}

function ratios(prefix: string, rows: Record<string, string>): MetricField[] {
  return Object.entries(rows).map(([field, metric]) => ({
    fields: [field],
    metric: `${prefix}.${metric}`,
    unit: 'ratio',
    scale: ratioOfPercent,
  }));
}

const ephemeral: MetricField = {
  fields: ['EphemeralStorageUtilized'],
  metric: 'task.ephemeral_storage.usage',
  unit: 'bytes',
  scale: gibibyte,
};

/** Metrics of Amazon ECS by event type. */
export const ecsMetrics: ReadonlyMap<string, readonly MetricField[]> = new Map([
  ['Container', [
    ...resourceFields('container', 'Container'),
    ...counts('container', { RestartCount: 'restarts', UnHealthyContainerHealthStatus: 'unhealthy' }),
  ]],
  ['Task', [
    ...resourceFields('task', 'Task'),
    ephemeral,
    { ...ephemeral, metric: 'task.ephemeral_storage.utilization', unit: 'ratio', scale: 1, over: ['EphemeralStorageReserved'] },
    ...ratios('task', { TaskEphemeralStorageUtilization: 'ephemeral_storage.utilization' }),
  ]],
  ['Service', counts('service', {
    RunningTaskCount: 'tasks.running',
    DesiredTaskCount: 'tasks.desired',
    PendingTaskCount: 'tasks.pending',
    DeploymentCount: 'deployments',
  })],
  ['Cluster', counts('cluster', { TaskCount: 'tasks.running', ServiceCount: 'services', ContainerInstanceCount: 'instances' })],
  ['Instance', [
    ...ratios('instance', {
      instance_cpu_utilization: 'cpu.utilization',
      instance_memory_utilization: 'memory.utilization',
      instance_filesystem_utilization: 'filesystem.utilization',
    }),
    ...counts('instance', { instance_number_of_running_tasks: 'tasks.running' }),
    { fields: ['instance_network_total_bytes'], metric: 'instance.network.total', unit: 'bytes/s', scale: 1 },
  ]],
]);

/** Kubernetes counts CPU in thousandths of a core, memory in bytes, network in bytes per second. */
function kubernetesFields(prefix: 'pod' | 'container' | 'node'): MetricField[] {
  const row = (field: string, metric: string, unit: MetricUnit, scale = 1): MetricField => ({
    fields: [`${prefix}_${field}`],
    metric: `${prefix}.${metric}`,
    unit,
    scale,
  });
  return [
    row('cpu_usage_total', 'cpu.usage', 'cpu-units', cpuUnits / 1_000),
    row('cpu_utilization', 'cpu.utilization', 'ratio', ratioOfPercent),
    row('memory_working_set', 'memory.usage', 'bytes'),
    row('memory_utilization', 'memory.utilization', 'ratio', ratioOfPercent),
    row('network_rx_bytes', 'network.rx', 'bytes/s'),
    row('network_tx_bytes', 'network.tx', 'bytes/s'),
    row('filesystem_utilization', 'filesystem.utilization', 'ratio', ratioOfPercent),
    row('number_of_container_restarts', 'restarts', 'count'),
  ];
}

/** Metrics of Amazon EKS and Kubernetes by event type; `PodNet` and its like hold some of the same fields. */
export const eksMetrics: ReadonlyMap<string, readonly MetricField[]> = new Map(
  (['pod', 'container', 'node'] as const).flatMap((prefix) => {
    const fields = kubernetesFields(prefix);
    const type = prefix.charAt(0).toUpperCase() + prefix.slice(1);
    return [type, `${type}Net`, `${type}FS`].map((name) => [name, fields] as const);
  }),
);
