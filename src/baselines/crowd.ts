/** Keyed votes under a bound: a full crowd keeps what is settled, and of the rest the smallest hashes. */
import { addBallot, copyBallot, isSettled, type Ballot } from './ballot.ts';
import { hashed } from './hash.ts';
import { emptyLedger, mergeLedgers, type Ledger } from './ledger.ts';

/** Keys an owner may have: a busy service talks to hundreds of owners of addresses, and writes hundreds of kinds of lines. */
export const keyLimit = 4_096;

const hourMs = 3_600_000;
/** Ready when the next addition is of an unseen key with a probability below this. */
const unseenShare = 0.01;
const leastSightings = 200;

export interface Crowd<Entry extends Ballot> {
  ledger: Ledger;
  keys: Record<string, Entry>;
  size: number;
  /** Keys added exactly once. */
  singles: number;
  /** Additions whose key was not kept. */
  dropped: number;
}

interface Ranked {
  key: string;
  hash: number;
}

/** Where a crowd is full: the keys that may go, by ascending hash. Derived, never stored. */
const rankings = new WeakMap<object, Ranked[]>();

export function emptyCrowd<Entry extends Ballot>(): Crowd<Entry> {
  const keys: Record<string, Entry> = Object.create(null);
  return { ledger: emptyLedger(), keys, size: 0, singles: 0, dropped: 0 };
}

function placeOf(ranking: readonly Ranked[], hash: number): number {
  let low = 0;
  let high = ranking.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranking[middle] as Ranked).hash < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ranked(crowd: Crowd<Ballot>, isSettledToo: boolean): Ranked[] {
  const ranking: Ranked[] = [];
  for (const key in crowd.keys) {
    if (isSettledToo || !isSettled(crowd.keys[key] as Ballot)) ranking.push({ key, hash: hashed(key) });
  }
  return ranking.sort((left, right) => left.hash - right.hash || (left.key < right.key ? -1 : 1));
}

/** Takes a key out; what it counted is counted as dropped. */
export function drop(crowd: Crowd<Ballot>, key: string): void {
  crowd.dropped += (crowd.keys[key] as Ballot).sightings;
  remove(crowd, key);
}

export function remove(crowd: Crowd<Ballot>, key: string): boolean {
  const ballot = crowd.keys[key];
  if (ballot === undefined) return false;
  if (ballot.sightings === 1) crowd.singles -= 1;
  crowd.size -= 1;
  delete crowd.keys[key];
  return true;
}

/** Enters a new key, dropping another where the crowd is full; false where the new one has to stay out. */
export function admit<Entry extends Ballot>(
  crowd: Crowd<Entry>,
  key: string,
  entry: Entry,
  isKept: boolean,
  onDrop?: (key: string) => void,
): boolean {
  if (crowd.size >= keyLimit) {
    let ranking = rankings.get(crowd);
    if (ranking === undefined) {
      ranking = ranked(crowd, false);
      rankings.set(crowd, ranking);
    }
    const hash = hashed(key);
    // What was settled or forgotten since it was ranked is skipped.
    let last = ranking.at(-1);
    while (last !== undefined) {
      const known = crowd.keys[last.key];
      if (known !== undefined && !isSettled(known)) break;
      ranking.pop();
      last = ranking.at(-1);
    }
    if (last === undefined || (!isKept && last.hash < hash)) return false;
    ranking.pop();
    onDrop?.(last.key);
    drop(crowd, last.key);
    if (!isKept) ranking.splice(placeOf(ranking, hash), 0, { key, hash });
  } else {
    rankings.delete(crowd);
  }
  crowd.keys[key] = entry;
  crowd.size += 1;
  return true;
}

/** Keeps the count of singles after an addition to a key. */
export function noteSighting(crowd: Crowd<Ballot>, ballot: Ballot): void {
  if (ballot.sightings === 1) crowd.singles += 1;
  else if (ballot.sightings === 2) crowd.singles -= 1;
}

export function mergeCrowds<Entry extends Ballot>(left: Crowd<Entry>, right: Crowd<Entry>): Crowd<Entry> {
  const merged = emptyCrowd<Entry>();
  merged.ledger = mergeLedgers(left.ledger, right.ledger);
  merged.dropped = left.dropped + right.dropped;
  for (const key in left.keys) merged.keys[key] = copyBallot(left.keys[key] as Entry);
  for (const key in right.keys) {
    const known = merged.keys[key];
    if (known === undefined) merged.keys[key] = copyBallot(right.keys[key] as Entry);
    else addBallot(known, right.keys[key] as Entry);
  }
  recount(merged);
  if (merged.size > keyLimit) {
    const ranking = ranked(merged, false);
    const excess = Math.min(merged.size - keyLimit, ranking.length);
    for (const { key } of ranking.slice(ranking.length - excess)) drop(merged, key);
    if (merged.size > keyLimit) for (const { key } of ranked(merged, true).slice(keyLimit)) drop(merged, key);
  }
  return merged;
}

export function recount(crowd: Crowd<Ballot>): void {
  crowd.size = 0;
  crowd.singles = 0;
  for (const key in crowd.keys) {
    crowd.size += 1;
    if ((crowd.keys[key] as Ballot).sightings === 1) crowd.singles += 1;
  }
}

/**
 * Good-Turing (Good, Biometrika 1953): the share of additions that stayed the only one of their key estimates the
 * probability that the next is of an unseen key. An addition, a task in a minute, is the unit: a burst is one sighting.
 */
export function hasSeenEnough(ledger: Ledger, singles: number): boolean {
  if (ledger.sightings < leastSightings || ledger.lastMs - ledger.firstMs < hourMs) return false;
  return singles < unseenShare * ledger.sightings;
}
