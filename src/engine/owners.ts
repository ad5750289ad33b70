/** Owners and their instances: who was seen since when, with the parts of their baselines and the traces of each task. */
import { grouped, ownerKey, type Entity, type FeedName, type Owner, type Phase } from '#contract';
import { hash32 } from './bound.ts';
import { minuteLengthMs } from './order.ts';
import { unpackValue } from './packed-value.ts';
import { isInPlace, nameIn, packOf, parentOf } from './owner-name.ts';
import type { Group } from './parts.ts';

/** An instance unseen for longer is another one, under whatever name: a task that lives says something within a day. */
export const instanceMemoryMs = 26 * 3_600_000;

/** Tasks, pods or sessions an owner keeps. */
const instanceLimit = 10_000;

/** Revisions of an owner remembered, latest kept. */
const revisionLimit = 32;

/** An owner as the engine keeps it. */
export interface OwnerRecord {
  key: string;
  owner: Owner;
  /** What contains it: the account of a principal, an interface or a host; the cluster of a service. */
  parent: OwnerRecord | undefined;
  firstSeenMs: number;
  lastSeenMs: number;
  /** Revision to event time of its first sighting. */
  revisions: Map<string, number>;
  latestRevision: string | undefined;
  /** Baseline parts by container and phase. */
  groups: Map<string, Group>;
  /** The group asked last: the same for all metrics of a container. */
  nearGroup: Group | undefined;
  instances: Map<string, Instance>;
  /** Tasks, pods or sessions ever seen; one that comes again after a day's pause counts again. */
  instanceCount: number;
  /** Instances kept, by task: one in each of its containers, and one where the container is not told. */
  containersOf: Map<string, number>;
  events: number;
  feeds: Set<FeedName>;
  judged: number;
  abstained: number;
  readyFromMs: number | undefined;
  /** Changed since it was saved last. */
  isChanged: boolean;
}

/** A task, pod or session in one container, as far as records tell. */
export interface Instance {
  owner: OwnerRecord;
  container: string;
  id: string;
  /** Vote of this instance; 0 for none. */
  voter: number;
  firstSeenMs: number;
  lastSeenMs: number;
  /** Last minute with a record, by feed. */
  lastMinutes: Partial<Record<FeedName, number>>;
  /** Traces of detectors, by detector and part; packed as a string while it is not its turn. */
  traces: Traces | string | undefined;
  /** Last readings of counters, by metric. */
  counters: Map<string, { value: number; timeMs: number }> | undefined;
  /** The entity told of last: most of the time the same again. */
  nearEntity: Entity | undefined;
}

/** Keys and traces in turn: a task has some ten, and a list of ten is searched as fast as a map and a tenth of its size. */
export type Traces = unknown[];

/** The traces of an instance, unpacked or not. */
export function tracesOf({ traces }: Instance): Traces {
  return typeof traces === 'string' ? (unpackValue(traces) as Traces) : (traces ?? []);
}

/** Gives back, into `owners`, what was saved of the owners of a pack and is not in memory. */
export type Recall = (pack: string, owners: Owners) => void;

export class Owners {
  readonly records = new Map<string, OwnerRecord>();
  /** Rises whenever an owner's name may lead to another record, or a task's to another instance, than it led to before. */
  epoch = 0;
  /** Set where owners may be saved and not in memory. */
  recall: Recall | undefined;
  /** Told when a bound is reached. */
  onBound: ((sentence: string) => void) | undefined;
  /** Packs whose owners are all in memory. */
  readonly #recalled = new Set<string>();
  /** Fuller names of records that were first seen without account and region. */
  readonly #aliases = new Map<string, OwnerRecord>();
  /** Records by kind, cluster and name alone. */
  readonly #namesakes = new Map<string, OwnerRecord[]>();

  of(owner: Owner, timeMs: number): OwnerRecord {
    const key = ownerKey(owner);
    const near = this.records.get(key) ?? this.#aliases.get(key);
    if (near !== undefined) return near;
    if (this.recall !== undefined && this.#recallPack(packOf(owner))) return this.of(owner, timeMs);
    let record = this.#namesake(owner, key, timeMs);
    if (record === undefined) {
      record = this.#make(key, owner, timeMs);
      this.#add(record);
    }
    return record;
  }

  /** True where the pack was asked for now. */
  #recallPack(pack: string): boolean {
    if (this.#recalled.has(pack)) return false;
    this.#recalled.add(pack);
    this.recall!(pack, this);
    return true;
  }

  /** Recalls a pack, if it was not yet. */
  loadPack(pack: string): void {
    if (this.recall !== undefined) this.#recallPack(pack);
  }

  /**
   * Lets go of owners saved, idle since `beforeMs` and of no other's account or cluster; they are recalled when met again.
   * Only with `recall`.
   */
  letGo(beforeMs: number): void {
    if (this.recall === undefined) return;
    const parents = new Set([...this.records.values()].map(({ parent }) => parent));
    const kept = new Set<string>();
    const idle: OwnerRecord[] = [];
    for (const record of this.records.values()) {
      if (record.isChanged || record.lastSeenMs >= beforeMs || parents.has(record)) kept.add(packOf(record.owner));
      else idle.push(record);
    }
    for (const record of idle) {
      const pack = packOf(record.owner);
      // The owners of a pack come and go together.
      if (kept.has(pack)) continue;
      this.epoch += 1;
      this.records.delete(record.key);
      this.#aliases.delete(ownerKey(record.owner));
      this.#namesakes.delete(nameIn(record.owner));
      this.#recalled.delete(pack);
    }
  }

  /** Makes a record anew under the name it had, as a state tells it. */
  restore(key: string, owner: Owner, timeMs: number): OwnerRecord {
    const known = this.records.get(key);
    if (known !== undefined) {
      known.owner = owner;
      return known;
    }
    const record = this.#make(key, owner, timeMs);
    this.#add(record);
    return record;
  }

  #make(key: string, owner: Owner, timeMs: number): OwnerRecord {
    const parent = parentOf(owner);
    return {
      key,
      owner,
      parent: parent === undefined ? undefined : this.of(parent, timeMs),
      firstSeenMs: timeMs,
      lastSeenMs: timeMs,
      revisions: new Map(),
      latestRevision: undefined,
      groups: new Map(),
      nearGroup: undefined,
      instances: new Map(),
      instanceCount: 0,
      containersOf: new Map(),
      events: 0,
      feeds: new Set(),
      judged: 0,
      abstained: 0,
      readyFromMs: undefined,
      isChanged: true,
    };
  }

  #add(record: OwnerRecord): void {
    this.records.set(record.key, record);
    if (ownerKey(record.owner) !== record.key) this.#aliases.set(ownerKey(record.owner), record);
    if (!isInPlace(record.owner)) return;
    const namesakes = this.#namesakes.get(nameIn(record.owner));
    if (namesakes === undefined) this.#namesakes.set(nameIn(record.owner), [record]);
    else {
      // Of two, a name without account and region is neither's.
      namesakes.push(record);
      this.epoch += 1;
    }
  }

  /**
   * Container Insights names cluster and service but no account. Such an owner and the only one of its name that has
   * an account are one: its baseline goes on when the account becomes known.
   */
  #namesake(owner: Owner, key: string, timeMs: number): OwnerRecord | undefined {
    if (!isInPlace(owner)) return undefined;
    const namesakes = this.#namesakes.get(nameIn(owner));
    if (namesakes === undefined) return undefined;
    if (owner.account === '' && owner.region === '') return namesakes.length === 1 ? namesakes[0] : undefined;
    const bare = namesakes.find((record) => record.owner.account === '' && record.owner.region === '');
    if (bare === undefined) return undefined;
    bare.owner = owner;
    bare.isChanged = true;
    this.#aliases.set(key, bare);
    // As when it is read again: what contains it is known by the same account.
    const parent = parentOf(owner);
    if (parent !== undefined) bare.parent = this.of(parent, timeMs);
    return bare;
  }

  instance(owner: OwnerRecord, container: string, id: string, timeMs: number): Instance {
    const key = instanceKey(container, id);
    let instance = owner.instances.get(key);
    if (instance !== undefined && timeMs - instance.lastSeenMs > instanceMemoryMs) {
      this.#forget(owner, key, instance);
      instance = undefined;
    }
    if (instance === undefined) {
      instance = {
        owner,
        container,
        id,
        voter: id === '' ? 0 : hash32(id),
        firstSeenMs: timeMs,
        lastSeenMs: timeMs,
        lastMinutes: {},
        traces: undefined,
        counters: undefined,
        nearEntity: undefined,
      };
      if (owner.instances.size >= instanceLimit) this.#forgetIdlest(owner);
      owner.instances.set(key, instance);
      const known = owner.containersOf.get(id) ?? 0;
      owner.containersOf.set(id, known + 1);
      if (known === 0 && id !== '') owner.instanceCount += 1;
    }
    return instance;
  }

  /** A flood of tasks, or of names that never were tasks: those seen longest ago go, whatever worker asks. */
  #forgetIdlest(owner: OwnerRecord): void {
    const idlest = [...owner.instances].sort(([leftKey, left], [rightKey, right]) => left.lastSeenMs - right.lastSeenMs || (leftKey < rightKey ? -1 : 1));
    for (const [key, instance] of idlest.slice(0, instanceLimit / 10)) this.#forget(owner, key, instance);
    this.onBound?.(`${owner.owner.name}: over ${grouped(instanceLimit)} tasks or sessions within a day; those seen longest ago are forgotten`);
  }

  /** Forgets instances unseen since `beforeMs`: tasks end without a word. */
  forgetInstances(beforeMs: number): void {
    for (const record of this.records.values()) {
      for (const [key, instance] of record.instances) {
        if (instance.lastSeenMs < beforeMs) this.#forget(record, key, instance);
      }
    }
  }

  #forget(owner: OwnerRecord, key: string, { id }: Instance): void {
    this.epoch += 1;
    owner.instances.delete(key);
    const left = (owner.containersOf.get(id) ?? 1) - 1;
    if (left === 0) owner.containersOf.delete(id);
    else owner.containersOf.set(id, left);
  }
}

/** Names an instance among those of its owner. */
export function instanceKey(container: string, id: string): string {
  return container === '' ? id : `${container}\u0001${id}`;
}

/** Notes a sighting on an owner and an instance. */
export function sight(instance: Instance, feed: FeedName, minute: number, count: number): void {
  const { owner } = instance;
  owner.isChanged = true;
  // By the minute: which of its records come one by one and which as one row is nothing that a state may tell.
  const minuteMs = minute * minuteLengthMs;
  if (minuteMs > instance.lastSeenMs) instance.lastSeenMs = minuteMs;
  if (minuteMs > owner.lastSeenMs) owner.lastSeenMs = minuteMs;
  instance.lastMinutes[feed] = minute;
  owner.feeds.add(feed);
  owner.events += count;
}

/** A deployment is the first sighting of a revision in any record of the service (E6). */
export function sightRevision(owner: OwnerRecord, revision: string, timeMs: number): void {
  if (owner.revisions.has(revision)) return;
  owner.revisions.set(revision, timeMs);
  owner.latestRevision = revision;
  if (owner.revisions.size > revisionLimit) owner.revisions.delete(owner.revisions.keys().next().value!);
}

export function entityOf(instance: Instance, phase: Phase, revision: string | undefined): Entity {
  const { owner } = instance.owner;
  const near = instance.nearEntity;
  if (near !== undefined && near.owner === owner && near.phase === phase && near.revision === revision) return near;
  return (instance.nearEntity = { owner, container: instance.container, instance: instance.id, phase, revision });
}
