/** A receiver that runs, and what came out of it. */
import type { TestContext } from 'node:test';
import { systemClock, type Clock, type LiveBatch, type TellCoverage } from '#contract';
import type { Receiver } from '../../../src/sources/firelens/index.ts';

export interface Received {
  /** Where it listens. */
  address: string;
  source: Receiver;
  /** Lines so far. */
  lines: () => Record<string, unknown>[];
  /** What it said of its coverage so far. */
  coverage: { state: string; detail: string }[];
  blocks: Buffer[];
  batches: LiveBatch[];
  /** Resolves when `is` holds; fails after ten seconds. */
  until(is: () => boolean, what: string): Promise<void>;
  /** Lets go of what was received so far. */
  forget(): void;
  stop(): Promise<void>;
}

export async function until(is: () => boolean, what: string, patienceMs = 10_000): Promise<void> {
  const startMs = performance.now();
  while (!is()) {
    if (performance.now() - startMs > patienceMs) throw new Error(`${what} did not come`);
    await systemClock.sleep(5);
  }
}

/** Reads until the test is over. With `isRead` false nobody takes a batch after the first. */
export async function receiving(context: TestContext, make: (tell: TellCoverage) => Receiver, { isRead = () => true }: { isRead?: () => boolean } = {}): Promise<Received> {
  const stop = new AbortController();
  const coverage: Received['coverage'] = [];
  const source = make((state, detail) => coverage.push({ state, detail }));
  const blocks: Buffer[] = [];
  const batches: LiveBatch[] = [];
  const reading = (async () => {
    for await (const batch of source.read(new Map(), stop.signal)) {
      batches.push(batch);
      for (const { content } of batch.records) blocks.push(content as Buffer);
      while (!isRead() && !stop.signal.aborted) await systemClock.sleep(10);
    }
  })();
  let failure: unknown;
  reading.catch((error: unknown) => (failure = error));
  await until(() => failure !== undefined || source.address() !== undefined, 'the receiver’s address');
  if (failure !== undefined) throw failure;
  const end = async (): Promise<void> => {
    stop.abort();
    await reading;
  };
  context.after(end);
  let parsed = 0;
  const lines: Record<string, unknown>[] = [];
  const look = (): void => {
    for (; parsed < blocks.length; parsed += 1) {
      for (const text of blocks[parsed]!.toString().split('\n')) {
        if (text === '') continue;
        lines.push(JSON.parse(text) as Record<string, unknown>);
      }
    }
  };
  return {
    address: source.address()!, source, coverage, blocks, batches, until, stop: end,
    forget() {
      blocks.length = 0;
      batches.length = 0;
      parsed = 0;
    },
    lines() {
      look();
      return lines;
    },
  };
}

/** The clock of the machine, put forward by hand: waiting is real, and rates of what is told are not. */
export function movedClock(): Clock & { aheadMs: number } {
  const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 20), signal) };
  return clock;
}
