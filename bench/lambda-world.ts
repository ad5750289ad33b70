/** What the bench of the Lambda function works on: an empty handler, a batch as the KPL sends it, and many services that live. */
import { defaultLatenessMs, fireLensLine, type Store } from '#contract';
import { defaultConfig } from '../src/config/config.ts';
import { allPlugins } from '../src/entry/lambda/plugins.ts';
import { walkOf, type MakeWalk } from '../src/entry/program/engine.ts';
import { closeRounds } from '../src/entry/program/live/closer.ts';
import { applyBatch, type LaneSettings } from '../src/entry/program/live/lane.ts';
import { beginRound } from '../src/entry/program/live/schedule.ts';
import { memoryStore } from '../src/stores/memory/index.ts';
import { aggregated } from '../test/support/aws/kpl.ts';

const startMs = Date.UTC(2026, 0, 5, 8);
const config = defaultConfig(await allPlugins());
const makeWalk: MakeWalk = (run, state, lateness) => walkOf(config, run, state, lateness);

/** The clients of the function with the commands that it calls, and nothing of its own. */
export const emptyHandler = `
  import { DynamoDBClient, BatchWriteItemCommand, DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
  import { S3Client, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
  import { KinesisClient, ListShardsCommand, PutRecordCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
  import { SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
  import { SNSClient, PublishCommand } from '@aws-sdk/client-sns';
  const clients = [DynamoDBClient, S3Client, KinesisClient, SQSClient, SNSClient].map((Client) => new Client({}));
  const commands = [
    BatchWriteItemCommand, DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand,
    ListShardsCommand, PutRecordCommand, PutRecordsCommand, SendMessageBatchCommand, PublishCommand,
  ];
  export const handler = async () => clients.length + commands.length;
`;

export interface Traffic {
  itemsRead: number;
  partsRead: number;
  itemsWritten: number;
  partsWritten: number;
  bytesWritten: number;
}

/** A store over a network as far as counting goes: nothing of it is had at once. */
export function countingStore(store: Store): { store: Store; traffic: Traffic } {
  const traffic: Traffic = { itemsRead: 0, partsRead: 0, itemsWritten: 0, partsWritten: 0, bytesWritten: 0 };
  const counted: Store = {
    place: store.place,
    async item(key) {
      traffic.itemsRead += 1;
      return store.item(key);
    },
    async items(prefix) {
      const items = await store.items(prefix);
      traffic.itemsRead += items.length;
      return items;
    },
    async part(name) {
      traffic.partsRead += 1;
      return store.part(name);
    },
    async commit(step) {
      traffic.itemsWritten += 1;
      traffic.partsWritten += step.parts?.length ?? 0;
      traffic.bytesWritten += (step.parts ?? []).reduce((sum, { bytes }) => sum + bytes.length, 0);
      return store.commit(step);
    },
    remove: (key, expected) => store.remove(key, expected),
    sweep: (isNamed, beforeMs) => store.sweep(isNamed, beforeMs),
    close: () => store.close(),
  };
  return { store: counted, traffic };
}

function laneSettings(store: Store): LaneSettings {
  return { store, lateness: defaultLatenessMs, decode: { flowFields: [...config.flowFields] }, parentsOf: async () => [], closedRound: async () => 0, hasTime: () => true };
}

const steps = ['validation', 'pricing', 'payment', 'reservation', 'packing', 'labelling', 'hand-over', 'invoice', 'receipt', 'refund', 'return', 'restock', 'survey', 'archive', 'audit', 'export', 'import'];

/** Lines of a web service as they are: some kinds, with what varies in them. */
function lineOf(index: number): string {
  const kinds = [
    `GET /carts/${index * 7_919} 200 ${index % 90} ms`,
    `{"level":"info","message":"order ${index} stored","orderId":"${(index * 104_729).toString(16)}","tookMs":${index % 400}}`,
    `user ${index * 31} logged in from 10.0.${index & 255}.${(index >> 8) & 255}`,
    `WARN pool payments is ${60 + (index % 40)} % full`,
    `cache miss for key product:${index * 13}`,
    `${steps[index % steps.length]} of order ${index} finished in ${index % 700} ms`,
  ];
  return kinds[index % kinds.length]!;
}

export async function aggregatedBatch(): Promise<{ bytes: number; traffic: Traffic; records: number; lines: number }> {
  const [recordCount, linesOfRecord, tasks] = [100, 100, 50];
  const records = Array.from({ length: recordCount }, (_, record) => {
    const lines = Array.from({ length: linesOfRecord }, (_, at) => {
      const index = record * linesOfRecord + at;
      return { partitionKey: `key ${index % 7}`, data: fireLensLine({ at: startMs + Math.floor(index / 170) * 1_000, service: `service-${index % 10}`, task: index % tasks, log: lineOf(index) }) };
    });
    return { sequence: String(1_000 + record), content: aggregated(lines), arrivalMs: startMs + 60_000 };
  });
  const { store, traffic } = countingStore(memoryStore());
  const { contributionBytes } = await applyBatch('shardId-000000000000', records, laneSettings(store));
  return { bytes: contributionBytes, traffic, records: recordCount, lines: recordCount * linesOfRecord };
}

export interface ServiceWorld {
  store: Store;
  /** A minute in which so many services write, closed through a store that counts. */
  round(changed: number, closer: Store): Promise<void>;
}

/** Services that have all been seen, and wrote last so many minutes ago. */
export async function serviceWorld(existing: number, quietMinutes: number): Promise<ServiceWorld> {
  const store = memoryStore();
  let minute = 0;
  let sequence = 1_000;
  const round = async (changed: number, closer: Store, minutes = 1): Promise<void> => {
    const at = startMs + minute * 60_000;
    minute += minutes;
    const { number, timeMs } = await beginRound({ store, openShards: async () => ['shard'], putTick: async () => undefined, nowMs: startMs + minute * 60_000 });
    const lines = Array.from({ length: changed }, (_, index) => fireLensLine({ at: at + (index % 60) * 1_000, service: `service-${index}`, task: index, log: lineOf(minute) }));
    const records = [...lines, JSON.stringify({ fargazer: 'tick', round: number, timeMs })].map((text) => ({ sequence: String((sequence += 1)), content: Buffer.from(text), arrivalMs: at }));
    await applyBatch('shard', records, laneSettings(store));
    await closeRounds({ store: closer, makeWalk, alerting: config.alerting, hasTime: () => true });
  };
  await round(existing, store);
  await round(0, store, quietMinutes);
  // One goes on: whose silence is old is looked at when others speak, and forgotten then.
  for (let more = 0; more < 5; more += 1) await round(1, store);
  return { store, round };
}
