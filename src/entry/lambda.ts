/** The Lambda function: clients and state are made once, and whatever calls it is handed to who takes it. */
import { KinesisClient, ListShardsCommand, PutRecordCommand, type Shard } from '@aws-sdk/client-kinesis';
import type { S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Context } from 'aws-lambda';
import { FargazerError, systemClock } from '#contract';
import { awsFailure, sourceError } from '../sources/aws.ts';
import { putManyInto } from '../sources/kinesis/put.ts';
import { openS3 } from '../sources/s3/client.ts';
import { openObject } from '../sources/s3/object.ts';
import { dynamodbStore } from '../stores/dynamodb/index.ts';
import manifest from '../../package.json' with { type: 'json' };
import { Consumer } from './lambda/consumer.ts';
import { dispatch } from './lambda/dispatch.ts';
import { readDeployment } from './lambda/environment.ts';
import { openJournal, placesOf, toldOf, type Journal } from './lambda/journal.ts';
import { outputPlugins } from './lambda/plugins.ts';
import type { DeadLetterPort, ObjectPort, StreamPort, StreamShard } from './lambda/ports.ts';
import { withSecrets } from './secrets.ts';

/** A call that hangs must not eat the invocation; AWS answers these in a tenth of a second. */
const requestTimeoutMs = 10_000;
/** Failures of store and objects are waited out for so long, a sixth of the default invocation. */
const patienceMs = 20_000;
/** An answer of SQS takes ten messages. */
const mostMessages = 10;

/**
 * HTTP/1.1: a connection that died while the container was frozen fails at its next use and is made anew, where a
 * session of HTTP/2 would hang until a time-out.
 */
const requestHandler = (): NodeHttpHandler => new NodeHttpHandler({ requestTimeout: requestTimeoutMs, connectionTimeout: 3_000, throwOnRequestTimeout: true });

const journal = openJournal(manifest.version);
let consumer: Consumer | undefined;

export async function handler(event: unknown, context: Context): Promise<unknown> {
  journal.begin(context);
  try {
    // Made with the first invocation, so that a wrong configuration is told in its log; kept when it was right.
    consumer ??= await openConsumer(journal);
    return await dispatch(event, context, consumer);
  } catch (error) {
    journal.say('invocation-failed', { ...toldOf(error), at: error instanceof FargazerError ? '' : placesOf(error) });
    // What is thrown is logged by the runtime: sentences of ours, and of others the name alone.
    throw error instanceof FargazerError ? plainError(error) : new Error(`The invocation failed (${toldOf(error).code}); the line before says where.`);
  } finally {
    journal.end();
  }
}

/** The runtime logs an error with its cause, which may hold what an SDK was asked. */
function plainError({ code, message }: FargazerError): Error {
  return new FargazerError(code, message);
}

async function openConsumer(toldTo: Journal): Promise<Consumer> {
  const { config: written, stream, table, bucket, deadLettersUrl, learnForMs } = await readDeployment(process.env);
  const config = await withSecrets(written, outputPlugins);
  const store = dynamodbStore({ table, patienceMs, ...(bucket === undefined ? {} : { bucket }) }, { clock: systemClock });
  return new Consumer({
    store,
    clock: systemClock,
    lateness: config.latenessMs,
    decode: { flowFields: [...config.flowFields] },
    openClosers: async () => (await import('./lambda/closers.ts')).openClosers({ config, store, clock: systemClock, journal: toldTo, ...(learnForMs === undefined ? {} : { learnForMs }) }),
    journal: toldTo,
    stream: streamPort(stream),
    objects: objectPort(),
    ...(deadLettersUrl === undefined ? {} : { deadLetters: deadLetterPort(deadLettersUrl) }),
    ...(bucket === undefined ? {} : { stateBucket: bucket }),
  });
}

function streamPort(name: string): StreamPort {
  const client = new KinesisClient({ requestHandler: requestHandler() });
  const putMany = putManyInto(name, client);
  const told = <Result>(call: Promise<Result>): Promise<Result> =>
    call.catch((error: unknown) => {
      throw sourceError(error, `the stream ${name}`, 'What was applied before is kept.', { denied: 'Grant kinesis:ListShards, kinesis:PutRecord and kinesis:PutRecords on it to the role of the function.' });
    });
  return {
    name,
    async shards() {
      const shards: StreamShard[] = [];
      let token: string | undefined;
      do {
        const page = await told(client.send(new ListShardsCommand(token === undefined ? { StreamName: name } : { NextToken: token })));
        shards.push(...(page.Shards ?? []).map(shardOf));
        token = page.NextToken;
      } while (token !== undefined);
      return shards;
    },
    async putUnder(hashKey, content) {
      await told(client.send(new PutRecordCommand({ StreamName: name, Data: content, PartitionKey: 'fargazer', ExplicitHashKey: hashKey })));
    },
    putMany: (entries) => told(putMany(entries)),
  };
}

function shardOf({ ShardId = '', ParentShardId, AdjacentParentShardId, SequenceNumberRange, HashKeyRange }: Shard): StreamShard {
  return {
    id: ShardId,
    parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined),
    isOpen: SequenceNumberRange?.EndingSequenceNumber === undefined,
    startingHashKey: HashKeyRange?.StartingHashKey ?? '0',
  };
}

function objectPort(): ObjectPort {
  let opened: Promise<S3Client> | undefined;
  return {
    async open(pointer) {
      const place = `s3://${pointer.bucket}/${pointer.key}`;
      let trouble: string | undefined;
      const patience = { clock: systemClock, signal: new AbortController().signal, giveUpMs: patienceMs };
      try {
        opened ??= openS3(undefined, { requestHandler: requestHandler() });
        const found = await openObject(await opened, pointer, patience, (note) => (trouble = note));
        if ('note' in found) return { unread: found.note };
        return { chunks: chunksOf(found.chunks, place), note: () => trouble };
      } catch (error) {
        // Whoever may write to the stream may name any bucket: what is no bucket, or none that exists, holds up nobody.
        const { kind, code } = awsFailure(error);
        if (kind === 'gone' || kind === 'refused') return { unread: `the object cannot be read (${code})` };
        throw sourceError(error, place, 'Nothing of it was read.');
      }
    },
  };
}

async function* chunksOf(chunks: AsyncIterable<Buffer>, place: string): AsyncGenerator<Buffer, void, void> {
  try {
    yield* chunks;
  } catch (error) {
    throw sourceError(error, place, 'The batch that names it comes again.');
  }
}

function deadLetterPort(url: string): DeadLetterPort {
  const client = new SQSClient({ requestHandler: requestHandler() });
  return {
    async send(notes) {
      for (let at = 0; at < notes.length; at += mostMessages) {
        const entries = notes.slice(at, at + mostMessages).map((note, index) => ({ Id: String(at + index), MessageBody: JSON.stringify({ fargazer: 'dead-letter', ...note }) }));
        const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }));
        if (Failed.length > 0) throw new FargazerError('output-failed', `The queue of the dead letters refused ${Failed.length} of ${entries.length} messages (${Failed[0]?.Code ?? 'no code'}).`);
      }
    },
  };
}
