/** The calls to one bucket, each waited out where it may still succeed; the SDK is loaded at the first. */
import type * as S3 from '@aws-sdk/client-s3';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { failureName, patiently, statusOf, storeError, type Patience } from '../aws.ts';

type Kit = typeof S3;

export interface StoredObject {
  bytes: Uint8Array;
  etag: string;
}

export interface Listed {
  key: string;
  etag: string;
  /** S3's clock, whole seconds. */
  modifiedMs: number;
}

/** An answer that never comes: S3 gives the first byte of small objects within a second or it gives none. */
const requestTimeoutMs = 15_000;
const connectionTimeoutMs = 3_000;

/** Of every client of a store: attempts are counted and waited for by the store alone, which must know of each. */
export const clientSettings = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: connectionTimeoutMs, requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
};

export class Bucket {
  readonly place: string;
  readonly #name: string;
  readonly #config: S3ClientConfig;
  readonly #patience: Patience;
  #opened: Promise<{ kit: Kit; client: S3Client }> | undefined;

  constructor(name: string, config: S3ClientConfig, patience: Patience) {
    this.place = `the S3 bucket ${name}`;
    this.#name = name;
    this.#config = config;
    this.#patience = patience;
  }

  async #call<Result>(call: (client: S3Client, kit: Kit, attempt: number) => Promise<Result>, patience = this.#patience): Promise<Result> {
    try {
      return await patiently(async (attempt) => {
        this.#opened ??= import('@aws-sdk/client-s3').then((kit) => ({ kit, client: new kit.S3Client({ ...clientSettings, ...this.#config }) }));
        const { kit, client } = await this.#opened;
        return call(client, kit, attempt);
      }, patience);
    } catch (error) {
      throw storeError(error, this.place);
    }
  }

  /** The tag of what was written. */
  put(key: string, bytes: Uint8Array): Promise<string> {
    return this.#call(async (client, { PutObjectCommand }) => (await client.send(new PutObjectCommand({ Bucket: this.#name, Key: key, Body: bytes }))).ETag ?? '');
  }

  /**
   * Writes where the object has the tag, or where there is none (undefined). The new tag; `attempt` alone where the
   * condition was not met: where that is over 0, an earlier attempt may have been applied.
   */
  putIf(key: string, text: string, expected: string | undefined): Promise<{ etag?: string; attempt: number }> {
    return this.#call(async (client, { PutObjectCommand }, attempt) => {
      const condition = expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected };
      try {
        const { ETag: etag = '' } = await client.send(new PutObjectCommand({ Bucket: this.#name, Key: key, Body: text, ContentType: 'application/json', ...condition }));
        return { etag, attempt };
      } catch (error) {
        if (isUnmet(error)) return { attempt };
        throw error;
      }
    });
  }

  get(key: string): Promise<StoredObject | undefined> {
    return this.#call(async (client, { GetObjectCommand }) => {
      try {
        const { Body, ETag: etag = '' } = await client.send(new GetObjectCommand({ Bucket: this.#name, Key: key }));
        return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), etag };
      } catch (error) {
        if (failureName(error) === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  etagOf(key: string): Promise<string | undefined> {
    return this.#call(async (client, { HeadObjectCommand }) => {
      try {
        return (await client.send(new HeadObjectCommand({ Bucket: this.#name, Key: key }))).ETag;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    });
  }

  /** Deletes what still has the tag; `isOnce`: nobody waits for it. */
  remove(key: string, etag: string, isOnce = false): Promise<boolean> {
    return this.#call(
      async (client, { DeleteObjectCommand }, attempt) => {
        try {
          await client.send(new DeleteObjectCommand({ Bucket: this.#name, Key: key, IfMatch: etag }));
          return true;
        } catch (error) {
          if (!isUnmet(error)) throw error;
          // An attempt without an answer may have been the one that deleted it.
          return attempt > 0 && failureName(error) === 'NoSuchKey';
        }
      },
      isOnce ? { ...this.#patience, patienceMs: 0 } : this.#patience,
    );
  }

  async *list(prefix: string): AsyncGenerator<Listed[]> {
    let token: string | undefined;
    do {
      const page = await this.#call((client, { ListObjectsV2Command }) => client.send(new ListObjectsV2Command({ Bucket: this.#name, Prefix: prefix, ContinuationToken: token })));
      yield (page.Contents ?? []).map(({ Key: key = '', ETag: etag = '', LastModified }) => ({ key, etag, modifiedMs: LastModified?.getTime() ?? Number.POSITIVE_INFINITY }));
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    (await opened)?.client.destroy();
  }
}

/** The condition of a request does not hold: another tag, or nothing there to have one. */
function isUnmet(error: unknown): boolean {
  return failureName(error) === 'NoSuchKey' || statusOf(error) === 412;
}
