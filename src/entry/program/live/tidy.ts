/** Tidying: once a day, lanes of shards that are closed and walked through go, and parts that nobody names. */
import type { Clock, JsonValue, Store } from '#contract';
import { lastHeader, walkKey } from '../../../engine/checkpoint-header.ts';
import { PackIndex } from '../../../engine/pack-index.ts';
import type { LaneRecord, Round } from '../../../engine/rounds.ts';
import { laneKey, laneOf, roundKey } from './lane.ts';
import { closedRound } from './passed.ts';

/** A shard as the stream lists it. */
export interface ListedShard {
  id: string;
  parents: readonly string[];
  isOpen: boolean;
}

export interface TidySettings {
  store: Store;
  clock: Clock;
  /** Every shard that the stream still lists. */
  shards: () => Promise<readonly ListedShard[]>;
}

export interface Tidied {
  /** Lanes removed. */
  lanes: number;
  /** Parts deleted that nobody named. */
  parts: number;
}

const dayMs = 86_400_000;
/** A tidying that failed is tried again after this. */
const againMs = 3_600_000;

const tidiedKey = 'tidy/latest';

/** Undefined where it was done within the last day, or somebody else does it. */
export async function tidyOnceADay(settings: TidySettings): Promise<Tidied | undefined> {
  const { store, clock } = settings;
  const item = await store.item(tidiedKey);
  const { nextMs = 0 } = (item?.value ?? {}) as { nextMs?: number };
  const nowMs = clock.now();
  // A clock that was set back must not put it off for longer than a day.
  if (nowMs < nextMs && nextMs - nowMs <= dayMs) return undefined;
  const claimed = await store.commit({ key: tidiedKey, expected: item?.version, value: { nextMs: nowMs + againMs } });
  if (claimed === undefined) return undefined;
  const tidied = await tidy(settings);
  await store.commit({ key: tidiedKey, expected: claimed, value: { nextMs: nowMs + dayMs } });
  return tidied;
}

/** Throws `state-newer`: what a newer version names is not known here. */
export async function tidy({ store, clock, shards }: TidySettings): Promise<Tidied> {
  // Refuses what it does not know before anything is deleted.
  await lastHeader(store);
  const beforeMs = clock.now() - dayMs;
  const lanes = await removeLanes(store, await shards(), beforeMs);
  const named = await partsNamed(store);
  return { lanes, parts: await store.sweep((name) => named.has(name), beforeMs) };
}

/**
 * A lane is done with when its shard is closed for a day, its contributions are walked, each shard that goes on from it
 * has begun (and took over its tick), and no round that waits still asks for it.
 */
async function removeLanes(store: Store, listed: readonly ListedShard[], beforeMs: number): Promise<number> {
  const prefix = laneKey('');
  const items = await store.items(prefix);
  const lanes = new Map(items.map((item) => [item.key.slice(prefix.length), { ...item, lane: laneOf(item.value, store.place) }]));
  const open = new Set(listed.filter(({ isOpen }) => isOpen).map(({ id }) => id));
  const closed = await closedRound(store);
  const asked = await shardsAsked(store, closed);
  let removed = 0;
  for (const [shard, { key, version, lane }] of lanes) {
    const isWalked = lane.contributions.every(({ after: [, last] }) => last < closed);
    const hasHeirs = listed.every(({ id, parents }) => !parents.includes(shard) || lanes.has(id));
    if (open.has(shard) || asked.has(shard) || !isWalked || !hasHeirs || lane.tickMs === null || lane.tickMs > beforeMs) continue;
    if (await removeLane(store, key, version, lane)) removed += 1;
  }
  return removed;
}

/** Its contributions first: they go with the step that names them no more. */
async function removeLane(store: Store, key: string, expected: string, lane: LaneRecord): Promise<boolean> {
  const replaced = lane.contributions.map(({ part }) => part);
  const version = replaced.length === 0 ? expected : await store.commit({ key, expected, value: { ...lane, contributions: [] } as unknown as JsonValue, replaced });
  return version !== undefined && (await store.remove(key, version));
}

/** Shards of rounds that were written and not walked through. */
async function shardsAsked(store: Store, closed: number): Promise<Set<string>> {
  const asked = new Set<string>();
  for (let number = closed + 1; ; number += 1) {
    const round = (await store.item(roundKey(number)))?.value as unknown as Round | undefined;
    if (round === undefined) return asked;
    for (const shard of round.shards) asked.add(shard);
  }
}

/** What a part's name looks like; any such text in an item is taken for one, so that nothing named is ever deleted. */
const partLike = /^[0-9a-f]{32}$/;

/** Names that the state and the lanes hold, and those within the parts that are lists of names themselves. */
async function partsNamed(store: Store): Promise<Set<string>> {
  const named = new Set<string>();
  // Lanes after the walk: a contribution leaves its lane only when it is walked.
  const state = await store.item(walkKey);
  if (state !== undefined) {
    addNames(state.value, named);
    const { buckets = [], packs = 0 } = state.value as { buckets?: (string | null)[]; packs?: number };
    const index = new PackIndex(buckets, packs);
    for (const name of index.allUnread()) {
      const bytes = await store.part(name);
      // Replaced meanwhile: what took its place is younger than a day, and what it listed may not be told any more.
      if (bytes === undefined) throw new Error('the state moved on while its parts were listed');
      index.read(name, bytes);
    }
    for (const [, name] of index.all()) named.add(name);
  }
  for (const { value } of await store.items(laneKey(''))) addNames(value, named);
  return named;
}

function addNames(value: JsonValue, into: Set<string>): void {
  if (typeof value === 'string') {
    if (partLike.test(value)) into.add(value);
  } else if (Array.isArray(value)) for (const one of value) addNames(one, into);
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) if (one !== undefined) addNames(one, into);
}
