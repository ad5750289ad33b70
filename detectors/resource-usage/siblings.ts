/** How far a value is from what the other tasks of its service have in the same minute. */

/** Below three there is no majority to compare with. */
const siblingsNeeded = 3;
/** Makes the median distance of a normal distribution its standard deviation. */
const toDeviation = 1.4826;
/** Siblings that agree to the digit are no reason to call a tenth of their value far. */
const leastSpread = 0.1;

export interface AmongSiblings {
  median: number;
  lowest: number;
  highest: number;
  /** Distance from the median in robust deviations (P. J. Rousseeuw and C. Croux, JASA 88, 1993). */
  distance: number;
}

function middle(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** `sorted`: the other tasks' values. Undefined where they are too few. */
export function amongSiblings(value: number, sorted: readonly number[]): AmongSiblings | undefined {
  if (sorted.length < siblingsNeeded) return undefined;
  const median = middle(sorted);
  const spread = toDeviation * middle(sorted.map((one) => Math.abs(one - median)).toSorted((left, right) => left - right));
  const scale = Math.max(spread, leastSpread * Math.abs(median), 1e-12);
  return { median, lowest: sorted[0]!, highest: sorted.at(-1)!, distance: Math.abs(value - median) / scale };
}
