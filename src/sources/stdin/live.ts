/** The live source `stdin`: complete lines as they come, until the input ends. */
import { systemClock, type Clock, type JsonValue, type LaneHealth, type LiveBatch, type LiveSource } from '#contract';
import { KnownBeginning } from './known-beginning.ts';
import { Lines } from './lines.ts';

export interface StdinDependencies {
  clock?: Clock;
  /** Standard input where absent. */
  input?: AsyncIterable<Buffer | string>;
}

const lane = 'stdin';
/** Without input for so long, it is told that nothing came, so that the walk may go on. */
const quietMs = 500;
/** A line without its newline holds back for so long how far the lane is complete. */
const partialHoldMs = 5_000;

/**
 * Where the same input is given again (`fargazer consume < recording.log`), it goes on behind what was read; what another
 * program pipes in anew begins anew, and what it sent before a crash and was not saved is lost with it. The position
 * counts a line of over a mebibyte with the batch after it.
 */
export function stdin({ clock = systemClock, input = process.stdin }: StdinDependencies = {}): LiveSource {
  let state: LaneHealth['state'] = 'waiting';
  let completeToMs: number | undefined;

  async function* read(resume: ReadonlyMap<string, JsonValue>, signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
    const beginning = new KnownBeginning(resume.get(lane));
    const reader = chunkReader(input, signal);
    let readBytes = 0;
    const admit = (chunk: Buffer | undefined): Buffer => {
      readBytes += chunk?.length ?? 0;
      return beginning.admit(chunk);
    };
    const lines = new Lines(async () => {
      const chunk = await reader.next();
      return chunk === undefined ? undefined : admit(chunk);
    });
    const batch = (records: LiveBatch['records'] = []): LiveBatch => ({
      lane,
      records,
      position: beginning.position(readBytes - lines.heldBytes),
      ...(completeToMs === undefined ? {} : { completeToMs }),
    });
    const completeTo = (ms: number): void => void (completeToMs = Math.max(completeToMs ?? ms, ms));

    try {
      yield batch();
      let isOver = false;
      let caughtUp: { ms: number; bytes: number } | undefined;
      let partialSinceMs: number | undefined;
      while (!signal.aborted) {
        const place = String(readBytes - lines.heldBytes);
        const content = lines.block(isOver);
        if (content !== undefined) {
          state = 'reading';
          yield batch([{ content, place }]);
          await lines.finish();
          continue;
        }
        if (isOver) {
          completeTo(clock.now());
          state = 'ended';
          yield { ...batch(), ends: { children: [] } };
          return;
        }
        const nowMs = clock.now();
        if (await reader.isQuiet()) {
          // Everything that came before now was read; but for the line that is not complete.
          const partialStart = readBytes - lines.partialBytes;
          partialSinceMs = lines.partialBytes === 0 ? undefined : (partialSinceMs ?? nowMs);
          if (partialSinceMs === undefined || nowMs - partialSinceMs > partialHoldMs) completeTo(nowMs);
          else if (caughtUp !== undefined && partialStart >= caughtUp.bytes) completeTo(caughtUp.ms);
          caughtUp = { ms: nowMs, bytes: readBytes };
          if (!(await reader.waits(quietMs, clock))) {
            if (signal.aborted) return;
            state = 'waiting';
            yield batch();
            continue;
          }
        }
        const chunk = await reader.next();
        if (signal.aborted) return;
        isOver = chunk === undefined;
        const fresh = admit(chunk);
        if (fresh.includes(0x0a)) partialSinceMs = undefined;
        lines.take(fresh);
      }
    } finally {
      reader.end();
    }
  }

  return {
    name: 'stdin',
    read,
    health: () => [{ lane, state, ...(completeToMs === undefined ? {} : { behindMs: Math.max(0, clock.now() - completeToMs) }) }],
  };
}

interface ChunkReader {
  /** Undefined at the end, where the input broke off, and once the signal aborted. */
  next(): Promise<Buffer | undefined>;
  /** Is nothing there to be read at once? */
  isQuiet(): Promise<boolean>;
  /** Waits for a chunk; false where none came in time. */
  waits(ms: number, clock: Clock): Promise<boolean>;
  end(): void;
}

function chunkReader(input: AsyncIterable<Buffer | string>, signal: AbortSignal): ChunkReader {
  const chunks = input[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<undefined>();
  const abort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  let coming: Promise<Buffer | undefined> | undefined;
  let hasCome = false;

  function ask(): Promise<Buffer | undefined> {
    if (coming !== undefined) return coming;
    hasCome = false;
    coming = chunks.next().then(
      ({ value, done }) => (done === true ? undefined : Buffer.from(value)),
      // A broken pipe ends the input; what came before it is kept.
      () => undefined,
    );
    void coming.then(() => (hasCome = true));
    return coming;
  }

  return {
    async next() {
      const chunk = await Promise.race([ask(), aborted.promise]);
      if (hasCome) coming = undefined;
      return chunk;
    },
    async isQuiet() {
      void ask();
      // What the system holds for us is read in the turn of the event loop between these two.
      for (let turn = 0; turn < 2 && !hasCome; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return !hasCome;
    },
    async waits(ms, clock) {
      const over = new AbortController();
      await Promise.race([ask(), aborted.promise, clock.sleep(ms, over.signal)]);
      over.abort();
      return hasCome;
    },
    end() {
      signal.removeEventListener('abort', abort);
      // Not waited for: where nothing comes any more, it would never end.
      void Promise.resolve(chunks.return?.()).catch(() => undefined);
    },
  };
}
