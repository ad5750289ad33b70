/** Which alerts are explained by others that fire: rules of the configuration, and one that is built in. */
import { labelTest, parseMatcher, type AlertingSettings, type InhibitRule, type LabelName, type Labels, type Matcher } from '#contract';
import type { AlertRecord, State } from './state.ts';

interface Rule {
  /** As the configuration names it. */
  name: string;
  isSource: (labels: Labels) => boolean;
  isTarget: (labels: Labels) => boolean;
  equal: readonly LabelName[];
  /** Alerts that are sources, by the labels that must be equal. */
  sources: Map<string, Set<string>>;
}

function matchers(...texts: string[]): Matcher[] {
  return texts.map((text) => parseMatcher(text)).filter((matcher): matcher is Matcher => !('fault' in matcher));
}

/** What log detectors say when lines are missing. */
const missingLines = ['detector="log-rate"', 'object=~"silence|few lines|no .*"'];
const silentFeeds = ['detector=~"coverage-(?:silent|lossy)"', 'object=~"log|firelens"'];

/** A gap in the feed of a service's lines explains that lines are missing; a feed that is silent as a whole, all of them. */
const coverageRules: readonly InhibitRule[] = [
  { source: matchers(...silentFeeds), target: matchers(...missingLines), equal: ['account', 'region', 'cluster', 'service'] },
  { source: matchers(...silentFeeds, 'service="all telemetry"'), target: matchers(...missingLines), equal: [] },
];

export class Inhibitor {
  readonly #rules: readonly Rule[];
  readonly #alerts: State['alerts'];
  /** Answers of one instant, by rule and labels. */
  #answers = new Map<string, string | undefined>();
  #answersMs = Number.NaN;

  constructor({ rules, coverage }: AlertingSettings['inhibit'], alerts: State['alerts']) {
    const named = rules.map((rule, at): [string, InhibitRule] => [`inhibit.rules[${at}]`, rule]);
    if (coverage) named.push(...coverageRules.map((rule): [string, InhibitRule] => ['a gap in telemetry explains silence', rule]));
    this.#rules = named.map(([name, { source, target, equal }]) => ({
      name, isSource: labelTest(source), isTarget: labelTest(target), equal, sources: new Map(),
    }));
    this.#alerts = alerts;
  }

  learn({ id, labels }: AlertRecord): void {
    this.#answersMs = Number.NaN;
    for (const { isSource, equal, sources } of this.#rules) {
      if (!isSource(labels)) continue;
      const key = keyOf(equal, labels);
      const alike = sources.get(key);
      if (alike === undefined) sources.set(key, new Set([id]));
      else alike.add(id);
    }
  }

  /** With the labels it was learned with. */
  forget({ id, labels }: AlertRecord): void {
    this.#answersMs = Number.NaN;
    for (const { equal, sources } of this.#rules) {
      const key = keyOf(equal, labels);
      const alike = sources.get(key);
      if (alike?.delete(id) === true && alike.size === 0) sources.delete(key);
    }
  }

  /** The rule and the source, in words; undefined where nothing inhibits. An alert that is both source and target is not inhibited by its like. */
  inhibits(labels: Labels, nowMs: number): string | undefined {
    if (this.#answersMs !== nowMs) {
      this.#answers.clear();
      this.#answersMs = nowMs;
    }
    for (const [at, rule] of this.#rules.entries()) {
      if (rule.sources.size === 0 || !rule.isTarget(labels)) continue;
      const isBoth = rule.isSource(labels);
      const key = `${at} ${isBoth ? 'both' : 'target'} ${keyOf(rule.equal, labels)}`;
      if (!this.#answers.has(key)) this.#answers.set(key, this.#sourceOf(rule, keyOf(rule.equal, labels), isBoth, nowMs));
      const source = this.#answers.get(key);
      if (source !== undefined) return `${rule.name}, by ${source}`;
    }
    return undefined;
  }

  /** The first by id, so that the answer does not depend on who came first. */
  #sourceOf({ sources, isTarget }: Rule, key: string, isBoth: boolean, nowMs: number): string | undefined {
    let first: string | undefined;
    for (const id of sources.get(key) ?? []) {
      const source = this.#alerts.get(id);
      if (source === undefined || source.endsMs <= nowMs || (isBoth && isTarget(source.labels))) continue;
      if (first === undefined || id < first) first = id;
    }
    return first;
  }
}

function keyOf(equal: readonly LabelName[], labels: Labels): string {
  return equal.map((name) => JSON.stringify(labels[name] ?? '')).join(',');
}
