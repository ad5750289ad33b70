/** Sizes as members of a set: which powers of two of bytes a minute are usual of a peer or program. */
import type { SetView } from '#contract';

/** 2^10: below a kilobyte all are one. 2^50 is more than any network brings in a minute. */
const lowestPower = 10;
const highestPower = 50;

function powerOf(bytes: number): number {
  return Math.min(highestPower, Math.max(lowestPower, Math.ceil(Math.log2(Math.max(1, bytes)))));
}

/** Key of an amount, for a set that learns it. */
export function sizeKey(whom: string, bytes: number): string {
  return `${whom}|2^${powerOf(bytes)}`;
}

/** The most that is usual, rounded up to a power of two; undefined where nothing is known. */
export function usualSize(sizes: SetView, whom: string): number | undefined {
  for (let power = highestPower; power >= lowestPower; power -= 1) if (sizes.of(`${whom}|2^${power}`).isUsual) return 2 ** power;
  return undefined;
}
