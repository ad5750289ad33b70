/**
 * The walk: everything that happens, in order of release, over one stretch of the axis.
 * Replay, a split replay, and later the live consumer and the Lambda closer all run this file.
 *
 *   gate -> tape -> [ note facts -> attribute -> judge single events ] -> minute's end: judge, learn
 */
import { feedNames, type FargazerEvent, type FeedName, type JsonValue, type Owner } from '#contract';
import { closeMinute, endTeachingWithin } from './close.ts';
import { Gate } from './gate.ts';
import { Judges } from './judge.ts';
import { Minutes, type MinuteState } from './minutes.ts';
import { ownersInMinutes, packMinutes, unpackMinutes } from './open-minutes.ts';
import { minuteLengthMs, releaseOf, releaseOfMinuteEnd } from './order.ts';
import type { OwnVotes } from './own-votes.ts';
import { instanceKey, instanceMemoryMs, type Instance } from './owners.ts';
import type { Page } from './page.ts';
import type { Teacher } from './parts.ts';
import { ownersInPieces, Pieces, type JoinPieces } from './pieces.ts';
import { ReadingHead } from './reading-head.ts';
import { Rows } from './rows.ts';
import type { EngineSettings } from './settings.ts';
import { Silence } from './silence.ts';
import { noteDay, realSpan, type Days, type Span } from './span.ts';
import { newState, type WalkState } from './state.ts';
import { Tape } from './tape.ts';

/** Memory is tidied once in this time; what is forgotten is decided when it is asked for, so this decides nothing. */
const tidyEveryMs = 3_600_000;
/** Feeds walk up to this far apart. */
const feedsApartMs = 2 * 3_600_000;

/** Owners of minutes and lines in a packed walk. */
export function ownersInOpen(packed: JsonValue): Owner[] {
  const { minutes, pieces } = packed as { minutes: JsonValue; pieces: JsonValue };
  return [...ownersInMinutes(minutes), ...ownersInPieces(pieces)];
}

export class Walk {
  readonly settings: EngineSettings;
  readonly state: WalkState;
  readonly tape: Tape;
  readonly gate: Gate;
  readonly judges: Judges;
  readonly bounds = new Map<string, number>();
  readonly rows: Rows;
  readonly #minutes: Minutes;
  readonly #silence = new Silence();
  readonly #pieces: Pieces;
  readonly #teacher: Teacher;
  #lastTidyMs = -Infinity;
  readonly #slowestMs: number;
  /** Where the records of this input really lie; nothing is known of it before all of it is read. */
  #span: Span | undefined;
  #teachesAll = false;
  /** By feed, in order of release, those to come. */
  #teachingEnds: { feed: FeedName; release: number }[] = [];
  readonly #restored: Days = new Map();
  /** Told of the release of the first row ever walked, before it is; set where a teaching begins with it. */
  onFirst: ((release: number) => void) | undefined;

  constructor(settings: EngineSettings, join: JoinPieces, state: WalkState = newState()) {
    this.settings = settings;
    this.#slowestMs = Math.max(...Object.values(settings.lateness));
    this.state = state;
    this.tape = new Tape(settings.tape);
    this.gate = new Gate(this.tape, settings.lateness, settings, state.marks, state.readTo);
    this.#minutes = new Minutes(settings.lateness);
    this.#pieces = new Pieces(join);
    this.#teacher = {
      teachUntilMs: state.teachUntilMs,
      feedFirstMs: state.feedFirstMs,
      onBound: (sentence) => this.bounds.set(sentence, (this.bounds.get(sentence) ?? 0) + 1),
    };
    state.owners.onBound = this.#teacher.onBound;
    this.judges = new Judges(settings, state.facts, this.#teacher, state.episodes);
    this.rows = new Rows({
      state,
      lateness: settings.lateness,
      judges: this.judges,
      minutes: this.#minutes,
      silence: this.#silence,
      pieces: this.#pieces,
      beginsMs: () => this.#span?.firstMs ?? -Infinity,
    });
  }

  /** Collects, from now on, what this walk learns by itself. */
  collectOwn(own: OwnVotes): void {
    this.#teacher.own = own;
  }

  /** Whose silence would be heard, for a state. */
  watched(): ReturnType<Silence['watched']> {
    return this.#silence.watched();
  }

  /** Watched by an earlier run. */
  watch(feed: FeedName, owner: Owner, container: string, id: string): void {
    const { owners } = this.state;
    const record = owners.of(owner, 0);
    const instance = record.instances.get(instanceKey(container, id));
    if (instance !== undefined) this.#silence.note(feed, instance);
  }

  /** All of the input is read: where its records really lie is known, and with it the end of the teaching. */
  beginTeaching(): void {
    const { teaching } = this.settings;
    const days: Days = new Map([...this.gate.days].map(([day, span]) => [day, { ...span }]));
    for (const { firstMs, lastMs } of this.#restored.values()) for (const timeMs of [firstMs, lastMs]) noteDay(days, timeMs);
    const span = realSpan(days, this.#minutesOnTape());
    if (span === undefined) return;
    this.#span = span;
    if (teaching.only === true) {
      this.state.teachUntilMs = Math.max(span.lastMs + 1, this.state.teachUntilMs);
      this.#teachesAll = true;
    } else if (teaching.forMs !== undefined && this.state.teachUntilMs === -Infinity) {
      this.state.teachUntilMs = span.firstMs + teaching.forMs;
    }
  }

  *#minutesOnTape(): Generator<number> {
    for (const feed of feedNames) yield* this.tape.minutes(feed);
  }

  /** Event time of the first and last row walked, stray dates left out. */
  get spanMs(): { fromMs: number; toMs: number } | undefined {
    const walked = this.rows.spanMs;
    if (walked === undefined || this.#span === undefined) return walked;
    return { fromMs: Math.max(walked.fromMs, this.#span.firstMs), toMs: Math.min(walked.toMs, this.#span.lastMs) };
  }

  /** Walks what is released before `release`; minutes that end by then are closed. */
  walkTo(release: number): void {
    const { lateness } = this.settings;
    this.#knowTeaching();
    const head = new ReadingHead(this.tape, lateness, release);
    for (;;) {
      const row = head.next();
      const to = row === undefined ? release : releaseOf(row, lateness);
      while (this.#teachingEnds.length > 0 && this.#teachingEnds[0]!.release <= to) this.#endTeaching();
      this.#closeUpTo(to);
      if (row === undefined) break;
      if (this.onFirst !== undefined) this.#tellFirst(releaseOf(row, lateness));
      this.rows.walk(row);
    }
    head.putBack();
    if (release === Infinity) this.state.episodes.news.goTo(Infinity);
    if (release < Infinity) for (const feed of feedNames) this.#mark(feed, release);
  }

  #tellFirst(release: number): void {
    this.onFirst!(release);
    this.onFirst = undefined;
    this.#knowTeaching();
  }

  /** Until when it is taught, and where on the axis that ends for each feed: everything of before has been walked by then. */
  #knowTeaching(): void {
    const { marks, teachUntilMs } = this.state;
    this.#teacher.teachUntilMs = this.#teachesAll ? Infinity : teachUntilMs;
    this.#teachingEnds = [];
    if (!Number.isFinite(this.#teacher.teachUntilMs)) return;
    for (const feed of feedNames) {
      const release = teachUntilMs + this.settings.lateness[feed];
      if (release >= (marks.get(feed) ?? -Infinity)) this.#teachingEnds.push({ feed, release });
    }
    this.#teachingEnds.sort((left, right) => left.release - right.release);
  }

  #endTeaching(): void {
    const { feed, release } = this.#teachingEnds.shift()!;
    // Minutes that end sooner teach first, as they do otherwise.
    this.#closeUpTo(release);
    for (const minute of this.#minutes.all()) if (minute.feed === feed) endTeachingWithin(minute, this.state.teachUntilMs, this.judges);
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

  /** A minute that an earlier run read and did not walk: its events are part of where the records lie. */
  restorePage(feed: FeedName, minute: number, page: Buffer, events: readonly FargazerEvent[]): Page {
    for (const { timeMs } of events) noteDay(this.#restored, timeMs);
    return this.tape.addPage(feed, minute, page);
  }

  #mark(feed: FeedName, release: number): void {
    this.state.marks.set(feed, Math.max(release, this.state.marks.get(feed) ?? -Infinity));
  }

  #closeUpTo(release: number): void {
    // At the end of the input nobody is waited for: a minute without records is no silence then.
    const isWatched = (feed: FeedName, minute: number): boolean => release < Infinity && this.#silence.isWatched(feed, minute);
    const { coverage, episodes } = this.state;
    for (;;) {
      if (release === Infinity && !this.#minutes.hasOpen) return;
      const minute = this.#minutes.shiftUpTo(release, isWatched);
      if (minute === undefined) break;
      const endMs = releaseOfMinuteEnd(minute.minute, minute.feed, this.settings.lateness);
      coverage.upTo(endMs, this.settings.lateness, episodes);
      episodes.news.goTo(endMs);
      this.#close(minute, release === Infinity && !this.#minutes.hasOpenOf(minute.feed));
    }
    if (release === Infinity) return;
    coverage.upTo(release, this.settings.lateness, episodes);
    episodes.news.goTo(release);
  }

  #close(minute: MinuteState, isLast: boolean): void {
    for (const { row, instance } of this.#pieces.close(minute, isLast)) this.rows.walkJoined(row, instance, minute);
    closeMinute(minute, this.state, this.judges, this.#silence, this.#teacher);
    this.state.coverage.closed(minute.feed, minute.minute, heardIn(minute), this.settings.lateness, this.state.episodes);
    const endMs = (minute.minute + 1) * minuteLengthMs;
    // A stray date ends no memory and moves no mark.
    if (this.#span !== undefined && endMs - minuteLengthMs > this.#span.lastMs) return;
    this.#mark(minute.feed, endMs + this.settings.lateness[minute.feed]);
    if (this.state.episodes.news.isOn) this.state.episodes.closeQuiet(endMs - this.#slowestMs);
    if (endMs - this.#lastTidyMs > tidyEveryMs) {
      this.#lastTidyMs = endMs;
      this.state.owners.forgetInstances(endMs - instanceMemoryMs - feedsApartMs);
      this.state.episodes.closeQuiet(endMs - this.#slowestMs);
    }
  }
}

/** Who sent something in a minute. */
function* heardIn({ entities }: MinuteState): Generator<Instance> {
  for (const { instance, kinds, continuationLines, metrics, network, waiting } of entities.values()) {
    if (kinds !== undefined || continuationLines > 0 || metrics !== undefined || network !== undefined || waiting !== undefined) yield instance;
  }
}
