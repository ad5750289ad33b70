/** Siblings: the same metric of the other tasks of an owner in the same minute; worked out only when somebody asks. */
import type { EntityMinute, MinuteState } from './minutes.ts';

/** Enough for a middle and a spread; more would cost the sorting of all. */
const siblingLimit = 64;

/** Values of one metric of one owner and container, ascending. */
type Values = number[];

export class Siblings {
  readonly #minute: MinuteState;
  readonly #minimum: number;
  #groups: Map<string, Values> | undefined;

  /** `minimum` values make a group worth comparing with. */
  constructor(minute: MinuteState, minimum: number) {
    this.#minute = minute;
    this.#minimum = minimum;
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
      const { metrics: set, rates } = of;
      if (set === undefined) continue;
      for (let at = 0; at < set.values.length; at += 1) {
        // Rates of counters are known before anything is judged: their readings alone compare nothing.
        const compared = set.list.isCumulative[at]! ? (rates?.[at] ?? NaN) : set.values[at]!;
        if (Number.isNaN(compared)) continue;
        const key = groupKey(of, set.list.metrics[at]!);
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
