/** A Kinesis whose answers are prepared: shards that give one batch after the other as fast as they are asked for. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CannedAnswer {
  records: readonly { content: Buffer; arrivalMs: number }[];
  /** Event time still to come behind this answer. */
  behindMs: number;
}

export interface CannedKinesis {
  endpoint: string;
  /** Resolves with the first GetRecords. */
  begun: Promise<void>;
  /** Resolves once each shard was asked for what comes behind its last answer: everything was taken. */
  taken: Promise<void>;
  /** GetRecords so far. */
  readonly calls: number;
  close(): void;
}

export const shardIds = (count: number): string[] => Array.from({ length: count }, (_, index) => `shardId-${String(index).padStart(12, '0')}`);

/** The body of a GetRecords answer, as the service writes it; `next` is where the shard goes on behind it. */
export function bodyOf(shard: string, place: number, next: number, { records, behindMs }: CannedAnswer): string {
  const Records = records.map(({ content, arrivalMs }, index) => ({
    SequenceNumber: `${49_000_000 + place}${String(index).padStart(6, '0')}`,
    ApproximateArrivalTimestamp: arrivalMs / 1_000,
    Data: content.toString('base64'),
    PartitionKey: 'p',
  }));
  return JSON.stringify({ Records, NextShardIterator: `${shard}/${next}`, MillisBehindLatest: behindMs });
}

/** `answer` gives the body of a shard's next answer, undefined behind the last; `limit` is the number of records asked for. */
export async function cannedKinesis(shards: readonly string[], answer: (shard: number, place: number, limit: number) => string | undefined): Promise<CannedKinesis> {
  const begun = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const over = new Set<string>();
  let calls = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1];
      const input = JSON.parse(Buffer.concat(parts).toString() || '{}') as { ShardId?: string; ShardIterator?: string; Limit?: number };
      const reply = (body: string): void => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'canned' });
        response.end(body);
      };
      if (operation === 'ListShards') {
        return reply(JSON.stringify({ Shards: shards.map((ShardId) => ({ ShardId, HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' }, SequenceNumberRange: { StartingSequenceNumber: '1' } })) }));
      }
      if (operation === 'GetShardIterator') return reply(JSON.stringify({ ShardIterator: `${input.ShardId}/0` }));
      begun.resolve();
      calls += 1;
      const [shard = '', place = '0'] = (input.ShardIterator ?? '').split('/');
      const body = answer(shards.indexOf(shard), Number(place), input.Limit ?? 10_000);
      if (body !== undefined) return reply(body);
      over.add(shard);
      if (over.size === shards.length) taken.resolve();
      reply(JSON.stringify({ Records: [], NextShardIterator: `${shard}/${place}`, MillisBehindLatest: 0 }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begun: begun.promise,
    taken: taken.promise,
    get calls() {
      return calls;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
