/** The source `s3`: new objects of buckets, told of by queues. */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Clock, JsonValue, LaneHealth, LiveBatch, LiveSource } from '#contract';
import { carrierClock } from '../aws.ts';
import { Lanes } from '../lanes.ts';
import { openS3 } from './client.ts';
import { followQueue } from './lane.ts';
import type { S3Options } from './options.ts';
import { openSqs, Queue } from './queue.ts';

export interface S3Deps {
  clock: Clock;
  /** Settings of the AWS clients besides region and attempts: endpoints, credentials. */
  aws?: { s3?: S3ClientConfig; sqs?: SQSClientConfig };
}

/** A commit waits for so long for SQS; then its messages are deleted with the next. */
const deleteForMs = 10_000;

interface Opened {
  s3: S3Client;
  sqs: SQSClient;
  carrierNow: () => number;
  /** By lane. */
  queues: ReadonlyMap<string, Queue>;
}

/** Options are those of `s3Options`, parsed. */
export function s3(options: S3Options, { clock, aws = {} }: S3Deps): LiveSource {
  const lanes = new Map<string, LaneHealth>();
  const closing = new AbortController();
  const names = namesOf(options.queues);
  let opened: Promise<Opened> | undefined;

  const open = async (): Promise<Opened> => {
    const region = options.region ?? regionOf(options.queues[0]);
    const [client, sqs] = await Promise.all([openS3(region, aws.s3 ?? {}), openSqs(region, aws.sqs ?? {})]);
    const queues = new Map(options.queues.map((url, index) => [names[index] ?? url, new Queue(sqs, { url, waitS: options.waitS, visibilityMs: options.visibilityMs })]));
    return { s3: client, sqs, carrierNow: carrierClock(sqs, clock), queues };
  };

  const tellerOf = (lane: string) => (health: Omit<LaneHealth, 'lane' | 'sinceMs'>): void => {
    const before = lanes.get(lane);
    lanes.set(lane, { lane, sinceMs: before?.state === health.state ? before.sinceMs ?? clock.now() : clock.now(), ...health });
  };

  return {
    name: `s3:${names.join(',')}`,
    async *read(resume: ReadonlyMap<string, JsonValue>, outer: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
      // Whoever stops asking ends what runs beside the lanes, too.
      const ending = new AbortController();
      const signal = AbortSignal.any([outer, closing.signal, ending.signal]);
      const { queues, s3: client, carrierNow } = await (opened ??= open());
      const reader = new Lanes<LiveBatch>();
      for (const [lane, queue] of queues) {
        const tell = tellerOf(lane);
        tell({ state: 'reading' });
        reader.add(followQueue(resume.get(lane), { lane, queue, s3: client, options, clock, carrierNow, tell }, signal));
        reader.watch(queue.keepHidden({ clock, signal }));
      }
      try {
        yield* reader.read(signal);
      } finally {
        ending.abort();
      }
    },
    async committed(positions) {
      if (opened === undefined) return;
      const { queues } = await opened;
      await Promise.all(
        [...positions].map(async ([lane, position]) => {
          const queue = queues.get(lane);
          const receipts = queue === undefined ? [] : receiptsOf(position).filter((receipt) => queue.isHeld(receipt));
          // What fails here is deleted after another commit; a message that comes again is known by its object.
          await queue?.delete(receipts, { clock, signal: closing.signal, giveUpMs: deleteForMs }).catch(() => undefined);
        }),
      );
    },
    health: () => [...lanes.values()],
    async close() {
      closing.abort();
      const clients = await opened?.catch(() => undefined);
      // Not needed for any promise: it is a courtesy to the next process, and may fail.
      await Promise.all([...(clients?.queues.values() ?? [])].map((queue) => queue.releaseAll().catch(() => undefined)));
      clients?.s3.destroy();
      clients?.sqs.destroy();
    },
  };
}

function receiptsOf(position: JsonValue): string[] {
  const receipts = typeof position === 'object' && position !== null && !Array.isArray(position) ? position.receipts : undefined;
  return Array.isArray(receipts) ? receipts.filter((receipt) => typeof receipt === 'string') : [];
}

/** Names of queues; with their accounts where two have the same. */
function namesOf(urls: readonly string[]): string[] {
  const paths = urls.map((url) => new URL(url).pathname.replace(/^\/+/, ''));
  const short = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  return short.map((name, index) => (short.filter((other) => other === name).length === 1 ? name : paths[index] ?? name));
}

function regionOf(url = ''): string | undefined {
  return /^sqs[.-]([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(new URL(url).hostname)?.[1];
}
