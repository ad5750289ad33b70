/**
 * `fargazer consume`: one process that reads sources for ever. One batch at a time goes in, so that whoever is slow
 * (the disk, the store) holds the sources back and nothing piles up; a step is saved now and then, and when an alert
 * was found; what a step saved is delivered beside all that.
 */
import {
  FargazerError, oneAtATime, type AlertingSettings, type Clock, type Health, type LiveBatch, type LiveSource, type Notifier, type Reporter, type Sink, type Store,
} from '#contract';
import { dispatcher, orderOfAlert, orderOfSending, type Dispatcher } from '../../../alerting/dispatch/index.ts';
import { notifierOutlet } from '../../../alerting/dispatch/notifier-outlet.ts';
import { outputsOf } from '../../../alerting/receivers.ts';
import type { LiveConfig } from '../../../config/index.ts';
import { keepingLetters } from '../alerts/letters.ts';
import type { MakeWalk } from '../engine.ts';
import { laneName, positionsOf } from './lane-names.ts';
import { LiveRun } from './live-run.ts';
import { SteadyClock } from './steady-clock.ts';
import { coverageOf, Telling } from './telling.ts';

export interface ConsumeParts {
  sources: readonly LiveSource[];
  store: Store;
  /** They get every alert. */
  sinks: readonly Sink[];
  /** They get what the alerting pipeline decided. */
  notifiers: readonly Notifier[];
  makeWalk: MakeWalk;
  live: Pick<LiveConfig, 'clock' | 'learnForMs' | 'checkpointEveryMs' | 'patienceMs' | 'flowFields'> & { alerting: AlertingSettings };
  /** Where alerts are wanted sooner than a stream gives them: time between two walks, and an alert's longest wait for its step. */
  pace?: { walkEveryMs: number; alertStepMs: number };
  /** Where a teaching begins, in place of the earliest record: a task's records tell of times before anybody looked. */
  teachFromMs?: () => number;
  clock: Clock;
  reporter: Reporter;
}

/** A stop has ten seconds: these to save the last step, and those to deliver what it found. */
const saveAtEndMs = 6_000;
const deliverAtEndMs = 2_500;
/** What is being sent then has so long to be answered. */
const lastAnswersMs = 1_000;
/** A store that fails for longer than a failover takes is a trouble that people are told of. */
const storeTroubleMs = 60_000;
/** So often it is looked whether a step is due, lanes fail, or time passed without records. */
const beatMs = 1_000;
/** A store that failed is tried again after this, doubling up to the longest. */
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** An alert is not kept waiting for the next step longer than this, if no other pace is asked for. */
const standardAlertStepMs = 2_000;

export class Consumer {
  readonly #parts: ConsumeParts;
  readonly #turn = oneAtATime();
  readonly #begun = new Set<LiveSource>();
  readonly #gone = new Map<LiveSource, FargazerError>();
  /** Gone, or at the end of its input. */
  readonly #over = new Set<LiveSource>();
  #run: LiveRun | undefined;
  #dispatcher: Dispatcher | undefined;
  /** Of notifications. */
  #outbox: Dispatcher | undefined;
  #phase: Health['phase'] = 'starting';
  /** When the last step was saved: by the clock, and by the one that does not jump. */
  #saved = { atMs: -Infinity, steadyMs: -Infinity };
  #storeTrouble: { reason: string; sinceMs: number } | undefined;
  #failure: unknown;
  readonly #steady: SteadyClock;
  readonly #telling: Telling;

  constructor(parts: ConsumeParts) {
    this.#parts = parts;
    this.#steady = new SteadyClock(parts.clock);
    this.#telling = new Telling(parts.reporter, this.#steady);
  }

  /** Runs until `signal` aborts, then saves and ends. Throws what no waiting helps. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, live, makeWalk, sinks, notifiers, reporter, sources, pace, teachFromMs } = this.#parts;
    const startMs = clock.now();
    const run = await LiveRun.open({ makeWalk, store, now: () => this.#steady.now(), time: live.clock, patienceMs: live.patienceMs, ...(pace === undefined ? {} : { walkEveryMs: pace.walkEveryMs }), alerting: live.alerting, decode: { flowFields: [...live.flowFields] }, ...(live.learnForMs === undefined ? {} : { learnForMs: live.learnForMs }), ...(teachFromMs === undefined ? {} : { teachFromMs }) });
    this.#run = run;
    run.keepSources(sources.map(({ name }) => name));
    this.#saved = { atMs: clock.now(), steadyMs: this.#steady.now() };
    this.#dispatcher = dispatcher({ store, sinks: sinks.map((sink) => keepingLetters(sink, store)), pending: (after) => run.pending(after), orderOf: orderOfAlert, clock, reporter });
    const outlets = notifiers.map((notifier) => notifierOutlet(notifier, { store, isFor: (receiver) => outputsOf(live.alerting, receiver).outputs.includes(notifier.name) }));
    this.#outbox = dispatcher({ store, sinks: outlets.map((outlet) => keepingLetters(outlet, store)), pending: (after) => run.outbox(after), orderOf: orderOfSending, clock, reporter });
    this.#dispatcher.wake();
    this.#outbox.wake();
    const stop = new AbortController();
    const reading = AbortSignal.any([signal, stop.signal]);
    this.#phase = 'running';
    signal.addEventListener('abort', () => reporter.happened('stopping', { signal: 'asked to' }), { once: true });
    const over = new AbortController();
    const late = this.#lateAfter(reading, over.signal);
    const note = (error: unknown): void => void (this.#failure ??= error);
    try {
      const work = Promise.all([this.#beat(reading, stop, startMs), ...sources.map((source) => this.#read(source, reading, stop))]);
      // Whoever waits for a store that does not answer is not waited for.
      await Promise.race([work, late]).catch(note);
    } finally {
      this.#phase = 'stopping';
      stop.abort();
      if (this.#failure === undefined) await Promise.race([this.#saveLast(signal), late]).catch(note);
      over.abort();
      const deliveries = [this.#dispatcher, this.#outbox];
      if (this.#failure === undefined) await Promise.all(deliveries.map((one) => one.drain(clock.now() + deliverAtEndMs)));
      await Promise.all(deliveries.map((one) => one.stop(lastAnswersMs)));
      await Promise.allSettled(sources.map((source) => source.close?.()));
      run.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
    // Everything is saved, and still it ended otherwise than asked.
    const [gone] = this.#gone.values();
    if (gone !== undefined && this.#over.size === sources.length) throw gone;
  }

  #saveLast(signal: AbortSignal): Promise<void> {
    return this.#turn(() => {
      this.#run!.walkOn(true);
      return this.#save(signal, true);
    });
  }

  /** Rejects when the time for the last step is over, counted from when the end was asked for; resolves where it came to its end before. */
  async #lateAfter(asked: AbortSignal, over: AbortSignal): Promise<void> {
    const { clock, store } = this.#parts;
    if (!asked.aborted) await new Promise<void>((resolve) => asked.addEventListener('abort', () => resolve(), { once: true }));
    await clock.sleep(saveAtEndMs, over);
    if (over.aborted) return;
    throw new FargazerError('store-failed', `${store.place}: the last step was not saved, for the store did not answer in ${saveAtEndMs / 1_000} s. What was saved before is whole; what came since is read again when it is started again.`);
  }

  async #read(source: LiveSource, signal: AbortSignal, stop: AbortController): Promise<void> {
    let isTaking = false;
    try {
      for await (const batch of source.read(this.#run!.positions(source.name), signal)) {
        isTaking = true;
        await this.#turn(() => this.#take(source, batch, signal));
        isTaking = false;
        if (signal.aborted) break;
      }
      // Its input is over, as standard input may be.
      if (!signal.aborted) this.#left(source, stop);
    } catch (error) {
      // What was taken in part must never be saved: nobody would know where to go on.
      if (isTaking) this.#fail(error, stop);
      else this.#end(source, error, stop);
    }
  }

  #fail(error: unknown, stop: AbortController): void {
    this.#failure ??= error;
    stop.abort();
  }

  /** A source that is gone ends the run only where none is left: the others are worth reading. */
  #end(source: LiveSource, error: unknown, stop: AbortController): void {
    if (!(error instanceof FargazerError)) return this.#fail(error, stop);
    this.#gone.set(source, error);
    this.#parts.reporter.happened('failed', { code: error.code });
    this.#left(source, stop);
  }

  /** Once no source is left, what was read is whole, and saved as at any other end. */
  #left(source: LiveSource, stop: AbortController): void {
    this.#over.add(source);
    if (this.#over.size === this.#parts.sources.length) stop.abort();
  }

  async #take(source: LiveSource, batch: LiveBatch, signal: AbortSignal): Promise<void> {
    if (this.#failure !== undefined) return;
    const { reporter } = this.#parts;
    const { lane, records, ends } = batch;
    const taken = await this.#run!.take(source.name, batch);
    if (taken.isNewLane) reporter.happened('lane-begun', { source: source.name, lane });
    this.#begun.add(source);
    if (records.length > 0) {
      reporter.happened('batch-read', { source: source.name, lane, records: records.length, bytes: taken.bytes });
      reporter.happened('decoded', { source: source.name, events: taken.events, unreadable: taken.unreadable });
    }
    if (ends !== undefined) reporter.happened('lane-ended', { source: source.name, lane, children: ends.children.length });
    await this.#goOn(signal);
  }

  /** Walks as far as it may, and saves when a step is due. */
  async #goOn(signal: AbortSignal): Promise<void> {
    const { sources, live, pace } = this.#parts;
    const run = this.#run!;
    // Until each source has named its lanes, nobody knows how far everything is read.
    if (sources.some((source) => !this.#begun.has(source) && !this.#gone.has(source))) return;
    run.walkOn();
    const sinceMs = this.#steady.now() - this.#saved.steadyMs;
    if (sinceMs >= live.checkpointEveryMs || (run.hasAlerts && sinceMs >= Math.min(pace?.alertStepMs ?? standardAlertStepMs, live.checkpointEveryMs))) await this.#save(signal, false);
  }

  async #beat(signal: AbortSignal, stop: AbortController, startMs: number): Promise<void> {
    const { clock, sources, reporter, live } = this.#parts;
    let isReady = false;
    while (!signal.aborted) {
      const jumpedMs = await this.#steady.sleep(beatMs, signal);
      if (signal.aborted) return;
      if (jumpedMs !== 0) reporter.happened('clock-jumped', { byMs: jumpedMs });
      if (!isReady && sources.every((source) => this.#begun.has(source) || this.#gone.has(source))) {
        isReady = true;
        reporter.happened('ready', { tookMs: clock.now() - startMs });
      }
      await this.#turn(async () => {
        this.#passBy();
        await this.#goOn(signal);
        const run = this.#run!;
        this.#telling.standing(run, sources, live.clock === 'arrival' && Number.isFinite(run.walkedMs) ? clock.now() - run.walkedMs : undefined);
      }).catch((error: unknown) => this.#fail(error, stop));
    }
  }

  #passBy(): void {
    const { sources, reporter, live } = this.#parts;
    for (const name of this.#run!.passBy(this.#telling.failing(sources, this.#gone, laneName))) {
      const [source = '', lane = ''] = name.split('\u0001');
      reporter.happened('lane-left-behind', { source, lane, heldMs: live.patienceMs });
    }
  }

  /** Saves a step; a store that fails is waited for, and everything waits with it. */
  async #save(signal: AbortSignal, isLast: boolean): Promise<void> {
    const { clock, reporter, store, sources } = this.#parts;
    const run = this.#run!;
    run.delivered(this.#dispatcher!.deliveredThrough() + 1, this.#outbox!.deliveredThrough() + 1);
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(longestRetryMs, waitMs * 2)) {
      const startMs = clock.now();
      try {
        const saved = await run.save();
        if (saved === undefined) {
          throw new FargazerError('state-locked', `${store.place}: another process has written this state meanwhile. This one ends, and what it found since its last step is found by the other. Let one process consume with one state.`);
        }
        this.#saved = { atMs: clock.now(), steadyMs: this.#steady.now() };
        this.#storeTrouble = undefined;
        reporter.happened('step-saved', { tookMs: Math.max(0, this.#saved.atMs - startMs), bytes: saved.bytes, parts: saved.parts });
        for (const { detector, severity, id, revision } of saved.alerts) reporter.happened('alert-raised', { detector, severity, id, revision });
        if (saved.alerts.length > 0) this.#dispatcher!.wake();
        if (saved.notifications > 0) this.#outbox!.wake();
        await Promise.allSettled(sources.map((source) => source.committed?.(positionsOf(source.name, saved.positions))));
        this.#telling.counts(run);
        return;
      } catch (error) {
        if (!(error instanceof FargazerError) || !['store-failed', 'state-write-failed', 'store-denied'].includes(error.code)) throw error;
        this.#storeTrouble = { reason: error.message, sinceMs: this.#storeTrouble?.sinceMs ?? this.#steady.now() };
        reporter.happened('step-failed', { code: error.code, waitMs });
        if (isLast && signal.aborted) throw error;
        await clock.sleep(waitMs, signal);
        if (signal.aborted && !isLast) return;
      }
    }
  }

  /** For /healthz and /readyz. */
  health(): Health {
    const { sources, store } = this.#parts;
    const waitingFor = sources.filter((source) => !this.#begun.has(source) && !this.#gone.has(source)).map(({ name }) => `${name}: its first answer`);
    if (this.#run === undefined) waitingFor.unshift('the state to be read');
    const lanes = sources.flatMap((source) => source.health().map((lane) => ({ source: source.name, ...lane })));
    const trouble = this.#storeTrouble;
    const isLong = trouble !== undefined && this.#steady.now() - trouble.sinceMs >= storeTroubleMs;
    return {
      phase: this.#phase,
      troubles: [...[...this.#gone.values()].map(({ message }) => message), ...(isLong ? [trouble.reason] : [])],
      waitingFor,
      lanes,
      store: {
        place: store.place,
        state: trouble === undefined ? 'working' : 'failing',
        ...(trouble === undefined ? {} : { reason: trouble.reason }),
        ...(Number.isFinite(this.#saved.atMs) ? { savedMs: this.#saved.atMs } : {}),
      },
      sinks: [...(this.#dispatcher?.health() ?? []), ...(this.#outbox?.health() ?? [])],
      coverage: coverageOf(this.#run),
    };
  }
}
