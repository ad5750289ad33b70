/** Judging: one observation, every detector that reads its kind, against what was known before its minute. */
import type { Asking, BaselineView, Context, Detector, Entity, Evidence, FeedName, Observation, ObservationKind, Vote } from '#contract';
import { entityName } from '#contract';
import type { Episode, Episodes } from './episodes.ts';
import type { Facts } from './facts.ts';
import { deploymentAt } from './deployment.ts';
import type { Instance } from './owners.ts';
import { TraceKeeper } from './trace-keeper.ts';
import { learn, viewOf, type Part, type Teacher } from './parts.ts';
import { readerOf, traceKey, type DetectorCounts, type Reader } from './judge-reader.ts';
import type { EngineSettings } from './settings.ts';

/** What was decided about one observation by one detector. */
export type Verdict = 'alert' | 'quiet' | 'learning' | 'taught' | 'quarantined';

export interface Judged {
  detector: string;
  ownerKey: string;
  entity: Entity;
  observation: Observation;
  verdict: Verdict;
  evidence: readonly Evidence[];
  views: Record<string, BaselineView>;
}

/** What a detector is told beside the observation; one object, filled anew for each judgement. */
interface Told extends Context<unknown> {
  entity: Entity;
}

const noEvidence: readonly Evidence[] = [];
const noEpisodes: Episode[] = [];
const nobody: Entity = { owner: { kind: 'stream', account: '', region: '', cluster: '', name: '' }, container: '', instance: '', phase: 'run' };

/** The sum of a minute, which counts as one observation. */
function isSum({ kind }: Observation): boolean {
  return kind === 'metric-minute' || kind === 'log-minute' || kind === 'network-minute';
}

/**
 * How many an alert says when it is told. Of a key the first is told as soon as it is walked, with whatever of its minute
 * had come by then reduced into it: the others are counted when the minute ends, so that nobody's ticks show in what is told.
 */
function countWhenTold(observation: Observation): number {
  return isSum(observation) || observation.kind === 'connection' ? Math.max(1, observation.count) : 1;
}

/** A detector that keeps throwing is named once per entity; beyond this many it is off for all. */
const quarantineLimit = 1_000;

export class Judges {
  readonly #readers = new Map<ObservationKind, Reader[]>();
  readonly #early: Reader[] = [];
  readonly #facts: Facts;
  readonly #teacher: Teacher;
  readonly #episodes: Episodes;
  /** Told of every judgement; set by `fargazer why` and the report alone. */
  onJudged: ((judged: Judged) => void) | undefined;
  /** How the sums of the minute being closed ask; nothing is learned and no fact changes while they are judged. */
  #asking: Asking | undefined;
  readonly #vote: Vote = { timeMs: 0, voter: 0, isTaught: false, count: 1 };
  readonly #told: Told;
  /** Episodes of the observation judged now; most have none. */
  readonly #found: Episode[] = [];
  readonly #traces = new TraceKeeper();

  constructor(settings: EngineSettings, facts: Facts, teacher: Teacher, episodes: Episodes) {
    this.#facts = facts;
    this.#teacher = teacher;
    this.#episodes = episodes;
    const told: Told = {
      entity: nobody,
      name: '',
      trace: undefined,
      deployment: undefined,
      isComplete: true,
      isAllowed: (kind, value) => settings.isAllowed(told.entity, kind, value),
    };
    this.#told = told;
    for (const enabled of settings.detectors) {
      const reader = readerOf(enabled);
      const readers = this.#readers.get(enabled.detector.reads) ?? [];
      readers.push(reader);
      this.#readers.set(enabled.detector.reads, readers);
      if (enabled.detector.judgesEarly === true) this.#early.push(reader);
    }
  }

  reads(kind: ObservationKind): boolean {
    return this.#readers.has(kind);
  }

  countsOf(id: string): DetectorCounts | undefined {
    for (const readers of this.#readers.values()) {
      for (const reader of readers) if (reader.detector.id === id) return reader.counts;
    }
    return undefined;
  }

  /** Called before the sums of a minute are judged. */
  beginMinute(): void {
    this.#asking = undefined;
  }

  #askingOf(observation: Observation, isWidened: boolean): Asking {
    const { timeMs } = observation;
    const known = this.#asking;
    if (known !== undefined && known.timeMs === timeMs && known.isWidened === isWidened && isSum(observation)) return known;
    const asking = { timeMs, isVouched: this.#facts.isVouched, isWidened };
    if (isSum(observation)) this.#asking = asking;
    return asking;
  }

  /** Judges one observation; gives the episodes it was filed under. */
  judge(instance: Instance, entity: Entity, observation: Observation, feed: FeedName, isComplete: boolean): Episode[] {
    const readers = this.#readers.get(observation.kind);
    if (readers === undefined) return noEpisodes;
    const found = this.#found;
    found.length = 0;
    const isTaught = observation.timeMs < this.#teacher.teachUntilMs;
    instance.owner.isChanged = true;
    for (const reader of readers) {
      const { detector } = reader;
      const { quarantined } = reader.counts;
      const trace = this.#traceOf(reader, instance, observation);
      let said = noEvidence;
      if (isTaught) {
        this.#tell(reader, instance, entity, observation, 'taught', noEvidence, {});
      } else if (quarantined.size > 0 && (quarantined.has(instance.owner.key) || quarantined.size >= quarantineLimit)) {
        this.#tell(reader, instance, entity, observation, 'quarantined', noEvidence, {});
      } else {
        try {
          said = this.#ask(reader, instance, entity, observation, feed, isComplete, trace, found);
        } catch {
          quarantined.add(instance.owner.key);
        }
      }
      try {
        detector.trace?.note(trace as never, observation as never, said);
      } catch {
        reader.counts.quarantined.add(instance.owner.key);
      }
    }
    return found.length === 0 ? noEpisodes : found.slice();
  }

  #ask(
    reader: Reader,
    instance: Instance,
    entity: Entity,
    observation: Observation,
    feed: FeedName,
    isComplete: boolean,
    trace: unknown,
    found: Episode[],
  ): readonly Evidence[] {
    const { detector, slots } = reader;
    const deployment = deploymentAt(instance.owner, observation.timeMs);
    const asking = this.#askingOf(observation, deployment !== undefined);
    // Whoever listens keeps the views; detectors do not.
    const views: Record<string, BaselineView> = this.onJudged === undefined ? reader.views : {};
    let isReady = true;
    let hasReady = false;
    for (const slot of slots) {
      const view = viewOf(instance, detector.scope, entity.phase, slot, observation, feed, asking, this.#teacher);
      views[slot.name] = view;
      if (view.isReady) hasReady = true;
      else if (slot.spec.mayLag !== true) isReady = false;
    }
    if (isReady || (hasReady && detector.judgesWhileLearning === true)) {
      instance.owner.judged += 1;
      if (instance.owner.readyFromMs === undefined) instance.owner.readyFromMs = observation.timeMs;
    } else instance.owner.abstained += 1;
    if (!isReady && detector.judgesWhileLearning !== true) {
      reader.counts.abstained += 1;
      this.#tell(reader, instance, entity, observation, 'learning', noEvidence, views);
      return noEvidence;
    }
    reader.counts.judged += 1;
    const told = this.#told;
    if (told.entity !== entity) {
      told.entity = entity;
      told.name = entityName(entity);
    }
    told.trace = trace;
    told.deployment = deployment;
    told.isComplete = isComplete;
    const answer = (detector as Detector).judge(views as never, observation as never, reader.options as never, told);
    if (answer === undefined || (Array.isArray(answer) && answer.length === 0)) {
      this.#tell(reader, instance, entity, observation, 'quiet', noEvidence, views);
      return noEvidence;
    }
    const evidences = (Array.isArray(answer) ? answer : [answer]) as readonly Evidence[];
    for (const evidence of evidences) {
      found.push(
        this.#episodes.add({
          detector: detector.id,
          severity: reader.severity ?? evidence.severity ?? detector.severity,
          attack: evidence.attack ?? detector.attack,
          entity,
          ownerKey: instance.owner.key,
          evidence,
          timeMs: observation.timeMs,
          count: countWhenTold(observation),
          records: observation.records,
          view: slots.length === 0 ? undefined : views[slots[0]!.name],
          deployment,
        }),
      );
    }
    this.#tell(reader, instance, entity, observation, 'alert', evidences, views);
    return evidences;
  }

  /** Asks detectors that judge early of a sum that still grows; traces note nothing of it. True once one said something. */
  judgeEarly(instance: Instance, entity: Entity, make: () => Observation, feed: FeedName): boolean {
    const readers = this.#early;
    if (readers.length === 0) return false;
    const observation = make();
    if (observation.timeMs < this.#teacher.teachUntilMs) return false;
    // Bands of sums are asked for anew with each minute; a fact that came meanwhile counts.
    this.#asking = undefined;
    const found = this.#found;
    found.length = 0;
    for (const reader of readers) {
      const { quarantined } = reader.counts;
      if (reader.detector.reads !== observation.kind || quarantined.has(instance.owner.key) || quarantined.size >= quarantineLimit) continue;
      try {
        this.#ask(reader, instance, entity, observation, feed, true, this.#traceOf(reader, instance, observation), found);
      } catch {
        quarantined.add(instance.owner.key);
      }
    }
    return found.length > 0;
  }

  #traceOf(reader: Reader, instance: Instance, observation: Observation): unknown {
    const spec = reader.detector.trace;
    if (spec === undefined) return undefined;
    const part = spec.part === undefined ? '' : spec.part(observation as never);
    return this.#traces.of(instance, traceKey(reader, part), () => spec.create() as unknown);
  }

  #tell(
    reader: Reader,
    instance: Instance,
    entity: Entity,
    observation: Observation,
    verdict: Verdict,
    evidence: readonly Evidence[],
    views: Record<string, BaselineView>,
  ): void {
    this.onJudged?.({ detector: reader.detector.id, ownerKey: instance.owner.key, entity, observation, verdict, evidence, views });
  }

  /** Lets an observation teach every baseline that reads its kind. */
  learn(instance: Instance, entity: Entity, observation: Observation, feed: FeedName, touched: Part[]): void {
    const readers = this.#readers.get(observation.kind);
    if (readers === undefined) return;
    const vote = this.#vote;
    vote.timeMs = observation.timeMs;
    vote.voter = instance.voter;
    vote.isTaught = observation.timeMs < this.#teacher.teachUntilMs;
    vote.count = isSum(observation) ? 1 : Math.max(1, observation.count);
    for (const reader of readers) {
      try {
        const trace = reader.learnsFromTrace ? this.#traceOf(reader, instance, observation) : undefined;
        for (const slot of reader.slots) {
          learn(instance, reader.detector.scope, entity.phase, slot, observation, feed, vote, this.#teacher, touched, trace);
        }
      } catch {
        // What it says to teach comes from the detector as well: it must not end the walk.
        reader.counts.quarantined.add(instance.owner.key);
      }
    }
  }
}
