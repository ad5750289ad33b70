/** One row of the walk: what it tells as a fact, whom it is about, and what detectors say of it at once. */
import type { Connection, FargazerEvent, FeedName, FileSeen, LogRecord, NetworkActivity, Observation, ProcessSeen, SocketSeen } from '#contract';
import { attribute, ownSide, phaseOf } from './attribute.ts';
import { put } from './few.ts';
import type { Judges } from './judge.ts';
import { KnownSubjects, type Whose } from './known-subjects.ts';
import type { EntityMinute, Minutes, MinuteState, Waiting } from './minutes.ts';
import { dnsLookup, farSideOf, networkMinute, noteFlow, shown } from './observe.ts';
import { connectionOf, keyOfConnection, keyOfSighting } from './observe-sensor.ts';
import { logKind } from './observe-logs.ts';
import { addMetrics } from './metric-sets.ts';
import { minuteLengthMs, minuteOf, type Lateness } from './order.ts';
import { entityOf, sight, sightRevision, type Instance } from './owners.ts';
import type { Pieces } from './pieces.ts';
import { shareText } from './shared-text.ts';
import type { Silence } from './silence.ts';
import type { WalkState } from './state.ts';

/** Keys of an instance's minute that wait to teach; the tape lets through fewer of what is reduced there. */
const waitingLimit = 4_096;

export interface RowParts {
  state: WalkState;
  lateness: Lateness;
  judges: Judges;
  minutes: Minutes;
  silence: Silence;
  pieces: Pieces;
  /** Event time from which the records of this input really lie; a stray date before it begins nothing. */
  beginsMs: () => number;
}

export class Rows {
  /** Told of every row as it is attributed; set by `fargazer why` alone. */
  onRow: ((event: FargazerEvent, instance: Instance) => void) | undefined;
  unattributed = 0;
  /** Event time of the first and last row walked. */
  spanMs: { fromMs: number; toMs: number } | undefined;
  readonly #parts: RowParts;
  readonly #whose = new KnownSubjects();

  constructor(parts: RowParts) {
    this.#parts = parts;
  }

  /** A line put together of pieces, when its minute ends. */
  walkJoined(row: LogRecord, instance: Instance, minute: MinuteState): void {
    this.#walkLog(row, this.#entityMinute(minute, instance, row), minute);
  }

  /** Walks one row, in the total order. */
  walk(row: FargazerEvent): void {
    const { timeMs, feed } = row;
    const minute = this.#parts.minutes.at(feed, minuteOf(timeMs));
    this.#span(feed, timeMs);
    const seen = row.kind === 'log' || row.kind === 'metrics' ? this.#whose.get(row, this.#parts.state, minute.minute) : undefined;
    if (seen === undefined) this.#walkNew(row, minute);
    else this.#walkSeen(row, seen, minute);
  }

  #span(feed: FeedName, timeMs: number): void {
    const { feedFirstMs } = this.#parts.state;
    if (feedFirstMs[feed] === undefined && timeMs >= this.#parts.beginsMs()) feedFirstMs[feed] = timeMs;
    const span = this.spanMs;
    if (span === undefined) this.spanMs = { fromMs: timeMs, toMs: timeMs };
    else if (timeMs < span.fromMs) span.fromMs = timeMs;
    else if (timeMs > span.toMs) span.toMs = timeMs;
  }

  /** A line or point of a subject that was attributed before, and nothing has changed since that attribution hangs on. */
  #walkSeen(row: FargazerEvent, { instance, task, revision, isUnattributed }: Whose, minute: MinuteState): void {
    const { timeMs, feed } = row;
    const minuteMs = minute.minute * minuteLengthMs;
    if (task !== undefined && minuteMs > task.lastSeenMs) task.lastSeenMs = minuteMs;
    if (isUnattributed) this.unattributed += row.count;
    if (instance.lastMinutes[feed] !== minute.minute) {
      if (revision !== undefined) sightRevision(instance.owner, revision, timeMs);
      this.#parts.silence.note(feed, instance);
    }
    sight(instance, feed, minute.minute, row.count);
    this.onRow?.(row, instance);
    this.#observe(row, this.#entityMinute(minute, instance, row), minute);
  }

  #walkNew(row: FargazerEvent, minute: MinuteState): void {
    const { state, lateness } = this.#parts;
    const { timeMs, feed } = row;
    state.facts.note(row, lateness);
    const whose = attribute(row, state.facts, lateness);
    if (whose.isUnattributed) this.unattributed += row.count;
    const owner = state.owners.of(whose.owner, timeMs);
    const instance = state.owners.instance(owner, whose.container, whose.instance, timeMs);
    if (whose.revision !== undefined) sightRevision(owner, whose.revision, timeMs);
    sight(instance, feed, minute.minute, row.count);
    this.#parts.silence.note(feed, instance);
    this.onRow?.(row, instance);
    if (row.kind === 'log' || row.kind === 'metrics') this.#whose.note(row, whose, instance, state, minute.minute);
    this.#observe(row, this.#entityMinute(minute, instance, row), minute);
  }

  #entityMinute(minute: MinuteState, instance: Instance, row: FargazerEvent): EntityMinute {
    let found = minute.entities.get(instance);
    if (found === undefined) {
      const task = this.#parts.state.facts.tasks.get(row.subject.task ?? instance.id);
      const feedFirstMs = this.#parts.state.feedFirstMs[row.feed] ?? row.timeMs;
      const isBornLater = instance.firstSeenMs > feedFirstMs + 5 * minuteLengthMs && instance.id !== '';
      const phase = phaseOf(task, instance.firstSeenMs, isBornLater, row.timeMs);
      const entity = entityOf(instance, phase, task?.revision ?? row.subject.revision);
      found = { instance, entity, kinds: undefined, continuationLines: 0, metrics: undefined, network: undefined, waiting: undefined };
      minute.entities.set(instance, found);
    }
    return found;
  }

  #observe(row: FargazerEvent, of: EntityMinute, minute: MinuteState): void {
    switch (row.kind) {
      case 'log':
        if (row.piece !== undefined) this.#parts.pieces.add(minute, of, row);
        else this.#walkLog(row, of, minute);
        break;
      case 'metrics':
        // They may come in parts of a minute, or under two subjects.
        if (of.metrics === undefined) of.metrics = row;
        else addMetrics(of.metrics, row);
        break;
      case 'network':
        this.#walkNetwork(row, of, minute);
        break;
      case 'dns':
        this.#single(of, dnsLookup(row, minute.minute), minute, `lookup|${row.queryName}|${row.queryType}|${row.responseCode}`);
        break;
      case 'api':
        this.#single(of, { ...this.#base(row, minute), kind: 'api-call', activity: row }, minute, `call|${row.id}`);
        break;
      case 'task':
        this.#single(of, { ...this.#base(row, minute), kind: 'task-change', state: row }, minute, `change|${row.id}`);
        break;
      case 'process':
      case 'socket':
      case 'file':
        this.#single(of, { ...this.#base(row, minute), kind: row.kind, activity: row } as ProcessSeen | SocketSeen | FileSeen, minute, keyOfSighting(row));
        break;
      case 'coverage':
        if (row.state === 'lossy') minute.gaps.add(of.instance.owner.key);
        this.#parts.state.coverage.note(of.instance, row, this.#parts.state.episodes);
        break;
      default:
        break;
    }
  }

  #walkNetwork(row: NetworkActivity, of: EntityMinute, minute: MinuteState): void {
    const { state, judges } = this.#parts;
    const far = farSideOf(row, ownSide(row, state.facts), state.facts);
    const told = judges.reads('connection') ? connectionOf(row, far) : undefined;
    if (told !== undefined) this.#each(of, { ...this.#base(row, minute), kind: 'connection', ...told }, minute);
    // What stays within a task leaves it for nowhere.
    if (row.isLocal === true) return;
    const to = noteFlow(of, row, far, minute.minute, state.teachUntilMs);
    if (to !== undefined) this.#single(of, to, minute, shareText(`destination|${to.peer}|${to.port}|${to.protocol}|${to.isRejected}`));
    const { network } = of;
    if (network === undefined || network.isTold || row.activity === undefined || row.activity === 'open') return;
    network.isTold = judges.judgeEarly(of.instance, of.entity, () => networkMinute(network, minute.minute), row.feed);
  }

  #base(row: FargazerEvent, minute: MinuteState): Pick<Observation, 'timeMs' | 'minuteMs' | 'count' | 'records'> {
    return { timeMs: row.timeMs, minuteMs: minute.minute * minuteLengthMs, count: row.count, records: [shown(row)] };
  }

  #walkLog(row: LogRecord, of: EntityMinute, minute: MinuteState): void {
    if (row.isContinuation) {
      of.continuationLines += row.count;
      return;
    }
    const known = of.kinds?.get(row.templateId);
    if (known === undefined) of.kinds = put(of.kinds, row.templateId, { count: row.count, first: row });
    else known.count += row.count;
    if (this.#parts.judges.reads('log-kind')) this.#single(of, logKind(row, minute.minute), minute, row.templateId);
  }

  /** Judges the first of a key in its minute; the others are counted on, and told when the minute ends. */
  #single(of: EntityMinute, observation: Observation, minute: MinuteState, key: string): void {
    const known = of.waiting?.get(key);
    if (known !== undefined) {
      known.observation.count += observation.count;
      return;
    }
    const { instance, entity } = of;
    const episodes = this.#parts.judges.judge(instance, entity, observation, minute.feed, !minute.gaps.has(instance.owner.key));
    this.#hold(of, key, { observation, episodes });
  }

  /** Judges each, for their times and sums matter; those of a key teach together. */
  #each(of: EntityMinute, observation: Connection, minute: MinuteState): void {
    const { instance, entity } = of;
    const key = keyOfConnection(observation);
    const episodes = this.#parts.judges.judge(instance, entity, observation, minute.feed, !minute.gaps.has(instance.owner.key));
    const known = of.waiting?.get(key);
    if (known === undefined) return this.#hold(of, key, { observation, episodes });
    const { observation: first } = known as { observation: Connection };
    first.count += observation.count;
    first.sentBytes += observation.sentBytes;
    first.receivedBytes += observation.receivedBytes;
  }

  /** What the sensor sees is not reduced before the walk, so a flood of it is bounded here: it is judged, and teaches nothing. */
  #hold(of: EntityMinute, key: string, waiting: Waiting): void {
    if (of.waiting !== undefined && of.waiting.size >= waitingLimit) return;
    of.waiting = put(of.waiting, key, waiting);
  }
}
