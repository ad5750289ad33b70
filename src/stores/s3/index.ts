/** The store `s3`: items and parts as objects of a bucket; a step is one conditional put. */
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { Clock, Item, JsonValue, Step, Store } from '#contract';
import { inParallel } from '../aws.ts';
import { PartCache } from '../part-cache.ts';
import { byKey, damagedItem, dropped, newVersion, parsed, textOf, writeFailed } from '../step.ts';
import { BucketParts } from './bucket-parts.ts';
import { Bucket } from './bucket.ts';
import { itemKey, objectKey } from './object-key.ts';
import { s3StoreOptions, type S3StoreOptions } from './options.ts';

export interface S3StoreDeps {
  clock: Clock;
  /** Over what the options say: credentials, a request handler. */
  s3?: S3ClientConfig;
}

/** The body of an item's object. */
interface Body {
  /** Of this writing: how its writer knows it again when the answer was lost, and what makes its tag its own. */
  token: string;
  /** Token of the writing before it; the writer of that knows by it that it was applied. */
  after: string | null;
  value: JsonValue;
}

/** Of S3's 1,024 bytes, with room for the prefix. */
const mostObjectKey = 700;

/** S3 drops no items by itself: `expiresMs` is left to a lifecycle rule of the bucket. */
export function s3Store(options: S3StoreOptions, { clock, s3: config = {} }: S3StoreDeps): Store {
  const { bucket: name, prefix, region, endpoint, cacheBytes, patienceMs } = s3StoreOptions.parse(options);
  const bucket = new Bucket(name, { ...(region === undefined ? {} : { region }), ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }), ...config }, { clock, patienceMs });
  const parts = new BucketParts(bucket, prefix);
  const cache = new PartCache(cacheBytes);
  const { place } = bucket;
  const root = `${prefix}items/`;
  /** Tokens of steps whose outcome nobody told: tried again, they are known as the same. */
  const unsure = new WeakMap<Step, string>();

  async function read(key: string): Promise<(Item & { body: Body }) | undefined> {
    const found = await bucket.get(root + objectKey(key));
    if (found === undefined) return undefined;
    const body = parsed(Buffer.from(found.bytes).toString(), place, key) as unknown as Body;
    if (typeof body?.token !== 'string' || body.value === undefined) throw damagedItem(place, key);
    return { value: body.value, version: `${body.token} ${found.etag}`, body };
  }

  async function part(wanted: string): Promise<Uint8Array | undefined> {
    const kept = cache.get(wanted);
    if (kept !== undefined) return kept;
    const found = await parts.get(wanted);
    if (found !== undefined) cache.put(wanted, found.bytes, found.mark);
    return found?.bytes;
  }

  /** The version of the item if this writing was applied though nobody said so. */
  async function appliedUnseen(key: string, token: string): Promise<string | undefined> {
    const now = await read(key);
    if (now?.body.token === token) return now.version;
    // Somebody has written on top of it already: it was applied, and its version is no longer the newest.
    return now?.body.after === token ? `${token} "superseded"` : undefined;
  }

  return {
    place,
    item: async (key) => {
      const found = await read(key);
      return found === undefined ? undefined : { value: found.value, version: found.version };
    },
    async items(wanted) {
      const keys: string[] = [];
      for await (const page of bucket.list(root + objectKey(wanted))) keys.push(...page.map(({ key }) => itemKey(key.slice(root.length))).filter((key) => key !== undefined));
      const found = await inParallel(keys, async (key) => {
        const item = await read(key);
        return item === undefined ? [] : [{ key, value: item.value, version: item.version }];
      });
      return found.flat().sort(byKey);
    },
    part,
    async commit(step) {
      const text = textOf(step, place);
      const key = objectKey(step.key);
      if (key.length > mostObjectKey) throw writeFailed(place, `the key ${JSON.stringify(step.key.slice(0, 80))} is too long`);
      const [after, expected] = step.expected === undefined ? [null, undefined] : split(step.expected);
      if (expected === '') return undefined;
      const gone = dropped(step);
      await inParallel(step.parts ?? [], async (one) => cache.put(one.name, one.bytes, await parts.put(one)));
      // Asked before the commit: what is written under the name after it has another mark, and stays.
      const marks = await inParallel(gone, async (one) => cache.markOf(one) ?? (await parts.markOf(one)));
      const known = unsure.get(step);
      const token = known ?? newVersion();
      unsure.set(step, token);
      const { etag, attempt } = await bucket.putIf(root + key, `{"token":"${token}","after":${JSON.stringify(after)},"value":${text}}`, expected);
      const version = etag !== undefined ? `${token} ${etag}` : attempt > 0 || known !== undefined ? await appliedUnseen(step.key, token) : undefined;
      unsure.delete(step);
      if (version === undefined) return undefined;
      await inParallel([...gone.entries()], async ([at, one]) => {
        cache.drop(one);
        const mark = marks[at];
        if (mark !== undefined) await parts.drop(one, mark);
      });
      return version;
    },
    async remove(key, expected) {
      const [, etag] = split(expected);
      // A condition without a tag would be none.
      return etag !== '' && (await bucket.remove(root + objectKey(key), etag));
    },
    sweep: (isNamed, writtenBeforeMs) => parts.sweep(isNamed, writtenBeforeMs),
    close: () => bucket.close(),
  };
}

/** A version is the token and the tag. */
function split(version: string): [token: string, etag: string] {
  const at = version.indexOf(' ');
  return [version.slice(0, at), version.slice(at + 1)];
}
