/** Owners in packs: which part of the store holds them, read ahead or when they are met, written when they changed. */
import type { Part, Store } from '#contract';
import { packJson, unpackJson } from './checkpoint-header.ts';
import { packOf } from './owner-name.ts';
import type { OwnerRecord } from './owners.ts';
import { packHash, PackIndex } from './pack-index.ts';
import { packOwner, unpackOwner, type PackedOwner } from './pack-owner.ts';
import type { AnyKind } from './parts.ts';
import type { WalkState } from './state.ts';

/** How packs are read; each throws where the state is damaged. */
export interface PackReading {
  read: (name: string) => Promise<Uint8Array>;
  /** At once, in stores that can. */
  now: ((name: string) => Uint8Array) | undefined;
  orRefuse: <Result>(read: () => Result) => Result;
}

export function packReading(store: Store, read: PackReading['read'], refuse: () => never, orRefuse: PackReading['orRefuse']): PackReading {
  return { read, orRefuse, now: store.partNow === undefined ? undefined : (name) => store.partNow!(name) ?? refuse() };
}

export class OwnerPacks {
  /** Packs that were asked for and not read ahead: what was walked without them is void. */
  readonly missing = new Set<string>();
  readonly #reading: PackReading;
  readonly #kinds: ReadonlyMap<string, AnyKind>;
  readonly #index: PackIndex;
  readonly #isNew: boolean;
  /** Packs read ahead, by hash; null where the store has none. */
  readonly #fetched = new Map<string, Uint8Array | null>();

  constructor(reading: PackReading, kinds: ReadonlyMap<string, AnyKind>, header: { buckets: (string | null)[]; packs: number } | undefined) {
    this.#reading = reading;
    this.#kinds = kinds;
    this.#index = new PackIndex(header?.buckets, header?.packs);
    this.#isNew = header === undefined;
  }

  /** As the header keeps them. */
  names(): { buckets: (string | null)[]; packs: number } {
    return { buckets: this.#index.names(), packs: this.#index.count };
  }

  async fetchAll(): Promise<void> {
    const { read } = this.#reading;
    for (const name of this.#index.allUnread()) this.#index.read(name, await read(name));
    for (const [hash, name] of this.#index.all()) this.#fetched.set(hash, await read(name));
  }

  async fetch(packs: Iterable<string>): Promise<void> {
    const { read } = this.#reading;
    const hashes = [...new Set([...packs].map(packHash))].filter((hash) => !this.#fetched.has(hash));
    // Each bucket once, however many of its packs are asked for.
    const buckets = this.#index.isCrowded ? this.#index.allUnread() : hashes.flatMap((hash) => this.#index.unread(hash) ?? []);
    await Promise.all([...new Set(buckets)].map(async (bucket) => this.#index.read(bucket, await read(bucket))));
    await Promise.all(
      hashes.map(async (hash) => {
        const name = this.#index.find(hash);
        this.#fetched.set(hash, name === undefined ? null : await read(name));
      }),
    );
  }

  /** Owners of a state are recalled from here when they are met. */
  attach(state: WalkState): void {
    state.owners.recall = (pack, owners) => {
      const bytes = this.#recall(pack);
      if (bytes === null) return;
      this.#reading.orRefuse(() => {
        for (const packed of unpackJson(bytes) as unknown as PackedOwner[]) unpackOwner(packed, owners, this.#kinds);
      });
    };
  }

  #recall(pack: string): Uint8Array | null {
    const hash = packHash(pack);
    const fetched = this.#fetched.get(hash);
    if (fetched !== undefined) return fetched;
    const { now } = this.#reading;
    if (now === undefined) {
      // Nothing was ever saved: then nothing is missing.
      if (!this.#isNew) this.missing.add(pack);
      return null;
    }
    this.#readBucket(hash);
    const name = this.#index.find(hash);
    return name === undefined ? null : now(name);
  }

  #readBucket(hash: string): void {
    const bucket = this.#index.unread(hash);
    if (bucket !== undefined) this.#index.read(bucket, this.#reading.now!(bucket));
  }

  /** Every owner into memory, after `fetchAll`; none is recalled from then on. */
  loadAll(state: WalkState): void {
    for (const bytes of this.#fetched.values()) {
      if (bytes === null) continue;
      this.#reading.orRefuse(() => {
        for (const { owner } of unpackJson(bytes) as unknown as PackedOwner[]) state.owners.loadPack(packOf(owner));
      });
    }
    this.#fetched.clear();
    state.owners.recall = undefined;
  }

  /** Parts of what changed, and the names they replace. */
  put(state: WalkState, put: (bytes: Uint8Array) => string): { parts: Part[]; replaced: string[] } {
    const replaced: string[] = [];
    for (const [pack, records] of changedPacks(state)) {
      const hash = packHash(pack);
      const name = put(packJson(records.map(packOwner)));
      this.#readBucket(hash);
      const before = this.#index.put(hash, name);
      if (before !== undefined) replaced.push(before);
      this.#fetched.delete(hash);
    }
    const { now } = this.#reading;
    if (this.#index.isCrowded && now !== undefined) for (const name of this.#index.allUnread()) this.#index.read(name, now(name));
    const index = this.#index.write();
    return { parts: index.parts, replaced: [...replaced, ...index.replaced] };
  }

  /** What was put is safe: what can be read again need not stay in memory. */
  trim(): void {
    if (this.#reading.now !== undefined) this.#index.trim();
  }
}

/** Packs with an owner that changed, whole; their owners count as saved from now on. */
function changedPacks({ owners }: WalkState): Map<string, OwnerRecord[]> {
  const changed = new Set<string>();
  for (const record of owners.records.values()) if (record.isChanged) changed.add(packOf(record.owner));
  const packs = new Map<string, OwnerRecord[]>();
  for (const record of owners.records.values()) {
    const pack = packOf(record.owner);
    if (!changed.has(pack)) continue;
    const known = packs.get(pack);
    if (known === undefined) packs.set(pack, [record]);
    else known.push(record);
    record.isChanged = false;
  }
  return packs;
}
