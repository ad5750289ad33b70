/** Siblings: the same metric of the other tasks of an owner in the same minute; worked out only when somebody asks. */
import type { EntityMinute, MinuteState } from './minutes.ts';

/** Enough for a middle and a spread; more would cost the sorting of all. */
const siblingLimit = 64;

/** Values of one metric of one owner and container, ascending. */
type Values = number[];

export class Siblings {
  readonly #minute: MinuteState;
  readonly #minimum: number;
  /** Rates of counters, noted before anything is judged: their readings alone compare nothing. */
  readonly #rates = new Map<EntityMinute, Map<string, number>>();
  #groups: Map<string, Values> | undefined;

  /** `minimum` values make a group worth comparing with. */
  constructor(minute: MinuteState, minimum: number) {
    this.#minute = minute;
    this.#minimum = minimum;
  }

  noteRate(of: EntityMinute, metric: string, rate: number | undefined): void {
    if (rate === undefined) return;
    let rates = this.#rates.get(of);
    if (rates === undefined) {
      rates = new Map();
      this.#rates.set(of, rates);
    }
    rates.set(metric, rate);
  }

  rateOf(of: EntityMinute, metric: string): number | undefined {
    return this.#rates.get(of)?.get(metric);
  }

  /** The others' values, ascending; empty where there are too few. */
  of(of: EntityMinute, metric: string, own: number): number[] {
    this.#groups ??= this.#group();
    const values = this.#groups.get(groupKey(of, metric)) ?? [];
    if (values.length < this.#minimum) return [];
    const others = values.slice();
    const place = others.indexOf(own);
    if (place >= 0) others.splice(place, 1);
    if (others.length <= siblingLimit) return others;
    const step = others.length / siblingLimit;
    return Array.from({ length: siblingLimit }, (_, index) => others[Math.floor(index * step)]!);
  }

  #group(): Map<string, Values> {
    const groups = new Map<string, Values>();
    for (const of of this.#minute.entities.values()) {
      for (const { metric, value, isCumulative } of of.metrics?.readings ?? []) {
        const compared = isCumulative ? this.rateOf(of, metric) : value;
        if (compared === undefined) continue;
        const key = groupKey(of, metric);
        const values = groups.get(key);
        if (values === undefined) groups.set(key, [compared]);
        else values.push(compared);
      }
    }
    for (const values of groups.values()) values.sort((left, right) => left - right);
    return groups;
  }
}

function groupKey(of: EntityMinute, metric: string): string {
  return `${of.instance.owner.key}\u0001${of.instance.container}\u0001${metric}`;
}
