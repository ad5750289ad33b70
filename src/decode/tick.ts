/** Recognises ticks among the records of a stream. */
import type { Tick } from '#contract';
import { isObject } from './fields.ts';
import { parsed } from './envelope.ts';

const beginning = Buffer.from('{"fargazer"');
/** A tick with the largest numbers takes some 80 bytes. */
const longest = 256;

/** Undefined where the bytes, trimmed, are no tick. */
export function tickIn(bytes: Buffer, start: number, end: number): Tick | undefined {
  if (end - start > longest || end - start < beginning.length || bytes[start + 2] !== beginning[2]) return undefined;
  if (bytes.compare(beginning, 0, beginning.length, start, start + beginning.length) !== 0) return undefined;
  const value = parsed(bytes.toString('utf8', start, end));
  if (value === undefined || !isObject(value)) return undefined;
  const { fargazer, round, timeMs } = value;
  if (fargazer !== 'tick' || !isWhole(round) || round < 1 || !isWhole(timeMs) || timeMs < 0) return undefined;
  return { fargazer, round, timeMs };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
