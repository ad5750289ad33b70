/** The votes one key has: sums that commute, and the rule by which they make it usual. */
import type { Asking, Standing, Vote } from '#contract';

export const minuteMs = 60_000;
export const dayMs = 86_400_000;

/** Days and voters that make a novelty usual, and the least time between first and last sighting. */
export const votePolicy = {
  days: 3,
  tasks: 3,
  taskDays: 2,
  apartMs: dayMs,
  /** What was seen while learning and not voted is forgotten so long after the baseline became ready. */
  unconfirmedMs: 7 * dayMs,
  /** What was not seen for so long is forgotten: a quarter covers monthly and most seasonal jobs. */
  idleMs: 92 * dayMs,
} as const;

/** Three decide; eight leave room for voters that nothing vouches for, and fit one line of an alert. */
const voterLimit = 8;
/** Three decide; eight say "a week and more". */
const dayLimit = 8;

const taught = 1;
const accepted = 2;

export interface Ballot {
  /** Observations. */
  count: number;
  /** Additions: a task saw it in a minute. */
  sightings: number;
  firstMs: number;
  lastMs: number;
  /** The earliest days, as days since 1970, ascending. */
  days: number[];
  /** The smallest hashes of voters, ascending. */
  voters: number[];
  /** Two per voter: the earliest two days it voted, -1 for none. Two are all that the rule can ask for. */
  voterDays: number[];
  /** Bits: 1 taught, 2 accepted by a person. */
  marks: number;
}

export function emptyBallot(): Ballot {
  return { count: 0, sightings: 0, firstMs: 0, lastMs: 0, days: [], voters: [], voterDays: [], marks: 0 };
}

/** Puts a day among the earliest; true where that changed them. */
export function noteDay(days: number[], day: number, limit: number): boolean {
  const { length } = days;
  if (length > 0 && days[length - 1] === day) return false;
  let at = length;
  while (at > 0 && (days[at - 1] as number) > day) at -= 1;
  if (at > 0 && days[at - 1] === day) return false;
  if (at >= limit) return false;
  days.splice(at, 0, day);
  if (days.length > limit) days.pop();
  return true;
}

function noteVoter(ballot: Ballot, voter: number, day: number): boolean {
  const { voters, voterDays } = ballot;
  let at = 0;
  while (at < voters.length && (voters[at] as number) < voter) at += 1;
  if (voters[at] !== voter) {
    if (at >= voterLimit) return false;
    voters.splice(at, 0, voter);
    voterDays.splice(2 * at, 0, day, -1);
    if (voters.length > voterLimit) {
      voters.pop();
      voterDays.length = 2 * voterLimit;
    }
    return true;
  }
  const first = voterDays[2 * at] as number;
  const second = voterDays[2 * at + 1] as number;
  if (day === first || day === second) return false;
  if (day < first) {
    voterDays[2 * at + 1] = first;
    voterDays[2 * at] = day;
    return true;
  }
  if (second !== -1 && day > second) return false;
  voterDays[2 * at + 1] = day;
  return true;
}

/** Usual by days alone, whoever voted: once so, always so. */
export function isVotedByDays(ballot: Ballot): boolean {
  return ballot.days.length >= votePolicy.days && ballot.lastMs - ballot.firstMs >= votePolicy.apartMs;
}

/** Usual whoever is asked to vouch. */
export function isSettled(ballot: Ballot): boolean {
  return ballot.marks !== 0 || isVotedByDays(ballot);
}

/** Adds a vote of a voter at a time; true where the standing may have changed, false where only the count did. */
export function addVote(ballot: Ballot, timeMs: number, voter: number, vote: Vote): boolean {
  const isFirst = ballot.sightings === 0;
  const wasVoted = isVotedByDays(ballot);
  ballot.count += vote.count;
  ballot.sightings += 1;
  if (isFirst || timeMs < ballot.firstMs) ballot.firstMs = timeMs;
  if (isFirst || timeMs > ballot.lastMs) ballot.lastMs = timeMs;
  const day = Math.floor(timeMs / dayMs);
  const { days } = ballot;
  let isChanged = isFirst;
  if (days[days.length - 1] !== day) isChanged = noteDay(days, day, dayLimit) || isChanged;
  if (voter !== 0) isChanged = noteVoter(ballot, voter >>> 0, day) || isChanged;
  if (vote.isTaught && (ballot.marks & taught) === 0) {
    ballot.marks |= taught;
    isChanged = true;
  }
  return isChanged || (!wasVoted && isVotedByDays(ballot));
}

export function acceptBallot(ballot: Ballot): void {
  ballot.marks |= accepted;
}

/** Adds all of `from` to `into`. */
export function addBallot(into: Ballot, from: Ballot): void {
  if (from.sightings > 0) {
    if (into.sightings === 0 || from.firstMs < into.firstMs) into.firstMs = from.firstMs;
    if (into.sightings === 0 || from.lastMs > into.lastMs) into.lastMs = from.lastMs;
  }
  into.count += from.count;
  into.sightings += from.sightings;
  into.marks |= from.marks;
  for (const day of from.days) noteDay(into.days, day, dayLimit);
  for (const [at, voter] of from.voters.entries()) {
    noteVoter(into, voter, from.voterDays[2 * at] as number);
    const second = from.voterDays[2 * at + 1] as number;
    if (second !== -1) noteVoter(into, voter, second);
  }
}

export function copyBallot<Entry extends Ballot>(ballot: Entry): Entry {
  return { ...ballot, days: [...ballot.days], voters: [...ballot.voters], voterDays: [...ballot.voterDays] };
}

/** Enough voters on enough days, if somebody vouches for them. */
export function mayBeVouched(ballot: Ballot): boolean {
  return ballot.voters.length >= votePolicy.tasks && ballot.lastMs - ballot.firstMs >= votePolicy.apartMs;
}

function isVotedByTasks(ballot: Ballot, isVouched: Asking['isVouched']): boolean {
  if (!mayBeVouched(ballot)) return false;
  let tasks = 0;
  let firstDay = -1;
  let hasSecondDay = false;
  const { voters } = ballot;
  for (let at = 0; at < voters.length; at += 1) {
    if (!isVouched(voters[at] as number)) continue;
    tasks += 1;
    const first = ballot.voterDays[2 * at] as number;
    if (firstDay === -1) firstDay = first;
    if (first !== firstDay || ballot.voterDays[2 * at + 1] !== -1) hasSecondDay = true;
    if (tasks >= votePolicy.tasks && hasSecondDay) return true;
  }
  return false;
}

/** Until when what was seen while learning is usual without votes; Infinity while nothing is ready. */
export function unconfirmedUntilMs(readyMs: number | null): number {
  return readyMs === null ? Infinity : readyMs + votePolicy.unconfirmedMs;
}

export type Verdict = 'new' | 'unconfirmed' | 'usual';

/** What the votes say at the time of asking; a pure function of its arguments. */
export function verdict(ballot: Ballot, asking: Asking, readyMs: number | null): Verdict {
  if ((ballot.marks & accepted) !== 0) return 'usual';
  if (ballot.sightings === 0 || asking.timeMs - ballot.lastMs > votePolicy.idleMs) return 'new';
  if (isSettled(ballot) || isVotedByTasks(ballot, asking.isVouched)) return 'usual';
  const wasLearning = readyMs === null || ballot.firstMs < readyMs;
  return wasLearning && asking.timeMs < unconfirmedUntilMs(readyMs) ? 'unconfirmed' : 'new';
}

export function standing(ballot: Ballot | undefined, asking: Asking, readyMs: number | null): Standing {
  if (ballot === undefined) {
    return { isUsual: false, isUnconfirmed: false, count: 0, firstSeenMs: 0, lastSeenMs: 0, days: 0, tasks: 0 };
  }
  const says = verdict(ballot, asking, readyMs);
  return {
    isUsual: says !== 'new',
    isUnconfirmed: says === 'unconfirmed',
    count: ballot.count,
    firstSeenMs: ballot.firstMs,
    lastSeenMs: ballot.lastMs,
    days: ballot.days.length,
    tasks: ballot.voters.length,
  };
}
