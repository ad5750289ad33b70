/** One container of the function in this process: the real handler's work over a store, a clock and outputs that others may break. */
import type { Context } from 'aws-lambda';
import { silentReporter, type AlertingSettings, type Clock, type Store } from '#contract';
import { close } from '../../../src/entry/lambda/closing.ts';
import { Consumer } from '../../../src/entry/lambda/consumer.ts';
import { deliver } from '../../../src/entry/lambda/delivery.ts';
import { dispatch } from '../../../src/entry/lambda/dispatch.ts';
import type { Journal } from '../../../src/entry/lambda/journal.ts';
import type { StreamPort } from '../../../src/entry/lambda/ports.ts';
import type { MakeWalk } from '../../../src/entry/program/engine.ts';
import { standardLateness } from '../../../src/engine/order.ts';
import { decode } from '../live/whole.ts';
import { Fate, fatefulStore, type Work } from './fate.ts';
import { noAnswer, outputsInto, type Received } from './outputs.ts';

export interface World {
  next: (below: number) => number;
  /** Clock time. */
  nowMs: number;
  isCalm: boolean;
  count: (what: string) => void;
  closing: Set<Fate>;
  store: Store;
  stream: StreamPort;
  received: Received;
  alerting: AlertingSettings;
  makeWalk: MakeWalk;
  learnForMs: number;
}

/** Time of an invocation. */
const wholeMs = 60_000;
/** As long as somebody sleeps, each turn of the event loop takes so much. */
const turnMs = 10;
/** A send in so many has no answer; one in so many is answered when nobody waits for it any more. */
const unansweredIn = 40;
const lateIn = 120;
/** Longer than a delivery lasts. */
const lateMs = 25_000;
/** An invocation in so many has little time: each look at its clock takes some of it. */
const hurriedIn = 12;
const mostLookMs = 20_000;

/** What a dead one still has in hand is not done by the one after it: its last fate stays its own. */
interface Process {
  consumer: Consumer;
  fates: { last?: Fate };
}

export class Container {
  readonly #world: World;
  /** Its clock is ahead of those of others, or behind. */
  readonly #aheadMs: number;
  #process: Process;
  #fate: Fate;
  #atMs = -Infinity;
  #sleptMs = 0;
  isBusy = false;

  constructor(world: World, aheadMs: number) {
    this.#world = world;
    this.#aheadMs = aheadMs;
    this.#fate = new Fate('batch', { ...world, isCalm: true });
    this.#process = this.#begin();
  }

  #begin(): Process {
    const { store, stream, received, alerting, makeWalk, learnForMs, count } = this.#world;
    const clock = this.#clock();
    const fates: { last?: Fate } = {};
    const own = (): Fate => fates.last ?? this.#fate;
    const send = (note: () => void): Promise<void> => this.#send(own(), clock, note);
    const journal: Journal = { begin: () => undefined, say: (name) => count(name), reporter: silentReporter, end: () => undefined };
    const parts = { store: fatefulStore(store, own, count), clock, journal };
    const outputs = outputsInto(received, send);
    const consumer = new Consumer({
      ...parts,
      lateness: standardLateness,
      decode,
      openClosers: async () => ({
        close: (time) => close({ ...parts, ...outputs, alerting, makeWalk, learnForMs }, time),
        deliver: (time) => deliver({ ...parts, ...outputs, alerting, reporter: silentReporter }, time),
      }),
      stream: { ...stream, putUnder: (hashKey, content) => own().call(() => stream.putUnder(hashKey, content)) },
      objects: { open: async () => ({ unread: 'there is no bucket' }) },
    });
    return { consumer, fates };
  }

  #clock(): Clock {
    const now = (): number => Math.max(this.#atMs, this.#world.nowMs);
    return {
      now: () => now() + this.#aheadMs,
      sleep: async (ms, signal) => {
        // Half of a back-off is chance: it takes as long as it may at most, so that a seed tells a run.
        const untilMs = now() + (ms <= 0 ? 0 : 1_000 * 2 ** Math.max(0, Math.ceil(Math.log2(ms / 1_000))));
        while (now() < untilMs && signal?.aborted !== true) {
          this.#atMs = now() + turnMs;
          this.#sleptMs += turnMs;
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    };
  }

  async #send(fate: Fate, clock: Clock, note: () => void): Promise<void> {
    const { next, isCalm, count } = this.#world;
    const luck = isCalm ? 1 : next(unansweredIn * lateIn);
    if (luck % lateIn === 0) {
      count('answers that came too late');
      await clock.sleep(lateMs);
    }
    await fate.call(async () => note(), noAnswer);
    if (luck % unansweredIn !== 0) return;
    count('sends without an answer');
    throw noAnswer();
  }

  /**
   * Does what an event asks for. Its answer rejects as the handler does, and with `Killed` where it dies: the next one
   * starts anew. Where it stalls nobody need wait for it.
   */
  invoke(event: unknown, work: Work): { answer: Promise<unknown>; stall: Promise<void> } {
    this.isBusy = true;
    const fate = (this.#fate = new Fate(work, this.#world));
    this.#sleptMs = 0;
    return { answer: this.#answer(event, work, fate), stall: fate.stall };
  }

  async #answer(event: unknown, work: Work, fate: Fate): Promise<unknown> {
    const { next, isCalm } = this.#world;
    let looks = 0;
    const lookMs = !isCalm && work === 'batch' && next(hurriedIn) === 0 ? next(mostLookMs) : 0;
    const context = { awsRequestId: 'one', getRemainingTimeInMillis: () => wholeMs - this.#sleptMs - lookMs * (looks += 1) } as Context;
    try {
      return await Promise.race([dispatch(event, context, this.#process.consumer), fate.death]);
    } finally {
      if (fate.isDead) {
        this.#process.fates.last = fate;
        this.#process = this.#begin();
      }
      this.isBusy = false;
    }
  }
}
