/** Makes the real code take the steps of a schedule of the model, one at a time, and says where it does anything else. */
import assert from 'node:assert/strict';
import { defaultLatenessMs, type Step, type Store } from '#contract';
import type { LaneRecord } from '../../src/engine/rounds.ts';
import { closeRounds } from '../../src/entry/program/live/closer.ts';
import { closedRound } from '../../src/entry/program/live/passed.ts';
import { applyBatch, laneKey } from '../../src/entry/program/live/lane.ts';
import { beginRound } from '../../src/entry/program/live/schedule.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { putParts } from '../support/live/faults.ts';
import { recording, startMs, tickText, type Timed } from '../support/live/recording.ts';
import { ShardedStream } from '../support/live/stream.ts';
import { alerting, baselines, decode, lastOfEach, makeWalk, pendingIn, replayed, stored } from '../support/live/whole.ts';
import type { Model } from './explore.ts';
import type { Size } from './consumer.ts';
import type { World } from './world.ts';

/** Between rounds, so that minutes of slow feeds end within a schedule of two or three. */
const roundMs = 20 * 60_000;
const learnForMs = 10 * 60_000;

/** Somebody at work: each thing that it asks the store for waits until it is granted. */
class Actor {
  readonly #waiting: { label: string; grant: () => void }[] = [];
  isDone = false;
  failure: unknown;

  constructor(inner: Store, work: (store: Store, turn: (label: string) => Promise<void>) => Promise<unknown>) {
    const turn = (label: string): Promise<void> => new Promise((grant) => this.#waiting.push({ label, grant }));
    void work(stepped(inner, turn), turn).then(
      () => (this.isDone = true),
      (error: unknown) => {
        this.failure = error;
        this.isDone = true;
      },
    );
  }

  /** What it waits for; empty where it is done. */
  async waitsFor(): Promise<string[]> {
    // Nothing but the store is waited for: afterwards everybody waits for it again.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failure !== undefined) throw this.failure;
    return this.#waiting.map(({ label }) => label);
  }

  grant(label: string): void {
    const at = this.#waiting.findIndex((one) => one.label === label);
    this.#waiting.splice(at, 1)[0]!.grant();
  }

  /** Grants what comes before something, then that; gives whether it came. */
  async goTo(wanted: string, isBarred: (label: string) => boolean = () => false): Promise<boolean> {
    for (;;) {
      const waits = await this.waitsFor();
      if (waits.includes(wanted)) {
        this.grant(wanted);
        return true;
      }
      const next = waits[0];
      if (next === undefined || isBarred(next)) return false;
      this.grant(next);
    }
  }

  /** Grants whatever it asks for as long as it is of a kind. */
  async goWhile(isMeant: (label: string) => boolean): Promise<void> {
    for (;;) {
      const next = (await this.waitsFor()).find(isMeant);
      if (next === undefined) return;
      this.grant(next);
    }
  }
}

/** A store in which a step's parts, its item and its deletions are three turns, as they are over a network. */
function stepped(inner: Store, turn: (label: string) => Promise<void>): Store {
  return {
    ...inner,
    partNow: undefined as never,
    item: async (key) => (await turn(`item ${key}`), inner.item(key)),
    /** As a database that answers a page at a time. */
    async items(prefix) {
      const found: Awaited<ReturnType<Store['items']>> = [];
      for (;;) {
        await turn(`${found.length === 0 ? 'items' : 'more'} ${prefix}`);
        const left = (await inner.items(prefix)).filter(({ key }) => found.length === 0 || key > found.at(-1)!.key);
        found.push(...left.slice(0, 1));
        if (left.length <= 1) return found;
      }
    },
    part: async (name) => (await turn('part'), inner.part(name)),
    async commit({ parts = [], replaced = [], ...step }: Step) {
      if (parts.length > 0) {
        await turn(`parts of ${step.key}`);
        await putParts(inner, parts);
      }
      await turn(`commit ${step.key}`);
      const version = await inner.commit(step);
      const gone = replaced.filter((name) => !parts.some((part) => part.name === name));
      if (version !== undefined && gone.length > 0) {
        await turn(`delete of ${step.key}`);
        await inner.commit({ key: 'aside/gone', expected: (await inner.item('aside/gone'))?.version, value: null, replaced: gone });
      }
      return version;
    },
  };
}

const isRound = (label: string): boolean => label.startsWith('item round/');
const isLane = (label: string): boolean => label.startsWith('item lane/');
const isMore = (label: string): boolean => label === 'more lane/';
const isPart = (label: string): boolean => label === 'part';

export interface Driven {
  /** Alerts compared. */
  alerts: number;
}

/** Runs a schedule with real records and compares each step with the model and the outcome with a replay. */
export async function drive(model: Model<World>, names: readonly string[], seed: number, { rounds, readsSlowly = false }: Size): Promise<Driven> {
  const store = memoryStore();
  const stream = new ShardedStream(model.initial.shards.length);
  const content = new Content(seed, rounds + 1);
  const actors = new Map<string, Actor>();
  /** Behind how many records each entry of the model ends, by shard. */
  const ends = new Map<string, number[]>();
  const endOf = (id: string, place: number): number => (place === 0 ? 0 : ends.get(id)![place - 1]!);
  let world = model.initial;
  let schedule: Actor | undefined;
  for (const [place, name] of names.entries()) {
    const before = world;
    world = model.copy(world);
    const move = model.moves(before).find((one) => one.name === name);
    assert.ok(move !== undefined, `the model knows no move ${name}`);
    move.apply(world);
    const [verb, which = ''] = name.split(' ') as [string, string?];
    const id = stream.shards[Number(which)]?.id ?? '';
    if (verb === 'put') content.put(stream, before.shards.findIndex(({ entries }, shard) => entries.length < world.shards[shard]!.entries.length), before.rounds.length);
    else if (verb === 'split') stream.split(id);
    else if (verb === 'merge') stream.merge(id);
    else if (verb === 'round') {
      const nowMs = startMs + world.rounds.length * roundMs;
      schedule = new Actor(store, (stepping, turn) =>
        beginRound({
          store: stepping,
          openShards: async () => stream.open.map((shard) => shard.id),
          putTick: async (shard, { round, timeMs }) => {
            await turn(`tick ${stream.shards.indexOf(stream.of(shard))}`);
            stream.put(tickText(round, timeMs), stream.of(shard).from, timeMs);
          },
          nowMs,
        }),
      );
      assert.ok(await schedule.goTo(`commit round/${String(world.rounds.length).padStart(12, '0')}`), 'no round was written');
    } else if (verb === 'tick') assert.ok(await schedule!.goTo(name), `no ${name} was put`);
    else if (name === 'schedule dies') schedule = undefined;
    else if (verb === 'give') {
      const shard = name.split(' ')[2]!;
      actors.set(`late ${shard}`, actors.get(shard)!);
      actors.delete(shard);
    } else if (verb === 'deliver') {
      const [from, to] = world.invocations.find((one) => String(one.shard) === which && !one.isGivenUp)!.batch;
      const shard = stream.of(id);
      const actor = new Actor(store, async (stepping) => {
        const { hasMetTick, repeated } = await applyBatch(id, shard.records.slice(endOf(id, from), endOf(id, to)), {
          store: stepping,
          lateness: defaultLatenessMs,
          decode,
          parentsOf: async (child) => stream.of(child).parents,
          closedRound: () => closedRound(stepping),
          hasTime: () => true,
        });
        if (hasMetTick || repeated > 0) await closeRounds({ makeWalk, alerting, store: stepping, learnForMs, hasTime: () => true });
      });
      actors.set(which, actor);
      assert.ok(await actor.goTo(`item ${laneKey(id)}`));
      await actor.goWhile((label) => isLane(label) || isRound(label));
      // A lane before which none was ever written begins where the walk is.
      if (before.lanes[Number(which)] === null && !isGoneOnFrom(before, Number(which))) {
        assert.ok(await actor.goTo('item walk/state', (label) => label.startsWith('parts of')), 'it does not look where to begin');
        await actor.goWhile(isRound);
      }
    } else {
      const [who, stage] = name.split(': ') as [string, string];
      const shard = Number(who.replace('late ', ''));
      const actor = actors.get(who)!;
      try {
        await follow(actor, stage, laneKey(stream.shards[shard]!.id), before.closed, world, who, readsSlowly);
      } catch (error) {
        throw new Error(`${names.slice(0, place + 1).join(', ')}: it ${actor.isDone ? 'is done' : `waits for ${(await actor.waitsFor()).join(' and ')}`}: seed ${seed}`, { cause: error });
      }
    }
    for (const [shard, { entries }] of world.shards.entries()) {
      const { id: grown, records } = stream.shards[shard]!;
      if (entries.length > (ends.get(grown)?.length ?? 0)) ends.set(grown, [...(ends.get(grown) ?? []), records.length]);
    }
    await compare(store, stream, ends, world, `${names.slice(0, place + 1).join(', ')}: seed ${seed}`);
  }
  model.end(world);
  const lastMs = startMs + rounds * roundMs;
  const whole = replayed(content.records, lastMs, learnForMs);
  const expected = lastOfEach(whole.state.episodes.alerts(-Infinity, true));
  const told = `${names.join(', ')}: seed ${seed}`;
  assert.deepEqual(lastOfEach(await pendingIn(store)), expected, told);
  assert.deepEqual(baselines(await stored(store)), baselines(whole), told);
  return { alerts: expected.length };
}

/** An invocation's step of a stage. */
async function follow(actor: Actor, stage: string, lane: string, closed: World['closed'], world: World, who: string, readsSlowly: boolean): Promise<void> {
  const isState = (label: string): boolean => label === 'item walk/state';
  switch (stage) {
    case 'pruning':
      assert.ok(await actor.goTo('item walk/state', (label) => label.startsWith('parts of')), 'it does not look how far the walk is');
      return;
    case 'write':
      assert.ok(await actor.goTo(`parts of ${lane}`), 'it writes no contribution');
      return;
    case 'commit':
      assert.ok(await actor.goTo(`commit ${lane}`, (label) => label.startsWith('parts of')), 'it does not commit its lane');
      await actor.goWhile((label) => isLane(label) || isRound(label));
      return;
    case 'delete':
      assert.ok(await actor.goTo(`delete of ${lane}`), 'it deletes nothing');
      return;
    case 'lanes':
      if (!readsSlowly || !(await actor.waitsFor()).includes('more lane/')) assert.ok(await actor.goTo('items lane/'), 'it does not look for rounds to close');
      else actor.grant('more lane/');
      if (!readsSlowly) await actor.goWhile(isMore);
      await actor.goWhile(isRound);
      return;
    case 'again':
      assert.ok(await actor.goTo('items lane/'), 'it does not read the lanes again');
      await actor.goWhile(isMore);
      return;
    case 'parts':
      await actor.goWhile(isPart);
      return;
    case 'state': {
      assert.ok(await actor.goTo('item walk/state'), 'it does not read the state');
      const isCurrent = world.invocations.some((one) => `${one.isGivenUp ? 'late ' : ''}${one.shard}` === who && one.stage === 'walk');
      // It may read the state anew with owners that it met, as long as it is the same.
      await actor.goWhile((label) => isPart(label) || (isCurrent && isState(label)));
      return;
    }
    case 'walk': {
      const isDone = await actor.goTo('commit walk/state', (label) => label.startsWith('items'));
      await actor.goWhile((label) => label === 'delete of walk/state');
      assert.ok(isDone || world.closed === closed, 'it does not commit its walk');
      return;
    }
    default:
      await actor.goWhile(() => true);
      assert.ok(actor.isDone, 'it does not end');
      return;
  }
}

function isGoneOnFrom({ shards, lanes }: World, shard: number): boolean {
  return shards[shard]!.parents.some((parent) => lanes[parent] !== null || isGoneOnFrom({ shards, lanes } as World, parent));
}

/** What the store holds is what the model says. */
async function compare(store: Store, stream: ShardedStream, ends: ReadonlyMap<string, readonly number[]>, world: World, told: string): Promise<void> {
  assert.equal(await closedRound(store), world.closed.round, told);
  for (const [shard, expected] of world.lanes.entries()) {
    const { id, records } = stream.shards[shard]!;
    const lane = (await store.item(laneKey(id)))?.value as unknown as LaneRecord | undefined;
    const shown = lane && { place: ends.get(id)!.indexOf(records.findIndex(({ sequence }) => sequence === lane.sequence) + 1), round: lane.round, contributions: lane.contributions.map(({ after }) => after) };
    const wanted = expected && { place: Number(expected.sequence) - 9, round: expected.round, contributions: expected.contributions.map(({ after }) => after) };
    assert.deepEqual(shown ?? null, wanted, `${id} after ${told}`);
  }
}

/** Real records by the time at which they are put. */
class Content {
  readonly records: Timed[] = [];
  readonly #left: Timed[];

  constructor(seed: number, rounds: number) {
    this.#left = recording(seed, rounds * 24, (rounds * roundMs) / 60_000);
  }

  /** Some records as one, dated behind the round that was written last. */
  put(stream: ShardedStream, shard: number, round: number): void {
    const fromMs = startMs + round * roundMs;
    const some = this.#left.filter(({ timeMs }) => timeMs >= fromMs && timeMs < fromMs + roundMs).slice(0, 8);
    for (const one of some) this.#left.splice(this.#left.indexOf(one), 1);
    this.records.push(...some);
    for (const { text, timeMs } of some) stream.put(text, stream.shards[shard]!.from, timeMs);
  }
}
