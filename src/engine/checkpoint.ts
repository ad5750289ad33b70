/** Checkpoints: everything a walk knows as one conditional step of a store, written as far as it changed, and back. */
import { FargazerError, feedNames, partOfBytes, type Alert, type FeedName, type JsonValue, type Notification, type Owner, type Part, type Step, type Store } from '#contract';
import { damaged, headerOf, latenessIn, namesIn, packJson, queued, stateVersion, unpackJson, walkKey, type Header, type PendingBatch } from './checkpoint-header.ts';
import { Coverage } from './coverage.ts';
import { Episodes } from './episodes.ts';
import { Facts } from './facts.ts';
import type { Lateness } from './order.ts';
import { OwnerPacks, packReading } from './owner-packs.ts';
import { packsOf } from './owner-name.ts';
import { unpackPage } from './pack.ts';
import type { Page } from './page.ts';
import type { AnyKind } from './parts.ts';
import { ownersInOpen, type Walk } from './run.ts';
import { newState, type WalkState } from './state.ts';

export { walkKey, type PendingBatch };

/** What a step says beside the walk itself. */
export interface Beside {
  /** The `--to` of this run: what was read up to there is not read again. */
  toMs?: number;
  live?: JsonValue;
  /** Alerts to be delivered. */
  alerts?: readonly Alert[];
  /** Pending alerts below this number are delivered everywhere. */
  deliveredBelow?: number;
  /** What the alerting pipeline remembers from now on, and what it decided to send. */
  alerting?: JsonValue;
  notifications?: readonly Notification[];
  notifiedBelow?: number;
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
  #version: string | undefined;
  #header: Header | undefined;
  readonly #packs: OwnerPacks;
  readonly #pageNames = new WeakMap<Page, string>();

  private constructor(store: Store, kinds: ReadonlyMap<string, AnyKind>, version: string | undefined, header: Header | undefined) {
    this.#store = store;
    this.#version = version;
    this.#header = header;
    const reading = packReading(store, (name) => this.#read(name), () => this.#damaged(), (read) => this.#orRefuse(read));
    this.#packs = new OwnerPacks(reading, kinds, header);
  }

  /** Throws `state-newer` or `state-damaged` in a sentence. */
  static async open(store: Store, kinds: ReadonlyMap<string, AnyKind>): Promise<Checkpoint> {
    const item = await store.item(walkKey);
    return new Checkpoint(store, kinds, item?.version, headerOf(item, store));
  }

  get isNew(): boolean {
    return this.#header === undefined;
  }

  get lateness(): Lateness | undefined {
    return latenessIn(this.#header);
  }

  get live(): JsonValue {
    return this.#header?.live ?? null;
  }

  /** Alerts that wait for delivery. */
  get pending(): readonly PendingBatch[] {
    return this.#header?.pending.batches ?? [];
  }

  /** Notifications that wait to be sent. */
  get outbox(): readonly PendingBatch[] {
    return this.#header?.outbox.batches ?? [];
  }

  /** Number of the next alert. */
  get nextAlert(): number {
    return this.#header?.pending.next ?? 1;
  }

  /** What the alerting pipeline remembers. */
  async alertingState(): Promise<JsonValue | undefined> {
    const name = this.#header?.alerting;
    return name === undefined || name === null ? undefined : unpackJson(await this.#read(name));
  }

  /** Numbers and alerts of a batch that waits for delivery. */
  async alertsOf({ from, part }: PendingBatch): Promise<{ number: number; alert: Alert }[]> {
    const alerts = unpackJson(await this.#read(part)) as unknown as Alert[];
    return alerts.map((alert, place) => ({ number: from + place, alert }));
  }

  async notificationsOf({ from, part }: PendingBatch): Promise<{ number: number; notification: Notification }[]> {
    const notifications = unpackJson(await this.#read(part)) as unknown as Notification[];
    return notifications.map((notification, place) => ({ number: from + place, notification }));
  }

  /** Packs that were asked for and not read ahead: what was walked without them is void. */
  get missing(): ReadonlySet<string> {
    return this.#packs.missing;
  }

  /** Reads all owners ahead, so that each is in memory from the start. */
  fetchAll(): Promise<void> {
    return this.#packs.fetchAll();
  }

  /** Reads some packs ahead. */
  fetch(packs: Iterable<string>): Promise<void> {
    return this.#packs.fetch(packs);
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
    this.#packs.attach(state);
    return state;
  }

  /** Every owner of the state into memory; after `fetchAll`. */
  loadAll(state: WalkState): void {
    this.#packs.loadAll(state);
  }

  /** Minutes and rows that were read and not walked to their end. A replay looks into the pages at once: it may still refuse them. */
  async restore(walk: Walk, looksIntoPages: boolean): Promise<void> {
    const header = this.#header;
    if (header === undefined) return;
    const openBytes = await this.#read(header.open);
    const { walk: packed, watched } = this.#orRefuse(() => unpackJson(openBytes) as unknown as PackedOpen);
    if (this.#store.partNow === undefined) await this.fetch(new Set([...ownersInOpen(packed), ...watched.map(([, owner]) => owner)].flatMap(packsOf)));
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
    const owners = this.#packs.put(state, put);
    parts.push(...owners.parts);
    replaced.push(...owners.replaced);
    if (beside.toMs !== undefined) {
      for (const feed of feedNames) state.readTo.set(feed, Math.max(beside.toMs, state.readTo.get(feed) ?? -Infinity));
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
      ...this.#packs.names(),
      facts: put(packJson(state.facts.pack())),
      episodes: put(packJson(state.episodes.pack())),
      coverage: put(packJson(state.coverage.pack())),
      open: put(packJson({ walk: walk.packOpen(), watched } satisfies { walk: JsonValue; watched: unknown })),
      tape: this.#tapeOf(walk, put),
      pending: queued(before?.pending, beside.alerts ?? [], beside.deliveredBelow ?? 0, put),
      outbox: queued(before?.outbox, beside.notifications ?? [], beside.notifiedBelow ?? 0, put),
      alerting: beside.alerting === undefined ? (before?.alerting ?? null) : put(packJson(beside.alerting)),
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
    this.#packs.trim();
    return true;
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
    throw damaged(this.#store.place, cause);
  }
}
