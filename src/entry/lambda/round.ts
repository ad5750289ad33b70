/** The schedule's minute: a round, its tick into every open shard, and once a day a tidying. */
import { FargazerError } from '#contract';
import { beginRound } from '../program/live/schedule.ts';
import { tidyOnceADay } from '../program/live/tidy.ts';
import type { Consumer } from './consumer.ts';
import { toldOf } from './journal.ts';

export async function takeSchedule(consumer: Consumer): Promise<void> {
  const { store, stream, clock, journal } = consumer;
  await consumer.refuseNewerState();
  const shards = await stream.shards();
  const hashKeys = new Map(shards.map(({ id, startingHashKey }) => [id, startingHashKey]));
  const open = shards.filter(({ isOpen }) => isOpen).map(({ id }) => id);
  if (open.length === 0) throw new FargazerError('source-gone', `The stream ${stream.name} has no open shard. No round was begun; see whether it is being deleted.`);
  const round = await beginRound({
    store,
    openShards: async () => open,
    putTick: (shard, tick) => stream.putUnder(hashKeys.get(shard)!, Buffer.from(JSON.stringify(tick))),
    nowMs: clock.now(),
  });
  journal.say('round-begun', { round: round.number, shards: round.shards.length });
  try {
    const tidied = await tidyOnceADay({ store, clock, shards: async () => shards });
    if (tidied !== undefined) journal.say('tidied', { ...tidied });
  } catch (error) {
    journal.say('tidy-failed', { code: toldOf(error).code });
  }
}
