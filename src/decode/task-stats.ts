/** Stats of containers (`/stats`, `/task/stats`), as Docker's API names them, turned into metric points. */
import type { Decoded, FargazerEvent, JsonObject, JsonValue, RawRecord, Subject } from '#contract';
import { isTaskId } from './arn.ts';
import { isObject, listOf, numberOf, objectOf, textOf } from './fields.ts';
import { instantOf } from './instant.ts';
import { cpuUnits, MetricPoints } from './metric-point.ts';
import type { TaskMemory } from './task-memory.ts';

type Stats = Readonly<JsonObject>;

/** Containers of one answer that are read. */
const containerLimit = 64;

export function isStats(value: JsonValue | undefined): boolean {
  return isObject(value) && typeof value['read'] === 'string' && isObject(value['cpu_stats']);
}

/** `/task/stats`: container ids with stats, or with null or {} where a container has ended or only just begun. */
export function isStatsMap(value: Stats): boolean {
  let hasStats = false;
  let count = 0;
  for (const id in value) {
    if (++count > containerLimit) break;
    const item = value[id];
    if (isStats(item)) hasStats = true;
    else if (item !== null && !(isObject(item) && Object.keys(item).length === 0)) return false;
    else if (isContainerId(id)) hasStats = true;
  }
  return hasStats;
}

/** `<task id>-<digits>` on Fargate, 64 hex digits of Docker elsewhere. */
function isContainerId(id: string): boolean {
  return isTaskId(id.slice(0, 32)) && /^(?:-\d+|[0-9a-f]{32})$/.test(id.slice(32));
}

export function decodeStats(stats: Stats, record: RawRecord, memory: TaskMemory): Decoded {
  return decodeStatsMap({ [textOf(stats['id'])]: stats as JsonObject }, record, memory);
}

/**
 * Network counters belong to the task where its containers share one interface, and count once: on Fargate always, elsewhere where
 * only one container (the one that holds the task's network) has any.
 */
export function decodeStatsMap(map: Stats, record: RawRecord, memory: TaskMemory): Decoded {
  const ids = Object.keys(map).filter((id) => isStats(map[id])).slice(0, containerLimit);
  const withNetwork = ids.filter((id) => isObject(objectOf(map[id])['networks']));
  const isShared = withNetwork.length === 1 || withNetwork.every((id) => isTaskId(id.slice(0, 32)) && id[32] === '-');
  const sharedId = isShared ? lastRead(withNetwork, map) : undefined;
  const events: FargazerEvent[] = [];
  for (const id of ids) {
    const stats = objectOf(map[id]);
    const instant = instantOf(stats['read']);
    // Docker writes the year 1 where it has not read yet.
    if (instant === undefined || instant.timeMs <= 0) continue;
    memory.latestMs = Math.max(memory.latestMs, instant.timeMs);
    // Each container's points have ids of their own, though all come from one record.
    const points = new MetricPoints('task-metadata', record, instant, events.length === 0 ? '' : `.${events.length}`);
    const known = memory.recall(id);
    const subject = known?.subject ?? unknownSubject(id, stats);
    addCpu(points, stats, subject, known?.cpuUnits ?? 0);
    addMemory(points, objectOf(stats['memory_stats']), subject, known?.memoryBytes ?? 0);
    addStorage(points, objectOf(stats['blkio_stats']), subject);
    const pids = numberOf(objectOf(stats['pids_stats'])['current']);
    if (pids !== undefined) points.add(subject, 'container.pids', 'count', pids);
    if (!isShared) addNetwork(points, stats, subject, 'container');
    else if (id === sharedId) {
      const { container: _container, ...task } = subject;
      addNetwork(points, stats, task, 'task');
    }
    events.push(...points.finish());
  }
  return events.length > 0 ? { events } : { skipped: 'no stats: the containers have ended or only just begun' };
}

/** Of containers that share counters, the one read last has seen most. */
function lastRead(ids: readonly string[], map: Stats): string | undefined {
  let last: string | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const id of ids) {
    const timeMs = instantOf(objectOf(map[id])['read'])?.timeMs;
    if (timeMs === undefined || timeMs <= lastMs) continue;
    last = id;
    lastMs = timeMs;
  }
  return last;
}

/** Where no `/task` answer told of the container: Fargate's id holds the task, and its `name` is the container's own. */
function unknownSubject(id: string, stats: Stats): Subject {
  const isFargate = id[32] === '-' && isTaskId(id.slice(0, 32));
  const name = textOf(stats['name']);
  if (isFargate) return { task: id.slice(0, 32), container: name === '' || name.startsWith('/') ? id.slice(33) : name };
  // Docker shows the first twelve digits of an id.
  return id === '' ? {} : { container: id.slice(0, 12) };
}

/**
 * CPU used since the sample before, in CPU units (1,024 are one CPU): the share of the host's CPU time times its CPUs, as `docker stats`
 * counts it. `container.cpu.utilization` is that over what the container reserves.
 */
function addCpu(points: MetricPoints, stats: Stats, subject: Subject, reservedUnits: number): void {
  const now = objectOf(stats['cpu_stats']);
  const before = objectOf(stats['precpu_stats']);
  const used = difference(objectOf(now['cpu_usage'])['total_usage'], objectOf(before['cpu_usage'])['total_usage']);
  const system = difference(now['system_cpu_usage'], before['system_cpu_usage']);
  // Old engines tell 0 where they do not know.
  const cpus = numberOf(now['online_cpus']) || listOf(objectOf(now['cpu_usage'])['percpu_usage']).length;
  if (used !== undefined && used >= 0 && system !== undefined && system > 0 && cpus > 0) {
    const units = (used / system) * cpus * cpuUnits;
    points.add(subject, 'container.cpu.usage', 'cpu-units', units);
    if (reservedUnits > 0) points.add(subject, 'container.cpu.utilization', 'ratio', units / reservedUnits);
  }
  const throttledNs = numberOf(objectOf(now['throttling_data'])['throttled_time']);
  if (throttledNs !== undefined) points.add(subject, 'container.cpu.throttled', 'seconds', throttledNs / 1e9, true);
}

/** Undefined where the sample before is missing or zero: then it was the first one, and the difference is since the start. */
function difference(now: JsonValue | undefined, before: JsonValue | undefined): number | undefined {
  const [later, earlier] = [numberOf(now), numberOf(before)];
  return later === undefined || earlier === undefined || earlier === 0 ? undefined : later - earlier;
}

/** What cannot be reclaimed at once: usage without the inactive file cache, as `docker stats` counts it for cgroup v1 and v2. */
function addMemory(points: MetricPoints, memory: Stats, subject: Subject, reservedBytes: number): void {
  const usage = numberOf(memory['usage']);
  if (usage === undefined) return;
  const details = objectOf(memory['stats']);
  const cache = numberOf(details['total_inactive_file']) ?? numberOf(details['cache']) ?? numberOf(details['inactive_file']) ?? 0;
  const used = cache > 0 && cache < usage ? usage - cache : usage;
  points.add(subject, 'container.memory.usage', 'bytes', used);
  if (reservedBytes > 0) points.add(subject, 'container.memory.utilization', 'ratio', used / reservedBytes);
}

/** Operations are listed per device; `Sync`, `Async`, `Discard` and `Total` count the same bytes again. */
function addStorage(points: MetricPoints, blkio: Stats, subject: Subject): void {
  let read: number | undefined;
  let written: number | undefined;
  for (const item of listOf(blkio['io_service_bytes_recursive'])) {
    const { op, value } = objectOf(item);
    const operation = textOf(op).toLowerCase();
    if (operation === 'read') read = (read ?? 0) + (numberOf(value) ?? 0);
    else if (operation === 'write') written = (written ?? 0) + (numberOf(value) ?? 0);
  }
  if (read !== undefined) points.add(subject, 'container.storage.read', 'bytes', read, true);
  if (written !== undefined) points.add(subject, 'container.storage.write', 'bytes', written, true);
}

/** Sums over the interfaces. */
function addNetwork(points: MetricPoints, stats: Stats, subject: Subject, prefix: 'container' | 'task'): void {
  const networks = objectOf(stats['networks']);
  let received: number | undefined;
  let sent: number | undefined;
  for (const name of Object.keys(networks).slice(0, 16)) {
    const { rx_bytes: rx, tx_bytes: tx } = objectOf(networks[name]);
    if (numberOf(rx) !== undefined) received = (received ?? 0) + numberOf(rx)!;
    if (numberOf(tx) !== undefined) sent = (sent ?? 0) + numberOf(tx)!;
  }
  if (received !== undefined) points.add(subject, `${prefix}.network.rx`, 'bytes', received, true);
  if (sent !== undefined) points.add(subject, `${prefix}.network.tx`, 'bytes', sent, true);
}
