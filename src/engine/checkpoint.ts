/** Checkpoints: everything a walk knows as one atomic step of a store, and back. */
import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { FargazerError, feedNames, type FeedName, type JsonValue, type Owner, type Store } from '#contract';
import { Episodes } from './episodes.ts';
import { Facts } from './facts.ts';
import { tracesOf, type Instance, type OwnerRecord, type Owners } from './owners.ts';
import { packValue } from './packed-value.ts';
import type { AnyKind, Part } from './parts.ts';
import type { Walk } from './run.ts';
import { newState, type WalkState } from './state.ts';
import { standardLateness, type Lateness } from './order.ts';
import { unpackPage } from './pack.ts';

/** Raised when the meaning of a stored part changes; older versions are migrated or refused, never misread. */
export const stateVersion = 1;

interface Header {
  fargazer: 'state';
  version: number;
  marks: Record<string, number>;
  readTo: Record<string, number>;
  feedFirstMs: Partial<Record<FeedName, number>>;
  /** null: nothing was ever taught. */
  teachUntilMs: number | null;
  lateness: Lateness;
  owners: number;
}

export interface Loaded {
  state: WalkState;
  /** Lateness settings the state was made with: they belong to it, not to the command line. */
  lateness: Lateness;
  /** Minutes and rows that were read and not walked to their end. */
  restore: (walk: Walk) => void;
}

function packJson(value: unknown): Uint8Array {
  return zstdCompressSync(JSON.stringify(value));
}

function unpackJson(bytes: Uint8Array): JsonValue {
  return JSON.parse(zstdDecompressSync(bytes).toString()) as JsonValue;
}

function nameOf(ownerKey: string): string {
  return `owner/${createHash('sha256').update(ownerKey).digest('hex').slice(0, 24)}`;
}

interface PackedOwner {
  /** The name it was first seen under: part of the ids of its alerts. */
  key: string;
  owner: Owner;
  seen: [number, number];
  revisions: [string, number][];
  latestRevision: string | null;
  instanceCount: number;
  events: number;
  feeds: FeedName[];
  judged: number;
  abstained: number;
  readyFromMs: number | null;
  groups: { container: string; phase: string; parts: [string, string, string, number, number | null, JsonValue][] }[];
  instances: [string, string, number, number, Record<string, number>, unknown[], [string, { value: number; timeMs: number }][]][];
}

export function packOwner(record: OwnerRecord): PackedOwner {
  return {
    key: record.key,
    owner: record.owner,
    seen: [record.firstSeenMs, record.lastSeenMs],
    revisions: [...record.revisions],
    latestRevision: record.latestRevision ?? null,
    instanceCount: record.instanceCount,
    events: record.events,
    feeds: [...record.feeds],
    judged: record.judged,
    abstained: record.abstained,
    readyFromMs: record.readyFromMs ?? null,
    groups: [...record.groups.values()]
      .filter((group) => group.parts.size > 0)
      .map((group) => ({
        container: group.container,
        phase: group.phase,
        parts: [...group.parts.values()].map((part) => [
          part.slot, part.name, part.kind.name, part.createdMs,
          Number.isFinite(part.taughtUntilMs) ? part.taughtUntilMs : null, part.kind.pack(part.state),
        ]),
      })),
    instances: [...record.instances.values()].map((instance) => [
      instance.container, instance.id, instance.firstSeenMs, instance.lastSeenMs,
      instance.lastMinutes as Record<string, number>, tracesOf(instance), [...(instance.counters ?? [])],
    ]),
  };
}

/** Writes all of a walk as one step. `toMs` is the `--to` of this run: what was read up to there is not read again. */
export function saveWalk(walk: Walk, store: Store, toMs: number | undefined): void {
  const { state } = walk;
  const parts = new Map<string, Uint8Array | undefined>();
  for (const name of store.partNames('')) parts.set(name, undefined);
  for (const record of state.owners.records.values()) parts.set(nameOf(record.key), packJson(packOwner(record)));
  parts.set('facts', packJson(state.facts.pack()));
  parts.set('episodes', packJson(state.episodes.pack()));
  parts.set('open', packJson(walk.packOpen()));
  for (const { feed, minute, page } of walk.tape.pages()) parts.set(`tape/${feed}/${minute}`, page);
  if (toMs !== undefined) {
    for (const feed of feedNames) state.readTo.set(feed, Math.max(toMs, state.readTo.get(feed) ?? -Infinity));
  }
  const header: Header = {
    fargazer: 'state',
    version: stateVersion,
    marks: Object.fromEntries(state.marks),
    readTo: Object.fromEntries(state.readTo),
    feedFirstMs: state.feedFirstMs,
    teachUntilMs: Number.isFinite(state.teachUntilMs) ? state.teachUntilMs : null,
    lateness: walk.settings.lateness,
    owners: state.owners.records.size,
  };
  store.commit({ header: header as unknown as JsonValue, parts });
}

/** Reads a state; undefined where the store is new. Throws `state-newer` or `state-damaged` in a sentence. */
export function loadWalk(store: Store, where: string, kinds: ReadonlyMap<string, AnyKind>): Loaded | undefined {
  const header = store.header() as unknown as Header | null | undefined;
  if (header === undefined) return undefined;
  if (header?.fargazer !== 'state' || typeof header.version !== 'number') {
    throw new FargazerError('state-damaged', `${where}: this is not a state of fargazer. Nothing was changed; name another folder for --state.`);
  }
  if (header.version > stateVersion) {
    throw new FargazerError(
      'state-newer',
      `${where}: the state was made by a newer version of fargazer (state version ${header.version}, this one reads up to ${stateVersion}). Nothing was changed; use the newer version, or another folder.`,
    );
  }
  const orRefuse = <Result>(read: () => Result): Result => {
    try {
      return read();
    } catch (error) {
      throw new FargazerError('state-damaged', `${where}: the state is damaged and was not used. Nothing was changed; restore a copy of the folder, or begin a new one.`, { cause: error });
    }
  };
  const loaded = orRefuse(() => readState(store, header, kinds));
  return { ...loaded, restore: (walk) => orRefuse(() => loaded.restore(walk)) };
}

function readState(store: Store, header: Header, kinds: ReadonlyMap<string, AnyKind>): Loaded {
  const state = newState();
  state.facts = Facts.unpack(unpackJson(store.part('facts')!));
  state.episodes = Episodes.unpack(unpackJson(store.part('episodes')!));
  for (const [feed, mark] of Object.entries(header.marks)) state.marks.set(feed as FeedName, mark);
  for (const [feed, readTo] of Object.entries(header.readTo)) state.readTo.set(feed as FeedName, readTo);
  Object.assign(state.feedFirstMs, header.feedFirstMs);
  state.teachUntilMs = header.teachUntilMs ?? Number.NEGATIVE_INFINITY;
  const names = store.partNames('owner/');
  if (names.length !== header.owners) throw new Error(`${names.length} of ${header.owners} owners`);
  for (const name of names) unpackOwner(unpackJson(store.part(name)!) as unknown as PackedOwner, state.owners, kinds);
  const open = unpackJson(store.part('open')!);
  const pages = store.partNames('tape/').map((name) => ({ name, page: store.part(name)! }));
  return {
    state,
    lateness: { ...standardLateness, ...header.lateness },
    restore: (walk) => {
      walk.unpackOpen(open);
      for (const { name, page } of pages) {
        const [, feed, minute] = name.split('/');
// Unpacked now, for it is too late to refuse a damaged page when its minute is walked.
        walk.restorePage(feed as FeedName, Number(minute), Buffer.from(page), unpackPage(page));
      }
    },
  };
}

export function unpackOwner(packed: PackedOwner, owners: Owners, kinds: ReadonlyMap<string, AnyKind>): OwnerRecord {
  const record = owners.restore(packed.key, packed.owner, packed.seen[0]);
  [record.firstSeenMs, record.lastSeenMs] = packed.seen;
  record.revisions = new Map(packed.revisions);
  record.latestRevision = packed.latestRevision ?? undefined;
  record.events = packed.events;
  record.feeds = new Set(packed.feeds);
  record.judged = packed.judged;
  record.abstained = packed.abstained;
  record.readyFromMs = packed.readyFromMs ?? undefined;
  for (const { container, phase, parts } of packed.groups) {
    const group = { container, phase: phase as Part['name'] as never, parts: new Map<string, Part>(), bySlot: undefined, nearSlot: undefined, nearParts: undefined };
    for (const [slot, name, kindName, createdMs, taughtUntilMs, state] of parts) {
      const kind = kinds.get(kindName);
      if (kind === undefined) throw new Error(`no baseline kind ${kindName}`);
      group.parts.set(name === '' ? slot : `${slot}\u0001${name}`, {
        slot, name, kind, state: kind.unpack(state), createdMs,
        taughtUntilMs: taughtUntilMs ?? Number.NEGATIVE_INFINITY, among: undefined, asked: undefined, view: undefined,
      });
    }
    record.groups.set(`${container}|${phase}`, group);
  }
  for (const [container, id, firstSeenMs, lastSeenMs, lastMinutes, traces, counters] of packed.instances) {
    const instance: Instance = owners.instance(record, container, id, firstSeenMs);
    instance.lastSeenMs = lastSeenMs;
    instance.lastMinutes = lastMinutes;
    if (traces.length > 0) instance.traces = packValue(traces);
    if (counters.length > 0) instance.counters = new Map(counters);
  }
  record.instanceCount = packed.instanceCount;
  return record;
}
