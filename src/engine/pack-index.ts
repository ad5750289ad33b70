/** Where the packs of owners are: the names of their parts, in buckets that are parts themselves and grow with their number. */
import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { partOfBytes, type Part } from '#contract';

/** Packs a bucket holds on average at most: 512 names are some 20 KB compressed. */
const packsPerBucket = 512;

/** Buckets kept in memory when they are as they were written: some 5 MB. A million owners have two thousand. */
const bucketsKept = 64;

export function packHash(pack: string): string {
  return createHash('sha256').update(pack).digest('hex').slice(0, 20);
}

interface Bucket {
  /** Name of its part; undefined while it was never written. */
  name: string | undefined;
  /** Hash of the pack to name of its part; undefined while not read. */
  packs: Map<string, string> | undefined;
  isChanged: boolean;
}

export class PackIndex {
  #buckets: Bucket[];
  /** Packs in all buckets, whether read or not. */
  count: number;

  constructor(names: readonly (string | null)[] = [], count = 0) {
    this.count = count;
    this.#buckets =
      names.length === 0
        ? [{ name: undefined, packs: new Map(), isChanged: false }]
        : names.map((name) => ({ name: name ?? undefined, packs: name === null ? new Map() : undefined, isChanged: false }));
  }

  /** Names of the buckets' parts, as the constructor takes them. */
  names(): (string | null)[] {
    return this.#buckets.map(({ name }) => name ?? null);
  }

  /** Name of the bucket's part that must be read before a pack can be found; undefined where it is read. */
  unread(hash: string): string | undefined {
    const bucket = this.#bucketOf(hash);
    return bucket.packs === undefined ? bucket.name : undefined;
  }

  allUnread(): string[] {
    return this.#buckets.flatMap(({ name, packs }) => (packs === undefined ? [name!] : []));
  }

  /** Takes in a bucket's part. */
  read(name: string, bytes: Uint8Array): void {
    for (const bucket of this.#buckets) {
      if (bucket.name === name) bucket.packs ??= new Map(JSON.parse(zstdDecompressSync(bytes).toString()) as [string, string][]);
    }
  }

  find(hash: string): string | undefined {
    return this.#bucketOf(hash).packs?.get(hash);
  }

  /** Files a pack's part; gives the name it replaces. The bucket must have been read. */
  put(hash: string, name: string): string | undefined {
    const bucket = this.#bucketOf(hash);
    const before = bucket.packs!.get(hash);
    if (before === name) return undefined;
    if (before === undefined) this.count += 1;
    bucket.packs!.set(hash, name);
    bucket.isChanged = true;
    return before;
  }

  /** Buckets should be split, for which all of them must be read. */
  get isCrowded(): boolean {
    return this.count > packsPerBucket * this.#buckets.length;
  }

  /** Parts of the buckets that changed, and the names they replace; crowded buckets are split when all are read. */
  write(): { parts: Part[]; replaced: string[] } {
    const replaced: string[] = [];
    while (this.isCrowded && this.#buckets.every(({ packs }) => packs !== undefined)) replaced.push(...this.#split());
    const parts: Part[] = [];
    for (const bucket of this.#buckets) {
      if (!bucket.isChanged) continue;
      const part = partOfBytes(zstdCompressSync(JSON.stringify([...bucket.packs!].sort(([left], [right]) => (left < right ? -1 : 1)))));
      if (bucket.name !== undefined && bucket.name !== part.name) replaced.push(bucket.name);
      bucket.name = part.name;
      bucket.isChanged = false;
      parts.push(part);
    }
    return { parts, replaced };
  }

  /** Lets go of buckets that can be read again; once what was written is safe. */
  trim(): void {
    const loaded = this.#buckets.filter(({ packs, isChanged, name }) => packs !== undefined && !isChanged && name !== undefined);
    for (const bucket of loaded.slice(bucketsKept)) bucket.packs = undefined;
  }

  /** Names of all packs read, for who asks for everything. */
  *all(): Generator<[hash: string, name: string]> {
    for (const { packs } of this.#buckets) if (packs !== undefined) yield* packs;
  }

  #bucketOf(hash: string): Bucket {
    return this.#buckets[Number.parseInt(hash.slice(0, 8), 16) % this.#buckets.length]!;
  }

  #split(): string[] {
    const before = this.#buckets;
    this.#buckets = Array.from({ length: before.length * 2 }, () => ({ name: undefined, packs: new Map<string, string>(), isChanged: true }));
    for (const { packs } of before) for (const [hash, name] of packs!) this.#bucketOf(hash).packs!.set(hash, name);
    return before.flatMap(({ name }) => (name === undefined ? [] : [name]));
  }
}
