/**
 * The walk: everything that happens, in order of release, over one stretch of the axis.
 * Replay, a split replay, and later the live consumer and the Lambda closer all run this file.
 *
 *   gate -> tape -> [ note facts -> attribute -> judge single events ] -> minute's end: judge, learn
 */
import type { FargazerEvent, FeedName, JsonValue, LogRecord, Observation } from '#contract';
import { feedNames } from '#contract';
import { attribute, ownSide, phaseOf } from './attribute.ts';
import { Episodes, type Episode } from './episodes.ts';
import { Facts } from './facts.ts';
import { Gate } from './gate.ts';
import { Judges } from './judge.ts';
import { closeMinute } from './close.ts';
import { Minutes, type EntityMinute, type KnownSubject, type MinuteState } from './minutes.ts';
import { dnsLookup, logKind, noteFlow, shown } from './observe.ts';
import { minuteLengthMs, minuteOf, releaseOf } from './order.ts';
import { packMinutes, unpackMinutes } from './open-minutes.ts';
import { entityOf, Owners, sight, sightRevision, type Instance } from './owners.ts';
import type { Teacher } from './parts.ts';
import { Pieces, type JoinPieces } from './pieces.ts';
import { subjectKey } from './reduce.ts';
import { ReadingHead } from './reading-head.ts';
import type { EngineSettings } from './settings.ts';
import { Silence } from './silence.ts';
import { Tape } from './tape.ts';

/** Everything a walk knows; what a checkpoint saves and a later walk goes on from. */
export interface WalkState {
  facts: Facts;
  owners: Owners;
  episodes: Episodes;
  /** Release time walked through, by feed. */
  marks: Map<FeedName, number>;
  /** Event time up to which a feed was read by `--to`. */
  readTo: Map<FeedName, number>;
  feedFirstMs: Partial<Record<FeedName, number>>;
  teachUntilMs: number;
}

export function newState(): WalkState {
  return {
    facts: new Facts(),
    owners: new Owners(),
    episodes: new Episodes(),
    marks: new Map(),
    readTo: new Map(),
    feedFirstMs: {},
    teachUntilMs: Number.NEGATIVE_INFINITY,
  };
}

/** Instances are forgotten this long after their last record; a task that lives says something within a day. */
const instanceMemoryMs = 26 * 3_600_000;

export class Walk {
  readonly settings: EngineSettings;
  readonly state: WalkState;
  readonly tape: Tape;
  readonly gate: Gate;
  readonly judges: Judges;
  readonly bounds = new Map<string, number>();
  /** Told of every row as it is attributed; set by `fargazer why` alone. */
  onRow: ((event: FargazerEvent, instance: Instance) => void) | undefined;
  unattributed = 0;
  /** Event time of the first and last row walked. */
  spanMs: { fromMs: number; toMs: number } | undefined;
  readonly #minutes: Minutes;
  readonly #silence = new Silence();
  readonly #pieces: Pieces;
  readonly #teacher: Teacher;
  #lastForgottenMs = -Infinity;

  constructor(settings: EngineSettings, join: JoinPieces, state: WalkState = newState()) {
    this.settings = settings;
    this.state = state;
    this.tape = new Tape(settings.tape);
    this.gate = new Gate(this.tape, settings.lateness, settings, state.marks, state.readTo);
    this.#minutes = new Minutes(settings.lateness);
    this.#pieces = new Pieces(join);
    this.#teacher = {
      get teachUntilMs() {
        return state.teachUntilMs;
      },
      feedFirstMs: state.feedFirstMs,
      onBound: (sentence) => this.bounds.set(sentence, (this.bounds.get(sentence) ?? 0) + 1),
    };
    this.judges = new Judges(settings, state.facts, this.#teacher, state.episodes);
    for (const owner of state.owners.records.values()) {
      for (const instance of owner.instances.values()) {
        for (const feed of feedNames) if (instance.lastMinutes[feed] !== undefined) this.#silence.note(feed, instance);
      }
    }
  }

  /** Sets the end of the teaching, once all of the input is read (its first event time must be known). */
  beginTeaching(): void {
    const { teaching } = this.settings;
    if (teaching.only === true) this.state.teachUntilMs = Math.max(this.gate.lastMs + 1, this.state.teachUntilMs);
    else if (teaching.forMs !== undefined && this.gate.firstMs < Infinity && this.state.teachUntilMs === -Infinity) {
      this.state.teachUntilMs = this.gate.firstMs + teaching.forMs;
    }
  }

  /** Walks what is released before `release`; minutes that end by then are closed. */
  walkTo(release: number): void {
    const { lateness } = this.settings;
    const head = new ReadingHead(this.tape, lateness, release);
    for (;;) {
      const row = head.next();
      this.#closeUpTo(row === undefined ? release : releaseOf(row, lateness));
      if (row === undefined) break;
      this.#walkRow(row);
    }
    head.putBack();
    if (release < Infinity) for (const feed of feedNames) this.#mark(feed, release);
  }

  /** The end of the input: walks everything that is left. */
  finish(): void {
    this.walkTo(Infinity);
  }

  /** What was walked in part: minutes not ended, lines not whole. */
  packOpen(): JsonValue {
    return { minutes: packMinutes(this.#minutes), pieces: this.#pieces.pack() };
  }

  unpackOpen(packed: JsonValue): void {
    const { minutes, pieces } = packed as { minutes: JsonValue; pieces: JsonValue };
    unpackMinutes(minutes, this.#minutes, this.state.owners, this.state.episodes);
    this.#pieces.unpack(pieces, this.state.owners);
  }

  #mark(feed: FeedName, release: number): void {
    this.state.marks.set(feed, Math.max(release, this.state.marks.get(feed) ?? -Infinity));
  }

  #closeUpTo(release: number): void {
    // At the end of the input nobody is waited for: a minute without records is no silence then.
    const isWatched = (feed: FeedName, minute: number): boolean => release < Infinity && this.#silence.isWatched(feed, minute);
    for (;;) {
      if (release === Infinity && !this.#minutes.hasOpen) return;
      const minute = this.#minutes.shiftUpTo(release, isWatched);
      if (minute === undefined) return;
      this.#close(minute);
    }
  }

  #close(minute: MinuteState): void {
    for (const joined of this.#pieces.close(minute)) this.#walkLog(joined.row, this.#entityMinute(minute, joined.instance, joined.row), minute);
    closeMinute(minute, this.state, this.judges, this.#silence, this.#teacher);
    const endMs = (minute.minute + 1) * minuteLengthMs;
    this.#mark(minute.feed, endMs + this.settings.lateness[minute.feed]);
    if (endMs - this.#lastForgottenMs > instanceMemoryMs / 24) {
      this.#lastForgottenMs = endMs;
      this.state.owners.forgetInstances(endMs - instanceMemoryMs);
      this.state.episodes.closeQuiet(endMs - Math.max(...Object.values(this.settings.lateness)));
    }
  }

  #walkRow(row: FargazerEvent): void {
    const { timeMs, feed } = row;
    const minute = this.#minutes.at(feed, minuteOf(timeMs));
    const key = subjectKey(row.subject);
    const known = minute.known.get(key);
    if (known !== undefined && known.epoch === this.state.facts.epoch && (row.kind === 'log' || row.kind === 'metric')) {
      this.#walkKnown(row, known, minute);
    } else this.#walkNew(row, key, minute);
  }

  /** A line or point of a subject that was attributed in this minute, and no fact has changed since. */
  #walkKnown(row: FargazerEvent, { of, task, isUnattributed }: KnownSubject, minute: MinuteState): void {
    const { timeMs } = row;
    if (timeMs > this.spanMs!.toMs) this.spanMs!.toMs = timeMs;
    if (task !== undefined && timeMs > task.lastSeenMs) task.lastSeenMs = timeMs;
    if (isUnattributed) this.unattributed += row.count;
    sight(of.instance, row.feed, minute.minute, timeMs, row.count);
    this.onRow?.(row, of.instance);
    this.#observe(row, of, minute);
  }

  #walkNew(row: FargazerEvent, key: string, minute: MinuteState): void {
    const { state, settings } = this;
    const { timeMs, feed } = row;
    state.feedFirstMs[feed] ??= timeMs;
    this.spanMs ??= { fromMs: timeMs, toMs: timeMs };
    if (timeMs < this.spanMs.fromMs) this.spanMs.fromMs = timeMs;
    if (timeMs > this.spanMs.toMs) this.spanMs.toMs = timeMs;
    state.facts.note(row, settings.lateness);
    const whose = attribute(row, state.facts, settings.lateness);
    if (whose.isUnattributed) this.unattributed += row.count;
    const owner = state.owners.of(whose.owner, timeMs);
    const instance = state.owners.instance(owner, whose.container, whose.instance, timeMs);
    if (whose.revision !== undefined) sightRevision(owner, whose.revision, timeMs);
    sight(instance, feed, minute.minute, timeMs, row.count);
    this.#silence.note(feed, instance);
    this.onRow?.(row, instance);
    const of = this.#entityMinute(minute, instance, row);
    const { isUnattributed } = whose;
    minute.known.set(key, { epoch: state.facts.epoch, of, task: state.facts.tasks.get(row.subject.task ?? ''), isUnattributed });
    this.#observe(row, of, minute);
  }

  #entityMinute(minute: MinuteState, instance: Instance, row: FargazerEvent): EntityMinute {
    const key = `${instance.owner.key}\u0001${instance.container}\u0001${instance.id}`;
    let found = minute.entities.get(key);
    if (found === undefined) {
      const task = this.state.facts.tasks.get(row.subject.task ?? instance.id);
      const feedFirstMs = this.state.feedFirstMs[row.feed] ?? row.timeMs;
      const isBornLater = instance.firstSeenMs > feedFirstMs + 5 * minuteLengthMs && instance.id !== '';
      const phase = phaseOf(task, instance.firstSeenMs, isBornLater, row.timeMs);
      const entity = entityOf(instance, phase, task?.revision ?? row.subject.revision);
      found = { instance, entity, kinds: undefined, continuationLines: 0, metrics: undefined, network: undefined, waiting: new Map() };
      minute.entities.set(key, found);
    }
    return found;
  }

  #observe(row: FargazerEvent, of: EntityMinute, minute: MinuteState): void {
    switch (row.kind) {
      case 'log':
        if (row.piece !== undefined) this.#pieces.add(minute, of, row);
        else this.#walkLog(row, of, minute);
        break;
      case 'metric':
        of.metrics ??= new Map();
        of.metrics.set(row.metric, row);
        break;
      case 'network': {
        const to = noteFlow(of, row, ownSide(row, this.state.facts), this.state.facts, minute.minute);
        if (to !== undefined) this.#single(of, to, minute, `destination|${to.peer}|${to.port}|${to.protocol}|${to.isRejected}`);
        break;
      }
      case 'dns':
        this.#single(of, dnsLookup(row, minute.minute), minute, `lookup|${row.queryName}|${row.queryType}|${row.responseCode}`);
        break;
      case 'api':
        this.#single(of, { ...this.#base(row, minute), kind: 'api-call', activity: row }, minute, `call|${row.id}`);
        break;
      case 'task':
        this.#single(of, { ...this.#base(row, minute), kind: 'task-change', state: row }, minute, `change|${row.id}`);
        break;
      case 'coverage':
        if (row.state === 'lossy') minute.gaps.add(of.instance.owner.key);
        break;
      default:
        break;
    }
  }

  #base(row: FargazerEvent, minute: MinuteState): Pick<Observation, 'timeMs' | 'minuteMs' | 'count' | 'records'> {
    return { timeMs: row.timeMs, minuteMs: minute.minute * minuteLengthMs, count: row.count, records: [shown(row)] };
  }

  #walkLog(row: LogRecord, of: EntityMinute, minute: MinuteState): void {
    if (row.isContinuation) {
      of.continuationLines += row.count;
      return;
    }
    of.kinds ??= new Map();
    const known = of.kinds.get(row.templateId);
    if (known === undefined) of.kinds.set(row.templateId, { count: row.count, first: row });
    else known.count += row.count;
    if (this.judges.reads('log-kind')) this.#single(of, logKind(row, minute.minute), minute, row.templateId);
  }

  /** Judges the first of a key in its minute; the others are counted on. */
  #single(of: EntityMinute, observation: Observation, minute: MinuteState, key: string): void {
    const known = of.waiting.get(key);
    if (known !== undefined) {
      known.observation.count += observation.count;
      for (const episode of known.episodes) this.state.episodes.count(episode, observation.count, observation.timeMs);
      return;
    }
    const { instance, entity } = of;
    const episodes: Episode[] = this.judges.judge(instance, entity, observation, minute.feed, !minute.gaps.has(instance.owner.key));
    of.waiting.set(key, { observation, episodes });
  }
}
