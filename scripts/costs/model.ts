/** What a month of a deployment costs, line by line: who sends how much and how, and what fargazer does with it. */
import { prices } from './prices.ts';

export interface Load {
  name: string;
  tasks: number;
  services: number;
  /** As the log routers write it: JSON with the names that ECS gives. */
  rawGbPerDay: number;
}

/** How the log routers send, and what they send to. */
export interface Carriage {
  name: string;
  mode: 'on-demand' | 'provisioned';
  /** Records of one flush in one Kinesis record; seconds between flushes. Absent: each line is a record. */
  flushSeconds?: number;
  isCompressed: boolean;
}

export interface Line {
  what: string;
  formula: string;
  dollars: number;
}

export const assumed = {
  hoursAMonth: 730,
  lineBytes: 500,
  /** Of JSON log lines; eight to fifteen are usual. */
  compression: 8,
  /** Shards beyond the mean, for the busy hour. */
  headroom: 1.5,
  shardBytesPerSecond: 1_000_000,
  shardRecordsPerSecond: 1_000,
  windowSeconds: 10,
  /** Lambda ends a batch at 6 MB, in base64. */
  batchBytes: 4_500_000,
  batchRecords: 10_000,
  memoryGb: 1,
  /** Lines unpacked, read and reduced by one vCPU; not measured on Lambda. */
  reduceBytesPerSecond: 40_000_000,
  /** GB that come with one vCPU. */
  vcpuGb: 1_769 / 1_024,
  /** Waiting for table and bucket. */
  batchWaitSeconds: 0.15,
  roundWaitSeconds: 0.5,
  scheduleSeconds: 0.2,
  /** A closer unpacks and merges a megabyte of contributions, and packs a changed part. */
  mergeSecondsPerMb: 0.03,
  packSeconds: 0.002,
  /** What the issue allows a batch of 50 tasks: 100 KiB. */
  contributionBytesPerTask: 2_048,
  /** Larger goes to the bucket. */
  itemBytes: 8_192,
  laneItemKb: 2,
  closerItemKb: 4,
  tasksPerTracePack: 50,
  /** The alarms of the stack, its computed one counted by its metrics. */
  alarms: 14,
  metrics: 20,
  ownLogGb: 1,
  stateGb: 2,
} as const;

const a = assumed;
const secondsAMonth = a.hoursAMonth * 3_600;
const minutesAMonth = a.hoursAMonth * 60;

export interface Figures {
  recordsPerSecond: number;
  bytesPerRecord: number;
  bytesPerSecond: number;
  shards: number;
  batchesPerSecond: number;
  contributionBytes: number;
  contributionsPerRound: number;
  packs: number;
}

/** The rates that follow from a load and its carriage. */
export function figuresOf(load: Load, carriage: Carriage): Figures {
  const rawPerSecond = (load.rawGbPerDay * 1e9) / 86_400;
  const linesPerSecond = rawPerSecond / a.lineBytes;
  const recordsPerSecond = carriage.flushSeconds === undefined ? linesPerSecond : Math.min(linesPerSecond, load.tasks / carriage.flushSeconds);
  const bytesPerSecond = rawPerSecond / (carriage.isCompressed ? a.compression : 1);
  const needed = Math.max(bytesPerSecond / a.shardBytesPerSecond, recordsPerSecond / a.shardRecordsPerSecond);
  // An on-demand stream begins with four.
  const shards = Math.max(carriage.mode === 'on-demand' ? 4 : 1, Math.ceil(needed * a.headroom));
  const batchesPerSecond = shards * Math.max(1 / a.windowSeconds, bytesPerSecond / shards / a.batchBytes, recordsPerSecond / shards / a.batchRecords);
  const recordsPerBatch = recordsPerSecond / batchesPerSecond;
  // Routers choose shards at random: so many different tasks are in a batch.
  const tasksPerBatch = load.tasks * (1 - Math.exp(-recordsPerBatch / load.tasks));
  return {
    recordsPerSecond,
    bytesPerRecord: bytesPerSecond / recordsPerSecond,
    bytesPerSecond,
    shards,
    batchesPerSecond,
    contributionBytes: tasksPerBatch * a.contributionBytesPerTask,
    contributionsPerRound: batchesPerSecond * 60,
    packs: load.services + Math.ceil(load.tasks / a.tasksPerTracePack),
  };
}

/** Without the noise of binary fractions. */
const exact = (value: number): string => String(Number(value.toPrecision(6)));

const count = (value: number): string => (value >= 1e9 ? `${(value / 1e9).toFixed(2)} G` : value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : value >= 10_000 ? `${(value / 1e3).toFixed(1)} k` : String(Math.round(value * 100) / 100));

/** Each line of the bill, in the order of the data's way. */
export function billOf(load: Load, carriage: Carriage): Line[] {
  const figures = figuresOf(load, carriage);
  const lines: Line[] = [];
  const line = (what: string, formula: string, dollars: number): void => void lines.push({ what, formula, dollars });
  stream(line, figures, carriage);
  compute(line, load, figures);
  state(line, figures);
  const { shards } = figures;
  // One data key every five minutes for each shard and each client; that AWS caches them so is not verified.
  const keyRequests = a.hoursAMonth * 12 * (shards + 20);
  line('KMS', `1 key × $${prices.key.dollars} + ${count(keyRequests)} requests × $${exact(prices.keyRequest.dollars * 1e4)} / 10 k`, prices.key.dollars + keyRequests * prices.keyRequest.dollars);
  line('CloudWatch: alarms and metrics', `${a.alarms} × $${prices.alarm.dollars} + ${a.metrics} × $${prices.metric.dollars}`, a.alarms * prices.alarm.dollars + a.metrics * prices.metric.dollars);
  line('CloudWatch: own log', `${a.ownLogGb} GB × $${prices.logGb.dollars}`, a.ownLogGb * prices.logGb.dollars);
  return lines;
}

type Add = (what: string, formula: string, dollars: number) => void;

function stream(line: Add, { shards, recordsPerSecond, bytesPerRecord, bytesPerSecond }: Figures, { mode }: Carriage): void {
  const records = recordsPerSecond * secondsAMonth;
  if (mode === 'provisioned') {
    const units = records * Math.max(1, Math.ceil(bytesPerRecord / 25_600)) + shards * minutesAMonth;
    line('Kinesis: shards', `${shards} × ${a.hoursAMonth} h × $${prices.shardHour.dollars}`, shards * a.hoursAMonth * prices.shardHour.dollars);
    line('Kinesis: PUT units', `${count(units)} (${count(recordsPerSecond)} records/s of ${count(bytesPerRecord)} B, and ticks) × $${(prices.putUnit.dollars * 1e6).toFixed(3)} / M`, units * prices.putUnit.dollars);
    return;
  }
  const inGb = (records * Math.ceil(bytesPerRecord / 1_024) * 1_024) / 2 ** 30;
  const outGb = (bytesPerSecond * secondsAMonth) / 2 ** 30;
  line('Kinesis: stream', `${a.hoursAMonth} h × $${prices.streamHour.dollars}`, a.hoursAMonth * prices.streamHour.dollars);
  line('Kinesis: in', `${count(inGb)} GB (${count(recordsPerSecond)} records/s of ${count(bytesPerRecord)} B, rounded up to 1 KB) × $${prices.onDemandInGb.dollars}`, inGb * prices.onDemandInGb.dollars);
  line('Kinesis: out', `${count(outGb)} GB × $${prices.onDemandOutGb.dollars}`, outGb * prices.onDemandOutGb.dollars);
}

/** Processor time of one round's closer, in seconds of a whole vCPU. */
export function closerSecondsOf({ contributionsPerRound, contributionBytes, packs }: Figures): number {
  return (contributionsPerRound * contributionBytes * a.mergeSecondsPerMb) / 1e6 + packs * a.packSeconds;
}

function compute(line: Add, load: Load, figures: Figures): void {
  const { batchesPerSecond } = figures;
  const gbSecond = prices.lambdaGbSecond.dollars;
  const price = `$${gbSecond}`;
  const rawBytes = (load.rawGbPerDay * 1e9 * a.hoursAMonth) / 24;
  const reduceSeconds = rawBytes / a.reduceBytesPerSecond;
  const batches = batchesPerSecond * secondsAMonth;
  const mergeSeconds = closerSecondsOf(figures);
  line('Lambda: reading and reducing', `${count(rawBytes / 1e9)} GB raw / ${a.reduceBytesPerSecond / 1e6} MB/s × ${a.vcpuGb.toFixed(2)} GB × ${price}`, reduceSeconds * a.vcpuGb * gbSecond);
  line('Lambda: waiting in batches', `${count(batches)} batches × ${a.batchWaitSeconds} s × ${a.memoryGb} GB × ${price}`, batches * a.batchWaitSeconds * a.memoryGb * gbSecond);
  line(
    'Lambda: closers',
    `${count(minutesAMonth)} rounds × (${a.roundWaitSeconds} s × ${a.memoryGb} GB + ${mergeSeconds.toFixed(2)} s × ${a.vcpuGb.toFixed(2)} GB) × ${price}`,
    minutesAMonth * (a.roundWaitSeconds * a.memoryGb + mergeSeconds * a.vcpuGb) * gbSecond,
  );
  line('Lambda: schedule', `${count(minutesAMonth)} × ${a.scheduleSeconds} s × ${a.memoryGb} GB × ${price}`, minutesAMonth * a.scheduleSeconds * a.memoryGb * gbSecond);
  const runs = batches + minutesAMonth;
  line('Lambda: runs', `${count(runs)} × $${exact(prices.lambdaRun.dollars * 1e6)} / M`, runs * prices.lambdaRun.dollars);
}

function state(line: Add, { shards, batchesPerSecond, contributionBytes, contributionsPerRound, packs }: Figures): void {
  const batches = batchesPerSecond * secondsAMonth;
  const isItem = contributionBytes <= a.itemBytes;
  const contributionKb = Math.ceil(contributionBytes / 1_024);
  const write = `$${exact(prices.writeUnit.dollars * 1e6)} / M`;
  line('DynamoDB: lanes', `${count(batches)} batches × ${a.laneItemKb} writes × ${write}`, batches * a.laneItemKb * prices.writeUnit.dollars);
  if (isItem) line('DynamoDB: contributions', `${count(batches)} × ${contributionKb} writes × ${write}`, batches * contributionKb * prices.writeUnit.dollars);
  else line('S3: contributions', `${count(batches)} PUT (of ${count(contributionBytes / 1_024)} KiB) × $${exact(prices.putObject.dollars * 1e6)} / M`, batches * prices.putObject.dollars);
  // The round; the lease, taken and given back; the item that names the parts.
  const roundWrites = 1 + 2 + a.closerItemKb;
  line('DynamoDB: rounds and closers', `${count(minutesAMonth)} × ${roundWrites} writes × ${write}`, minutesAMonth * roundWrites * prices.writeUnit.dollars);
  // Each lane that applies a tick looks at all lanes; the closer at lanes, round and its item.
  const lanesRead = Math.ceil((shards * a.laneItemKb) / 4);
  const reads = batches + minutesAMonth * ((shards + 1) * lanesRead + 3 + (isItem ? contributionsPerRound * Math.ceil(contributionKb / 4) : 0));
  line('DynamoDB: reads', `${count(reads)} × $${exact(prices.readUnit.dollars * 1e6)} / M`, reads * prices.readUnit.dollars);
  line('S3: changed parts written', `${count(minutesAMonth)} × ${packs} PUT × $${exact(prices.putObject.dollars * 1e6)} / M`, minutesAMonth * packs * prices.putObject.dollars);
  const gets = minutesAMonth * (packs + (isItem ? 0 : contributionsPerRound));
  line('S3: parts and contributions read', `${count(gets)} GET × $${exact(prices.getObject.dollars * 1e6)} / M`, gets * prices.getObject.dollars);
  line('Storage', `${a.stateGb} GB × $${prices.storageGbMonth.dollars} + 1 GB × $${prices.tableGbMonth.dollars}`, a.stateGb * prices.storageGbMonth.dollars + prices.tableGbMonth.dollars);
}

export const totalOf = (lines: readonly Line[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);

/** GuardDuty Runtime Monitoring of so many vCPUs for a month. */
export function guardDutyOf(vcpus: number): number {
  const first = Math.min(vcpus, 500);
  const next = Math.min(Math.max(vcpus - 500, 0), 4_500);
  return first * prices.guardDutyFirst.dollars + next * prices.guardDutyNext.dollars + Math.max(vcpus - 5_000, 0) * prices.guardDutyRest.dollars;
}
