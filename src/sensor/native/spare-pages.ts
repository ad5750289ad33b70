/**
 * Pages of programs and libraries that nobody has needed for a while: the start alone looks at some 25 MB of Node.js's own.
 * They are given back to the kernel, which has them in its cache; what is needed again is there at the next touch.
 */
import { readFileSync } from 'node:fs';
import type { Native } from './index.ts';

/** By then everything is loaded and has run once. */
const firstAfterMs = 15_000;
/** Finding and touching them again takes some 40 ms of a processor. */
const everyMs = 300_000;
/** MADV_DONTNEED. */
const notNeeded = 4;

export interface SparePages {
  /** Gives them back when it is time to. */
  look(nowMs: number): void;
}

/** A file's pages that were never written to, as `/proc/self/smaps` lists them: what they hold is in the file. */
export function sparePagesIn(smaps: string): { from: number; bytes: number }[] {
  const found: { from: number; bytes: number }[] = [];
  for (const block of smaps.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
    const [, from = '', to = '', name = ''] = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ [1-9]\d* +(\/.*)$/m.exec(block) ?? [];
    if (name !== '' && /^Anonymous: +0 kB$/m.test(block) && !/^Rss: +0 kB$/m.test(block)) found.push({ from: parseInt(from, 16), bytes: parseInt(to, 16) - parseInt(from, 16) });
  }
  return found;
}

/** Undefined where the C library has no such function. */
export function sparePages(native: Native, startMs: number): SparePages | undefined {
  let dueMs = startMs + firstAfterMs;
  try {
    const advise = native.bind('int madvise(size_t address, size_t bytes, int advice)');
    return {
      look(nowMs) {
        if (nowMs < dueMs) return;
        dueMs = nowMs + everyMs;
        for (const { from, bytes } of sparePagesIn(readFileSync('/proc/self/smaps', 'latin1'))) advise(from, bytes, notNeeded);
      },
    };
  } catch {
    return undefined;
  }
}
