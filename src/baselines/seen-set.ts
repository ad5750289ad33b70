/** Sets of things seen, with the votes of each: destinations, API calls, names. */
import type { Asking, BaselineKind, JsonValue, SetView, Standing, Vote } from '#contract';
import { packBallot, unpackBallot, voterTable } from './ballot-pack.ts';
import { acceptBallot, addVote, emptyBallot, standing, type Ballot } from './ballot.ts';
import { admit, emptyCrowd, hasSeenEnough, mergeCrowds, noteSighting, recount, remove, type Crowd } from './crowd.ts';
import { hashed } from './hash.ts';
import { becomeReady, enter, LedgerView, packLedger, unpackLedger } from './ledger.ts';

/** Longer keys (hostile ones) keep their beginning and a hash of the whole. */
const keyLength = 512;

export type SeenState = Crowd<Ballot>;

function boundedKey(key: string): string {
  return key.length <= keyLength ? key : `${key.slice(0, keyLength)}~${hashed(key).toString(16)}`;
}

function addKey(state: SeenState, value: string, vote: Vote): void {
  const key = boundedKey(value);
  enter(state.ledger, vote);
  let ballot = state.keys[key];
  if (ballot === undefined) {
    ballot = emptyBallot();
    if (!admit(state, key, ballot, vote.isTaught)) {
      state.dropped += 1;
      return;
    }
  }
  addVote(ballot, vote.timeMs, vote.voter, vote);
  noteSighting(state, ballot);
}

class SeenView extends LedgerView implements SetView {
  readonly state: SeenState;
  constructor(state: SeenState, asking: Asking) {
    super(state.ledger, asking);
    this.state = state;
  }
  get size(): number {
    return this.state.size;
  }
  get isOverflowing(): boolean {
    return this.state.dropped > 0;
  }
  of(key: string): Standing {
    return standing(this.state.keys[boundedKey(key)], this.asking, this.ledger.readyMs);
  }
}

/** Seen-set with votes, of at most 4,096 keys. */
export const seenSet: BaselineKind<SeenState, string, SetView> = {
  name: 'seen-set',
  isPhased: false,
  empty: () => emptyCrowd<Ballot>(),
  add: addKey,
  merge: (left, right) => mergeCrowds(left, right),
  view: (state, asking) => new SeenView(state, asking),
  endTeaching: (state, timeMs) => becomeReady(state.ledger, timeMs),

  endMinute(state, timeMs) {
    if (state.ledger.readyMs !== null) return;
    // What was not kept may have been seen only once: it counts as such.
    if (hasSeenEnough(state.ledger, state.singles + state.dropped)) becomeReady(state.ledger, timeMs);
  },

  accept(state, value) {
    const key = boundedKey(value);
    let ballot = state.keys[key];
    if (ballot === undefined) {
      ballot = emptyBallot();
      if (!admit(state, key, ballot, true)) return false;
    }
    acceptBallot(ballot);
    return true;
  },

  forget: (state, value) => remove(state, boundedKey(value)),

  pack(state) {
    const keys = Object.keys(state.keys).sort();
    const ballots = keys.map((key) => state.keys[key] as Ballot);
    const { voters, places } = voterTable(ballots);
    const { firstMs } = state.ledger;
    return [packLedger(state.ledger), state.dropped, keys, ballots.map((ballot) => packBallot(ballot, firstMs, places)), voters];
  },

  unpack(packed) {
    const [ledger, dropped, keys, rows, voters] = packed as [JsonValue, number, string[], number[][], number[]];
    const state = emptyCrowd<Ballot>();
    state.ledger = unpackLedger(ledger);
    state.dropped = dropped;
    for (const [at, key] of keys.entries()) {
      state.keys[key] = unpackBallot(rows[at] as number[], state.ledger.firstMs, voters);
    }
    recount(state);
    return state;
  },

  describe: (state, asking, limit) => describeBallots(Object.entries(state.keys), asking, state.ledger.readyMs, limit),
};

/** Rows for people: what is not usual first, then the latest. */
export function describeBallots(
  named: readonly (readonly [string, Ballot])[],
  asking: Asking,
  readyMs: number | null,
  limit: number,
): Record<string, string | number>[] {
  return named
    .map(([what, ballot]) => ({ what, found: standing(ballot, asking, readyMs) }))
    .sort(
      (left, right) =>
        Number(left.found.isUsual) - Number(right.found.isUsual) ||
        right.found.firstSeenMs - left.found.firstSeenMs ||
        (left.what < right.what ? -1 : 1),
    )
    .slice(0, limit)
    .map(({ what, found }) => ({
      what,
      standing: found.isUnconfirmed ? 'unconfirmed' : found.isUsual ? 'usual' : 'new',
      count: found.count,
      firstSeenMs: found.firstSeenMs,
      lastSeenMs: found.lastSeenMs,
      days: found.days,
      tasks: found.tasks,
    }));
}
