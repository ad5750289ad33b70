/** Lanes read side by side, one batch ahead each, given in the order in which they come; one that waits holds no other. */

/** A lane that fails ends all: what it throws is thrown. Lanes may be added while others are read. */
export class Lanes<T> {
  private readonly waiting = new Map<AsyncGenerator<T, void, void>, Promise<Settled<T>>>();
  private wake: (() => void) | undefined;

  add(lane: AsyncGenerator<T, void, void>): void {
    this.waiting.set(lane, settled(lane));
    this.wake?.();
  }

  /** A task beside the lanes, which gives nothing; it is waited for, and what it throws is thrown. */
  watch(task: Promise<void>): void {
    this.add(
      (async function* none(): AsyncGenerator<T, void, void> {
        await task;
        yield* [];
      })(),
    );
  }

  /** Until all lanes ended, or the signal aborts. */
  async *read(signal: AbortSignal): AsyncGenerator<T, void, void> {
    try {
      while (!signal.aborted && this.waiting.size > 0) {
        const added = new Promise<undefined>((resolve) => (this.wake = () => resolve(undefined)));
        const first = await Promise.race([added, ...this.waiting.values()]);
        if (first === undefined) continue;
        const { lane, result, failure } = first;
        if (failure !== undefined) throw failure.error;
        if (result?.done === true) {
          this.waiting.delete(lane);
          continue;
        }
        // Behind the others, so that a lane that always has something starves none.
        this.waiting.delete(lane);
        if (result !== undefined) yield result.value as T;
        this.waiting.set(lane, settled(lane));
      }
    } finally {
      // What still waits for its carrier ends by the signal; it is not waited for here.
      for (const lane of this.waiting.keys()) void lane.return().catch(() => undefined);
    }
  }
}

interface Settled<T> {
  lane: AsyncGenerator<T, void, void>;
  result?: IteratorResult<T, void>;
  failure?: { error: unknown };
}

async function settled<T>(lane: AsyncGenerator<T, void, void>): Promise<Settled<T>> {
  try {
    return { lane, result: await lane.next() };
  } catch (error) {
    return { lane, failure: { error } };
  }
}
