/** The history in a bucket: objects below a prefix, read side by side, given in the order of their keys. */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { FargazerError, systemClock, type Clock } from '#contract';
import { sourceError, type Patience } from '../aws.ts';
import { readAhead, type Opening } from '../read-ahead.ts';
import type { RemoteDescription, RemoteEstimate, RemoteHistory, RemoteObject, S3Spec } from '../remote.ts';
import { openS3 } from './client.ts';
import { listObjects, type ListCount, type ListedObject } from './listing.ts';
import { openObject } from './object.ts';

export interface S3HistoryDeps {
  clock?: Clock;
  /** Settings of the AWS client besides region and attempts: endpoint, credentials. */
  aws?: S3ClientConfig;
}

/** Objects read at once: small ones cost 20 to 100 ms of waiting each, and eight of them hide it. */
const width = 8;
const bufferBytes = 4 * 1024 * 1024;
/** Failures in a row are waited out for so long. */
const giveUpMs = 600_000;

/**
 * US dollars in us-east-1, S3 Standard, by the published price list as quoted in 2026 (aws.amazon.com/s3/pricing; c3x.dev):
 * LIST 0.005 and GET 0.0004 a thousand; transfer to the internet 0.09 a GB beyond the first 100 GB a month, none within the region.
 */
const usd = { list: 0.005 / 1_000, get: 0.0004 / 1_000, transferGb: 0.09 };
/** Classes whose reading is charged by the GB, and more by the request. */
const classUsd: Readonly<Record<string, { get: number; gb: number }>> = {
  STANDARD_IA: { get: 0.001 / 1_000, gb: 0.01 },
  ONEZONE_IA: { get: 0.001 / 1_000, gb: 0.01 },
  GLACIER_IR: { get: 0.01 / 1_000, gb: 0.03 },
};

/** Classes that give no object before it was restored. */
const archived = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** Objects beside telemetry: digests and marks of CloudTrail, probes of exports, folders. */
const beside = /\/$|\/CloudTrail-Digest\/|(?:^|\/)(?:aws-logs-write-test|AWSLogs\/ELBAccessLogTestFile|_SUCCESS)$|\/ELBAccessLogTestFile$/;

export function s3History(spec: S3Spec, { clock = systemClock, aws = {} }: S3HistoryDeps = {}): RemoteHistory {
  const place = `s3://${spec.bucket}/${spec.prefix}`;
  const read = { objects: 0, denied: 0 };
  const left = { archived: 0, beside: 0, unwanted: 0 };
  const count: ListCount = { requests: 0, outside: 0 };
  const span = { ...(spec.fromMs === undefined ? {} : { fromMs: spec.fromMs }), ...(spec.toMs === undefined ? {} : { toMs: spec.toMs }) };
  let opened: Promise<S3Client> | undefined;
  const client = (): Promise<S3Client> => (opened ??= openS3(spec.region, aws));
  const patienceOf = (signal: AbortSignal): Patience => ({ clock, signal, giveUpMs });
  const kept = (): string => (read.objects === 0 ? 'Nothing was read.' : `${read.objects} objects were read before.`);

  async function* wanted(signal: AbortSignal): AsyncGenerator<ListedObject, void, void> {
    let found = 0;
    try {
      for await (const object of listObjects(await client(), spec, span, patienceOf(signal), count)) {
        found++;
        if (beside.test(object.key) || object.storedBytes === 0) left.beside++;
        else if (archived.has(object.storageClass ?? '')) left.archived++;
        else yield object;
      }
    } catch (error) {
      throw sourceError(error, `the bucket ${spec.bucket}`, kept(), { denied: 'Grant s3:ListBucket on the bucket and s3:GetObject on its objects, and check the credentials.' });
    }
    if (found === 0 && count.outside === 0) throw new FargazerError('source-gone', `There is no object below ${place}. Nothing was read. Check the prefix: it is the beginning of a key, without a leading slash.`);
  }

  async function* openings(signal: AbortSignal, isWanted: (object: RemoteDescription) => Promise<boolean>): AsyncGenerator<Opening, void, void> {
    for await (const { key, storedBytes, modifiedMs } of wanted(signal)) {
      const described = { name: `s3://${spec.bucket}/${key}`, path: key, storedBytes, ...(modifiedMs === undefined ? {} : { arrivalMs: modifiedMs }) };
      if (!(await isWanted(described))) {
        left.unwanted++;
        continue;
      }
      const notes: string[] = [];
      yield {
        ...described,
        notes,
        open: (own) => chunks(key, notes, AbortSignal.any([signal, own])),
      };
    }
  }

  async function* chunks(key: string, notes: string[], signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    try {
      const object = await openObject(await client(), { bucket: spec.bucket, key }, patienceOf(signal), (note) => notes.push(note));
      if ('note' in object) {
        if (object.unread === 'denied') read.denied++;
        notes.push(object.note);
        return;
      }
      yield* object.chunks;
      read.objects++;
    } catch (error) {
      throw sourceError(error, `s3://${spec.bucket}/${key}`, kept());
    }
  }

  return {
    uri: spec.uri,
    ...(spec.name === undefined ? {} : { name: spec.name }),
    notes() {
      return [
        ...(count.outside === 0 ? [] : [`${place}: ${count.outside} objects were passed over, which by their keys or times hold nothing of the span.`]),
        ...(left.beside === 0 ? [] : [`${place}: ${left.beside} objects were passed over, which are empty or no telemetry (digests, probes, folders).`]),
        ...(left.archived === 0 ? [] : [`${place}: ${left.archived} objects are archived (Glacier) and were passed over; restore them to read them.`]),
        ...(read.denied === 0 ? [] : [`${place}: ${read.denied} objects may not be read: no permission.`]),
      ];
    },
    async *read(signal, isWanted = async () => true): AsyncGenerator<RemoteObject, void, void> {
      yield* readAhead(openings(signal, isWanted), { width, bufferBytes, signal });
      if (read.denied > 0 && read.objects + left.unwanted === 0 && !signal.aborted) {
        throw new FargazerError('source-denied', `None of the objects below ${place} may be read: S3 denied ${read.denied}. Nothing was read. Grant s3:GetObject on them, and kms:Decrypt where they are encrypted by a key.`);
      }
    },
    async estimate(signal): Promise<RemoteEstimate> {
      const before = count.requests;
      const sum = { objects: 0, bytes: 0, usd: 0 };
      for await (const { storedBytes, storageClass = '' } of wanted(signal)) {
        const own = classUsd[storageClass];
        sum.objects++;
        sum.bytes += storedBytes;
        sum.usd += (own?.get ?? usd.get) + (storedBytes / 1e9) * (own?.gb ?? 0);
      }
      const lists = count.requests - before;
      const transferUsd = (sum.bytes / 1e9) * usd.transferGb;
      return {
        objects: sum.objects,
        bytes: sum.bytes,
        requests: sum.objects + lists,
        usd: sum.usd + lists * usd.list + transferUsd,
        basis: `The bucket's own list, at the prices of us-east-1 in 2026. $${transferUsd.toFixed(2)} of it is for transfer to the internet, which is not charged within the bucket's region, nor for the first 100 GB a month. The listing, ${lists} requests, was needed for the estimate itself and is charged again.`,
      };
    },
  };
}
