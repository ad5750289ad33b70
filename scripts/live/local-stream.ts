/** A stream on this machine: kinesalite, which speaks the protocol of Kinesis, on a free port of the loopback address. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateStreamCommand, DeleteStreamCommand, DescribeStreamSummaryCommand, KinesisClient, ListShardsCommand, MergeShardsCommand, PutRecordsCommand, SplitShardCommand, type Shard,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export const region = 'eu-west-1';

/** Stand-ins ask for credentials and take any; real ones have no business here. */
export const anyCredentials = { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local', AWS_EC2_METADATA_DISABLED: 'true' };

/** Keys of partitions are hashed to this many numbers. */
const hashKeys = 1n << 128n;
/** Records of one call: the API takes 500, and 5 MB. Here they stay in their order. */
const putAtOnce = 200;
const settledMs = 10;

export interface LocalStream {
  endpoint: string;
  /** In order. With a `share` of all partition keys, from 0 to below 1, to the shard that has it; without, a copy to every open shard. */
  put(records: readonly { content: Uint8Array; share?: number }[]): Promise<void>;
  /** Open ones, by where their keys begin. */
  openShards(): Promise<Shard[]>;
  /** In two halves; resolves once they are open. */
  split(shard: Shard): Promise<void>;
  merge(left: Shard, right: Shard): Promise<void>;
  remove(): Promise<void>;
  close(): Promise<void>;
}

export async function localStream(name: string, shardCount: number): Promise<LocalStream> {
  // It has no types.
  const kinesalite = createRequire(import.meta.url)('kinesalite') as (options: object) => Server;
  const server = kinesalite({ createStreamMs: settledMs, updateStreamMs: settledMs, deleteStreamMs: settledMs, shardLimit: 100 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new KinesisClient({
    endpoint,
    region,
    requestHandler: new NodeHttpHandler(),
    credentials: { accessKeyId: anyCredentials.AWS_ACCESS_KEY_ID, secretAccessKey: anyCredentials.AWS_SECRET_ACCESS_KEY },
  });

  const settled = async (): Promise<void> => {
    for (;;) {
      const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: name }));
      if (StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
      await sleep(settledMs);
    }
  };
  const openShards = async (): Promise<Shard[]> => {
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: name }));
    return Shards.filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined).toSorted((left, right) => (begin(left) < begin(right) ? -1 : 1));
  };
  const putRecords = async (records: readonly { content: Uint8Array; hashKey: bigint }[]): Promise<void> => {
    for (let at = 0; at < records.length; at += putAtOnce) {
      const Records = records.slice(at, at + putAtOnce).map(({ content, hashKey }, index) => ({ Data: content, PartitionKey: `${at + index}`, ExplicitHashKey: `${hashKey}` }));
      const { FailedRecordCount = 0 } = await client.send(new PutRecordsCommand({ StreamName: name, Records }));
      if (FailedRecordCount > 0) throw new Error(`the local stream refused ${FailedRecordCount} records`);
    }
  };

  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shardCount }));
  await settled();
  return {
    endpoint,
    openShards,
    async put(records) {
      const begins = (await openShards()).map(begin);
      await putRecords(records.flatMap(({ content, share }) => (share === undefined ? begins : [(hashKeys * BigInt(Math.floor(share * 2 ** 32))) >> 32n]).map((hashKey) => ({ content, hashKey }))));
    },
    async split(shard) {
      const middle = (begin(shard) + BigInt(shard.HashKeyRange?.EndingHashKey ?? 0)) / 2n;
      await client.send(new SplitShardCommand({ StreamName: name, ShardToSplit: shard.ShardId, NewStartingHashKey: `${middle}` }));
      await settled();
    },
    async merge(left, right) {
      await client.send(new MergeShardsCommand({ StreamName: name, ShardToMerge: left.ShardId, AdjacentShardToMerge: right.ShardId }));
      await settled();
    },
    async remove() {
      await client.send(new DeleteStreamCommand({ StreamName: name }));
    },
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function begin({ HashKeyRange }: Shard): bigint {
  return BigInt(HashKeyRange?.StartingHashKey ?? 0);
}
