/** Lanes and parts go when nothing needs them any more, and not before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLatenessMs, fireLensLine, partOfBytes, type Clock, type JsonValue, type Store } from '#contract';
import { walkKey } from '../../../src/engine/checkpoint.ts';
import { closeRounds } from '../../../src/entry/program/live/closer.ts';
import { applyBatch, laneKey } from '../../../src/entry/program/live/lane.ts';
import { beginRound } from '../../../src/entry/program/live/schedule.ts';
import { tidy, tidyOnceADay, type ListedShard } from '../../../src/entry/program/live/tidy.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { tickText } from '../../support/live/recording.ts';
import { alerting, baselines, decode, makeWalk, stored } from '../../support/live/whole.ts';

const startMs = Date.UTC(2026, 0, 5, 8);
const dayMs = 86_400_000;

interface World {
  store: Store;
  clock: Clock & { ms: number };
  shards: ListedShard[];
  sequence: number;
  /** A round with a record in each of its shards, walked. */
  round(...open: string[]): Promise<void>;
}

function world(...shards: ListedShard[]): World {
  const clock = { ms: startMs, now: () => clock.ms, sleep: async () => undefined };
  const store = memoryStore(clock);
  const made: World = {
    store, clock, shards, sequence: 1_000,
    async round(...open) {
      const at = clock.ms;
      clock.ms += 60_000;
      const { number, timeMs } = await beginRound({ store, openShards: async () => open, putTick: async () => undefined, nowMs: clock.ms });
      for (const shard of open) {
        const texts = [fireLensLine({ at, service: 'cart', task: 1, log: `line of ${shard}` }), tickText(number, timeMs)];
        const records = texts.map((text) => ({ sequence: String((made.sequence += 1)), content: Buffer.from(text), arrivalMs: at }));
        const parents = made.shards.find(({ id }) => id === shard)?.parents ?? [];
        await applyBatch(shard, records, { store, lateness: defaultLatenessMs, decode, parentsOf: async () => parents, closedRound: async () => 0, hasTime: () => true });
      }
      await closeRounds({ makeWalk, alerting, store, hasTime: () => true });
    },
  };
  return made;
}

const lanes = async (store: Store): Promise<string[]> => (await store.items(laneKey(''))).map(({ key }) => key);
const tidied = ({ store, clock, shards }: World): ReturnType<typeof tidy> => tidy({ store, clock, shards: async () => shards });

test('a lane goes with its contributions when it is closed for a day, walked, and its heirs have begun', async () => {
  const here = world({ id: 'a', parents: [], isOpen: true });
  await here.round('a');
  here.shards = [{ id: 'a', parents: [], isOpen: false }, { id: 'b', parents: ['a'], isOpen: true }, { id: 'c', parents: ['a'], isOpen: true }];
  await here.round('b');
  await here.round('b');
  assert.equal((await tidied(here)).lanes, 0, 'a day has not passed');
  here.clock.ms += 2 * dayMs;
  assert.equal((await tidied(here)).lanes, 0, 'c has not begun, and takes over the tick of a');
  await here.round('b', 'c');
  assert.equal((await tidied(here)).lanes, 1);
  assert.deepEqual(await lanes(here.store), ['lane/b', 'lane/c']);
  // What its rows taught stays.
  assert.equal([...(await stored(here.store)).state.owners.records.values()].filter(({ owner }) => owner.kind === 'service').length, 1);
});

test('a lane that a waiting round asks for, or whose rows are not walked, stays', async () => {
  const here = world({ id: 'a', parents: [], isOpen: true });
  await here.round('a');
  await beginRound({ store: here.store, openShards: async () => ['a'], putTick: async () => undefined, nowMs: here.clock.ms + 60_000 });
  here.shards = [{ id: 'a', parents: [], isOpen: false }];
  here.clock.ms += 3 * dayMs;
  assert.equal((await tidied(here)).lanes, 0);
  assert.deepEqual(await lanes(here.store), ['lane/a']);
});

test('parts that nobody names go after a day, named ones never', async () => {
  const here = world({ id: 'a', parents: [], isOpen: true });
  await here.round('a');
  // A step that was lost between its parts and its item.
  const orphan = partOfBytes(Buffer.from('nobody names this'));
  await here.store.commit({ key: 'other/item', expected: undefined, value: 1, parts: [orphan] });
  const before = baselines(await stored(here.store));
  assert.equal((await tidied(here)).parts, 0, 'it may be named yet');
  here.clock.ms += dayMs + 1;
  const { parts } = await tidied(here);
  assert.ok(parts >= 1);
  assert.equal(await here.store.part(orphan.name), undefined);
  assert.deepEqual(baselines(await stored(here.store)), before, 'nothing that is named is gone');
  assert.equal((await tidied(here)).parts, 0);
});

test('it is done once a day by one of those who try, and again in an hour where it failed', async () => {
  const here = world({ id: 'a', parents: [], isOpen: true });
  await here.round('a');
  const settings = { store: here.store, clock: here.clock, shards: async () => here.shards };
  const outcomes = await Promise.all([tidyOnceADay(settings), tidyOnceADay(settings)]);
  assert.equal(outcomes.filter((outcome) => outcome !== undefined).length, 1);
  here.clock.ms += dayMs - 1;
  assert.equal(await tidyOnceADay(settings), undefined);
  here.clock.ms += 1;
  await assert.rejects(tidyOnceADay({ ...settings, shards: async () => Promise.reject(new Error('throttled')) }), /throttled/);
  assert.equal(await tidyOnceADay(settings), undefined);
  here.clock.ms += 3_600_000;
  assert.notEqual(await tidyOnceADay(settings), undefined);
});

test('what a newer version names is not known, so nothing is deleted', async () => {
  const here = world({ id: 'a', parents: [], isOpen: true });
  await here.round('a');
  const item = await here.store.item(walkKey);
  await here.store.commit({ key: walkKey, expected: item?.version, value: { ...(item?.value as object), version: 99 } as JsonValue });
  here.clock.ms += 3 * dayMs;
  await assert.rejects(tidied(here), /newer version/);
});
