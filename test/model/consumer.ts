/** The model: who does what next. The steps are those of the real code, which `driver.ts` makes take the same way. */
import { compareSequence, hasPassed, laneAfter, newLane, type LaneRecord, type Round } from '../../src/engine/rounds.ts';
import { Violation, type Model, type Move } from './explore.ts';
import {
  copyOf, deletePart, isDrained, keyOf, merge, nameOf, neighbourOf, newWorld, openShards, putUnder, recordsIn, roundsIn, sequenceOf, split, tickAhead, walkThrough,
  type Invocation, type Sections, type World,
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

/** Each as in the code; a test puts a wrong one in its place. */
export interface Rules {
  hasPassed: (number: number, rounds: ReadonlyMap<number, Round>, lanes: ReadonlyMap<string, LaneRecord>, world: World) => boolean;
  /** Where a lane begins that has no item. */
  begin: (world: World, shard: number) => LaneRecord;
  isLaneConditional: boolean;
  isCloserConditional: boolean;
  /** Whether lanes are read once more when a round has passed. */
  readsLanesAgain: boolean;
  /** A contribution whose sections all came before this round is dropped, when so many rounds are walked. */
  pruneBelow: (closed: number) => number;
  /** Whether who reads a batch again looks for rounds to close. */
  repeatsClose: boolean;
}

/** The nearest lanes before it that were ever written; without any it begins where the walk is. */
function begin(world: World, shard: number): LaneRecord {
  const before = (parents: readonly number[]): LaneRecord[] => parents.flatMap((parent) => world.lanes[parent] ?? before(world.shards[parent]!.parents));
  const known = before(world.shards[shard]!.parents);
  return known.length === 0 ? { ...newLane, round: world.closed.round } : laneAfter(known);
}

export const rules: Rules = { hasPassed, begin, isLaneConditional: true, isCloserConditional: true, readsLanesAgain: true, pruneBelow: (closed) => closed, repeatsClose: true };

export interface Settings extends Rules {
  readsSlowly: boolean;
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

/**
 * Nobody else can see these steps or be seen by them, but for what they allow afterwards: whether others go first makes
 * no difference, so others wait. Whether somebody is given up before them is still tried.
 */
const isAlone: ReadonlySet<Invocation['stage']> = new Set(['write', 'acknowledge']);

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

/** What a batch adds to its lane: entries applied for the first time, and what stands between its ticks. */
function reduce({ shards }: World, { shard, batch: [from, to] }: Invocation, lane: LaneRecord) {
  const sections: Sections = [];
  let { round, sequence } = lane;
  let between: number[] = [];
  let news = 0;
  const end = (): void => {
    if (between.length > 0) sections.push([round, between]);
    between = [];
  };
  for (let place = from; place < to; place += 1) {
    const entry = shards[shard]!.entries[place]!;
    if (compareSequence(sequenceOf(place), lane.sequence) <= 0) continue;
    news += 1;
    sequence = sequenceOf(place);
    if (entry >= 0) between.push(entry);
    else if (-entry > round) {
      end();
      round = -entry;
    }
  }
  end();
  return { sections, round, sequence, news, hasTick: round > lane.round, isRepeated: news < to - from };
}

/** The next step of an invocation, and that it is given up before it. */
function* step(world: World, index: number, settings: Settings): Generator<Move<World>> {
  const { shard, stage, isGivenUp } = world.invocations[index]!;
  yield {
    name: `${isGivenUp ? 'late ' : ''}${shard}: ${stage}`,
    isIdle: isGivenUp,
    apply: (w) => {
      const one = w.invocations[index]!;
      steps[stage](w, one, settings);
      if (one.stage === 'acknowledge' && one.isGivenUp) w.invocations.splice(index, 1);
    },
  };
  if (!isGivenUp && world.left.faults > 0) {
    yield {
      name: `give up ${shard}`,
      apply: (w) => {
        w.left.faults -= 1;
        w.invocations[index]!.isGivenUp = true;
        if (stage === 'acknowledge') w.invocations.splice(index, 1);
      },
    };
  }
}

const steps: Record<Invocation['stage'], (world: World, one: Invocation, settings: Settings) => void> = {
  read(world, one, settings) {
    const item = world.lanes[one.shard];
    one.lane = item ?? { version: 0, ...settings.begin(world, one.shard) };
    const { news, hasTick, sections } = reduce(world, one, one.lane);
    if (news === 0) goOn(one, settings.repeatsClose);
    else one.stage = hasTick ? 'pruning' : sections.length > 0 ? 'write' : 'commit';
  },

  /** Looks how far the walk is. */
  pruning(world, one) {
    one.pruneTo = world.closed.round;
    one.stage = reduce(world, one, one.lane!).sections.length > 0 ? 'write' : 'commit';
  },

  write(world, one) {
    const name = nameOf(reduce(world, one, one.lane!).sections);
    if (!world.parts.includes(name)) world.parts = [...world.parts, name].sort();
    one.stage = 'commit';
  },

  commit(world, one, settings) {
    const lane = one.lane!;
    const { sections, round, sequence, hasTick, isRepeated } = reduce(world, one, lane);
    const now = world.lanes[one.shard]?.version ?? 0;
    if (settings.isLaneConditional && now !== lane.version) {
      // The whole batch is tried again, from the lane as it is now.
      delete one.lane;
      delete one.pruneTo;
      steps.read(world, one, settings);
      return;
    }
    const below = hasTick ? settings.pruneBelow(one.pruneTo!) : 0;
    const kept = lane.contributions.filter(({ after: [, last] }) => last >= below);
    const dropped = lane.contributions.filter((contribution) => !kept.includes(contribution)).map(({ part }) => part);
    if (sections.length > 0) kept.push({ part: nameOf(sections), after: [sections[0]![0], sections.at(-1)![0]] });
    world.lanes = world.lanes.with(one.shard, { version: now + 1, sequence, round, tickMs: round, contributions: kept });
    // Who met a tick may have completed a round; who reads a batch again may do so for somebody that died behind its commit.
    goOn(one, hasTick || (isRepeated && settings.repeatsClose), dropped);
  },

  delete(world, one) {
    for (const name of one.dropped!) deletePart(world, name);
    goOn(one, one.closes!);
  },

  /** Reads the round walked through, then the lanes. */
  lanes(world, one, settings) {
    one.target ??= world.closed.round + 1;
    const lanes = [...(one.lanes ?? [])];
    one.lanes = lanes;
    for (;;) {
      const next = world.lanes.findIndex((lane, shard) => lane !== null && shard > (lanes.at(-1)?.[0] ?? -1));
      if (next < 0) break;
      const lane = world.lanes[next]!;
      // Where all are read again, of the first reading only this is used.
      lanes.push([next, settings.readsLanesAgain ? { ...newLane, round: lane.round } : lane]);
      if (settings.readsSlowly && world.lanes.some((other, shard) => other !== null && shard > next)) return;
    }
    if (settings.hasPassed(one.target, roundsIn(world), new Map(lanes.map(([shard, lane]) => [String(shard), lane])), world)) one.stage = settings.readsLanesAgain ? 'again' : 'parts';
    else finish(one);
  },

  again(world, one) {
    one.lanes = world.lanes.flatMap((lane, shard) => (lane === null ? [] : [[shard, lane] as [number, LaneRecord]]));
    one.stage = 'parts';
  },

  parts(world, one) {
    const after = one.target! - 1;
    const named = one.lanes!.flatMap(([, { contributions }]) => contributions.filter(({ after: [first, last] }) => first <= after && after <= last).map(({ part }) => part));
    one.parts = named.map((name) => (world.parts.includes(name) ? name : null));
    delete one.lanes;
    one.stage = one.state === undefined ? 'state' : 'walk';
  },

  state(world, one) {
    if (world.closed.round === one.target! - 1) {
      one.state = { ...world.closed };
      one.stage = 'walk';
    } else goOn(one, true);
  },

  walk(world, one, settings) {
    if (settings.isCloserConditional && one.state!.version !== world.closed.version) {
      goOn(one, true);
      return;
    }
    walkThrough(world, one.target!, one.parts!);
    one.state = { ...world.closed };
    one.target! += 1;
    delete one.parts;
    one.stage = 'lanes';
  },

  acknowledge(world, one) {
    world.shards[one.shard]!.done = one.batch[1];
    world.invocations.splice(world.invocations.indexOf(one), 1);
  },
};

/** From a step on nothing read before it is used: it is forgotten, so that states that differ in nothing else are one. */
function goOn(one: Invocation, closes: boolean, dropped: readonly string[] = []): void {
  finish(one);
  if (dropped.length > 0) Object.assign(one, { stage: 'delete', dropped, closes });
  else if (closes) one.stage = 'lanes';
}

function finish(one: Invocation): void {
  const { shard, batch, isGivenUp } = one;
  for (const key of Object.keys(one)) delete one[key as keyof Invocation];
  Object.assign(one, { shard, batch, stage: 'acknowledge', isGivenUp });
}
