/**
 * Coverage: what each service's feeds use to send is learned, and where one falls silent, comes late or lost records,
 * that is a state and an alert (E21). All of it on release time, so a replay says what a live run said.
 */
import { entityName, type BaselineView, type CoverageEvent, type FeedName, type JsonValue, type Owner, type Severity } from '#contract';
import { dueOf, feedTitle, hear, hearOf, isKnown, keepOpenMs, lateMinutesNeeded, lateWindowMinutes, newHabit, silentAfter, type Habit } from './coverage-habit.ts';
import type { Episodes } from './episodes.ts';
import { Heartbeats, type PackedBeats } from './heartbeats.ts';
import { minuteLengthMs, minuteOf, type Lateness } from './order.ts';
import type { Instance, OwnerRecord } from './owners.ts';

export type CoverageState = 'learning' | 'sending' | 'silent' | 'late' | 'lossy' | 'never-seen';

interface OwnerCoverage {
  owner: Owner;
  key: string;
  feeds: Map<FeedName, Habit>;
  neverSeen: Set<FeedName>;
  /** Of sidecars that ship what they see. */
  beats: Heartbeats;
}

/** A row of `fargazer coverage`. */
export interface CoverageRow {
  /** Name of the service; empty for the feed as a whole. */
  name: string;
  feed: FeedName;
  state: CoverageState;
  /** Event time of the last record; undefined for a feed never seen. */
  lastMs: number | undefined;
  /** Minutes it may usually pause. */
  usualPauseMinutes: number | undefined;
}

/** A service that lives so long by other feeds, and never sent what its neighbours send, is blind there. */
const unseenMinutes = 60;
const ownerLimit = 20_000;

/** Owners that run; principals and addresses come and go as they like. */
const watchedKinds: ReadonlySet<string> = new Set(['service', 'family', 'workload']);
/** Feeds whose absence beside another's presence says something of a service. */
const feedsOfServices: ReadonlySet<FeedName> = new Set(['firelens', 'log', 'container-insights', 'task-metadata', 'flow-log', 'sensor']);

const deployment: Owner = { kind: 'cluster', account: '', region: '', cluster: '', name: 'all telemetry' };

export class Coverage {
  /** False in replays of plain files: a folder promises no completeness. */
  isOn = false;
  readonly #owners = new Map<string, OwnerCoverage>();
  readonly #feeds = new Map<FeedName, Habit>();
  #dueMs = Infinity;

  /** A minute of a feed was closed: whoever sent something in it. */
  closed(feed: FeedName, minute: number, heard: Iterable<Instance>, lateness: Lateness, episodes: Episodes): void {
    if (!this.isOn) return;
    let isHeard = false;
    for (const { owner: record, id } of heard) {
      isHeard = true;
      if (!watchedKinds.has(record.owner.kind)) continue;
      const of = this.#of(record);
      if (of === undefined) continue;
      hearOf(of.feeds, feed, minute);
      of.neverSeen.delete(feed);
      if (feed !== 'sensor') this.#lookAtSidecar(of, id, minute, episodes);
    }
    if (!isHeard) return;
    hearOf(this.#feeds, feed, minute);
    for (const of of this.#owners.values()) this.#lookAt(of, episodes);
    this.#schedule(lateness);
  }

  /** A record that says that others are missing or late. */
  note({ owner: record, id }: Instance, { feed, state, timeMs, count, detail, nextWithinMs }: CoverageEvent, episodes: Episodes): void {
    // Whom the sensor speaks of is a task, named or not.
    if (!this.isOn || (!watchedKinds.has(record.owner.kind) && feed !== 'sensor')) return;
    const of = this.#of(record);
    if (of === undefined) return;
    const minute = minuteOf(timeMs);
    let habit = of.feeds.get(feed);
    if (habit === undefined) of.feeds.set(feed, (habit = newHabit(minute)));
    if (state === 'working') {
      if (nextWithinMs !== undefined && id !== '') of.beats.hear(id, minute, nextWithinMs);
      hear(habit, minute);
      hearOf(this.#feeds, feed, minute);
      return;
    }
    if (state === 'silent') {
      this.#tell(episodes, of, feed, 'coverage-silent', 'high', timeMs, {
        title: `${entityName(entityOf(of.owner))} can be seen less: ${detail}`,
        summary: `What happens in ${entityName(entityOf(of.owner))} is seen in part only: ${detail}. What is seen by other ways is judged as before.`,
        observed: detail, expected: 'that it works', lookFirst: 'Who or what ended it, in the seconds before: a new program, a signal, an empty memory.',
      }, habit, detail);
      return;
    }
    if (state === 'lossy') {
      habit.lossyMinute = minute;
      // Of what the sensor sees nearly all that was missed is short and small; of a feed it may be anything.
      this.#tell(episodes, of, feed, 'coverage-lossy', feed === 'sensor' ? 'low' : 'medium', timeMs, {
        title: `${feedTitle(feed)} of ${entityName(entityOf(of.owner))} has a gap`,
        summary: `Records of ${feedTitle(feed)} are missing: ${detail}. What was seen is judged; silence, volume and periods are not, in these minutes.`,
        observed: detail, expected: 'no gap', lookFirst: 'Whether the carrier was overrun: buffers of the log router, quotas of flow logs, throttling.',
      }, habit);
      return;
    }
    if (state !== 'late') return;
    habit.lateMinutes = [...habit.lateMinutes.filter((one) => one > minute - lateWindowMinutes), ...(habit.lateMinutes.includes(minute) ? [] : [minute])];
    if (habit.lateMinutes.length < lateMinutesNeeded) return;
    this.#tell(episodes, of, feed, 'coverage-late', 'low', timeMs, {
      title: `${feedTitle(feed)} of ${entityName(entityOf(of.owner))} comes late`,
      summary: `In ${habit.lateMinutes.length} of the last ${lateWindowMinutes} minutes records of ${feedTitle(feed)} came after their time was judged (${count} in the last of them); they are counted and not judged.`,
      observed: `${habit.lateMinutes.length} minutes with late records`, expected: 'none', lookFirst: 'How far the carrier is behind; whether lateness of this feed should be longer.',
    }, habit);
  }

  /** Release time has come to here: feeds that should have been heard by now. */
  upTo(release: number, lateness: Lateness, episodes: Episodes): void {
    while (this.#dueMs <= release) {
      const atMs = this.#dueMs;
      episodes.news.goTo(atMs);
      for (const [feed, habit] of this.#feeds) {
        if (!isKnown(habit) || dueOf(feed, habit, atMs - 1, lateness) > atMs) continue;
        habit.isSilent = true;
        const timeMs = atMs - lateness[feed];
        const silentMinutes = Math.round(timeMs / minuteLengthMs) - habit.lastMinute - 1;
        this.#tell(episodes, { owner: deployment, key: 'coverage' }, feed, 'coverage-silent', 'high', timeMs, {
          title: `Nothing of ${feedTitle(feed)} comes any more`,
          summary: `No record of ${feedTitle(feed)} came for ${silentMinutes} minutes, of any service; the longest pause so far was ${habit.longestGap} ${habit.longestGap === 1 ? 'minute' : 'minutes'}.`,
          observed: `${silentMinutes} minutes of silence`, expected: `pauses up to ${habit.longestGap} min`, lookFirst: 'The way from the source to here: subscription, stream, permissions; and who changed it (CloudTrail).',
        }, habit);
      }
      this.#schedule(lateness, atMs);
    }
  }

  /** When a feed that is silent, as a whole, is told of next. */
  #schedule(lateness: Lateness, afterMs = -Infinity): void {
    this.#dueMs = Infinity;
    for (const [feed, habit] of this.#feeds) if (isKnown(habit)) this.#dueMs = Math.min(this.#dueMs, dueOf(feed, habit, afterMs, lateness));
  }

  #lookAt(of: OwnerCoverage, episodes: Episodes): void {
    let latest = -Infinity;
    let first = Infinity;
    for (const { lastMinute, firstMinute } of of.feeds.values()) {
      if (lastMinute > latest) latest = lastMinute;
      if (firstMinute < first) first = firstMinute;
    }
    for (const [feed, habit] of of.feeds) {
      const silentMinutes = latest - habit.lastMinute;
      const whole = this.#feeds.get(feed);
      if (!isKnown(habit) || silentMinutes < silentAfter(habit) || whole === undefined || whole.lastMinute - habit.lastMinute < silentAfter(habit)) continue;
      // Told at the silence's beginning, and then at even distances while it lasts.
      if (habit.isSilent && silentMinutes % (keepOpenMs / minuteLengthMs) !== 0) continue;
      habit.isSilent = true;
      this.#tell(episodes, of, feed, 'coverage-silent', 'medium', latest * minuteLengthMs, {
        title: `${feedTitle(feed)} of ${entityName(entityOf(of.owner))} fell silent`,
        summary: `No record of ${feedTitle(feed)} came for ${silentMinutes} minutes, though the service lives by its other telemetry; the longest pause so far was ${habit.longestGap} ${habit.longestGap === 1 ? 'minute' : 'minutes'}.`,
        observed: `${silentMinutes} minutes of silence`, expected: `pauses up to ${habit.longestGap} min`, lookFirst: 'Whether its log router, agent or subscription was stopped, and by whom.',
      }, habit);
    }
    for (const feed of this.#feeds.keys()) {
      if (!feedsOfServices.has(feed) || of.feeds.has(feed) || of.neverSeen.has(feed)) continue;
      const neighbours = this.#feeds.get(feed)!;
      if (latest - first < unseenMinutes || neighbours.lastMinute - Math.max(first, neighbours.firstMinute) < unseenMinutes) continue;
      of.neverSeen.add(feed);
    }
  }

  /** A sidecar whose task lives by other telemetry. Where no neighbour of it is heard either, it is the service's whole feed that is told of, once its habit is known. */
  #lookAtSidecar(of: OwnerCoverage, task: string, minute: number, episodes: Episodes): void {
    const missed = of.beats.missed(task, minute);
    if (missed === undefined) return;
    const whole = of.feeds.get('sensor');
    if (whole !== undefined && isKnown(whole) && whole.lastMinute <= missed.beat.lastMinute) return;
    const { silentMinutes, everyMinutes, beat } = missed;
    const name = entityName(entityOf(of.owner));
    const every = everyMinutes === 1 ? 'every minute' : `every ${everyMinutes} minutes`;
    this.#tell(episodes, of, 'sensor', 'coverage-silent', 'high', minute * minuteLengthMs, {
      title: `The sidecar of a task of ${name} fell silent while the task lives on`,
      summary: `The sidecar of this task said nothing for ${silentMinutes} minutes, though other telemetry of the task still comes; before, it was heard ${every}. What happens within the task is not seen.`,
      observed: `${silentMinutes} minutes of silence`, expected: `a sign of life ${every}`,
      lookFirst: 'What its last records tell; whether its container was killed or stopped, and by whom.',
    }, beat, 'sidecar', task);
  }

  #of({ key, owner }: OwnerRecord): OwnerCoverage | undefined {
    let of = this.#owners.get(key);
    if (of === undefined) {
      if (this.#owners.size >= ownerLimit) return undefined;
      this.#owners.set(key, (of = { owner, key, feeds: new Map(), neverSeen: new Set(), beats: new Heartbeats() }));
    }
    of.owner = owner;
    return of;
  }

  #tell(
    episodes: Episodes,
    of: Pick<OwnerCoverage, 'owner' | 'key'>,
    feed: FeedName,
    detector: string,
    severity: Severity,
    timeMs: number,
    said: { title: string; summary: string; observed: string; expected: string; lookFirst: string },
    { minutes, firstMinute, lastMinute }: Pick<Habit, 'minutes' | 'firstMinute' | 'lastMinute'>,
    object: string = feed,
    task = '',
  ): void {
    const view: BaselineView = {
      isReady: true, isBorrowed: false,
      history: { count: minutes, sinceMs: firstMinute * minuteLengthMs, days: Math.ceil((lastMinute - firstMinute + 1) / 1_440), tasks: 0 },
    } as BaselineView;
    episodes.add({
      detector, severity,
      // Impair defenses: disable or modify cloud logs (ATT&CK v19, before it T1562.008).
      attack: detector === 'coverage-late' ? [] : ['T1685.002'],
      entity: { ...entityOf(of.owner), instance: task }, ownerKey: of.key,
      evidence: { object, about: task === '' ? 'owner' : 'instance', unit: '', score: 0.6, quiet: 'Records that come as they used to.', ...said },
      timeMs, count: 1, records: [], view, deployment: undefined,
    });
  }

  /** Where each feed of each service stands, services by name. */
  rows(): CoverageRow[] {
    const rows: CoverageRow[] = [...this.#feeds].map(([feed, habit]) => rowOf('', feed, habit, habit.lastMinute));
    for (const { owner, feeds, neverSeen } of this.#owners.values()) {
      const name = entityName(entityOf(owner));
      for (const [feed, habit] of feeds) rows.push(rowOf(name, feed, habit, this.#feeds.get(feed)?.lastMinute ?? habit.lastMinute));
      for (const feed of neverSeen) rows.push({ name, feed, state: 'never-seen', lastMs: undefined, usualPauseMinutes: undefined });
    }
    return rows.sort((left, right) => (left.name === right.name ? (left.feed < right.feed ? -1 : 1) : left.name < right.name ? -1 : 1));
  }

  pack(): JsonValue {
    return JSON.parse(
      JSON.stringify({
        isOn: this.isOn,
        feeds: [...this.#feeds],
        owners: [...this.#owners.values()].map(({ owner, key, feeds, neverSeen, beats }) => ({ owner, key, feeds: [...feeds], neverSeen: [...neverSeen], beats: beats.pack() })),
        dueMs: Number.isFinite(this.#dueMs) ? this.#dueMs : null,
      }),
    ) as JsonValue;
  }

  static unpack(packed: JsonValue): Coverage {
    const { isOn, feeds, owners, dueMs } = packed as unknown as {
      isOn: boolean;
      feeds: [FeedName, Habit][];
      owners: { owner: Owner; key: string; feeds: [FeedName, Habit][]; neverSeen: FeedName[]; beats?: PackedBeats }[];
      dueMs: number | null;
    };
    const coverage = new Coverage();
    coverage.isOn = isOn;
    for (const [feed, habit] of feeds) coverage.#feeds.set(feed, habit);
    for (const of of owners) coverage.#owners.set(of.key, { owner: of.owner, key: of.key, feeds: new Map(of.feeds), neverSeen: new Set(of.neverSeen), beats: new Heartbeats(of.beats) });
    coverage.#dueMs = dueMs ?? Infinity;
    return coverage;
  }
}

function rowOf(name: string, feed: FeedName, habit: Habit, nowMinute: number): CoverageRow {
  const isLate = habit.lateMinutes.filter((minute) => minute > nowMinute - lateWindowMinutes).length >= lateMinutesNeeded;
  const isLossy = habit.lossyMinute !== null && habit.lossyMinute > nowMinute - lateWindowMinutes;
  const state: CoverageState = habit.isSilent ? 'silent' : isLossy ? 'lossy' : isLate ? 'late' : isKnown(habit) ? 'sending' : 'learning';
  return { name, feed, state, lastMs: habit.lastMinute * minuteLengthMs, usualPauseMinutes: isKnown(habit) ? habit.longestGap : undefined };
}

function entityOf(owner: Owner) {
  return { owner, container: '', instance: '', phase: 'run' as const, revision: undefined };
}
