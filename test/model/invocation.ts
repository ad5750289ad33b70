/** The steps of an invocation: a batch to its lane, then the rounds that it may have completed. */
import { compareSequence, newLane, type LaneRecord } from '../../src/engine/rounds.ts';
import type { Move } from './explore.ts';
import type { Settings } from './rules.ts';
import { deletePart, nameOf, roundsIn, sequenceOf, walkThrough, type Invocation, type Sections, type World } from './world.ts';

/**
 * Nobody else can see these steps or be seen by them, but for what they allow afterwards: whether others go first makes
 * no difference, so others wait. Whether somebody is given up before them is still tried.
 */
export const isAlone: ReadonlySet<Invocation['stage']> = new Set(['write', 'acknowledge']);

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
export function* step(world: World, index: number, settings: Settings): Generator<Move<World>> {
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

export const steps: Record<Invocation['stage'], (world: World, one: Invocation, settings: Settings) => void> = {
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
