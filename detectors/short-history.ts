/** Baselines of a teaching that lasted a minute: what they have not seen, they may simply not have met. */
import type { BaselineView } from '#contract';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** From here on votes widen what is usual, whatever the teaching was. */
const votedDays = 3;

/**
 * Between what one or two minutes showed and what the same work does at another time lies a factor of ten (a burst, a
 * deployment, a rush), and a minute may hold half of what was taught and all of what comes: twice that.
 */
const widest = 20;

/** How long it learned before it judged; Infinity where that is not told, or days have passed since. */
function learnedMs({ readyMs, history }: BaselineView): number {
  if (readyMs === undefined || history.days >= votedDays || history.count === 0) return Infinity;
  return readyMs - history.sinceMs;
}

/** Was it taught for less than an hour, and lives on that? */
export function isShortlyTaught(view: BaselineView): boolean {
  return learnedMs(view) < hourMs - minuteMs;
}

/**
 * By how much a number must leave a band that so little time has made: 1 from an hour on, 20 after two minutes or less, between
 * them falling with the logarithm of the time.
 */
export function leapOf(view: BaselineView): number {
  const learned = learnedMs(view);
  if (learned >= hourMs - minuteMs) return 1;
  const share = Math.log(Math.max(learned, 2 * minuteMs) / hourMs) / Math.log((2 * minuteMs) / hourMs);
  return widest ** Math.min(1, share);
}
