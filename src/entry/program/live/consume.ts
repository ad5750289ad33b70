/**
 * `fargazer consume`: one process that reads sources for ever. One batch at a time goes in, so that whoever is slow
 * (the disk, the store) holds the sources back and nothing piles up; a step is saved now and then, and when an alert
 * was found; what a step saved is delivered beside all that.
 */
import {
  FargazerError, severities, type Clock, type CoverageCount, type Health, type LiveBatch, type LiveSource, type Reporter, type SetAsideReason, type Sink, type Store,
} from '#contract';
import { dispatcher, type Dispatcher } from '../../../alerting/dispatch/index.ts';
import type { LiveConfig } from '../../../config/index.ts';
import type { MakeWalk } from '../engine.ts';
import { laneName, LiveRun, positionsOf } from './live-run.ts';
import { oneAtATime } from './turns.ts';

export interface ConsumeParts {
  sources: readonly LiveSource[];
  store: Store;
  sinks: readonly Sink[];
  makeWalk: MakeWalk;
  live: Pick<LiveConfig, 'clock' | 'learnForMs' | 'checkpointEveryMs' | 'patienceMs' | 'flowFields'>;
  clock: Clock;
  reporter: Reporter;
}

/** A stop has ten seconds: some of them belong to the delivery of what the last step found. */
const deliverAtEndMs = 3_000;
/** So often it is looked whether a step is due, lanes fail, or time passed without records. */
const beatMs = 1_000;
/** A store that failed is tried again after this, doubling up to the longest. */
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** An alert is not kept waiting for the next step longer than this. */
const alertStepMs = 2_000;

const reasons: Readonly<Record<'future' | 'past' | 'olderThanState', SetAsideReason>> = { future: 'future', past: 'past', olderThanState: 'older-than-state' };

export class Consumer {
  readonly #parts: ConsumeParts;
  readonly #turn = oneAtATime();
  readonly #begun = new Set<LiveSource>();
  readonly #gone = new Map<LiveSource, FargazerError>();
  #run: LiveRun | undefined;
  #dispatcher: Dispatcher | undefined;
  #phase: Health['phase'] = 'starting';
  #savedMs = -Infinity;
  #storeTrouble: string | undefined;
  #told = { late: new Map<string, number>(), setAside: { future: 0, past: 0, olderThanState: 0 } };
  #failure: unknown;

  constructor(parts: ConsumeParts) {
    this.#parts = parts;
  }

  /** Runs until `signal` aborts, then saves and ends. Throws what no waiting helps. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, live, makeWalk, sinks, reporter, sources } = this.#parts;
    const run = await LiveRun.open({ makeWalk, store, clock, time: live.clock, patienceMs: live.patienceMs, decode: { flowFields: [...live.flowFields] }, ...(live.learnForMs === undefined ? {} : { learnForMs: live.learnForMs }) });
    this.#run = run;
    run.keepSources(sources.map(({ name }) => name));
    this.#savedMs = clock.now();
    this.#dispatcher = dispatcher({ store, sinks, pending: (after) => run.pending(after), clock, reporter });
    this.#dispatcher.wake();
    const stop = new AbortController();
    const reading = AbortSignal.any([signal, stop.signal]);
    this.#phase = 'running';
    try {
      await Promise.all([this.#beat(reading, stop), ...sources.map((source) => this.#read(source, reading, stop))]);
    } finally {
      this.#phase = 'stopping';
      stop.abort();
      if (this.#failure === undefined) {
        await this.#turn(() => {
          run.walkOn(true);
          return this.#save(signal, true);
        }).catch((error: unknown) => (this.#failure ??= error));
      }
      await this.#dispatcher.stop(deliverAtEndMs);
      await Promise.allSettled(sources.map((source) => source.close?.()));
      run.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #read(source: LiveSource, signal: AbortSignal, stop: AbortController): Promise<void> {
    try {
      for await (const batch of source.read(this.#run!.positions(source.name), signal)) {
        await this.#turn(() => this.#take(source, batch, signal));
        if (signal.aborted) break;
      }
    } catch (error) {
      this.#end(source, error, stop);
    }
  }

  /** A source that is gone ends the run only where none is left: the others are worth reading. */
  #end(source: LiveSource, error: unknown, stop: AbortController): void {
    if (!(error instanceof FargazerError) || this.#parts.sources.length === this.#gone.size + 1 || error.code.startsWith('stat')) {
      this.#failure ??= error;
      stop.abort();
      return;
    }
    this.#gone.set(source, error);
    this.#parts.reporter.happened('failed', { code: error.code });
  }

  async #take(source: LiveSource, batch: LiveBatch, signal: AbortSignal): Promise<void> {
    const run = this.#run!;
    const { reporter } = this.#parts;
    const before = run.readings().get(source.name);
    const seen = before === undefined ? { events: 0, bytes: 0, unreadable: 0 } : { events: before.events, bytes: before.bytes, unreadable: unreadableIn(before) };
    await run.take(source.name, batch);
    this.#begun.add(source);
    if (batch.records.length > 0) {
      const after = run.readings().get(source.name);
      const lane = batch.lane;
      reporter.happened('batch-read', { source: source.name, lane, records: batch.records.length, bytes: (after?.bytes ?? 0) - seen.bytes });
      if (after !== undefined) reporter.happened('decoded', { source: source.name, events: after.events - seen.events, unreadable: unreadableIn(after) - seen.unreadable });
    }
    if (batch.ends !== undefined) reporter.happened('lane-ended', { source: source.name, lane: batch.lane, children: batch.ends.children.length });
    await this.#goOn(signal);
  }

  /** Walks as far as it may, and saves when a step is due. */
  async #goOn(signal: AbortSignal): Promise<void> {
    const { sources, clock, live } = this.#parts;
    const run = this.#run!;
    // Until each source has named its lanes, nobody knows how far everything is read.
    if (sources.some((source) => !this.#begun.has(source) && !this.#gone.has(source))) return;
    run.walkOn();
    const sinceMs = clock.now() - this.#savedMs;
    if (sinceMs >= live.checkpointEveryMs || (run.hasAlerts && sinceMs >= Math.min(alertStepMs, live.checkpointEveryMs))) await this.#save(signal, false);
  }

  async #beat(signal: AbortSignal, stop: AbortController): Promise<void> {
    const { clock, sources } = this.#parts;
    while (!signal.aborted) {
      await clock.sleep(beatMs, signal);
      if (signal.aborted) return;
      if (this.#gone.size === sources.length) return stop.abort();
      await this.#turn(async () => {
        this.#passBy();
        await this.#goOn(signal);
        this.#tellHowThingsStand();
      }).catch((error: unknown) => {
        this.#failure ??= error;
        stop.abort();
      });
    }
  }

  #passBy(): void {
    const { sources, reporter, clock } = this.#parts;
    const failing = new Map<string, number>();
    for (const source of sources) {
      const gone = this.#gone.get(source);
      for (const { lane, state, sinceMs } of source.health()) {
        if (state === 'failing' || gone !== undefined) failing.set(laneName(source.name, lane), gone === undefined ? (sinceMs ?? clock.now()) : -Infinity);
      }
    }
    for (const name of this.#run!.passBy(failing)) {
      const [source = '', lane = ''] = name.split('\u0001');
      reporter.happened('lane-left-behind', { source, lane, heldMs: this.#parts.live.patienceMs });
    }
  }

  /** Saves a step; a store that fails is waited for, and everything waits with it. */
  async #save(signal: AbortSignal, isLast: boolean): Promise<void> {
    const { clock, reporter, store, sources } = this.#parts;
    const run = this.#run!;
    run.delivered(this.#dispatcher!.deliveredThrough() + 1);
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(longestRetryMs, waitMs * 2)) {
      const startMs = clock.now();
      try {
        const saved = await run.save();
        if (saved === undefined) {
          throw new FargazerError('state-locked', `${store.place}: another process has written this state meanwhile. This one ends, and what it found since its last step is found by the other. Let one process consume with one state.`);
        }
        this.#savedMs = clock.now();
        this.#storeTrouble = undefined;
        reporter.happened('step-saved', { tookMs: this.#savedMs - startMs, bytes: saved.bytes, parts: saved.parts });
        for (const { detector, severity, id, revision } of saved.alerts) reporter.happened('alert-raised', { detector, severity, id, revision });
        if (saved.alerts.length > 0) this.#dispatcher!.wake();
        await Promise.allSettled(sources.map((source) => source.committed?.(positionsOf(source.name, saved.positions))));
        this.#tellCounts();
        return;
      } catch (error) {
        if (!(error instanceof FargazerError) || !['store-failed', 'state-write-failed', 'store-denied'].includes(error.code)) throw error;
        this.#storeTrouble = error.message;
        reporter.happened('step-failed', { code: error.code, waitMs });
        if (isLast && signal.aborted) throw error;
        await clock.sleep(waitMs, signal);
        if (signal.aborted && !isLast) return;
      }
    }
  }

  #tellCounts(): void {
    const { reporter } = this.#parts;
    const { gate } = this.#run!;
    for (const [feed, count] of gate.lateOf) {
      const before = this.#told.late.get(feed) ?? 0;
      if (count > before) reporter.happened('late', { feed, records: count - before });
      this.#told.late.set(feed, count);
    }
    for (const [key, reason] of Object.entries(reasons) as [keyof typeof reasons, SetAsideReason][]) {
      const count = gate.setAside[key];
      if (count > this.#told.setAside[key]) reporter.happened('set-aside', { reason, records: count - this.#told.setAside[key] });
      this.#told.setAside[key] = count;
    }
  }

  #tellHowThingsStand(): void {
    const { reporter, clock, sources, live } = this.#parts;
    const run = this.#run!;
    const lanes = sources.flatMap((source) => source.health().map((lane) => ({ source: source.name, ...lane })));
    reporter.stands('lane-behind', lanes.flatMap(({ source, lane, behindMs }) => (behindMs === undefined ? [] : [{ source, lane, value: behindMs }])));
    reporter.stands('lanes', sources.flatMap(({ name: source }) => (['reading', 'waiting', 'failing', 'ended'] as const).map((state) => ({ source, state, value: lanes.filter((lane) => lane.source === source && lane.state === state).length }))));
    if (live.clock === 'arrival' && Number.isFinite(run.walkedMs)) reporter.stands('walk-behind', [{ value: Math.max(0, clock.now() - run.walkedMs) }]);
    const { records } = run.walk.state.owners;
    let instances = 0;
    for (const owner of records.values()) instances += owner.instances.size;
    reporter.stands('owners', [{ value: records.size }]);
    reporter.stands('instances', [{ value: instances }]);
    const open = run.walk.state.episodes.openBySeverity();
    reporter.stands('coverage', this.#coverage().map(({ feed, state, services: value }) => ({ feed, state, value })));
    reporter.stands('open-alerts', severities.map((severity) => ({ severity, value: open.get(severity) ?? 0 })));
  }

  /** Services by feed and state. */
  #coverage(): CoverageCount[] {
    const counts = new Map<string, CoverageCount>();
    for (const { name, feed, state } of this.#run?.walk.state.coverage.rows() ?? []) {
      if (name === '') continue;
      const key = `${feed} ${state}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { feed, state, services: 1 });
      else known.services += 1;
    }
    return [...counts.values()];
  }

  /** For /healthz and /readyz. */
  health(): Health {
    const { sources, store } = this.#parts;
    const waitingFor = sources.filter((source) => !this.#begun.has(source) && !this.#gone.has(source)).map(({ name }) => `${name}: its first answer`);
    if (this.#run === undefined) waitingFor.unshift('the state to be read');
    const lanes = sources.flatMap((source) => source.health().map((lane) => ({ source: source.name, ...lane })));
    return {
      phase: this.#phase,
      troubles: [...this.#gone.values()].map(({ message }) => message),
      waitingFor,
      lanes,
      store: {
        place: store.place,
        state: this.#storeTrouble === undefined ? 'working' : 'failing',
        ...(this.#storeTrouble === undefined ? {} : { reason: this.#storeTrouble }),
        ...(Number.isFinite(this.#savedMs) ? { savedMs: this.#savedMs } : {}),
      },
      sinks: this.#dispatcher?.health() ?? [],
      coverage: this.#coverage(),
    };
  }
}

function unreadableIn({ unreadable }: { unreadable: readonly { count: number }[] }): number {
  return unreadable.reduce((sum, { count }) => sum + count, 0);
}
