/** What is known of the alerts of one sink: those that wait, are under way, and are done beyond the first that is not. */
import type { Deliverable, PendingAlert } from '#contract';
import { windowAlerts } from './delivery-item.ts';
import type { OrderOf } from './order.ts';

export interface Window<Item extends Deliverable> {
  /** Every alert up to this number is done. */
  through(): number;
  /** Numbers beyond it that are done, ascending. */
  ahead(): readonly number[];
  /** Not done, as far as was looked. */
  waiting(): number;
  underWay(): number;
  /** The highest number that was looked at. */
  seen(): number;
  /** Whether more is to be looked at. */
  hasRoom(): boolean;
  /** All alerts behind `seen` up to the last of them. */
  add(found: readonly PendingAlert<Item>[]): void;
  /** Alerts that may be sent now, in order: none of their order waits or is under way before them. None is found behind one that may not be passed. */
  free(mayBePassed: (number: number) => boolean): PendingAlert<Item>[];
  begin(number: number): void;
  /** It is not under way any more. */
  end(number: number): void;
  /** It was delivered or given up. */
  done(number: number): void;
  /** What another process knows to be done. */
  know(through: number, ahead: readonly number[]): void;
}

export function windowOf<Item extends Deliverable>(orderOf: OrderOf<Item>): Window<Item> {
  let through = 0;
  let seen = 0;
  let ahead: number[] = [];
  let waiting: { pending: PendingAlert<Item>; keys: readonly string[] }[] = [];
  const underWay = new Set<number>();

  /** Numbers have gaps: what lies below the first that waits is done, as far as was looked. */
  function settle(): void {
    const first = waiting[0]?.pending.number ?? seen + 1;
    through = ahead.findLast((number) => number < first) ?? through;
    ahead = ahead.filter((number) => number > through);
  }

  return {
    through: () => through,
    ahead: () => ahead,
    waiting: () => waiting.length,
    underWay: () => underWay.size,
    seen: () => seen,
    hasRoom: () => waiting.length + ahead.filter((number) => number <= seen).length < windowAlerts,
    add(found) {
      const done = new Set(ahead);
      for (const pending of found) {
        if (pending.number <= seen) continue;
        seen = pending.number;
        if (!done.has(seen)) waiting.push({ pending, keys: orderOf(pending.alert) });
      }
      settle();
    },
    free(mayBePassed) {
      const found: PendingAlert<Item>[] = [];
      const held = new Set<string>();
      let doneBefore = 0;
      for (const [at, { pending, keys }] of waiting.entries()) {
        const { number } = pending;
        while (doneBefore < ahead.length && ahead[doneBefore]! < number) doneBefore += 1;
        if (at + doneBefore >= windowAlerts) break;
        if (!underWay.has(number) && !keys.some((key) => held.has(key))) found.push(pending);
        if (!mayBePassed(number)) break;
        for (const key of keys) held.add(key);
      }
      return found;
    },
    begin: (number) => void underWay.add(number),
    end: (number) => void underWay.delete(number),
    done(number) {
      waiting = waiting.filter(({ pending }) => pending.number !== number);
      if (number > through && !ahead.includes(number)) ahead = [...ahead, number].toSorted((left, right) => left - right);
      settle();
    },
    know(otherThrough, otherAhead) {
      through = Math.max(through, otherThrough);
      seen = Math.max(seen, through);
      ahead = [...new Set([...ahead, ...otherAhead])].filter((number) => number > through).toSorted((left, right) => left - right);
      const done = new Set(ahead);
      waiting = waiting.filter(({ pending: { number } }) => number > through && !done.has(number));
      settle();
    },
  };
}
