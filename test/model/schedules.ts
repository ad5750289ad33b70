/** Schedules for the real code: ways through the model that differ from a calm one in a few moves. */
import type { Model, Move } from './explore.ts';
import type { World } from './world.ts';

export interface Few {
  /** Somebody is stopped in the middle for somebody else to go on. */
  preemptions: number;
  /** Somebody is given up or dies. */
  faults: number;
  /** Shards that split or merge. */
  reshards: number;
}

type Cost = keyof Few;

/** Yields the names of the moves. */
export function* schedules(model: Model<World>, few: Few): Generator<string[]> {
  function* along(start: World, before: readonly string[], left: Few): Generator<string[]> {
    const branches: { state: World; names: string[]; left: Few }[] = [];
    const names = [...before];
    let state = start;
    for (;;) {
      const moves = model.moves(state);
      const calm = calmest(moves, state, names.at(-1));
      for (const move of moves) {
        if (move === calm) continue;
        const cost = costOf(move.name);
        if (left[cost] === 0) continue;
        branches.push({ state: after(state, move), names: [...names, move.name], left: { ...left, [cost]: left[cost] - 1 } });
      }
      if (calm === undefined) break;
      state = after(state, calm);
      names.push(calm.name);
    }
    yield names;
    for (const branch of branches) yield* along(branch.state, branch.names, branch.left);
  }
  const after = (state: World, move: Move<World>): World => {
    const copy = model.copy(state);
    move.apply(copy);
    return copy;
  };
  yield* along(model.initial, [], few);
}

/** Moves that were found with other rules, as far as these allow them, and then on to the end. */
export function completed(model: Model<World>, wanted: readonly string[]): string[] {
  const names: string[] = [];
  let state = model.initial;
  const make = (move: Move<World>): void => {
    state = model.copy(state);
    move.apply(state);
    names.push(move.name);
  };
  for (const name of wanted) {
    for (;;) {
      const moves = model.moves(state);
      const move = moves.find((one) => one.name === name);
      // Where it has more steps to take, it takes them first.
      const before = moves.find((one) => actorOf(name) !== 'outside' && actorOf(one.name) === actorOf(name) && costOf(one.name) === 'preemptions');
      if (move ?? before) make((move ?? before)!);
      if (move !== undefined || before === undefined) break;
    }
  }
  for (;;) {
    const calm = calmest(model.moves(state), state, names.at(-1));
    if (calm === undefined) return names;
    make(calm);
  }
}

function costOf(name: string): Cost {
  if (name.startsWith('split') || name.startsWith('merge')) return 'reshards';
  return name.startsWith('give up') || name === 'schedule dies' ? 'faults' : 'preemptions';
}

/** Who moves: an invocation, or those outside. */
function actorOf(name: string): string {
  const found = /^(?:deliver )?(late )?(\d+)(?::|$)/.exec(name);
  return found === null ? 'outside' : `${found[1] ?? ''}${found[2]}`;
}

/** What goes on undisturbed: who has begun ends first, then whoever finds something to read; records and rounds take turns. */
function calmest(moves: readonly Move<World>[], { walked, rounds, ticking }: World, before = ''): Move<World> | undefined {
  const calm = moves.filter(({ name, isIdle }) => costOf(name) === 'preemptions' && isIdle !== true);
  const own = calm.find(({ name }) => actorOf(name) === actorOf(before) && actorOf(name) !== 'outside' && !name.startsWith('deliver'));
  if (own !== undefined) return own;
  const tick = calm.find(({ name }) => name.startsWith('tick'));
  if (ticking.length > 0 && tick !== undefined) return tick;
  const running = calm.find(({ name }) => actorOf(name) !== 'outside');
  if (running !== undefined) return running;
  const put = calm.find(({ name }) => name.startsWith('put'));
  return put !== undefined && walked.length <= rounds.length ? put : (calm.find(({ name }) => name === 'round') ?? put);
}
