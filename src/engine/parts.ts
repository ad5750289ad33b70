/** Parts: one state per baseline, owner, container and (for numbers) phase; found, made, viewed and added to here alone. */
import {
  partLimit,
  type Asking,
  type BaselineKind,
  type BaselineView,
  type FeedName,
  type Observation,
  type Phase,
  type Scope,
  type SetView,
  type Vote,
} from '#contract';
import type { OwnVotes } from './own-votes.ts';
import type { Instance, OwnerRecord } from './owners.ts';
import type { BaselineSlot } from './settings.ts';

export type AnyKind = BaselineKind<unknown, unknown, BaselineView>;

export interface Part {
  slot: string;
  /** The same baseline, as asked; undefined until it was. */
  near: BaselineSlot | undefined;
  /** The part of the group that was asked after this one: minute by minute most are asked in one order. */
  next: Part | undefined;
  /** Value of the spec's `part`, empty where it has none. */
  name: string;
  kind: AnyKind;
  state: unknown;
  /** Event time of its making. */
  createdMs: number;
  /** End of the last teaching it was told of. */
  taughtUntilMs: number;
  /** The touched parts it was put among last. */
  among: Part[] | undefined;
  /** The view asked last, and by which asking: the tasks of a minute ask for the same. */
  asked: Asking | undefined;
  view: BaselineView | undefined;
}

/** Parts of one container and phase of an owner; containers and phases not told apart are empty. */
export interface Group {
  container: string;
  phase: Phase | '';
  parts: Map<string, Part>;
  /** The same parts by baseline and series, without the making of a name; filled as they are asked. */
  bySlot: Map<BaselineSlot, Map<string, Part>> | undefined;
  /** The baseline asked last and its parts: most of the time the same again. */
  nearSlot: BaselineSlot | undefined;
  nearParts: Map<string, Part> | undefined;
  /** The part asked last. */
  last: Part | undefined;
}

/** What the making and asking of parts depends on beside the owner. */
export interface Teacher {
  /** End of the teaching, event time; -Infinity where nothing is taught. */
  teachUntilMs: number;
  /** First event time walked, by feed: a feed that was silent during the teaching taught nothing by its silence. */
  feedFirstMs: Partial<Record<FeedName, number>>;
  onBound: (sentence: string) => void;
  /** What this run alone learns of sets, where it is to be given to others. */
  own?: OwnVotes | undefined;
}

const none = Number.NEGATIVE_INFINITY;

function groupOf(owner: OwnerRecord, container: string, phase: Phase | ''): Group {
  const near = owner.nearGroup;
  if (near !== undefined && near.container === container && near.phase === phase) return near;
  const key = `${container}|${phase}`;
  let group = owner.groups.get(key);
  if (group === undefined) {
    group = { container, phase, parts: new Map(), bySlot: undefined, nearSlot: undefined, nearParts: undefined, last: undefined };
    owner.groups.set(key, group);
  }
  owner.nearGroup = group;
  return group;
}

function partKey(slot: BaselineSlot, name: string): string {
  return name === '' ? slot.id : `${slot.id}\u0001${name}`;
}

/** The owner whose baseline a scope means. */
export function scopeOwner(owner: OwnerRecord, scope: Scope): OwnerRecord {
  return scope === 'account' ? (owner.parent ?? owner) : owner;
}

export function placeOf(
  owner: OwnerRecord,
  scope: Scope,
  container: string,
  phase: Phase,
  kind: AnyKind,
): { owner: OwnerRecord; group: Group } {
  const at = scopeOwner(owner, scope);
  return { owner: at, group: groupOf(at, scope === 'container' ? container : '', kind.isPhased ? phase : '') };
}

function partsOfSlot(group: Group, slot: BaselineSlot): Map<string, Part> {
  if (group.nearSlot === slot) return group.nearParts!;
  group.bySlot ??= new Map();
  let parts = group.bySlot.get(slot);
  if (parts === undefined) {
    parts = new Map();
    group.bySlot.set(slot, parts);
  }
  group.nearSlot = slot;
  group.nearParts = parts;
  return parts;
}

/** Finds a part, or makes it; undefined where the owner has too many. */
export function partOf(
  owner: OwnerRecord,
  group: Group,
  slot: BaselineSlot,
  name: string,
  timeMs: number,
  teacher: Teacher,
): Part | undefined {
  const expected = group.last?.next;
  if (expected !== undefined && expected.near === slot && expected.name === name) {
    group.last = expected;
    return expected;
  }
  const part = findPart(owner, group, slot, name, timeMs, teacher);
  if (part === undefined) return undefined;
  if (group.last !== undefined) group.last.next = part;
  group.last = part;
  return part;
}

function findPart(
  owner: OwnerRecord,
  group: Group,
  slot: BaselineSlot,
  name: string,
  timeMs: number,
  teacher: Teacher,
): Part | undefined {
  const ofSlot = partsOfSlot(group, slot);
  const near = ofSlot.get(name);
  if (near !== undefined) return near;
  const key = partKey(slot, name);
  let part = group.parts.get(key);
  if (part === undefined) {
    if (group.parts.size >= partLimit && countOf(group, slot.id) >= partLimit) {
      teacher.onBound(`${owner.owner.name}: over ${partLimit} series of ${slot.id}; the rest has no baseline`);
      return undefined;
    }
    const kind = slot.spec.kind as AnyKind;
    part = { slot: slot.id, near: slot, next: undefined, name, kind, state: kind.empty(), createdMs: timeMs, taughtUntilMs: none, among: undefined, asked: undefined, view: undefined };
    group.parts.set(key, part);
    owner.isChanged = true;
  }
  ofSlot.set(name, part);
  part.near = slot;
  return part;
}

function countOf(group: Group, slot: string): number {
  let count = 0;
  for (const part of group.parts.values()) if (part.slot === slot) count += 1;
  return count;
}

/** Tells a part, once, that the teaching ended before `timeMs`: what it saw is usual, what it did not see is not. */
export function settleTeaching(part: Part, owner: OwnerRecord, feed: FeedName, timeMs: number, teacher: Teacher): void {
  const { teachUntilMs } = teacher;
  if (timeMs < teachUntilMs || part.taughtUntilMs >= teachUntilMs || teachUntilMs === none) return;
  part.taughtUntilMs = teachUntilMs;
  owner.isChanged = true;
  const wasTaught =
    part.createdMs < teachUntilMs ||
    // A set of an owner known while its feed taught: that nothing was seen is itself what was taught.
    (!part.kind.isPhased && owner.firstSeenMs < teachUntilMs && (teacher.feedFirstMs[feed] ?? Infinity) < teachUntilMs);
  if (wasTaught) part.kind.endTeaching(part.state, teachUntilMs);
}

/** The view a detector gets: the part's own, or for a set that is not ready and may borrow, that of what contains the owner. */
export function viewOf(
  instance: Instance,
  scope: Scope,
  phase: Phase,
  slot: BaselineSlot,
  observation: Observation,
  feed: FeedName,
  asking: Asking,
  teacher: Teacher,
): BaselineView {
  const kind = slot.spec.kind as AnyKind;
  const name = slot.spec.part === undefined ? '' : slot.spec.part(observation as never);
  const { owner, group } = placeOf(instance.owner, scope, instance.container, phase, kind);
  const part = partOf(owner, group, slot, name, asking.timeMs, teacher);
  if (part === undefined) return kind.view(kind.empty(), asking);
  if (part.asked === asking) return part.view!;
  settleTeaching(part, owner, feed, asking.timeMs, teacher);
  let view = kind.view(part.state, asking);
  if (!view.isReady && slot.spec.borrows === true && owner.parent !== undefined) {
    view = lentView(owner.parent, phase, slot, name, feed, asking, teacher) ?? view;
  }
  part.asked = asking;
  part.view = view;
  return view;
}

/** The view of what contains an owner, where that is ready. */
function lentView(
  parent: OwnerRecord,
  phase: Phase,
  slot: BaselineSlot,
  name: string,
  feed: FeedName,
  asking: Asking,
  teacher: Teacher,
): SetView | undefined {
  const kind = slot.spec.kind as AnyKind;
  const { owner, group } = placeOf(parent, 'owner', '', phase, kind);
  const lent = partOf(owner, group, slot, name, asking.timeMs, teacher);
  if (lent === undefined) return undefined;
  settleTeaching(lent, owner, feed, asking.timeMs, teacher);
  const view = kind.view(lent.state, asking) as SetView;
  if (!view.isReady) return undefined;
  return {
    isReady: true,
    isBorrowed: true,
    history: view.history,
    size: view.size,
    isOverflowing: view.isOverflowing,
    of: (key) => view.of(key),
  };
}

/** Adds what an observation teaches; gives the parts that changed. */
export function learn(
  instance: Instance,
  scope: Scope,
  phase: Phase,
  slot: BaselineSlot,
  observation: Observation,
  feed: FeedName,
  vote: Vote,
  teacher: Teacher,
  touched: Part[],
  trace?: unknown,
): void {
  const value = slot.spec.of(observation as never, trace) as unknown;
  if (value === undefined) return;
  const kind = slot.spec.kind as AnyKind;
  const name = slot.spec.part === undefined ? '' : slot.spec.part(observation as never);
  const own = placeOf(instance.owner, scope, instance.container, phase, kind);
  if (!kind.isPhased) teacher.own?.note(own.owner.owner, own.group.container, slot.id, name, value, vote.count);
  add(partOf(own.owner, own.group, slot, name, vote.timeMs, teacher), own.owner, value, vote, feed, teacher, touched);
  if (slot.spec.borrows !== true || own.owner.parent === undefined) return;
  const above = placeOf(own.owner.parent, 'owner', '', phase, kind);
  add(partOf(above.owner, above.group, slot, name, vote.timeMs, teacher), above.owner, value, vote, feed, teacher, touched);
}

function add(
  part: Part | undefined,
  owner: OwnerRecord,
  value: unknown,
  vote: Vote,
  feed: FeedName,
  teacher: Teacher,
  touched: Part[],
): void {
  if (part === undefined) return;
  owner.isChanged = true;
  settleTeaching(part, owner, feed, vote.timeMs, teacher);
  if (Array.isArray(value)) for (const one of value as unknown[]) part.kind.add(part.state, one, vote);
  else part.kind.add(part.state, value, vote);
  if (part.among === touched) return;
  part.among = touched;
  touched.push(part);
}
