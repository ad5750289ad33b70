/** Turns: work of several kinds that must not overlap, one piece after the other, in the order in which it was asked for. */

export type Turn = <Result>(work: () => Promise<Result> | Result) => Promise<Result>;

export function oneAtATime(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // One piece that fails is its asker's trouble, not that of those who wait behind it.
    last = turn.catch(() => undefined);
    return turn;
  };
}
