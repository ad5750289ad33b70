/** Which rounds have passed and which of them is walked through, as the store tells without the walk. */
import type { JsonValue, Store } from '#contract';
import { walkKey } from '../../../engine/checkpoint-header.ts';
import { hasPassed, type LaneRecord, type Round } from '../../../engine/rounds.ts';
import { laneKey, laneOf, roundKey } from './lane.ts';

/** What a closer's step keeps beside the walk. */
export interface PackedLive {
  round: number;
}

/** The round walked through, by what a step keeps; 0 before the first. */
export function roundIn(live: JsonValue | undefined): number {
  return (live as unknown as PackedLive | null | undefined)?.round ?? 0;
}

/** Number of the last round walked through; 0 before the first. */
export async function closedRound(store: Store): Promise<number> {
  const item = await store.item(walkKey);
  return roundIn((item?.value as { live?: JsonValue } | undefined)?.live);
}

/** A round, if everything before its tick is applied. */
export async function passedRound(number: number, store: Store): Promise<Round | undefined> {
  const rounds = new Map<number, Round>();
  const lanes = await lanesOf(store);
  for (let next = number; ; next += 1) {
    const item = await store.item(roundKey(next));
    if (item === undefined) break;
    rounds.set(next, item.value as unknown as Round);
    if (hasPassed(number, rounds, lanes)) return rounds.get(number);
  }
  return undefined;
}

export async function lanesOf(store: Store): Promise<Map<string, LaneRecord>> {
  const prefix = laneKey('');
  return new Map((await store.items(prefix)).map(({ key, value }) => [key.slice(prefix.length), laneOf(value, store.place)]));
}
