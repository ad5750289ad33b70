/** What becomes of one invocation: most end well; of the others each fails once, at some point of its work, with an error or by its death. */
import { FargazerError, type JsonValue, type Step, type Store } from '#contract';
import { walkKey } from '../../../src/engine/checkpoint.ts';
import { never, putParts } from '../live/faults.ts';

/** A container that is gone in the middle of its work: nothing of what it was doing goes on. */
export class Killed extends Error {}

export const points = ['before the contribution', 'after the contribution', "after the lane's commit", 'in a closer', "before a closer's step", "after the parts of a closer's step", "after a closer's step", 'in delivery', 'in the schedule'] as const;
export type Point = (typeof points)[number];

/** The write that a point is at; others are met after so many calls of any kind. */
const writes: Partial<Record<Point, { prefix: string; when: 'before' | 'after parts' | 'after' }>> = {
  'before the contribution': { prefix: 'lane/', when: 'before' },
  'after the contribution': { prefix: 'lane/', when: 'after parts' },
  "after the lane's commit": { prefix: 'lane/', when: 'after' },
  "before a closer's step": { prefix: 'walk/', when: 'before' },
  "after the parts of a closer's step": { prefix: 'walk/', when: 'after parts' },
  "after a closer's step": { prefix: 'walk/', when: 'after' },
};

const ofLanes: readonly Point[] = ['before the contribution', 'after the contribution', "after the lane's commit"];
// Reading and thinking take most of a closer's time.
const ofClosers: readonly Point[] = ['in a closer', 'in a closer', "before a closer's step", "after the parts of a closer's step", "after a closer's step"];

/** So many of a hundred are to fail: one invocation in five does, for some never come to the point where they would. */
const batchesOfHundred = 28;
/** And of those that deliver or are the schedule's. */
const othersOfHundred = 20;
/** Of those that close rounds, which are few. */
const closersOfHundred = 33;
/**
 * One closing in so many stalls before its step, one batch in so many before its lane's: for so many turns of the event
 * loop at most, in which others close rounds or are given the batch.
 */
const stalls = { closer: { oneIn: 5, turns: 8_000 }, batch: { oneIn: 20, turns: 3_000 } };
/** Calls of a piece of work that a failure may come behind; most pieces have as many. */
const callsOf = { closer: 16, delivery: 10, schedule: 24 };

/** Turns of the event loop that an answer takes, fewer than this. */
const answerTurns = 3;

interface Mishap {
  point: Point;
  /** Calls that go well before it, where it is at no write. */
  callsLeft: number;
  isAfter: boolean;
  isDeath: boolean;
}

interface Failing {
  point: Point;
  isDeath: boolean;
  when: 'before' | 'after';
  failure: () => Error;
}

export type Work = 'batch' | 'schedule';

export interface FateSettings {
  next: (below: number) => number;
  isCalm: boolean;
  /** Told of each failure that was met, of who closes and who comes second. */
  count: (what: string) => void;
  /** Who closes rounds now, of all. */
  closing: Set<Fate>;
}

const oneThat = <One>(list: readonly One[], next: (below: number) => number): One => list[next(list.length)]!;
const storeFailed = (): Error => new FargazerError('store-failed', 'The store did not answer.');

export class Fate {
  readonly #settings: FateSettings;
  readonly #death = Promise.withResolvers<never>();
  #mishap: Mishap | undefined;
  readonly #stall = Promise.withResolvers<void>();
  /** Prefix of the write before which it stalls, and how long at most. */
  #stallsAt: { prefix: string; turns: number } | undefined;
  isDead = false;

  constructor(work: Work, settings: FateSettings) {
    this.#settings = settings;
    this.#death.promise.catch(() => undefined);
    if (work === 'schedule') this.#draw(othersOfHundred, ['in the schedule'], callsOf.schedule);
    else this.#draw(batchesOfHundred, ofLanes, 1);
    if (work === 'batch') this.#mayStall('lane/', stalls.batch);
  }

  /** Rejects with `Killed` where the container dies. */
  get death(): Promise<never> {
    return this.#death.promise;
  }

  /** Resolves where it becomes so slow that nobody waits for it; it goes on. */
  get stall(): Promise<void> {
    return this.#stall.promise;
  }

  #draw(ofHundred: number, among: readonly Point[], calls: number): void {
    const { next, isCalm } = this.#settings;
    if (isCalm || next(100) >= ofHundred) return;
    this.#mishap = { point: oneThat(among, next), callsLeft: next(calls), isAfter: next(2) === 0, isDeath: next(2) === 0 };
  }

  #mayStall(prefix: string, { oneIn, turns }: { oneIn: number; turns: number }): void {
    const { next, isCalm } = this.#settings;
    this.#stallsAt = !isCalm && next(oneIn) === 0 ? { prefix, turns } : undefined;
  }

  begins(work: 'closer' | 'delivery'): void {
    if (work === 'delivery') return this.#draw(othersOfHundred, ['in delivery'], callsOf.delivery);
    const { closing, count } = this.#settings;
    if (closing.size > (closing.has(this) ? 1 : 0)) count('closings beside another');
    closing.add(this);
    this.#mayStall(walkKey, stalls.closer);
    this.#draw(closersOfHundred, ofClosers, callsOf.closer);
  }

  /** What was not met by then is met no more. */
  ends(): void {
    this.#mishap = undefined;
    this.#settings.closing.delete(this);
  }

  /** A call to somebody else, as over a network: it takes some turns, and may be where the invocation fails. */
  async call<Result>(work: () => Promise<Result>, failure: () => Error = storeFailed): Promise<Result> {
    const mishap = this.#mishap;
    if (mishap === undefined || writes[mishap.point] !== undefined) return this.#turn(work);
    mishap.callsLeft -= 1;
    if (mishap.callsLeft >= 0) return this.#turn(work);
    return this.#turn(work, { ...this.#met(mishap), when: mishap.isAfter ? 'after' : 'before', failure });
  }

  /** A write of the store, whose parts are written before its item. */
  async commit(store: Store, step: Step): Promise<string | undefined> {
    if (this.#stallsAt !== undefined && step.key.startsWith(this.#stallsAt.prefix)) await this.#stallFor(this.#stallsAt.turns);
    const mishap = this.#mishap;
    const write = mishap === undefined ? undefined : writes[mishap.point];
    if (mishap === undefined || write === undefined) return this.call(() => store.commit(step));
    if (!step.key.startsWith(write.prefix)) return this.#turn(() => store.commit(step));
    const fails = { ...this.#met(mishap), failure: storeFailed };
    if (write.when !== 'after parts') return this.#turn(() => store.commit(step), { ...fails, when: write.when });
    return this.#turn(async () => (await putParts(store, step.parts ?? []), undefined), { ...fails, when: 'after' });
  }

  /** It happens once, however many calls are under way. */
  #met(mishap: Mishap): Mishap {
    this.#mishap = undefined;
    return mishap;
  }

  async #turn<Result>(work: () => Promise<Result>, fails?: Failing): Promise<Result> {
    await this.#wait();
    if (this.isDead) return never();
    if (fails?.when === 'before') return this.#fail(fails);
    const result = await work();
    await this.#wait();
    if (this.isDead) return never();
    return fails?.when === 'after' ? this.#fail(fails) : result;
  }

  async #stallFor(turns: number): Promise<void> {
    this.#stallsAt = undefined;
    this.#stall.resolve();
    await this.#wait(turns);
  }

  async #wait(most = answerTurns): Promise<void> {
    for (let turns = this.#settings.next(most); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  }

  #fail({ point, isDeath, failure }: Failing): Promise<never> {
    this.#settings.count(`${point}: ${isDeath ? 'died' : 'failed'}`);
    if (!isDeath) return Promise.reject(failure());
    this.isDead = true;
    this.#settings.closing.delete(this);
    this.#death.reject(new Killed());
    return never();
  }
}

/** Who holds a lease, as its item says it. */
function holderIn(value: JsonValue): string | undefined {
  const { holder, untilMs, isAsked } = value as { holder?: string; untilMs?: number; isAsked?: boolean };
  return isAsked === true || untilMs === 0 ? undefined : holder;
}

/** The store as an invocation has it. */
export function fatefulStore(store: Store, fate: () => Fate, count: FateSettings['count']): Store {
  return {
    ...store,
    partNow: undefined as never,
    item: (key) => fate().call(() => store.item(key)),
    items: (prefix) => fate().call(() => store.items(prefix)),
    part: (name) => fate().call(() => store.part(name)),
    remove: (key, expected) => fate().call(() => store.remove(key, expected)),
    async commit(step) {
      const version = await fate().commit(store, step);
      if (version === undefined && step.key === walkKey) count('closers that came second');
      if (version === undefined && step.key.startsWith('lane/')) count('lanes that came second');
      const [, lease] = /^lease\/(closer|delivery)$/.exec(step.key) ?? [];
      if (lease === undefined || version === undefined) return version;
      if (holderIn(step.value) !== undefined) fate().begins(lease as 'closer' | 'delivery');
      else if ((step.value as { isAsked?: boolean }).isAsked !== true) fate().ends();
      return version;
    },
  };
}
