/** The calls to Kinesis, by its kit, which is loaded at the first of them. */
import type * as Kit from '@aws-sdk/client-kinesis';
import type { ChildShard, KinesisClient, KinesisClientConfig, Shard, SubscribeToShardEventStream, _Record } from '@aws-sdk/client-kinesis';
import type { Clock } from '#contract';
import type { From } from './position.ts';
import type { KinesisOptions } from './options.ts';
import { carrierClock, readRecordsOf, type ShardRecord } from './answers.ts';

/** What a shard gave at once. */
export interface ShardAnswer {
  records: readonly ShardRecord[];
  /** Undefined where the shard is closed and drained. */
  next: string | undefined;
  behindMs: number | undefined;
  /** At the end of a shard, where the carrier names them. */
  children: readonly ChildShard[];
  /** The carrier's clock when it answered, or a little before; undefined where that is not known. */
  carrierMs: number | undefined;
}

export interface Calls {
  /** All shards that did not expire, in pages of a thousand. */
  shards(signal: AbortSignal): Promise<Shard[]>;
  /** `isLatest`: from now on, whatever `from` says. */
  iterator(shard: string, from: From, isLatest: boolean, signal: AbortSignal): Promise<string>;
  records(iterator: string, limit: number, signal: AbortSignal): Promise<ShardAnswer>;
  /** ARN of a registered consumer. */
  consumer(nameOrArn: string, signal: AbortSignal): Promise<string>;
  /** Answers of a shard as they are pushed, for five minutes at most; `next` is where to go on behind them. */
  subscribe(shard: string, consumer: string, from: From, signal: AbortSignal): Promise<AsyncIterable<ShardAnswer>>;
  /** The next call begins with new connections and reads its credentials anew. */
  renew(): void;
  close(): void;
}

/** A whole answer of 10 MB over a slow line; a call that takes longer hangs. */
const answerMs = 20_000;
const connectMs = 5_000;
/** Pages of shards that are read: more than any account may have. */
const pageLimit = 1_000;

export function kinesisCalls({ stream, region, endpoint, consumer }: KinesisOptions, clock: Clock): Calls {
  const isArn = stream.startsWith('arn:');
  const named = isArn ? { StreamARN: stream } : { StreamName: stream };
  const where = region ?? (isArn ? stream.split(':')[3] : undefined);
  let opened: Promise<Opened> | undefined;

  const open = async (): Promise<Opened> => {
    const kit = await import('@aws-sdk/client-kinesis');
    // Failures are waited out here, where it is known what for.
    const config: KinesisClientConfig = { maxAttempts: 1, ...(where === undefined ? {} : { region: where }), ...(endpoint === undefined ? {} : { endpoint }) };
    // Pushed records need HTTP/2, which is the kit's default; polling does without it, as stand-ins do.
    if (consumer === undefined) {
      const { NodeHttpHandler } = await import('@smithy/node-http-handler');
      config.requestHandler = new NodeHttpHandler({ connectionTimeout: connectMs });
    }
    return { kit, client: new kit.KinesisClient(config) };
  };
  const kinesis = (): Promise<Opened> => (opened ??= open());
  const renew = (): void => {
    void opened?.then(({ client }) => client.destroy(), () => undefined);
    opened = undefined;
  };
  const within = (signal: AbortSignal): { abortSignal: AbortSignal } => ({ abortSignal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) });

  return {
    async shards(signal) {
      const { kit, client } = await kinesis();
      const found: Shard[] = [];
      let token: string | undefined;
      for (let page = 0; page < pageLimit; page++) {
        // A token names the stream itself.
        const { Shards = [], NextToken } = await client.send(new kit.ListShardsCommand(token === undefined ? named : { NextToken: token }), within(signal));
        found.push(...Shards);
        token = NextToken;
        if (token === undefined) break;
      }
      return found;
    },

    async iterator(shard, from, isLatest, signal) {
      const { kit, client } = await kinesis();
      const { ShardIterator } = await client.send(new kit.GetShardIteratorCommand({ ...named, ShardId: shard, ...startOf(from, isLatest) }), within(signal));
      if (ShardIterator === undefined) throw new Error('GetShardIterator answered without an iterator');
      return ShardIterator;
    },

    async records(iterator, limit, signal) {
      const { kit, client } = await kinesis();
      const command = new kit.GetRecordsCommand({ ...(isArn ? named : {}), ShardIterator: iterator, Limit: limit });
      const answered = readRecordsOf(command, clock);
      const { NextShardIterator, MillisBehindLatest, ChildShards = [] } = await client.send(command, within(signal));
      return { ...answered(), next: NextShardIterator ?? undefined, behindMs: MillisBehindLatest, children: ChildShards };
    },

    async consumer(nameOrArn, signal) {
      if (nameOrArn.startsWith('arn:')) return nameOrArn;
      const { kit, client } = await kinesis();
      let arn: string | undefined = isArn ? stream : undefined;
      if (arn === undefined) {
        const { StreamDescriptionSummary } = await client.send(new kit.DescribeStreamSummaryCommand(named), within(signal));
        arn = StreamDescriptionSummary?.StreamARN;
      }
      const { ConsumerDescription } = await client.send(new kit.DescribeStreamConsumerCommand({ StreamARN: arn, ConsumerName: nameOrArn }), within(signal));
      if (ConsumerDescription?.ConsumerARN === undefined) throw new Error('DescribeStreamConsumer answered without an ARN');
      return ConsumerDescription.ConsumerARN;
    },

    async subscribe(shard, arn, from, signal) {
      const { kit, client } = await kinesis();
      const { ShardIteratorType, StartingSequenceNumber, Timestamp } = startOf(from, false);
      const StartingPosition = { Type: ShardIteratorType, SequenceNumber: StartingSequenceNumber, Timestamp };
      const command = new kit.SubscribeToShardCommand({ ConsumerARN: arn, ShardId: shard, StartingPosition });
      const carrierMs = carrierClock(command, clock);
      const { EventStream } = await client.send(command, { abortSignal: signal });
      if (EventStream === undefined) throw new Error('SubscribeToShard answered without a stream of events');
      return pushed(EventStream, clock, carrierMs() - clock.now());
    },

    renew,
    close: renew,
  };
}

interface Opened {
  kit: typeof Kit;
  client: KinesisClient;
}

/** An event that had to be waited for so long did not lie in a buffer: it is from after the waiting began. */
const freshMs = 100;

/** Failures of a subscription come as events of their own. `aheadMs`: the carrier's clock less ours. */
async function* pushed(events: AsyncIterable<SubscribeToShardEventStream>, clock: Clock, aheadMs: number): AsyncGenerator<ShardAnswer, void, void> {
  const iterator = events[Symbol.asyncIterator]();
  try {
    for (;;) {
      const askedMs = clock.now();
      const { value, done } = await iterator.next();
      if (done === true) return;
      const { SubscribeToShardEvent: event, ...failures } = value;
      for (const failure of Object.values(failures)) if (failure instanceof Error) throw failure;
      if (event === undefined) continue;
      const { Records = [], ContinuationSequenceNumber, MillisBehindLatest, ChildShards = [] } = event;
      const next = ChildShards.length > 0 ? undefined : (ContinuationSequenceNumber ?? undefined);
      const carrierMs = clock.now() - askedMs >= freshMs ? askedMs + aheadMs : undefined;
      yield { records: Records.flatMap(pushedRecord), next, behindMs: MillisBehindLatest, children: ChildShards, carrierMs };
    }
  } finally {
    await iterator.return?.();
  }
}

function pushedRecord({ SequenceNumber, Data, ApproximateArrivalTimestamp }: _Record): ShardRecord[] {
  const arrivalMs = ApproximateArrivalTimestamp?.getTime() ?? Number.NaN;
  return SequenceNumber === undefined ? [] : [{ place: SequenceNumber, content: Data ?? new Uint8Array(0), ...(Number.isNaN(arrivalMs) ? {} : { arrivalMs }) }];
}

function startOf(from: From, isLatest: boolean): { ShardIteratorType: 'LATEST' | 'TRIM_HORIZON' | 'AFTER_SEQUENCE_NUMBER' | 'AT_TIMESTAMP'; StartingSequenceNumber?: string; Timestamp?: Date } {
  if (isLatest) return { ShardIteratorType: 'LATEST' };
  if ('after' in from) return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: from.after };
  if ('fromMs' in from) return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(from.fromMs) };
  return { ShardIteratorType: 'TRIM_HORIZON' };
}
