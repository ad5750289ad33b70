/**
 * A live run of one process: batches in, steps out. The walk is that of a replay; what is new is when it may go on,
 * and that what a step saved is all that a crash leaves.
 *
 *   batch -> decode -> gate -> tape;   all lanes told a time -> walk up to it;   now and then -> one step
 */
import type { Alert, AlertingSettings, DecodeSettings, JsonValue, LiveBatch, LiveRecord, PendingAlert, Store, Tick } from '#contract';
import type { Sending } from '../../../alerting/dispatch/notifier-outlet.ts';
import { openRecords, type RecordReader } from '../../../decode/record.ts';
import { openStream } from '../../../decode/stream.ts';
import { isLarge, unpackLarge } from '../../../decode/unpack-large.ts';
import { Checkpoint, type Prepared } from '../../../engine/checkpoint.ts';
import { Beginnings } from '../../../engine/beginnings.ts';
import { LiveGate, type LiveTime } from '../../../engine/live-gate.ts';
import { Lanes, tickBefore, type Lane, type PackedLane } from '../../../engine/lanes.ts';
import { tickLengthMs } from '../../../engine/order.ts';
import type { Walk } from '../../../engine/run.ts';
import { liveTape } from '../../../engine/tape-settings.ts';
import { kindsByName, type MakeWalk } from '../engine.ts';
import { applySilences, silencesIn } from '../alerts/silences.ts';
import { Alerting } from './alerting.ts';
import { laneName, positionsOf } from './lane-names.ts';
import { addCounts, asBuffer, countsIn, type Taken } from './taken.ts';

export type { Taken } from './taken.ts';

export interface LiveSettings {
  makeWalk: MakeWalk;
  store: Store;
  /** Milliseconds of no meaning but their differences, on a clock that does not jump. */
  now: () => number;
  /** `arrival`: by the times at which carriers got the records; `ticks`: by ticks that stand in the lanes. */
  time: LiveTime;
  /** How long the first records teach, event time; undefined: nothing is taught, baselines learn until they are ready. */
  learnForMs?: number;
  /** Where the teaching begins, event time, asked when the first record is walked; with the earliest of the records that were there then where absent. */
  teachFromMs?: () => number;
  /** How long a lane may hold the walk while nothing comes of it. */
  patienceMs: number;
  /** Walking costs a look at all minutes that wait; once a second where absent. */
  walkEveryMs?: number;
  decode: DecodeSettings;
  alerting: AlertingSettings;
}

/** What a live run keeps in its state beside the walk. */
interface PackedLive {
  lanes: Record<string, PackedLane>;
  /** Where a teaching begins, if nothing was walked yet. */
  beginnings?: [number | null, number][];
}

/** Once a second is often enough for alerts of what comes with seconds of lateness. */
const standardWalkEveryMs = 1_000;
/** A backlog is walked in stretches of this much release time, so that no more waits on the tape. */
const walkStretchMs = 60_000;

/** Alerts given for delivery at a time: all that wait for a slow receiver may be more than memory holds. */
const pendingAtOnce = 100;

/** What a step saved. */
export interface Saved {
  positions: ReadonlyMap<string, JsonValue>;
  alerts: readonly Alert[];
  notifications: number;
  bytes: number;
  parts: number;
}

export class LiveRun {
  readonly walk: Walk;
  readonly lanes: Lanes;
  readonly gate: LiveGate;
  readonly #settings: LiveSettings;
  readonly #checkpoint: Checkpoint;
  readonly #alerting: Alerting;
  readonly #readers = new Map<string, RecordReader>();
  #walkedMs: number;
  #lastWalkMs = -Infinity;
  #unsaved: { step: Prepared; positions: Map<string, JsonValue>; alerts: readonly Alert[]; notifications: number } | undefined;
  #deliveredBelow = 0;
  #notifiedBelow = 0;
  /** The batch of pending alerts that was read last. */
  #pendingRead: { part: string; alerts: readonly PendingAlert[] } | undefined;

  private constructor(settings: LiveSettings, checkpoint: Checkpoint, walk: Walk, alerting: Alerting) {
    this.#alerting = alerting;
    this.#settings = settings;
    this.#checkpoint = checkpoint;
    this.walk = walk;
    this.gate = new LiveGate(walk.tape, walk.settings.lateness, walk.state.marks);
    const live = checkpoint.live as unknown as PackedLive | null;
    this.lanes = Lanes.unpack(live?.lanes ?? {});
    if (settings.learnForMs !== undefined && Object.keys(walk.state.feedFirstMs).length === 0) this.#beginTeaching(settings, live?.beginnings ?? []);
    this.#walkedMs = Math.max(-Infinity, ...walk.state.marks.values());
    walk.state.episodes.news.isOn = true;
    walk.state.episodes.keepsClosed = false;
    walk.state.coverage.isOn = true;
  }

  /** Goes on from the last step in the store. Throws `state-newer`, `state-damaged`, or as the store does. */
  static async open(settings: LiveSettings): Promise<LiveRun> {
    const { store, makeWalk } = settings;
    const checkpoint = await Checkpoint.open(store, kindsByName);
    if (store.partNow === undefined) await checkpoint.fetchAll();
    const state = await checkpoint.state();
    if (store.partNow === undefined) checkpoint.loadAll(state);
    const walk = makeWalk({ teaching: {}, tape: liveTape }, state, checkpoint.lateness);
    await checkpoint.restore(walk, false);
    return new LiveRun(settings, checkpoint, walk, new Alerting(settings.alerting, await checkpoint.alertingState()));
  }

  /** Where each lane of a source goes on. */
  positions(source: string): Map<string, JsonValue> {
    return positionsOf(source, this.lanes.positions());
  }

  /** Lanes of sources that are read no more hold nothing. */
  keepSources(sources: readonly string[]): void {
    for (const name of this.lanes.all.keys()) if (!sources.some((source) => name.startsWith(laneName(source, '')))) this.lanes.all.delete(name);
  }

  /** Alerts saved and not delivered everywhere, in order, as many as the first batches hold. */
  async pending(afterNumber: number): Promise<readonly PendingAlert[]> {
    const found: PendingAlert[] = [];
    for (const batch of this.#checkpoint.pending) {
      if (batch.from + batch.count - 1 <= afterNumber) continue;
      // A batch is asked for again behind each few of its alerts.
      if (this.#pendingRead?.part !== batch.part) this.#pendingRead = { part: batch.part, alerts: await this.#checkpoint.alertsOf(batch) };
      for (const alert of this.#pendingRead.alerts) if (alert.number > afterNumber) found.push(alert);
      if (found.length >= pendingAtOnce) break;
    }
    if (found.length === 0) this.#pendingRead = undefined;
    return found;
  }

  /** Notifications saved and not sent by everybody, in order. */
  async outbox(afterNumber: number): Promise<readonly PendingAlert<Sending>[]> {
    for (const batch of this.#checkpoint.outbox) {
      if (batch.from + batch.count - 1 <= afterNumber) continue;
      const all = await this.#checkpoint.notificationsOf(batch);
      return all.filter(({ number }) => number > afterNumber).map(({ number, notification }) => ({ number, alert: { id: notification.key, revision: notification.sequence, notification } }));
    }
    return [];
  }

  /** Pending alerts and notifications below these numbers need not be kept. */
  delivered(alertsBelow: number, notificationsBelow: number): void {
    this.#deliveredBelow = Math.max(this.#deliveredBelow, alertsBelow);
    this.#notifiedBelow = Math.max(this.#notifiedBelow, notificationsBelow);
  }

  /** Takes all of a batch, then files where it left its lane. Batches are taken one after the other. */
  async take(source: string, batch: LiveBatch): Promise<Taken> {
    const named = (lane: string): string => laneName(source, lane);
    const taken: Taken = { bytes: 0, events: 0, unreadable: 0, isNewLane: !this.lanes.all.has(named(batch.lane)) };
    const lane = this.lanes.of(named(batch.lane));
    for (const record of batch.records) {
      const tick = await this.#takeRecord(source, batch.lane, lane, record, taken);
      if (tick === undefined) continue;
      // In a stream that is walked by arrivals a tick is nothing but a record that nobody can read.
      if (this.#settings.time === 'ticks') lane.timeMs = Math.max(lane.timeMs, tick.timeMs);
      else taken.unreadable += 1;
    }
    if (this.#settings.time === 'arrival' && batch.completeToMs !== undefined) lane.timeMs = Math.max(lane.timeMs, batch.completeToMs);
    this.lanes.file(lane, {
      position: batch.position,
      ...(batch.ends === undefined ? {} : { ends: { children: batch.ends.children.map(named) } }),
      forgets: (batch.forgets ?? []).map(named),
    });
    return taken;
  }

  async #takeRecord(source: string, lane: string, { timeMs }: Lane, { content, place, arrivalMs }: LiveRecord, taken: Taken): Promise<Tick | undefined> {
    const { time } = this.#settings;
    const tickMs = time === 'ticks' ? timeMs : arrivalMs === undefined ? -Infinity : tickBefore(arrivalMs);
    if (content instanceof Uint8Array && !isLarge(content)) {
      this.gate.arrive(arrivalMs, tickMs, time);
      const reader = this.#readerOf(source);
      const before = countsIn(reader.reading);
      const tick = reader.take(asBuffer(content), `${lane}/${place}`, arrivalMs);
      addCounts(taken, countsIn(reader.reading), before);
      return tick;
    }
    const stream = openStream({ file: `${source}/${lane}/${place}`, settings: this.#settings.decode, intake: this.gate });
    const chunks = content instanceof Uint8Array ? unpackLarge(content, () => void (taken.unreadable += 1)) : content;
    for await (const chunk of chunks) {
      this.gate.arrive(arrivalMs, tickMs, time);
      taken.bytes += chunk.byteLength;
      stream.write(asBuffer(chunk));
    }
    stream.end();
    const { events, unreadable } = countsIn(stream.reading);
    addCounts(taken, { bytes: 0, events, unreadable }, { bytes: 0, events: 0, unreadable: 0 });
    return undefined;
  }

  #readerOf(source: string): RecordReader {
    let reader = this.#readers.get(source);
    if (reader === undefined) {
      reader = openRecords({ file: source, settings: this.#settings.decode, intake: this.gate });
      this.#readers.set(source, reader);
    }
    return reader;
  }

  /** Walks as far as all lanes allow, if it is time to or `isNow`. */
  walkOn(isNow = false): void {
    const nowMs = this.#settings.now();
    const toMs = tickBefore(this.lanes.walkableMs());
    if (!(toMs > this.#walkedMs)) return;
    if (!isNow && nowMs - this.#lastWalkMs < (this.#settings.walkEveryMs ?? standardWalkEveryMs) && toMs - this.#walkedMs < walkStretchMs) return;
    this.#lastWalkMs = nowMs;
    this.walk.walkTo(toMs);
    this.#walkedMs = toMs;
  }

  /** A teaching begins with the earliest of the records that were there when the first was walked. */
  #beginTeaching({ learnForMs = 0, teachFromMs }: LiveSettings, packed: readonly (readonly [number | null, number])[]): void {
    const { state } = this.walk;
    if (teachFromMs !== undefined) {
      this.walk.onFirst = () => void (state.teachUntilMs = teachFromMs() + learnForMs);
      return;
    }
    const beginnings = Beginnings.unpack(packed);
    this.gate.beginnings = beginnings;
    this.walk.onFirst = (release) => {
      this.gate.beginnings = undefined;
      // It is walked when every lane has come to the tick behind it.
      const firstMs = beginnings.before(tickBefore(release) + tickLengthMs);
      if (firstMs < Infinity) state.teachUntilMs = firstMs + learnForMs;
    };
  }

  get walkedMs(): number {
    return this.#walkedMs;
  }

  get hasAlerts(): boolean {
    return this.walk.state.episodes.news.hasTold;
  }

  /** Lanes of which nothing came for too long let the walk go on without them; gives those that did so now. */
  passBy(failing: ReadonlyMap<string, number>): string[] {
    const nowMs = this.#settings.now();
    const passed: string[] = [];
    for (const [name, lane] of this.lanes.all) {
      const sinceMs = failing.get(name);
      if (sinceMs === undefined || lane.passedMs !== undefined || nowMs - sinceMs < this.#settings.patienceMs) continue;
      lane.passedMs = nowMs;
      passed.push(name);
    }
    return passed;
  }

  /**
   * Saves everything as one step. A step that failed is tried again by the next call, as it was.
   * Gives what is safe now; undefined where another process has written: this one must end.
   */
  async save(): Promise<Saved | undefined> {
    if (this.#unsaved === undefined) {
      applySilences(this.#alerting.pipeline, await silencesIn(this.#settings.store));
      const { alerts, ...decided } = this.#alerting.decide(this.walk.state.episodes.news.take(), this.#checkpoint.nextAlert, this.#walkedMs);
      const step = this.#checkpoint.prepare(this.walk, {
        live: { lanes: this.lanes.pack(), ...(this.gate.beginnings === undefined ? {} : { beginnings: this.gate.beginnings.pack() }) } satisfies PackedLive as unknown as JsonValue,
        alerts,
        ...decided,
        deliveredBelow: this.#deliveredBelow,
        notifiedBelow: this.#notifiedBelow,
      });
      this.#unsaved = { step, positions: this.lanes.positions(), alerts, notifications: decided.notifications.length };
    }
    const { step, positions, alerts, notifications } = this.#unsaved;
    if (!(await this.#checkpoint.commit(step))) return undefined;
    this.#unsaved = undefined;
    // Only what is safe in the store may be let go.
    this.walk.state.owners.letGo(this.#walkedMs - idleMs);
    const { parts = [] } = step.step;
    return { positions, alerts, notifications, parts: parts.length, bytes: parts.reduce((sum, { bytes }) => sum + bytes.length, 0) };
  }

  close(): void {
    this.walk.tape.close();
  }
}

/** Open minutes are younger than the slowest feed is late; who was idle for longer is read again when met. */
const idleMs = 2 * 3_600_000;
