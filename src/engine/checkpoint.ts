/** Checkpoints: everything a walk knows as one conditional step of a store, written as far as it changed, and back. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { FargazerError, feedNames, partOfBytes, type Alert, type FeedName, type JsonValue, type Owner, type Part, type Step, type Store } from '#contract';
import { Coverage } from './coverage.ts';
import { Episodes } from './episodes.ts';
import { Facts } from './facts.ts';
import { packOf, type OwnerRecord } from './owners.ts';
import { standardLateness, type Lateness } from './order.ts';
import { unpackPage } from './pack.ts';
import { packHash, PackIndex } from './pack-index.ts';
import { packOwner, unpackOwner, type PackedOwner } from './pack-owner.ts';
import type { AnyKind } from './parts.ts';
import { ownersInOpen, type Walk } from './run.ts';
import { newState, type WalkState } from './state.ts';
import type { Page } from './page.ts';

/** Raised when the meaning of a stored part changes; older versions are migrated or refused, never misread. */
export const stateVersion = 1;

/** The item that carries the marks and names all parts. */
export const walkKey = 'walk/state';

/** Alerts that a step found, numbered in the order in which they are to be delivered. */
export interface PendingBatch {
  /** Number of the first. */
  from: number;
  count: number;
  part: string;
}

interface Header {
  fargazer: 'state';
  version: number;
  marks: Record<string, number>;
  readTo: Record<string, number>;
  feedFirstMs: Partial<Record<FeedName, number>>;
  /** null: nothing was ever taught. */
  teachUntilMs: number | null;
  lateness: Lateness;
  packs: number;
  buckets: (string | null)[];
  facts: string;
  episodes: string;
  coverage: string;
  open: string;
  tape: [feed: string, minute: number, part: string][];
  pending: PendingBatch[];
  nextAlert: number;
  /** What live runs keep beside the walk: positions of lanes, the round walked through. */
  live: JsonValue;
}

/** What a step says beside the walk itself. */
export interface Beside {
  /** The `--to` of this run: what was read up to there is not read again. */
  toMs?: number;
  live?: JsonValue;
  /** Alerts to be delivered. */
  alerts?: readonly Alert[];
  /** Pending alerts below this number are delivered everywhere. */
  deliveredBelow?: number;
}

export function packJson(value: unknown): Uint8Array {
  return zstdCompressSync(JSON.stringify(value));
}

export function unpackJson(bytes: Uint8Array): JsonValue {
  return JSON.parse(zstdDecompressSync(bytes).toString()) as JsonValue;
}

export interface Prepared {
  readonly step: Step;
  readonly header: Header;
}

/** Somebody else wrote while this state was read: what it named is replaced. */
export class StateMoved extends Error {}

interface PackedOpen {
  walk: JsonValue;
  watched: [feed: FeedName, owner: Owner, container: string, id: string][];
}

export class Checkpoint {
  readonly #store: Store;
  readonly #kinds: ReadonlyMap<string, AnyKind>;
  #version: string | undefined;
  #header: Header | undefined;
  #index: PackIndex;
  /** Packs read ahead, by hash; null where the store has none. */
  readonly #fetched = new Map<string, Uint8Array | null>();
  /** Packs that were asked for and not read ahead: what was walked without them is void. */
  readonly missing = new Set<string>();
  readonly #pageNames = new WeakMap<Page, string>();

  private constructor(store: Store, kinds: ReadonlyMap<string, AnyKind>, version: string | undefined, header: Header | undefined) {
    this.#store = store;
    this.#kinds = kinds;
    this.#version = version;
    this.#header = header;
    this.#index = new PackIndex(header?.buckets, header?.packs);
  }

  /** Throws `state-newer` or `state-damaged` in a sentence. */
  static async open(store: Store, kinds: ReadonlyMap<string, AnyKind>): Promise<Checkpoint> {
    const item = await store.item(walkKey);
    const header = item?.value as unknown as Header | undefined;
    if (item !== undefined && (header?.fargazer !== 'state' || typeof header.version !== 'number')) {
      throw new FargazerError('state-damaged', `${store.place}: this is not a state of fargazer. Nothing was changed; name another place for the state.`);
    }
    if (header !== undefined && header.version > stateVersion) {
      throw new FargazerError(
        'state-newer',
        `${store.place}: the state was made by a newer version of fargazer (state version ${header.version}, this one reads up to ${stateVersion}). Nothing was changed; use the newer version, or another place for the state.`,
      );
    }
    const checkpoint = new Checkpoint(store, kinds, item?.version, header);
    if (header !== undefined && !isWhole(header)) checkpoint.#damaged();
    return checkpoint;
  }

  get isNew(): boolean {
    return this.#header === undefined;
  }

  /** Lateness settings the state was made with: they belong to it, not to the command line. */
  get lateness(): Lateness | undefined {
    return this.#header === undefined ? undefined : { ...standardLateness, ...this.#header.lateness };
  }

  get live(): JsonValue {
    return this.#header?.live ?? null;
  }

  get pending(): readonly PendingBatch[] {
    return this.#header?.pending ?? [];
  }

  /** Numbers and alerts of a batch that waits for delivery. */
  async alertsOf({ from, part }: PendingBatch): Promise<{ number: number; alert: Alert }[]> {
    const alerts = unpackJson(await this.#read(part)) as unknown as Alert[];
    return alerts.map((alert, place) => ({ number: from + place, alert }));
  }

  /** Reads all owners ahead, so that each is in memory from the start. */
  async fetchAll(): Promise<void> {
    for (const name of this.#index.allUnread()) this.#index.read(name, await this.#read(name));
    for (const [hash, name] of this.#index.all()) this.#fetched.set(hash, await this.#read(name));
  }

  /** Reads some packs ahead. */
  async fetch(packs: Iterable<string>): Promise<void> {
    if (this.#index.isCrowded) for (const name of this.#index.allUnread()) this.#index.read(name, await this.#read(name));
    await Promise.all(
      [...packs].map(async (pack) => {
        const hash = packHash(pack);
        if (this.#fetched.has(hash)) return;
        const bucket = this.#index.unread(hash);
        if (bucket !== undefined) this.#index.read(bucket, await this.#read(bucket));
        const name = this.#index.find(hash);
        this.#fetched.set(hash, name === undefined ? null : await this.#read(name));
      }),
    );
  }

  /** The state as saved; owners are recalled when they are met. */
  async state(): Promise<WalkState> {
    const state = newState();
    const header = this.#header;
    if (header !== undefined) {
      const [facts, episodes, coverage] = await Promise.all([this.#read(header.facts), this.#read(header.episodes), this.#read(header.coverage)]);
      this.#orRefuse(() => {
        state.facts = Facts.unpack(unpackJson(facts));
        state.episodes = Episodes.unpack(unpackJson(episodes));
        state.coverage = Coverage.unpack(unpackJson(coverage));
      });
      for (const [feed, mark] of Object.entries(header.marks)) state.marks.set(feed as FeedName, mark);
      for (const [feed, readTo] of Object.entries(header.readTo)) state.readTo.set(feed as FeedName, readTo);
      Object.assign(state.feedFirstMs, header.feedFirstMs);
      state.teachUntilMs = header.teachUntilMs ?? Number.NEGATIVE_INFINITY;
    }
    state.owners.recall = (pack, owners) => {
      const bytes = this.#recall(pack);
      if (bytes === undefined || bytes === null) return;
      this.#orRefuse(() => {
        for (const packed of unpackJson(bytes) as unknown as PackedOwner[]) unpackOwner(packed, owners, this.#kinds);
      });
    };
    return state;
  }

  #recall(pack: string): Uint8Array | null | undefined {
    const hash = packHash(pack);
    const fetched = this.#fetched.get(hash);
    if (fetched !== undefined) return fetched;
    if (this.#store.partNow === undefined) {
      // Nothing was ever saved: then nothing is missing.
      if (this.#header !== undefined) this.missing.add(pack);
      return undefined;
    }
    const bucket = this.#index.unread(hash);
    if (bucket !== undefined) this.#index.read(bucket, this.#now(bucket));
    const name = this.#index.find(hash);
    return name === undefined ? null : this.#now(name);
  }

  #now(name: string): Uint8Array {
    return this.#store.partNow!(name) ?? this.#damaged();
  }

  /** Every owner of the state into memory; after `fetchAll`. */
  loadAll(state: WalkState): void {
    for (const bytes of this.#fetched.values()) {
      if (bytes === null) continue;
      this.#orRefuse(() => {
        for (const { owner } of unpackJson(bytes) as unknown as PackedOwner[]) state.owners.loadPack(packOf(owner));
      });
    }
    this.#fetched.clear();
    state.owners.recall = undefined;
  }

  /** Minutes and rows that were read and not walked to their end. A replay looks into the pages at once: it may still refuse them. */
  async restore(walk: Walk, looksIntoPages: boolean): Promise<void> {
    const header = this.#header;
    if (header === undefined) return;
    const openBytes = await this.#read(header.open);
    const { walk: packed, watched } = this.#orRefuse(() => unpackJson(openBytes) as unknown as PackedOpen);
    if (this.#store.partNow === undefined) await this.fetch(new Set([...ownersInOpen(packed), ...watched.map(([, owner]) => owner)].map(packOf)));
    const pages = await Promise.all(header.tape.map(async ([feed, minute, name]) => ({ feed: feed as FeedName, minute, name, page: Buffer.from(await this.#read(name)) })));
    this.#orRefuse(() => {
      walk.unpackOpen(packed);
      for (const [feed, owner, container, id] of watched) walk.watch(feed, owner, container, id);
      for (const { feed, minute, name, page } of pages) {
        this.#pageNames.set(walk.restorePage(feed, minute, page, looksIntoPages ? unpackPage(page) : []), name);
      }
    });
  }

  /** Writes what changed as one step. False where somebody else wrote meanwhile: then nothing was changed. */
  save(walk: Walk, beside: Beside = {}): Promise<boolean> {
    return this.commit(this.prepare(walk, beside));
  }

  /** What changed since the last step, as one step; it may be committed once, tried as often as it takes. */
  prepare(walk: Walk, beside: Beside = {}): Prepared {
    const { state } = walk;
    const before = this.#header;
    const parts: Part[] = [];
    const replaced: string[] = [];
    const put = (bytes: Uint8Array): string => {
      const part = partOfBytes(bytes);
      parts.push(part);
      return part.name;
    };
    this.#putOwners(state, put, replaced);
    if (this.#index.isCrowded && this.#store.partNow !== undefined) for (const name of this.#index.allUnread()) this.#index.read(name, this.#now(name));
    const index = this.#index.write();
    parts.push(...index.parts);
    replaced.push(...index.replaced);
    if (beside.toMs !== undefined) {
      for (const feed of feedNames) state.readTo.set(feed, Math.max(beside.toMs, state.readTo.get(feed) ?? -Infinity));
    }
    const pending = (before?.pending ?? []).filter(({ from, count }) => from + count > (beside.deliveredBelow ?? 0));
    let nextAlert = before?.nextAlert ?? 1;
    if (beside.alerts !== undefined && beside.alerts.length > 0) {
      pending.push({ from: nextAlert, count: beside.alerts.length, part: put(packJson(beside.alerts)) });
      nextAlert += beside.alerts.length;
    }
    const watched = [...walk.watched()].map(({ feed, instance: { owner, container, id } }) => [feed, owner.owner, container, id]);
    const header: Header = {
      fargazer: 'state',
      version: stateVersion,
      marks: Object.fromEntries(state.marks),
      readTo: Object.fromEntries(state.readTo),
      feedFirstMs: state.feedFirstMs,
      teachUntilMs: Number.isFinite(state.teachUntilMs) ? state.teachUntilMs : null,
      lateness: walk.settings.lateness,
      packs: this.#index.count,
      buckets: this.#index.names(),
      facts: put(packJson(state.facts.pack())),
      episodes: put(packJson(state.episodes.pack())),
      coverage: put(packJson(state.coverage.pack())),
      open: put(packJson({ walk: walk.packOpen(), watched } satisfies { walk: JsonValue; watched: unknown })),
      tape: this.#tapeOf(walk, put),
      pending,
      nextAlert,
      live: beside.live ?? before?.live ?? null,
    };
    replaced.push(...namesIn(before));
    const kept = new Set([...namesIn(header), ...parts.map(({ name }) => name)]);
    return {
      header,
      step: {
        key: walkKey,
        expected: this.#version,
        value: header as unknown as JsonValue,
        parts: this.#unwritten(parts, before),
        replaced: replaced.filter((name) => !kept.has(name)),
      },
    };
  }

  /** False where somebody else wrote meanwhile: then nothing was changed. Throws as the store does. */
  async commit({ step, header }: Prepared): Promise<boolean> {
    const version = await this.#store.commit(step);
    if (version === undefined) return false;
    this.#version = version;
    this.#header = header;
    if (this.#store.partNow !== undefined) this.#index.trim();
    return true;
  }

  #putOwners(state: WalkState, put: (bytes: Uint8Array) => string, replaced: string[]): void {
    const changed = new Set<string>();
    for (const record of state.owners.records.values()) if (record.isChanged) changed.add(packOf(record.owner));
    const packs = new Map<string, OwnerRecord[]>();
    for (const record of state.owners.records.values()) {
      const pack = packOf(record.owner);
      if (!changed.has(pack)) continue;
      const known = packs.get(pack);
      if (known === undefined) packs.set(pack, [record]);
      else known.push(record);
      record.isChanged = false;
    }
    for (const [pack, records] of packs) {
      const hash = packHash(pack);
      const name = put(packJson(records.map(packOwner)));
      const bucket = this.#index.unread(hash);
      if (bucket !== undefined) this.#index.read(bucket, this.#now(bucket));
      const before = this.#index.put(hash, name);
      if (before !== undefined) replaced.push(before);
      this.#fetched.delete(hash);
    }
  }

  /** The pages of all rows that wait, each written once. */
  #tapeOf({ tape }: Walk, put: (bytes: Uint8Array) => string): [string, number, string][] {
    tape.seal();
    const pages: [string, number, string][] = [];
    for (const { feed, minute, page } of tape.held()) {
      let name = this.#pageNames.get(page);
      if (name === undefined) {
        name = put(tape.bytesOf(page));
        this.#pageNames.set(page, name);
      }
      pages.push([feed, minute, name]);
    }
    return pages;
  }

  /** Names are made from content: what was there before is there still. */
  #unwritten(parts: readonly Part[], before: Header | undefined): Part[] {
    const written = new Set(namesIn(before));
    return parts.filter(({ name }) => !written.has(name));
  }

  async #read(name: string): Promise<Uint8Array> {
    const bytes = await this.#store.part(name);
    if (bytes !== undefined) return bytes;
    const item = await this.#store.item(walkKey);
    if (item?.version !== this.#version) throw new StateMoved();
    return this.#damaged();
  }

  #orRefuse<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (error instanceof FargazerError || error instanceof StateMoved) throw error;
      return this.#damaged(error);
    }
  }

  #damaged(cause?: unknown): never {
    throw new FargazerError('state-damaged', `${this.#store.place}: the state is damaged and was not used. Nothing was changed; restore a copy, or begin a new state elsewhere.`, { cause });
  }
}

function isWhole({ marks, readTo, feedFirstMs, lateness, buckets, facts, episodes, coverage, open, tape, pending }: Header): boolean {
  return [marks, readTo, feedFirstMs, lateness].every((one) => typeof one === 'object' && one !== null) && [buckets, tape, pending].every(Array.isArray) && [facts, episodes, coverage, open].every((name) => typeof name === 'string');
}

/** Parts that a header names itself, those of owners and their index left out. */
function namesIn(header: Header | undefined): string[] {
  if (header === undefined) return [];
  return [header.facts, header.episodes, header.coverage, header.open, ...header.tape.map(([, , name]) => name), ...header.pending.map(({ part }) => part)];
}
