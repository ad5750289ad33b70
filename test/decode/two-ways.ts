/** Reads FireLens lines by the fast path, or by the slow way alone, and compares what comes of it. */
import assert from 'node:assert/strict';
import type { FargazerEvent, Intake, JsonValue, LogRecord } from '#contract';
import { createFireLensScan } from '../../src/decode/log/firelens-scan.ts';
import { openFireLens } from '../../src/decode/log/firelens.ts';

export const minute = 60_000;

/** Keeps of each key and minute the first event by the total key, and the sum of counts. */
export function referenceIntake(forgetEvery = Number.POSITIVE_INFINITY): Intake & { all(): LogRecord[] } {
  let standing = new Map<string, LogRecord>();
  const done: LogRecord[] = [];
  let taken = 0;
  const intake = {
    generation: 0,
    take(event: FargazerEvent): FargazerEvent {
      assert.equal(event.kind, 'log');
      const log = event as LogRecord;
      taken += 1;
      if (taken % forgetEvery === 0) {
        done.push(...standing.values());
        standing = new Map();
        intake.generation += 1;
      }
      const key = keyOf(log);
      const before = standing.get(key);
      if (before === undefined) {
        standing.set(key, log);
        return log;
      }
      const { count } = before;
      // In place, so that it stays the same object until the generation changes; what the key does not tell, as the tape takes it.
      if (compare(log, before) < 0) {
        const { timeMs, timeNs, id, origin, raw } = log;
        Object.assign(before, { timeMs, timeNs, id, origin: { ...origin }, raw });
      }
      before.count = count + log.count;
      return before;
    },
    all: () => [...done, ...standing.values()],
  };
  return intake;
}

function keyOf(log: LogRecord): string {
  const { subject, templateId, isContinuation, timeMs, piece } = log;
  return JSON.stringify([Object.entries(subject).sort(), templateId, isContinuation, Math.floor(timeMs / minute), piece ?? 0]);
}

function compare(one: LogRecord, other: LogRecord): number {
  return one.timeMs - other.timeMs || one.timeNs - other.timeNs || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

/** Events summed over generations, since where those end differs between the two ways. */
function summed(events: readonly LogRecord[]): LogRecord[] {
  const sums = new Map<string, LogRecord>();
  for (const taken of events) {
    const event = JSON.parse(JSON.stringify(taken)) as LogRecord;
    const key = keyOf(event);
    const before = sums.get(key);
    if (before === undefined) sums.set(key, { ...event });
    else {
      const first = compare(event, before) < 0 ? event : before;
      sums.set(key, { ...first, count: before.count + event.count });
    }
  }
  // Lines of one id are the same line at another place: which place is shown is not promised.
  return [...sums.values()].map((event) => ({ ...event, origin: { file: event.origin.file } })).sort(compare);
}

interface Outcome {
  events: LogRecord[];
  unreadable: number;
  recognised: number;
  lines: number;
}

export function read(bytes: Buffer, isFast: boolean, chunkSize: number, forgetEvery?: number): Outcome {
  const intake = referenceIntake(forgetEvery);
  const run = openFireLens();
  const scan = createFireLensScan({ intake, run, file: 'f' });
  let unreadable = 0;
  const slow = (chunk: Buffer, start: number, end: number, line: number): FargazerEvent[] => {
    const text = chunk.toString('utf8', start, end);
    let value: JsonValue;
    try {
      value = JSON.parse(text) as JsonValue;
    } catch {
      unreadable += 1;
      return [];
    }
    const decoded = run.decode({ text, value, origin: { file: 'f', line } });
    if (!('events' in decoded)) {
      unreadable += 1;
      return [];
    }
    for (const event of decoded.events) intake.take(event);
    return decoded.events;
  };
  let recognised = 0;
  let lines = 0;
  let kept: Buffer = Buffer.alloc(0);
  for (let at = 0; at < bytes.length; at += chunkSize) {
    // In a larger buffer, so that what stands behind the chunk is not taken for a part of it.
    const chunk = Buffer.concat([Buffer.from('{"date":"'), kept, bytes.subarray(at, at + chunkSize), Buffer.from('"}')]).subarray(9, -2);
    if (isFast) {
      const scanned = scan.scanChunk(chunk, 0, lines + 1, (start, end, line) => slow(chunk, start, end, line));
      recognised += scanned.recognised;
      lines += scanned.lines;
      kept = Buffer.from(chunk.subarray(scanned.consumed));
    } else {
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        lines += 1;
        slow(chunk, start, end > start && chunk[end - 1] === 13 ? end - 1 : end, lines);
        start = end + 1;
      }
      kept = Buffer.from(chunk.subarray(start));
    }
  }
  return { events: summed(intake.all()), unreadable, recognised, lines };
}

export function same(lines: readonly (string | Buffer)[], chunkSize = 1_000_000, forgetEvery?: number): Outcome {
  const bytes = Buffer.concat(lines.map((line) => Buffer.concat([typeof line === 'string' ? Buffer.from(line) : line, Buffer.from('\n')])));
  const fast = read(bytes, true, chunkSize, forgetEvery);
  const slow = read(bytes, false, 1_000_000);
  assert.deepEqual(fast.events, slow.events);
  assert.equal(fast.unreadable, slow.unreadable);
  assert.equal(fast.lines, slow.lines);
  return fast;
}
