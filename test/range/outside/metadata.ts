/** The task metadata endpoint, version 4, and the credentials of the task's role; it errs or is off in time when it is told to. */
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { metadataAddress, metadataUri, taskAddress, taskArn } from '../place.ts';

export interface MetadataContainer {
  name: string;
  dockerId: string;
  /** A process of it as the machine counts them; the others are known by its mount namespace. */
  hostPid: number;
}

const ordinary = { status: 200, offMs: 0, delayMs: 0 };
const mood = { ...ordinary };
let containers: readonly MetadataContainer[] = [];
let credentialReads: string[] = [];
const startedAt = new Date();

export function setMetadata(change: Partial<typeof mood>): void {
  Object.assign(mood, ordinary, change);
}

export function setContainers({ list }: { list: readonly MetadataContainer[] }): void {
  containers = list;
}

/** User agents of those who took the credentials. */
export function readersOfCredentials(): string[] {
  return credentialReads;
}

function now(): Date {
  return new Date(Date.now() + mood.offMs);
}

function containerAnswer({ name, dockerId }: MetadataContainer): unknown {
  return {
    DockerId: dockerId,
    Name: name,
    DockerName: `ecs-shop-7-${name}`,
    Image: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${name}:7`,
    ImageID: 'sha256:3f1b6f5ce4c4f0b5b8a7d5ac95a41a4b54d6d2c7a1f80e1ab1b4dbd3ab9a51c2',
    Labels: { 'com.amazonaws.ecs.cluster': 'prod', 'com.amazonaws.ecs.container-name': name, 'com.amazonaws.ecs.task-arn': taskArn, 'com.amazonaws.ecs.task-definition-family': 'shop', 'com.amazonaws.ecs.task-definition-version': '7' },
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 128 },
    CreatedAt: startedAt.toISOString(),
    StartedAt: startedAt.toISOString(),
    Type: 'NORMAL',
    ContainerARN: `${taskArn.replace(':task/', ':container/')}/${dockerId.slice(0, 12)}`,
    Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [taskAddress], AttachmentIndex: 0, MACAddress: '0a:de:f6:10:51:e5', PrivateDNSName: 'ip-10-77-1-5.eu-west-1.compute.internal', SubnetGatewayIpv4Address: '10.77.1.1/24' }],
  };
}

function taskAnswer(): unknown {
  return {
    Cluster: 'prod',
    TaskARN: taskArn,
    Family: 'shop',
    Revision: '7',
    ServiceName: 'shop',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 1, Memory: 2048 },
    PullStartedAt: startedAt.toISOString(),
    PullStoppedAt: startedAt.toISOString(),
    AvailabilityZone: 'eu-west-1b',
    LaunchType: 'FARGATE',
    ClockDrift: { ClockErrorBound: 0.5, ReferenceTimestamp: now().toISOString(), ClockSynchronizationStatus: 'SYNCHRONIZED' },
    Containers: containers.map(containerAnswer),
  };
}

/** Processor time in nanoseconds and resident bytes of the processes in the same mount namespace. */
function use({ hostPid }: MetadataContainer): { cpuNs: number; residentBytes: number } {
  const sum = { cpuNs: 0, residentBytes: 0 };
  const mine = readlinkSync(`/proc/${hostPid}/ns/mnt`);
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (readlinkSync(`/proc/${pid}/ns/mnt`) !== mine) continue;
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
      sum.cpuNs += ((fields[11] ?? 0) + (fields[12] ?? 0) + (fields[13] ?? 0) + (fields[14] ?? 0)) * 1e7;
      sum.residentBytes += (fields[21] ?? 0) * 4_096;
    } catch {
      // It is gone.
    }
  }
  return sum;
}

function networkOf({ hostPid }: MetadataContainer): { rx_bytes: number; tx_bytes: number } {
  const line = readFileSync(`/proc/${hostPid}/net/dev`, 'latin1').split('\n').find((line) => /^\s*eth1:/.test(line)) ?? '';
  const numbers = line.slice(line.indexOf(':') + 1).trim().split(/\s+/).map(Number);
  return { rx_bytes: numbers[0] ?? 0, tx_bytes: numbers[8] ?? 0 };
}

const before = new Map<string, { read: string; cpuNs: number }>();

function statsAnswer(): unknown {
  const answer: Record<string, unknown> = {};
  for (const container of containers) {
    let used = { cpuNs: 0, residentBytes: 0 };
    let network = { rx_bytes: 0, tx_bytes: 0 };
    try {
      used = use(container);
      network = networkOf(container);
    } catch {
      answer[container.dockerId] = null;
      continue;
    }
    const read = now().toISOString();
    const last = before.get(container.dockerId) ?? { read: '0001-01-01T00:00:00Z', cpuNs: 0 };
    before.set(container.dockerId, { read, cpuNs: used.cpuNs });
    const cpu = (ns: number): unknown => ({ cpu_usage: { total_usage: ns, usage_in_kernelmode: 0, usage_in_usermode: ns, percpu_usage: [ns, 0] }, system_cpu_usage: Date.now() * 1e6 * 2, online_cpus: 2, throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 } });
    answer[container.dockerId] = {
      read,
      preread: last.read,
      name: container.name,
      id: container.dockerId,
      num_procs: 0,
      pids_stats: { current: 10 },
      cpu_stats: cpu(used.cpuNs),
      precpu_stats: cpu(last.cpuNs),
      memory_stats: { usage: used.residentBytes, max_usage: used.residentBytes, limit: 2_147_483_648, stats: { cache: 0, rss: used.residentBytes } },
      blkio_stats: { io_service_bytes_recursive: [] },
      networks: { eth1: { ...network, rx_packets: 0, rx_errors: 0, rx_dropped: 0, tx_packets: 0, tx_errors: 0, tx_dropped: 0 } },
    };
  }
  return answer;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export async function openMetadata(): Promise<void> {
  const path = new URL(metadataUri).pathname;
  const server = createServer((request, response) => {
    setTimeout(() => {
      const url = request.url ?? '';
      if (url.startsWith('/v2/credentials/')) {
        credentialReads = [...credentialReads, request.headers['user-agent'] ?? ''].slice(-200);
        send(response, 200, { RoleArn: 'arn:aws:iam::123456789012:role/shop-task', AccessKeyId: 'ASIAIOSFODNN7EXAMPLE', SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', Token: 'IQoJb3JpZ2luX2VjEXAMPLE', Expiration: new Date(Date.now() + 3_600_000).toISOString() });
      } else if (mood.status !== 200) send(response, mood.status, { code: 'InternalServerError', message: 'unable to get metadata' });
      else if (url === `${path}/task`) send(response, 200, taskAnswer());
      else if (url === `${path}/task/stats`) send(response, 200, statsAnswer());
      else if (url === path && containers[0] !== undefined) send(response, 200, containerAnswer(containers.at(-1) ?? containers[0]));
      else send(response, 404, { message: 'not found' });
    }, mood.delayMs);
  });
  server.listen(80, metadataAddress);
  await once(server, 'listening');
}
