/** Reads the objects of a remote history ahead of whoever asks for them: so many at once, so many bytes each. */
import type { RemoteObject } from './remote.ts';

/** An object that can be read once it is its turn. */
export interface Opening extends Omit<RemoteObject, 'chunks' | 'notes'> {
  notes: string[];
  open(signal: AbortSignal): AsyncIterable<Buffer>;
}

export interface AheadSettings {
  /** Objects that are read at the same time. */
  width: number;
  /** Bytes that one object may hold ready; a chunk more at most. */
  bufferBytes: number;
  signal: AbortSignal;
}

/** One object being read into a bounded buffer. */
class Pump {
  readonly opening: Opening;
  readonly abort = new AbortController();
  private readonly ready: Buffer[] = [];
  private readyBytes = 0;
  private isOver = false;
  private failure: { error: unknown } | undefined;
  private wakeReader: (() => void) | undefined;
  private wakeWriter: (() => void) | undefined;

  constructor(opening: Opening, bufferBytes: number) {
    this.opening = opening;
    void this.run(bufferBytes);
  }

  private async run(bufferBytes: number): Promise<void> {
    try {
      for await (const chunk of this.opening.open(this.abort.signal)) {
        if (this.abort.signal.aborted) break;
        this.ready.push(chunk);
        this.readyBytes += chunk.length;
        this.wakeReader?.();
        if (this.readyBytes >= bufferBytes) await new Promise<void>((resolve) => (this.wakeWriter = resolve));
        if (this.abort.signal.aborted) break;
      }
    } catch (error) {
      if (!this.abort.signal.aborted) this.failure = { error };
    }
    this.isOver = true;
    this.wakeReader?.();
  }

  async *chunks(): AsyncGenerator<Buffer, void, void> {
    for (;;) {
      const chunk = this.ready.shift();
      if (chunk !== undefined) {
        this.readyBytes -= chunk.length;
        this.wakeWriter?.();
        yield chunk;
      } else if (this.isOver) {
        if (this.failure !== undefined) throw this.failure.error;
        return;
      } else await new Promise<void>((resolve) => (this.wakeReader = resolve));
    }
  }

  stop(): void {
    this.abort.abort();
    this.ready.length = 0;
    this.wakeWriter?.();
    this.wakeReader?.();
  }
}

/** In the order of the openings. A failure of one is thrown when it is its turn, so nothing before it is lost. */
export async function* readAhead(openings: AsyncIterable<Opening>, { width, bufferBytes, signal }: AheadSettings): AsyncGenerator<RemoteObject, void, void> {
  const pumps: Pump[] = [];
  let isListed = false;
  let failure: { error: unknown } | undefined;
  let isStopped = false;
  let current: Pump | undefined;
  let wakeReader: (() => void) | undefined;
  let wakeFiller: (() => void) | undefined;

  const fill = async (): Promise<void> => {
    try {
      for await (const opening of openings) {
        while (pumps.length + (current === undefined ? 0 : 1) >= width && !isStopped) await new Promise<void>((resolve) => (wakeFiller = resolve));
        if (isStopped) break;
        pumps.push(new Pump(opening, bufferBytes));
        wakeReader?.();
      }
    } catch (error) {
      failure = { error };
    }
    isListed = true;
    wakeReader?.();
  };
  const stop = (): void => {
    isStopped = true;
    current?.stop();
    for (const pump of pumps) pump.stop();
    wakeFiller?.();
    wakeReader?.();
  };
  signal.addEventListener('abort', stop);
  const filling = fill();
  try {
    while (!signal.aborted) {
      const pump = pumps.shift();
      if (pump !== undefined) {
        current = pump;
        const { open: _, ...described } = pump.opening;
        try {
          yield { ...described, chunks: pump.chunks() };
        } finally {
          pump.stop();
          current = undefined;
          wakeFiller?.();
        }
      } else if (isListed) {
        if (failure !== undefined) throw failure.error;
        return;
      } else await new Promise<void>((resolve) => (wakeReader = resolve));
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    await filling;
  }
}
