/** The store `dynamodb`: items and small parts in one table, large parts in a bucket; a step is one conditional write. */
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { Clock, Step, Store } from '#contract';
import { inParallel } from '../aws.ts';
import { PartCache } from '../part-cache.ts';
import { byKey, dropped, newVersion, textOf } from '../step.ts';
import { BucketParts } from '../s3/bucket-parts.ts';
import { Bucket } from '../s3/bucket.ts';
import { itemOf, rowKey, rowOf } from './item-row.ts';
import { dynamodbStoreOptions, type DynamodbStoreOptions } from './options.ts';
import { TableParts } from './table-parts.ts';
import { Table, type Units } from './table.ts';

export interface DynamodbStoreDeps {
  clock: Clock;
  /** Over what the options say: credentials, a request handler. */
  dynamodb?: DynamoDBClientConfig;
  s3?: S3ClientConfig;
  /** Told what each call took, for metrics and for the arithmetic of costs. */
  onUnits?: (units: Units) => void;
}

export function dynamodbStore(options: DynamodbStoreOptions, deps: DynamodbStoreDeps): Store {
  const { table: tableName, region, endpoint, bucket: bucketName, prefix, tablePartBytes, cacheBytes, patienceMs } = dynamodbStoreOptions.parse(options);
  const { clock } = deps;
  const patience = { clock, patienceMs };
  const where = region === undefined ? {} : { region };
  const table = new Table(tableName, { ...where, ...(endpoint === undefined ? {} : { endpoint }), ...deps.dynamodb }, patience, deps.onUnits);
  const bucket = bucketName === undefined ? undefined : new Bucket(bucketName, { ...where, ...deps.s3 }, patience);
  const inTable = new TableParts(table, () => clock.now());
  const inBucket = bucket === undefined ? undefined : new BucketParts(bucket, prefix);
  const cache = new PartCache(cacheBytes);
  const { place } = table;
  /** Versions of steps whose outcome nobody told: tried again, they are known as the same. */
  const unsure = new WeakMap<Step, string>();

  async function found(name: string): Promise<{ bytes: Uint8Array; mark: PartMark } | undefined> {
    // A read that need not be consistent costs half, and a part never changes: only its absence is asked twice.
    const early = await inTable.get(name, false);
    if (early !== undefined) return { bytes: early.bytes, mark: { in: 'table', mark: early.mark, bytes: early.bytes.length } };
    const large = await inBucket?.get(name);
    if (large !== undefined) return { bytes: large.bytes, mark: { in: 'bucket', mark: large.mark } };
    const late = await inTable.get(name, true);
    return late === undefined ? undefined : { bytes: late.bytes, mark: { in: 'table', mark: late.mark, bytes: late.bytes.length } };
  }

  async function writeParts({ parts = [] }: Step): Promise<void> {
    const isLarge = (bytes: Uint8Array): boolean => inBucket !== undefined && bytes.length > tablePartBytes;
    const small = parts.filter(({ bytes }) => !isLarge(bytes));
    const large = parts.filter(({ bytes }) => isLarge(bytes));
    const groups = [...groupsOf(small)];
    await Promise.all([
      inParallel(groups, async (group) => {
        const mark = await inTable.put(group);
        for (const { name, bytes } of group) cache.put(name, bytes, JSON.stringify({ in: 'table', mark, bytes: bytes.length }));
      }),
      inParallel(large, async (part) => cache.put(part.name, part.bytes, JSON.stringify({ in: 'bucket', mark: await inBucket!.put(part) }))),
    ]);
  }

  async function markOf(name: string): Promise<PartMark | undefined> {
    const known = cache.markOf(name);
    return known === undefined ? (await found(name))?.mark : (JSON.parse(known) as PartMark);
  }

  return {
    place,
    async item(key) {
      const { pk, sk } = rowKey(key);
      const row = await table.get(pk, sk);
      if (row === undefined) return undefined;
      const { value, version } = itemOf(row, place);
      return { value, version };
    },
    async items(wanted) {
      const { pk } = rowKey(wanted);
      return (await table.query(pk, wanted, true)).map((row) => itemOf(row, place)).sort(byKey);
    },
    async part(name) {
      const kept = cache.get(name);
      if (kept !== undefined) return kept;
      const read = await found(name);
      if (read !== undefined) cache.put(name, read.bytes, JSON.stringify(read.mark));
      return read?.bytes;
    },
    async commit(step) {
      const text = textOf(step, place);
      const gone = dropped(step);
      await writeParts(step);
      // Asked before the commit: what is written under the name after it has another mark, and stays.
      const marks = await inParallel(gone, markOf);
      const known = unsure.get(step);
      const version = known ?? newVersion();
      unsure.set(step, version);
      const { key, expected, expiresMs } = step;
      const outcome = await table.putIf(rowOf({ key, text, version, after: expected, expiresMs }), expected === undefined ? 'absent' : { attribute: 'version', value: expected });
      if (!outcome.isDone) {
        if (outcome.attempt === 0 && known === undefined) {
          unsure.delete(step);
          return undefined;
        }
        // An attempt whose answer was lost may have been applied, and somebody may have written on top of it already.
        const { pk, sk } = rowKey(key);
        const row = outcome.row ?? (await table.get(pk, sk));
        if (row?.version?.S !== version && row?.after?.S !== version) {
          unsure.delete(step);
          return undefined;
        }
      }
      unsure.delete(step);
      await inParallel([...gone.entries()], async ([at, name]) => {
        cache.drop(name);
        const mark = marks[at];
        if (mark?.in === 'table') await inTable.drop(name, mark.mark, mark.bytes);
        else if (mark !== undefined) await inBucket?.drop(name, mark.mark);
      });
      return version;
    },
    async remove(key, expected) {
      const { pk, sk } = rowKey(key);
      const outcome = await table.deleteIf(pk, sk, { attribute: 'version', value: expected });
      if (outcome.isDone) return true;
      // An attempt without an answer may have been the one that removed it.
      return outcome.attempt > 0 && (outcome.row ?? (await table.get(pk, sk))) === undefined;
    },
    async sweep(isNamed, writtenBeforeMs) {
      return (await inTable.sweep(isNamed, writtenBeforeMs)) + ((await inBucket?.sweep(isNamed, writtenBeforeMs)) ?? 0);
    },
    async close() {
      await Promise.all([table.close(), bucket?.close()]);
    },
  };
}

/** Which writing of a part is meant, and where it stands. */
type PartMark = { in: 'table'; mark: string; bytes: number } | { in: 'bucket'; mark: string };

/** Writes go out in batches of so many at once. */
const groupSize = 25;

function* groupsOf<One>(all: readonly One[]): Generator<readonly One[]> {
  for (let at = 0; at < all.length; at += groupSize) yield all.slice(at, at + groupSize);
}
