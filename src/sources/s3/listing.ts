/** The objects below a prefix that may hold events of a span, in the order of their keys. */
import type { ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { patiently, type Patience } from '../aws.ts';
import { judgeKey, type TimeSpan } from './partitions.ts';

export interface ListedObject {
  key: string;
  storedBytes: number;
  modifiedMs?: number;
  etag?: string;
  /** `STANDARD` where absent. */
  storageClass?: string;
}

export interface ListCount {
  requests: number;
  /** Listed, and outside the span. */
  outside: number;
}

export async function* listObjects(
  client: S3Client,
  { bucket, prefix }: { bucket: string; prefix: string },
  span: TimeSpan,
  patience: Patience,
  count: ListCount,
): AsyncGenerator<ListedObject, void, void> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  let next: { ContinuationToken?: string; StartAfter?: string } = {};
  for (;;) {
    const page: ListObjectsV2CommandOutput = await patiently(
      () => client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...next }), { abortSignal: patience.signal }),
      patience,
    );
    count.requests++;
    let lastKey = '';
    let skipTo = '';
    for (const { Key: key, Size: storedBytes = 0, LastModified: modified, ETag: etag, StorageClass: storageClass } of page.Contents ?? []) {
      if (key === undefined) continue;
      lastKey = key;
      if (key <= skipTo) {
        count.outside++;
        continue;
      }
      const modifiedMs = modified?.getTime();
      const verdict = judgeKey(key, modifiedMs, span);
      if (!verdict.isWanted) {
        count.outside++;
        if (verdict.skipTo !== undefined) skipTo = verdict.skipTo;
        continue;
      }
      yield {
        key,
        storedBytes,
        ...(modifiedMs === undefined ? {} : { modifiedMs }),
        ...(etag === undefined ? {} : { etag }),
        ...(storageClass === undefined ? {} : { storageClass }),
      };
    }
    if (page.IsTruncated !== true) return;
    if (skipTo > lastKey) next = { StartAfter: skipTo };
    else if (page.NextContinuationToken !== undefined) next = { ContinuationToken: page.NextContinuationToken };
    else return;
  }
}
