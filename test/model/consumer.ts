/** The model: who does what next. The steps are those of the real code, which `driver.ts` makes take the same way. */
import { Violation, type Model, type Move } from './explore.ts';
import { isAlone, step, steps } from './invocation.ts';
import { rules, type Rules, type Settings } from './rules.ts';
import {
  copyOf, isDrained, keyOf, merge, neighbourOf, newWorld, openShards, putUnder, recordsIn, split, tickAhead,
  type Invocation, type World,
} from './world.ts';

export interface Size {
  shards: number;
  /** Hash keys of the records, in order. Shards are 8 wide. */
  records: readonly number[];
  rounds: number;
  splits?: number;
  merges?: number;
  /** Invocations given up, batches given again, schedules that die. */
  faults?: number;
  /** Entries of a batch at most. */
  batch?: number;
  /** Moves made already when the search begins. */
  begun?: readonly string[];
  /** The stream is complete before the first is read, in every way in which it can come to be; batches are as long as they may be. */
  isComplete?: boolean;
  /** Lanes are read one by one, with steps of others between them, as a database answers page by page. */
  readsSlowly?: boolean;
}

export function consumer(size: Size, wrong: Partial<Rules> = {}): Model<World> {
  const { shards, records, rounds, splits = 0, merges = 0, faults = 0, batch = 2, begun = [], isComplete = false, readsSlowly = false } = size;
  const settings: Settings = { ...rules, ...wrong, readsSlowly };
  const model: Model<World> = {
    initial: newWorld(shards, { rounds, splits, merges, faults }),
    copy: copyOf,
    keyOf,
    moves(world) {
      const urgent = world.invocations.findIndex(({ stage, isGivenUp }) => isAlone.has(stage) && !isGivenUp);
      if (urgent >= 0) return [...step(world, urgent, settings)];
      const made = [...outside(world, records)];
      if (isComplete && made.length > 0) return made;
      return [...made, ...deliveries(world, batch, settings), ...world.invocations.flatMap((_, index) => [...step(world, index, settings)])];
    },
    end(world) {
      if (world.closed.round !== rounds) throw new Violation(`everything is delivered, and only ${world.closed.round} of ${rounds} rounds are closed`);
      for (const { record, shard, place } of recordsIn(world)) {
        const ahead = tickAhead(world, shard, place);
        if (ahead < rounds && world.walked[record] === 0) throw new Violation(`record ${record}, behind the tick of round ${ahead}, was never walked`);
      }
    },
  };
  for (const name of begun) model.moves(model.initial).find((move) => move.name === name)!.apply(model.initial);
  return model;
}

/** Records, the schedule, and shards that split and merge. */
function* outside(world: World, records: readonly number[]): Generator<Move<World>> {
  const { left, ticking, shards, walked } = world;
  const next = walked.length;
  const hash = records[next];
  if (hash !== undefined) {
    yield {
      name: `put ${next}`,
      apply: (w) => {
        putUnder(w, hash, next);
        w.walked = [...w.walked, 0];
      },
    };
  }
  const round = world.rounds.length;
  // The last round comes when all is calm: one that its shards cannot all meet waits for the next.
  if (ticking.length === 0 && left.rounds > 0) {
    yield {
      name: 'round',
      apply: (w) => {
        w.left.rounds -= 1;
        if (w.left.rounds === 0) w.left.splits = w.left.merges = 0;
        w.ticking = openShards(w);
        w.rounds = [...w.rounds, w.ticking];
      },
    };
  }
  // In the order of the list: what comes between two of them may as well come before or after both.
  const [shard] = ticking;
  if (shard !== undefined) {
    yield {
      name: `tick ${shard}`,
      apply: (w) => {
        putUnder(w, w.shards[shard]!.range[0], -round);
        w.ticking = w.ticking.slice(1);
      },
    };
    if (left.rounds > 0 && left.faults > 0) {
      yield {
        name: 'schedule dies',
        apply: (w) => {
          w.left.faults -= 1;
          w.ticking = [];
        },
      };
    }
  }
  for (const open of openShards(world)) {
    const [from, to] = shards[open]!.range;
    if (left.splits > 0 && to - from > 1) {
      yield {
        name: `split ${open}`,
        apply: (w) => {
          w.left.splits -= 1;
          split(w, open);
        },
      };
    }
    const neighbour = neighbourOf(world, open);
    if (left.merges > 0 && neighbour !== undefined) {
      yield {
        name: `merge ${open}`,
        apply: (w) => {
          w.left.merges -= 1;
          merge(w, open, neighbour);
        },
      };
    }
  }
}

/** A batch of a shard may go to an invocation, which reads the lane; shards are read after those before them. */
function* deliveries(world: World, most: number, settings: Settings): Generator<Move<World>> {
  for (const [shard, { entries, done, parents }] of world.shards.entries()) {
    if (done === entries.length || !parents.every((parent) => isDrained(world, parent))) continue;
    if (world.invocations.some((one) => one.shard === shard && !one.isGivenUp)) continue;
    const batch: [number, number] = [done, Math.min(entries.length, done + most)];
    yield {
      name: `deliver ${shard}`,
      apply(w) {
        const one: Invocation = { shard, batch, stage: 'read', isGivenUp: false };
        w.invocations = [...w.invocations, one].sort((left, right) => left.shard - right.shard);
        steps.read(w, one, settings);
      },
    };
  }
}
