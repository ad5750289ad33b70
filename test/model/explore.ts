/** Depth-first search through every state that moves lead to; each state is entered once. */

export interface Move<State> {
  name: string;
  /** Makes the state what it is after the move; it is a copy. Throws a `Violation`. */
  apply(state: State): void;
  /** Made by somebody given up: an end is an end whether or not it is made. */
  isIdle?: boolean;
}

export interface Model<State> {
  initial: State;
  copy(state: State): State;
  /** Tells states apart. */
  keyOf(state: State): string;
  /** What can happen next, in a fixed order. */
  moves(state: State): readonly Move<State>[];
  /** A state in which nothing else needs to happen. Throws a `Violation` where it must not be one. */
  end(state: State): void;
}

/** What must never be. */
export class Violation extends Error {}

export interface Explored {
  states: number;
  ends: number;
  /** The first that was found, with the moves that led there. */
  violation: { message: string; moves: string[] } | undefined;
}

/** More states are too many for a test: then the model is too large, and the search has proved nothing. */
const mostStates = 2_000_000;

export function explore<State>(model: Model<State>): Explored {
  const { initial } = model;
  const seen = new Set([model.keyOf(initial)]);
  const path: { state: State; moves: readonly Move<State>[]; next: number }[] = [{ state: initial, moves: model.moves(initial), next: 0 }];
  let ends = 0;
  const found = (error: unknown, last: string[]): Explored => {
    if (!(error instanceof Violation)) throw error;
    return { states: seen.size, ends, violation: { message: error.message, moves: [...path.slice(0, -1).map(({ moves, next }) => moves[next - 1]!.name), ...last] } };
  };
  for (;;) {
    const at = path.at(-1);
    if (at === undefined) return { states: seen.size, ends, violation: undefined };
    const move = at.moves[at.next];
    if (move === undefined) {
      path.pop();
      continue;
    }
    at.next += 1;
    const state = model.copy(at.state);
    try {
      move.apply(state);
    } catch (error) {
      return found(error, [move.name]);
    }
    const key = model.keyOf(state);
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > mostStates) throw new Error(`more than ${mostStates} states`);
    const moves = model.moves(state);
    path.push({ state, moves, next: 0 });
    if (moves.some(({ isIdle }) => isIdle !== true)) continue;
    ends += 1;
    try {
      model.end(state);
    } catch (error) {
      return found(error, []);
    }
  }
}
