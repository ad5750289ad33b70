/** Leaks (the floor of stretch after stretch keeps rising) and flat lines (the same value again and again), longer than ever before. */
import { place } from './series-state.ts';
import type { Numbers } from './series-state.ts';

/** A quarter of an hour of minutes: long enough for a garbage collection to show the floor. */
const stretchLength = 15;
/** Of like values eight in a row rise with a chance of 1 in 40,320 (8!). */
const risesNeeded = 8;

/** Half an hour of minutes. */
const repeatsNeeded = 30;
/** Twice as long as ever before, for what comes and goes does get longer; a leak that goes on is told again, ever more rarely. */
const muchLonger = 2;

export function startStretch(state: Numbers, value: number): void {
  state[place.floor] = state[place.lastFloor] = value;
  state[place.ceiling] = value;
}

/** True where `value` would end a run of rises that has lasted longer than any before and left all behind. */
export function isLeaking(state: Numbers, value: number): boolean {
  if (state[place.stretchPoints]! !== stretchLength - 1) return false;
  const rises = state[place.rises]! + 1;
  if (rises < risesNeeded || rises < muchLonger * state[place.longestRises]!) return false;
  const floor = Math.min(state[place.floor]!, value);
  return floor > state[place.lastFloor]! && floor > state[place.ceiling]!;
}

/** True once, where `value` makes a run of one value longer than such runs are. A series that never changed has none. */
export function isFlat(state: Numbers, value: number): boolean {
  if (value !== state[place.last]! || state[place.deviation]! === 0) return false;
  return state[place.repeats]! + 1 === Math.max(repeatsNeeded, muchLonger * state[place.longestRepeats]!);
}

/** Adds a point to the running stretch. */
export function noteStretch(state: Numbers, value: number): void {
  const isTold = isLeaking(state, value);
  if (value === state[place.last]!) state[place.repeats]! += 1;
  else {
    state[place.longestRepeats] = Math.max(state[place.longestRepeats]!, state[place.repeats]!);
    state[place.repeats] = 0;
  }
  state[place.floor] = state[place.stretchPoints] === 0 ? value : Math.min(state[place.floor]!, value);
  state[place.stretchPoints]! += 1;
  if (state[place.stretchPoints]! < stretchLength) return;
  state[place.stretchPoints] = 0;
  if (state[place.floor]! > state[place.lastFloor]!) {
    if (state[place.rises] === 0) state[place.ceiling] = state[place.high]!;
    state[place.rises]! += 1;
    if (isTold) state[place.longestRises] = state[place.rises]!;
  } else {
    state[place.longestRises] = Math.max(state[place.longestRises]!, state[place.rises]!);
    state[place.rises] = 0;
  }
  state[place.lastFloor] = state[place.floor]!;
}
