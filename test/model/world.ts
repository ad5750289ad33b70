/** What the model knows: a stream of shards, the items and parts of a store, and how far each invocation is. Lists are never changed in place. */
import type { LaneRecord, Round } from '../../src/engine/rounds.ts';
import { Violation } from './explore.ts';

/** A record is its number, from 0; a tick the number of its round, from 1, below zero. */
export type Entry = number;

/** Sequence numbers are told apart in one shard only, and grow by a digit on the way. */
const firstSequence = 9;

export function sequenceOf(place: number): string {
  return String(firstSequence + place);
}

export interface Shard {
  parents: number[];
  /** Hash keys from and to. */
  range: [number, number];
  isClosed: boolean;
  entries: Entry[];
  /** Entries that the carrier was told are done. */
  done: number;
}

export interface LaneItem extends LaneRecord {
  version: number;
}

/** What a contribution holds; its name is this as text: `0:4,5 1:6`. */
export type Sections = [after: number, records: number[]][];

export function nameOf(sections: Sections): string {
  return sections.map(([after, records]) => `${after}:${records.join(',')}`).join(' ');
}

function sectionsOf(name: string): Sections {
  return name.split(' ').map((section) => {
    const [after, records] = section.split(':') as [string, string];
    return [Number(after), records.split(',').map(Number)];
  });
}

export type Stage = 'read' | 'pruning' | 'write' | 'commit' | 'delete' | 'lanes' | 'again' | 'parts' | 'state' | 'walk' | 'acknowledge';

export interface Invocation {
  shard: number;
  /** Places of the batch: from, and to without. */
  batch: [number, number];
  stage: Stage;
  /** Given up by the carrier, which will give its batch again: whether it goes on or not. */
  isGivenUp: boolean;
  /** The lane as it was read, or as it begins (version 0). */
  lane?: LaneItem;
  /** Round that was walked through when it looked. */
  pruneTo?: number;
  /** Parts that its commit no longer names, and whether it looks for rounds to close then. */
  dropped?: string[];
  closes?: boolean;
  /** Round that it tries to close. */
  target?: number;
  /** Lanes read so far. */
  lanes?: [shard: number, lane: LaneRecord][];
  /** Contributions read: the name, or null where the part was gone. */
  parts?: (string | null)[];
  /** The state that it holds. */
  state?: { version: number; round: number };
}

export interface World {
  shards: Shard[];
  lanes: (LaneItem | null)[];
  parts: string[];
  /** Shards of each round, from 1. */
  rounds: number[][];
  /** Round walked through, and the version of the state. */
  closed: { version: number; round: number };
  /** Round that walked each record; 0 for none. */
  walked: number[];
  /** Shards that the schedule still has to put its tick into. */
  ticking: number[];
  invocations: Invocation[];
  left: { rounds: number; splits: number; merges: number; faults: number };
}

export function newWorld(shards: number, left: World['left']): World {
  const world: World = {
    shards: [],
    lanes: [],
    parts: [],
    rounds: [],
    closed: { version: 0, round: 0 },
    walked: [],
    ticking: [],
    invocations: [],
    left,
  };
  for (let index = 0; index < shards; index += 1) addShard(world, [], [index * 8, index * 8 + 8]);
  return world;
}

function addShard(world: World, parents: number[], range: [number, number]): void {
  world.shards = [...world.shards, { parents, range, isClosed: false, entries: [], done: 0 }];
  world.lanes = [...world.lanes, null];
}

export function copyOf(world: World): World {
  return { ...world, shards: world.shards.map((shard) => ({ ...shard })), invocations: world.invocations.map((one) => ({ ...one })), left: { ...world.left } };
}

export function keyOf({ shards, lanes, parts, rounds, closed, walked, ticking, invocations, left }: World): string {
  const streamed = shards.map(({ parents, range, isClosed, entries, done }) => `${parents} ${range} ${isClosed} ${entries} ${done}`);
  const applied = lanes.map((lane) => lane && laneText(lane));
  const running = invocations.map(({ lane, lanes: read, state, ...rest }) => `${JSON.stringify(rest)} ${lane && laneText(lane)} ${read?.map(([shard, one]) => `${shard} ${laneText(one)}`).join()} ${state?.version} ${state?.round}`);
  return [streamed.join('/'), applied.join('/'), parts.join('/'), rounds.join('/'), closed.version, closed.round, walked, ticking, running.join('/'), left.rounds, left.splits, left.merges, left.faults].join('|');
}

function laneText({ version, sequence, round, contributions }: LaneRecord & { version?: number }): string {
  return `${version} ${sequence} ${round} ${contributions.map(({ part }) => part).join(';')}`;
}

export function openShards({ shards }: World): number[] {
  return shards.flatMap(({ isClosed }, index) => (isClosed ? [] : [index]));
}

export function putUnder(world: World, hash: number, entry: Entry): void {
  const shard = world.shards.find(({ isClosed, range: [from, to] }) => !isClosed && hash >= from && hash < to)!;
  shard.entries = [...shard.entries, entry];
}

export function split(world: World, shard: number): void {
  const { range: [from, to] } = world.shards[shard]!;
  world.shards[shard]!.isClosed = true;
  addShard(world, [shard], [from, (from + to) / 2]);
  addShard(world, [shard], [(from + to) / 2, to]);
}

/** The open shard whose range follows that of another. */
export function neighbourOf(world: World, shard: number): number | undefined {
  return openShards(world).find((other) => world.shards[other]!.range[0] === world.shards[shard]!.range[1]);
}

export function merge(world: World, shard: number, neighbour: number): void {
  world.shards[shard]!.isClosed = world.shards[neighbour]!.isClosed = true;
  addShard(world, [shard, neighbour], [world.shards[shard]!.range[0], world.shards[neighbour]!.range[1]]);
}

export function isDrained(world: World, shard: number): boolean {
  const { isClosed, entries, done, parents } = world.shards[shard]!;
  return isClosed && done === entries.length && parents.every((parent) => isDrained(world, parent));
}

/** Number of the last tick ahead of a place in a shard, by the stream itself: in the shard or in one before it. */
export function tickAhead({ shards }: World, shard: number, place: number): number {
  const { entries, parents } = shards[shard]!;
  const own = entries.slice(0, place).map((entry) => -entry);
  return Math.max(0, ...own, ...parents.map((parent) => tickAhead({ shards } as World, parent, Infinity)));
}

/** Every record with its shard and place. */
export function* recordsIn({ shards }: World): Generator<{ record: number; shard: number; place: number }> {
  for (const [shard, { entries }] of shards.entries()) {
    for (const [place, record] of entries.entries()) if (record >= 0) yield { record, shard, place };
  }
}

export function roundsIn({ rounds }: World): Map<number, Round> {
  return new Map(rounds.map((shards, index) => [index + 1, { number: index + 1, timeMs: index + 1, shards: shards.map(String) }]));
}

/** A round's walk, with everything that must hold when it is saved. */
export function walkThrough(world: World, round: number, parts: readonly (string | null)[]): void {
  if (round !== world.closed.round + 1) throw new Violation(`round ${round} was closed after round ${world.closed.round}`);
  const places = new Map([...recordsIn(world)].map((one) => [one.record, one]));
  for (const part of parts) {
    if (part === null) throw new Violation(`round ${round} was closed without a contribution that was gone`);
    for (const [after, records] of sectionsOf(part)) {
      if (after !== round - 1) continue;
      for (const record of records) {
        const { shard, place } = places.get(record)!;
        if (world.walked[record] !== 0) throw new Violation(`record ${record} was walked in round ${world.walked[record]} and in round ${round}`);
        const ahead = tickAhead(world, shard, place);
        if (ahead + 1 !== round) throw new Violation(`record ${record}, behind the tick of round ${ahead}, was walked in round ${round}`);
        world.walked = world.walked.with(record, round);
      }
    }
  }
  for (const { record, shard, place } of recordsIn(world)) {
    // A tick that the lane, or one before it, has met already tells nothing.
    const ahead = tickAhead(world, shard, place);
    const isAheadOf = world.shards[shard]!.entries.slice(place).some((entry) => entry < -ahead && entry >= -round);
    if (isAheadOf && world.walked[record] === 0) throw new Violation(`round ${round} was closed without record ${record}, which stands ahead of its tick`);
  }
  world.closed = { version: world.closed.version + 1, round };
}

export function deletePart(world: World, name: string): void {
  for (const [, records] of sectionsOf(name)) {
    for (const record of records) if (world.walked[record] === 0) throw new Violation(`a contribution with record ${record} was deleted before it was walked`);
  }
  world.parts = world.parts.filter((part) => part !== name);
}
