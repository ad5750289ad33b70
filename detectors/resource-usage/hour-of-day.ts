/** What is usual for a series at an hour of the day (UTC), learned hour by hour; present once a series is six hours old. */
import { place } from './series-state.ts';
import type { Numbers } from './series-state.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const hoursInDay = 24;

/** Most tasks end sooner, and then need no room for hours. */
const startAfterMs = 6 * hourMs;
/** An hour's level is the mean of about its last five days: a week's habit, without last month's. */
const daysKept = 5;
/** Levels are whole numbers of this part of a deviation: finer than anything judged, and short when stored. */
const partsOfDeviation = 256;

/** The time placed last: all series of a minute ask for the same. */
let placedMs = Number.NaN;
let placedHour = 0;
/** The hour whose middle is second nearest, and how far the time is on the way to it, 0 to 0.5. */
let placedNeighbour = 0;
let placedWay = 0;

/** No remainder operator, which is slow for numbers this large. */
function placeTime(timeMs: number): void {
  const inHours = (timeMs - Math.floor(timeMs / dayMs) * dayMs) / hourMs;
  const hour = Math.floor(inHours);
  const fromMiddle = inHours - hour - 0.5;
  placedMs = timeMs;
  placedHour = hour;
  placedNeighbour = fromMiddle < 0 ? (hour === 0 ? hoursInDay - 1 : hour - 1) : hour === hoursInDay - 1 ? 0 : hour + 1;
  placedWay = Math.abs(fromMiddle);
}

function levelOf(state: Numbers, hour: number): number {
  return state[place.hourOrigin]! + state[place.hourUnit]! * state[place.hours + hour]!;
}

/** True once the hours of two whole days have been learned. */
export function isSeasonKnown(state: Numbers, timeMs: number): boolean {
  return state.length > place.hours && timeMs - state[place.firstMs]! > startAfterMs + 2 * dayMs;
}

/** The usual value at a time of day: between the levels of the two nearest hours' middles. */
export function usualAt(state: Numbers, timeMs: number): number {
  if (timeMs !== placedMs) placeTime(timeMs);
  const own = levelOf(state, placedHour);
  return own + placedWay * (levelOf(state, placedNeighbour) - own);
}

function closeHour(state: Numbers, limit: number): void {
  const hour = state[place.hour]!;
  const mean = state[place.hourSum]! / state[place.hourPoints]!;
  const seen = state[place.hoursSeen]!;
  const bit = 1 << hour;
  const offset = (mean - state[place.hourOrigin]!) / state[place.hourUnit]!;
  if ((seen & bit) === 0) {
    state[place.hoursSeen] = seen | bit;
    state[place.hours + hour] = Math.round(offset);
    return;
  }
  const age = (state[place.lastMs]! - state[place.firstMs]!) / dayMs;
  const bound = limit / state[place.hourUnit]!;
  const change = Math.max(-bound, Math.min(bound, offset - state[place.hours + hour]!));
  state[place.hours + hour]! += Math.round(change / Math.min(daysKept, Math.max(2, age + 1)));
}

/** Adds a point to the running hour; `limit` bounds how far one hour may pull its level. Call before `lastMs` moves on. */
export function learnHour(state: Numbers, timeMs: number, value: number, limit: number): void {
  if (timeMs !== placedMs) placeTime(timeMs);
  const hour = placedHour;
  if (state.length === place.hours) {
    if (timeMs - state[place.firstMs]! < startAfterMs) return;
    state[place.hourOrigin] = state[place.level]!;
    state[place.hourUnit] = Math.max(state[place.deviation]!, 1e-3 * Math.abs(state[place.level]!), 1e-12) / partsOfDeviation;
    for (let cell = 0; cell < hoursInDay; cell += 1) state.push(0);
    state[place.hour] = hour;
  }
  if (hour !== state[place.hour]!) {
    if (state[place.hourPoints]! > 0) closeHour(state, limit);
    state[place.hour] = hour;
    state[place.hourPoints] = 0;
    state[place.hourSum] = 0;
  }
  state[place.hourPoints]! += 1;
  state[place.hourSum]! += value;
}
