/** Cuts chunks into blocks of whole lines; what a chunk leaves over is kept, bounded, for the next. */
import { recordLimitBytes } from './framing.ts';

export interface LineSink {
  /** Whole lines, each with its newline, but for the last of the file. The bytes are valid during the call only. */
  block(bytes: Buffer, start: number, end: number): void;
  /** One line that was too long to be held. */
  tooLong(beginning: string): void;
}

export interface LineSplitter {
  write(chunk: Buffer): void;
  end(): void;
}

/** Characters kept of what is not read. */
const beginningBytes = 400;

export function lineSplitter(sink: LineSink): LineSplitter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let skipped: string | undefined;

  const hold = (part: Buffer): void => {
    if (part.length === 0 || skipped !== undefined) return;
    if (heldBytes + part.length > recordLimitBytes) {
      skipped = beginning([...held, part]);
      held = [];
      heldBytes = 0;
      return;
    }
    held.push(Buffer.from(part));
    heldBytes += part.length;
  };

  const flush = (): void => {
    if (skipped !== undefined) sink.tooLong(skipped);
    else if (heldBytes > 0) {
      const line = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held, heldBytes);
      sink.block(line, 0, line.length);
    }
    held = [];
    heldBytes = 0;
    skipped = undefined;
  };

  return {
    write(chunk) {
      let start = 0;
      if (heldBytes > 0 || skipped !== undefined) {
        const found = chunk.indexOf(0x0a);
        hold(found < 0 ? chunk : chunk.subarray(0, found + 1));
        if (found < 0) return;
        flush();
        start = found + 1;
      }
      const last = chunk.lastIndexOf(0x0a) + 1;
      if (last > start) sink.block(chunk, start, last);
      hold(chunk.subarray(Math.max(start, last)));
    },
    end: flush,
  };
}

/** The first bytes of the parts as text, however they were cut. */
export function beginning(parts: readonly Buffer[]): string {
  const first: Buffer[] = [];
  let bytes = 0;
  for (const part of parts) {
    if (bytes >= beginningBytes) break;
    first.push(part.subarray(0, beginningBytes - bytes));
    bytes += part.length;
  }
  return Buffer.concat(first).toString();
}
