/** Parts as objects: of the bytes and of what makes each writing its own, so that a delete means one writing alone. */
import { randomBytes } from 'node:crypto';
import { partName, type Part } from '#contract';
import { inParallel } from '../aws.ts';
import { damagedPart } from '../step.ts';
import type { Bucket } from './bucket.ts';

/** Random bytes behind those of the part: S3 makes the tag of an object from its bytes, and each writing shall have its own. */
const trailerBytes = 16;

export class BucketParts {
  readonly #bucket: Bucket;
  readonly #prefix: string;

  constructor(bucket: Bucket, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = `${prefix}parts/`;
  }

  /** The tag of this writing. */
  put({ name, bytes }: Part): Promise<string> {
    return this.#bucket.put(this.#prefix + name, Buffer.concat([bytes, randomBytes(trailerBytes)]));
  }

  /** Throws `state-damaged` where the bytes are not those of the name. */
  async get(name: string): Promise<{ bytes: Uint8Array; mark: string } | undefined> {
    const found = await this.#bucket.get(this.#prefix + name);
    if (found === undefined) return undefined;
    const bytes = found.bytes.subarray(0, Math.max(0, found.bytes.length - trailerBytes));
    if (found.bytes.length < trailerBytes || partName(bytes) !== name) throw damagedPart(this.#bucket.place, name);
    return { bytes, mark: found.etag };
  }

  markOf(name: string): Promise<string | undefined> {
    return this.#bucket.etagOf(this.#prefix + name);
  }

  /** Deletes that writing, tried once: what stays is swept one day. Never throws. */
  async drop(name: string, mark: string): Promise<void> {
    await this.#bucket.remove(this.#prefix + name, mark, true).catch(() => false);
  }

  async sweep(isNamed: (name: string) => boolean, writtenBeforeMs: number): Promise<number> {
    let count = 0;
    for await (const page of this.#bucket.list(this.#prefix)) {
      // The list rounds times down to whole seconds.
      const orphans = page.filter(({ key, modifiedMs }) => modifiedMs + 999 < writtenBeforeMs && !isNamed(key.slice(this.#prefix.length)));
      const removed = await inParallel(orphans, ({ key, etag }) => this.#bucket.remove(key, etag));
      count += removed.filter(Boolean).length;
    }
    return count;
  }
}
