/** The schedule's work: once a minute it writes the next round, then puts its tick into every open shard. */
import type { JsonValue, Store, Tick } from '#contract';
import type { Round } from '../../../engine/rounds.ts';
import { roundKey } from './lane.ts';
import { closedRound } from './passed.ts';

export interface ScheduleSettings {
  store: Store;
  /** Shards open now. */
  openShards: () => Promise<readonly string[]>;
  /** Puts a tick where the records of a shard go: if the shard is closed meanwhile, into what took its place. */
  putTick: (shard: string, tick: Tick) => Promise<void>;
  /** Clock time; milliseconds. */
  nowMs: number;
}

/**
 * Rounds are asked for until they are walked through, and none behind one that is gone is ever closed: they outlive
 * every record, which a stream keeps for 365 days at most.
 */
const roundLifeMs = 400 * 86_400_000;

/** The item that remembers the last number given out; it may lag behind, and then only costs look-ups. */
const latestKey = 'rounds/latest';

/** Writes a round and puts its ticks. A tick that could not be put is made good by the next round. */
export async function beginRound({ store, openShards, putTick, nowMs }: ScheduleSettings): Promise<Round> {
  const shards = [...(await openShards())].sort();
  const latest = await store.item(latestKey);
  let number = Math.max((latest?.value as { number: number } | undefined)?.number ?? 0, await closedRound(store));
  let before = (await store.item(roundKey(number)))?.value as unknown as Round | undefined;
  for (;;) {
    number += 1;
    // Two schedules at once make two rounds, and time goes on between them.
    const round: Round = { number, timeMs: Math.max(nowMs, (before?.timeMs ?? 0) + 1), shards };
    const value = round as unknown as JsonValue;
    const version = await store.commit({ key: roundKey(number), expected: undefined, value, expiresMs: nowMs + roundLifeMs });
    if (version === undefined) {
      before = (await store.item(roundKey(number)))?.value as unknown as Round | undefined;
      continue;
    }
    await store.commit({ key: latestKey, expected: latest?.version, value: { number } });
    const put = await Promise.allSettled(shards.map((shard) => putTick(shard, { fargazer: 'tick', round: number, timeMs: round.timeMs })));
    const failed = put.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return round;
  }
}
