/** Ballots as rows of small whole numbers, as stored. */
import type { JsonValue } from '#contract';
import { dayMs, type Ballot } from './ballot.ts';

/** Numbers only: [count, extra, marks, first, last, days…] with times from `baseMs`, voters as places in `voters`. */
export function packBallot(ballot: Ballot, baseMs: number, places: ReadonlyMap<number, number>): JsonValue[] {
  const baseDay = Math.floor(baseMs / dayMs);
  const row: number[] = [
    ballot.count,
    ballot.sightings - ballot.count,
    ballot.marks,
    ballot.firstMs - baseMs,
    ballot.lastMs - ballot.firstMs,
    ballot.days.length,
  ];
  let last = baseDay;
  for (const day of ballot.days) {
    row.push(day - last);
    last = day;
  }
  for (const [at, voter] of ballot.voters.entries()) {
    const first = ballot.voterDays[2 * at] as number;
    const second = ballot.voterDays[2 * at + 1] as number;
    row.push(places.get(voter) as number, first - baseDay, second === -1 ? 0 : second - first);
  }
  return row;
}

export function unpackBallot(row: readonly number[], baseMs: number, voters: readonly number[]): Ballot {
  const [count = 0, extra = 0, marks = 0, first = 0, span = 0, dayCount = 0] = row;
  const ballot: Ballot = {
    count,
    sightings: count + extra,
    firstMs: baseMs + first,
    lastMs: baseMs + first + span,
    days: [],
    voters: [],
    voterDays: [],
    marks,
  };
  const baseDay = Math.floor(baseMs / dayMs);
  let last = baseDay;
  let at = 6;
  for (; at < 6 + dayCount; at += 1) {
    last += row[at] as number;
    ballot.days.push(last);
  }
  for (; at + 2 < row.length; at += 3) {
    const day = baseDay + (row[at + 1] as number);
    const more = row[at + 2] as number;
    ballot.voters.push(voters[row[at] as number] as number);
    ballot.voterDays.push(day, more === 0 ? -1 : day + more);
  }
  return ballot;
}

/** All voters of some ballots, ascending, and the place of each. */
export function voterTable(ballots: Iterable<Ballot>): { voters: number[]; places: Map<number, number> } {
  const all = new Set<number>();
  for (const ballot of ballots) for (const voter of ballot.voters) all.add(voter);
  const voters = [...all].sort((left, right) => left - right);
  return { voters, places: new Map(voters.map((voter, place) => [voter, place])) };
}
