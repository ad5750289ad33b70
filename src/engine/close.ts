/** A minute's end: its sums are judged against what was known before, then all of it teaches. */
import type { Entity, LogMinute, MetricMinute, Observation } from '#contract';
import type { Judges } from './judge.ts';
import type { MinuteState } from './minutes.ts';
import { counterRates, metricMinute, networkMinute } from './observe.ts';
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
  const lessons: { instance: Instance; entity: Entity; observation: Observation }[] = [];
  const { feed, gaps } = minute;
  const judge = (instance: Instance, entity: Entity, observation: Observation): void => {
    judges.judge(instance, entity, observation, feed, gaps.size === 0 || !gaps.has(instance.owner.key));
    lessons.push({ instance, entity, observation });
  };
  if (judges.reads('log-minute') && logFeeds.has(minute.feed)) closeLogs(minute, state, silence, judge);
  if (judges.reads('metric-minute')) closeMetrics(minute, judge);
  if (judges.reads('network-minute')) {
    for (const { instance, entity, network } of minute.entities.values()) {
      if (network !== undefined) judge(instance, entity, networkMinute(network, minute.minute));
    }
  }
  const touched: Part[] = [];
  for (const { instance, entity, waiting } of minute.entities.values()) {
    if (waiting !== undefined) for (const { observation } of waiting.values()) judges.learn(instance, entity, observation, minute.feed, touched);
  }
  for (const { instance, entity, observation } of lessons) judges.learn(instance, entity, observation, minute.feed, touched);
  const endMs = (minute.minute + 1) * minuteLengthMs;
  // While a teaching lasts readiness is not asked for: it comes with the teaching's end.
  if (endMs > teacher.teachUntilMs) for (const part of touched) part.kind.endMinute(part.state, endMs);
}

type Judge = (instance: Instance, entity: Entity, observation: LogMinute | MetricMinute) => void;

const noKinds = new Map<string, never>();

function closeLogs(minute: MinuteState, state: WalkState, silence: Silence, judge: Judge): void {
  const heard = new Set<Instance>();
  for (const { instance, entity, kinds, continuationLines } of minute.entities.values()) {
    if (kinds === undefined && continuationLines === 0) continue;
    heard.add(instance);
    judge(instance, entity, logMinute(kinds ?? noKinds, minute.minute));
  }
  const atMs = minute.minute * minuteLengthMs;
  for (const instance of silence.silentIn(minute.feed, minute.minute, heard, state.facts)) {
    const task = state.facts.tasks.get(instance.id);
    const entity = entityOf(instance, phaseOf(task, instance.firstSeenMs, false, atMs), task?.revision);
    judge(instance, entity, logMinute(noKinds, minute.minute));
  }
}

function closeMetrics(minute: MinuteState, judge: Judge): void {
  const siblings = new Siblings(minute, siblingMinimum);
  for (const of of minute.entities.values()) if (of.metrics !== undefined) of.rates = counterRates(of.instance, of.metrics);
  for (const of of minute.entities.values()) {
    const { metrics, rates, instance, entity } = of;
    if (metrics === undefined) continue;
    for (let at = 0; at < metrics.values.length; at += 1) {
      const isCounter = metrics.list.isCumulative[at]!;
      if (isCounter && Number.isNaN(rates![at]!)) continue;
      judge(instance, entity, metricMinute(metrics, at, minute.minute, isCounter ? rates![at] : undefined, siblings, of));
    }
  }
}
