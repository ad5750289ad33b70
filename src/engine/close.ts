/** A minute's end: its sums are judged against what was known before, then all of it teaches. */
import type { Entity, Observation } from '#contract';
import type { Judges } from './judge.ts';
import type { MinuteState } from './minutes.ts';
import { counterRates, MetricObservation, networkMinute } from './observe.ts';
import { logMinute } from './observe-logs.ts';
import { Siblings } from './siblings.ts';
import { minuteLengthMs } from './order.ts';
import { entityOf, type Instance } from './owners.ts';
import type { Part, Teacher } from './parts.ts';
import type { WalkState } from './state.ts';
import { logFeeds, type Silence } from './silence.ts';
import { phaseOf } from './attribute.ts';

/** A metric of a group of tasks that can be compared: from three on the middle one means something. */
const siblingMinimum = 4;

export function closeMinute(minute: MinuteState, state: WalkState, judges: Judges, silence: Silence, teacher: Teacher): void {
  judges.beginMinute();
  const { feed, gaps } = minute;
  const judge = (instance: Instance, entity: Entity, observation: Observation): void => {
    judges.judge(instance, entity, observation, feed, gaps.size === 0 || !gaps.has(instance.owner.key));
  };
  const silent = judges.reads('log-minute') && logFeeds.has(minute.feed) ? silentOf(minute, state, silence) : [];
  if (judges.reads('metric-minute')) for (const of of minute.entities.values()) if (of.metrics !== undefined) of.rates = counterRates(of.instance, of.metrics);
  eachSum(minute, judges, silent, judge);
  const touched: Part[] = [];
  for (const { instance, entity, waiting } of minute.entities.values()) {
    waiting?.each(({ observation, episodes, isLearned }) => {
      // Told was the first. Connections are told each.
      if (observation.count > 1 && observation.kind !== 'connection') for (const episode of episodes) state.episodes.count(episode, observation.count - 1);
      if (isLearned !== true) judges.learn(instance, entity, observation, feed, touched);
    });
  }
  eachSum(minute, judges, silent, (instance, entity, observation) => judges.learn(instance, entity, observation, feed, touched));
  const endMs = (minute.minute + 1) * minuteLengthMs;
  // While a teaching lasts readiness is not asked for: it comes with the teaching's end.
  if (endMs > teacher.teachUntilMs) for (const part of touched) part.kind.endMinute(part.state, endMs);
}

/**
 * A teaching ends within a minute: what it saw teaches then and not at the minute's end, or everything would be news until
 * then. So does what was sent and received so far, or all that follows in the minute would be taught with it; the rest of
 * the minute is a sum of its own. Other sums go on to their minute's end, and are taught as wholes.
 */
export function endTeachingWithin(minute: MinuteState, teachUntilMs: number, judges: Judges): void {
  const touched: Part[] = [];
  for (const of of minute.entities.values()) {
    const { instance, entity, waiting, network } = of;
    if (network !== undefined && judges.reads('network-minute')) {
      const sum = networkMinute(network, minute.minute);
      judges.judge(instance, entity, sum, minute.feed, !minute.gaps.has(instance.owner.key));
      judges.learn(instance, entity, sum, minute.feed, touched);
      of.network = undefined;
    }
    waiting?.each((held) => {
      if (held.isLearned === true || held.observation.timeMs >= teachUntilMs) return;
      judges.learn(instance, entity, held.observation, minute.feed, touched);
      held.isLearned = true;
    });
  }
}

type Told = (instance: Instance, entity: Entity, observation: Observation) => void;

/** Who was silent in a minute, each with its entity. */
function silentOf(minute: MinuteState, state: WalkState, silence: Silence): [Instance, Entity][] {
  const heard = new Set<Instance>();
  for (const { instance, kinds, continuationLines } of minute.entities.values()) if (kinds !== undefined || continuationLines > 0) heard.add(instance);
  const atMs = minute.minute * minuteLengthMs;
  return silence.silentIn(minute.feed, minute.minute, heard, state.facts).map((instance) => {
    const task = state.facts.tasks.get(instance.id);
    return [instance, entityOf(instance, phaseOf(task, instance.firstSeenMs, false, atMs), task?.revision)];
  });
}

/** Tells of every sum of a minute, each made when it is told and kept by nobody: a hundred thousand tasks have as many. */
function eachSum(minute: MinuteState, judges: Judges, silent: readonly [Instance, Entity][], told: Told): void {
  if (judges.reads('log-minute') && logFeeds.has(minute.feed)) {
    for (const { instance, entity, kinds, continuationLines } of minute.entities.values()) {
      if (kinds !== undefined || continuationLines > 0) told(instance, entity, logMinute(kinds, minute.minute));
    }
    for (const [instance, entity] of silent) told(instance, entity, logMinute(undefined, minute.minute));
  }
  if (judges.reads('metric-minute')) eachMetric(minute, judges.onJudged !== undefined, told);
  if (judges.reads('network-minute')) {
    for (const { instance, entity, network } of minute.entities.values()) {
      if (network !== undefined) told(instance, entity, networkMinute(network, minute.minute));
    }
  }
}

/** Detectors keep nothing of what they are told: one object goes from metric to metric, unless somebody listens, who may keep it. */
function eachMetric(minute: MinuteState, isKept: boolean, told: Told): void {
  const siblings = new Siblings(minute, siblingMinimum);
  let observation: MetricObservation | undefined;
  for (const of of minute.entities.values()) {
    const { metrics, instance, entity } = of;
    if (metrics === undefined) continue;
    for (let at = 0; at < metrics.values.length; at += 1) {
      observation ??= new MetricObservation(minute.minute, siblings);
      if (!observation.point(of, metrics, at)) continue;
      told(instance, entity, observation);
      if (isKept) observation = undefined;
    }
  }
}
