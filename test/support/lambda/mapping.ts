/** An event source mapping: reads a local stream and calls a function as Lambda does, per shard in order, parents first, halving what fails. */
import { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand, type KinesisClient, type _Record } from '@aws-sdk/client-kinesis';

export type Invoke = (event: unknown, shard: string) => Promise<unknown>;

export interface Mapping {
  /** Hands over everything that can be read now; gives how many records were done with. */
  drain(): Promise<number>;
  /** Records given up after all tries. */
  readonly givenUp: string[];
}

export interface MappingSettings {
  client: KinesisClient;
  stream: string;
  invoke: Invoke;
  /** Records of a batch at most. */
  batchSize: number;
  maximumRetryAttempts?: number;
}

interface Cursor {
  iterator: string | undefined;
  waiting: _Record[];
  isDrained: boolean;
}

export function mapping({ client, stream, invoke, batchSize, maximumRetryAttempts = 10 }: MappingSettings): Mapping {
  const cursors = new Map<string, Cursor>();
  const givenUp: string[] = [];

  async function refill(cursor: Cursor): Promise<void> {
    while (cursor.waiting.length < batchSize && cursor.iterator !== undefined) {
      const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator: cursor.iterator, Limit: 1_000 }));
      cursor.iterator = NextShardIterator ?? undefined;
      cursor.waiting.push(...Records);
      if (Records.length === 0) return;
    }
  }

  async function take(shard: string, records: readonly _Record[], attempts: number): Promise<number> {
    if (records.length === 0) return 0;
    const event = { Records: records.map((record) => eventRecord(shard, record)) };
    let failed: readonly _Record[];
    try {
      const answer = (await invoke(event, shard)) as { batchItemFailures: { itemIdentifier: string }[] };
      const [first] = answer.batchItemFailures;
      if (first === undefined) return records.length;
      const at = records.findIndex(({ SequenceNumber }) => SequenceNumber === first.itemIdentifier);
      failed = at < 0 ? records : records.slice(at);
      // What was done with is not given again.
      if (failed.length < records.length) return records.length - failed.length + (await take(shard, failed, 0));
    } catch {
      if (records.length > 1) {
        const half = records.length >>> 1;
        return (await take(shard, records.slice(0, half), attempts)) + (await take(shard, records.slice(half), attempts));
      }
      failed = records;
    }
    if (attempts >= maximumRetryAttempts) {
      givenUp.push(...failed.map(({ SequenceNumber = '' }) => SequenceNumber));
      return failed.length;
    }
    return take(shard, failed, attempts + 1);
  }

  return {
    givenUp,
    async drain() {
      const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
      let done = 0;
      await Promise.all(
        Shards.map(async ({ ShardId = '', ParentShardId, AdjacentParentShardId }) => {
          if ([ParentShardId, AdjacentParentShardId].some((parent) => parent !== undefined && cursors.get(parent)?.isDrained !== true)) return;
          let cursor = cursors.get(ShardId);
          if (cursor === undefined) {
            const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
            cursors.set(ShardId, (cursor = { iterator: ShardIterator, waiting: [], isDrained: false }));
          }
          await refill(cursor);
          while (cursor.waiting.length > 0) {
            const batch = cursor.waiting.splice(0, batchSize);
            done += await take(ShardId, batch, 0);
            await refill(cursor);
          }
          cursor.isDrained = cursor.iterator === undefined;
        }),
      );
      return done;
    },
  };
}

/** As Lambda writes it. */
export function eventRecord(shard: string, { SequenceNumber = '', Data = new Uint8Array(), PartitionKey = '', ApproximateArrivalTimestamp = new Date(0) }: _Record): object {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: PartitionKey,
      sequenceNumber: SequenceNumber,
      data: Buffer.from(Data).toString('base64'),
      approximateArrivalTimestamp: ApproximateArrivalTimestamp.getTime() / 1_000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shard}:${SequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::111122223333:role/fargazer',
    awsRegion: 'eu-west-1',
    eventSourceARN: 'arn:aws:kinesis:eu-west-1:111122223333:stream/fargazer',
  };
}
