/** Decoding whole texts or bytes in tests: what came out, and what the tally says. */
import type { FargazerEvent, FileReading } from '#contract';
import { openStream } from '../../src/decode/stream.ts';

export interface StreamResult {
  events: FargazerEvent[];
  reading: FileReading;
}

export interface StreamSettings {
  format?: string;
  name?: string;
  flowFields?: string[];
  /** Sizes of chunks, used in turn; one chunk without. */
  cuts?: readonly number[];
  /** Somebody wants to hear of each event, so that nothing goes the fast way. */
  isWatched?: boolean;
}

export function readStream(input: string | Buffer, { format, cuts, isWatched, ...settings }: StreamSettings = {}): StreamResult {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const events: FargazerEvent[] = [];
  const stream = openStream({
    file: 'sample',
    ...(format === undefined ? {} : { format }),
    ...(isWatched === true ? { watch: () => undefined } : {}),
    settings,
    intake: {
      generation: 0,
      take(event) {
        // Whole: what the fast way gives makes its texts only when asked.
        const plain = JSON.parse(JSON.stringify(event)) as FargazerEvent;
        events.push(plain);
        // Never the standing one again: each record shows in the list, whichever way it went.
        return { ...plain, timeMs: Number.MAX_SAFE_INTEGER };
      },
    },
  });
  if (cuts === undefined || cuts.length === 0) stream.write(Buffer.from(bytes));
  else
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = Math.max(1, cuts[turn % cuts.length] as number);
      const chunk = Buffer.from(bytes.subarray(at, at + size));
      stream.write(chunk);
      // The source uses its buffer again.
      chunk.fill(0);
      at += size;
    }
  stream.end();
  return { events, reading: stream.reading };
}
