/** A local Kinesis: kinesalite behind a real client, with what is asked of it counted; and a clock that hurries. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { CreateStreamCommand, DeleteStreamCommand, DescribeStreamSummaryCommand, KinesisClient, ListShardsCommand, MergeShardsCommand, PutRecordsCommand, SplitShardCommand, type Shard } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { systemClock, type Clock } from '#contract';

/** Stand-ins ask for credentials and take any. */
export function useAnyCredentials(): void {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDTEST';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
}

/** Waits a twentieth of what it is asked for, so that polls and back-off take no time in tests. */
export const hurriedClock: Clock = { now: () => Date.now(), sleep: (ms, signal) => systemClock.sleep(ms / 20, signal) };

export interface LocalKinesis {
  endpoint: string;
  client: KinesisClient;
  /** Calls so far, by operation. */
  calls: Map<string, number>;
  create(stream: string, shards: number): Promise<void>;
  remove(stream: string): Promise<void>;
  /** Spread over the shards by their order. */
  put(stream: string, contents: readonly (string | Uint8Array)[], partitionKey?: (index: number) => string): Promise<void>;
  shards(stream: string): Promise<Shard[]>;
  /** In two halves; resolves once the children are there. */
  split(stream: string, shard: string): Promise<void>;
  merge(stream: string, shard: string, adjacent: string): Promise<void>;
}

const settledMs = 10;

export async function localKinesis(context: TestContext): Promise<LocalKinesis> {
  useAnyCredentials();
  // It has no types.
  const kinesalite = createRequire(import.meta.url)('kinesalite') as (options: object) => Server;
  const server = kinesalite({ createStreamMs: settledMs, updateStreamMs: settledMs, deleteStreamMs: settledMs, shardLimit: 100 });
  const calls = new Map<string, number>();
  server.prependListener('request', ({ headers }: { headers: Record<string, string | undefined> }) => {
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new KinesisClient({ endpoint, region: 'eu-west-1', requestHandler: new NodeHttpHandler() });
  context.after(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const active = async (stream: string): Promise<void> => {
    for (;;) {
      const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }));
      if (StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
      await systemClock.sleep(settledMs);
    }
  };
  const shards = async (stream: string): Promise<Shard[]> => (await client.send(new ListShardsCommand({ StreamName: stream }))).Shards ?? [];

  return {
    endpoint,
    client,
    calls,
    shards,
    async create(stream, count) {
      await client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: count }));
      await active(stream);
    },
    async remove(stream) {
      await client.send(new DeleteStreamCommand({ StreamName: stream }));
    },
    async put(stream, contents, partitionKey = (index) => `key ${index}`) {
      for (let at = 0; at < contents.length; at += 500) {
        const Records = contents.slice(at, at + 500).map((content, index) => ({ Data: Buffer.from(content as string), PartitionKey: partitionKey(at + index) }));
        await client.send(new PutRecordsCommand({ StreamName: stream, Records }));
      }
    },
    async split(stream, shard) {
      const range = (await shards(stream)).find(({ ShardId }) => ShardId === shard)?.HashKeyRange;
      const middle = (BigInt(range?.StartingHashKey ?? 0) + BigInt(range?.EndingHashKey ?? 0)) / 2n;
      await client.send(new SplitShardCommand({ StreamName: stream, ShardToSplit: shard, NewStartingHashKey: String(middle) }));
      await active(stream);
    },
    async merge(stream, shard, adjacent) {
      await client.send(new MergeShardsCommand({ StreamName: stream, ShardToMerge: shard, AdjacentShardToMerge: adjacent }));
      await active(stream);
    },
  };
}
