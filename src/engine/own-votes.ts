/**
 * What one task alone has learned, apart from what it was given (E22): keys of sets with counts. It becomes one vote of
 * one day wherever it is added, whatever it claims, so whoever holds a task's role adds one vote and erases nothing.
 */
import type { JsonValue, Owner } from '#contract';
import { hash32 } from './bound.ts';
import type { Facts } from './facts.ts';
import type { Owners } from './owners.ts';
import { partOf, placeOf, type AnyKind, type Teacher } from './parts.ts';
import { slotsOf, type BaselineSlot, type EnabledDetector } from './settings.ts';

/** Of one task: more keys than any service has, so that a flood of them is bounded. */
const keyLimit = 4_096;
/** Sightings of a key that count towards how well a service is known. */
const sightingLimit = 100;

/** Owner, container, slot, part and key: what a vote is for. */
export interface OwnVote {
  owner: Owner;
  container: string;
  slot: string;
  part: string;
  key: string;
  count: number;
}

const separator = '\u0001';

/** Collects while the engine learns; knows nothing of what was loaded. */
export class OwnVotes {
  readonly #votes = new Map<string, OwnVote>();
  /** Grew since it was asked last. */
  isChanged = false;

  note(owner: Owner, container: string, slot: string, part: string, value: unknown, count: number): void {
    if (Array.isArray(value)) {
      for (const one of value as unknown[]) this.note(owner, container, slot, part, one, count);
      return;
    }
    if (typeof value !== 'string') return;
    const name = [owner.kind, owner.name, container, slot, part, value].join(separator);
    const known = this.#votes.get(name);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    if (this.#votes.size >= keyLimit) return;
    this.isChanged = true;
    this.#votes.set(name, { owner, container, slot, part, key: value.slice(0, 512), count });
  }

  get size(): number {
    return this.#votes.size;
  }

  /** By owner, so that its name is told once. */
  pack(): JsonValue {
    const owners = new Map<string, { owner: Owner; votes: [string, string, string, string, number][] }>();
    for (const { owner, container, slot, part, key, count } of this.#votes.values()) {
      const name = JSON.stringify(owner);
      let of = owners.get(name);
      if (of === undefined) owners.set(name, (of = { owner, votes: [] }));
      of.votes.push([container, slot, part, key, count]);
    }
    return [...owners.values()] as unknown as JsonValue;
  }
}

export interface Given {
  /** Whose vote it is: the task, as the key of what was read tells it. */
  task: string;
  /** When it was given, and since when the task had been learning, on that same day; milliseconds. */
  timeMs: number;
  sinceMs: number;
  votes: JsonValue;
}

/**
 * Adds what tasks gave to owners; only owners that `isOurs` accepts. Each is one vote of its task and day. Unknown slots
 * (of another version) are passed over. Gives the number of keys.
 */
export function addVotes(owners: Owners, facts: Facts, detectors: readonly EnabledDetector[], given: readonly Given[], isOurs: (owner: Owner) => boolean, nowMs: number): number {
  const slots = new Map<string, { slot: BaselineSlot; scope: EnabledDetector['detector']['scope'] }>();
  for (const { detector } of detectors) for (const slot of slotsOf(detector)) slots.set(slot.id, { slot, scope: detector.scope });
  const teacher: Teacher = { teachUntilMs: -Infinity, feedFirstMs: {}, onBound: () => undefined };
  let added = 0;
  for (const { task, timeMs, sinceMs, votes } of given.toSorted((left, right) => left.timeMs - right.timeMs)) {
    const voter = hash32(task);
    // The key that it was read from is tied to the task by whoever keeps the store.
    facts.vouchFor(task);
    const touched = new Map<object, AnyKind>();
    for (const { owner, container, slot: id, part: name, key, count } of readVotes(votes)) {
      const known = slots.get(id);
      if (known === undefined || !isOurs(owner)) continue;
      const kind = known.slot.spec.kind as AnyKind;
      if (kind.isPhased) continue;
      const record = owners.of(owner, timeMs);
      const { owner: at, group } = placeOf(record, known.scope, container, 'run', kind);
      const part = partOf(at, group, known.slot, name, timeMs, teacher);
      if (part === undefined) continue;
      for (let at = 0; at < count; at += 1) part.kind.add(part.state, key, { timeMs: Math.min(at === 0 ? sinceMs : timeMs, nowMs), voter, isTaught: false, count: 1 });
      touched.set(part.state as object, part.kind);
      at.isChanged = true;
      added += 1;
    }
    // Once enough was given by then, what later ones bring must be voted.
    for (const [state, kind] of touched) kind.endMinute(state, Math.min(timeMs, nowMs));
  }
  return added;
}

function* readVotes(votes: JsonValue): Generator<OwnVote> {
  let left = keyLimit;
  for (const of of Array.isArray(votes) ? votes : []) {
    const { owner, votes: listed } = (typeof of === 'object' && of !== null && !Array.isArray(of) ? of : {}) as { owner?: unknown; votes?: unknown };
    if (!isOwner(owner) || !Array.isArray(listed)) continue;
    for (const vote of listed as unknown[]) {
      if (left-- <= 0) return;
      const [container, slot, part, key, count] = Array.isArray(vote) ? (vote as unknown[]) : [];
      if (typeof container !== 'string' || typeof slot !== 'string' || typeof part !== 'string' || typeof key !== 'string') continue;
      if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1) continue;
      yield { owner, container: container.slice(0, 255), slot, part: part.slice(0, 512), key: key.slice(0, 512), count: Math.min(count, sightingLimit) };
    }
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  return ['kind', 'account', 'region', 'cluster', 'name'].every((name) => typeof (value as Record<string, unknown>)[name] === 'string');
}
