/** Sends to one sink: which alert is next, and what its outcome means for it, for the receiver and for those behind it. */
import type { Clock, Deliverable, PendingAlert, Reporter } from '#contract';
import { attempt, standardConcurrency, type Outcome, type Outlet } from './attempt.ts';
import { breaker, isOverload, type Failure } from './breaker.ts';
import type { DeadLetter, Delivery, Progress } from './delivery-item.ts';
import { doubts } from './doubts.ts';
import type { OrderOf } from './order.ts';
import { windowOf } from './window.ts';

export interface SendingSettings<Item extends Deliverable> {
  sink: Outlet<Item>;
  orderOf: OrderOf<Item>;
  clock: Clock;
  reporter: Reporter;
  random: () => number;
  /** Something came of a send. */
  onOutcome: (outcome: 'delivered' | 'failed' | DeadLetter) => void;
}

export interface Sends<Item extends Deliverable> {
  /** Begins the next send; false where none may be begun now. */
  begin(): boolean;
  underWay(): number;
  /** Milliseconds until one may be begun by time alone; undefined where that takes an outcome or another alert. */
  waitMs(): number | undefined;
  /** Alerts that are not done, as far as was looked. */
  waiting(): number;
  /** The number behind which more is to be looked for before anything is begun; undefined where what is known is enough. */
  wantsBehind(): number | undefined;
  add(found: readonly PendingAlert<Item>[]): void;
  progress(): Progress;
  /** What the store knew, and both together. */
  know(saved: Delivery, both: Delivery): void;
  /** Code of the last failure and when it is tried again, where the receiver does not take alerts. */
  failing(): { code: string; retryAtMs: number } | undefined;
}

export function sends<Item extends Deliverable>({ sink, orderOf, clock, reporter, random, onOutcome }: SendingSettings<Item>): Sends<Item> {
  const { name, concurrency = standardConcurrency } = sink;
  const window = windowOf(orderOf);
  const receiver = breaker(concurrency, clock, random);
  const failed = doubts(clock, random);
  const isOneByOne = concurrency === 1;
  /** One by one all are in order, and only an alert that is doubted is passed: else it would hold up everything for ever. */
  const free = (): PendingAlert<Item>[] => window.free((number) => !isOneByOne || failed.isDoubted(number));
  const hasRoom = (): boolean => receiver.room(window.underWay()) > 0;

  /** To probe a receiver the one that failed longest ago, for the fault may be the alert's. */
  function prober(): PendingAlert<Item> | undefined {
    const doubt = (number: number): number => (isOneByOne ? 0 : failed.attempts(number));
    return free().toSorted(({ number: left }, { number: right }) => failed.lastFailed(left) - failed.lastFailed(right) || doubt(left) - doubt(right))[0];
  }

  function next(): PendingAlert<Item> | undefined {
    if (!hasRoom()) return undefined;
    if (receiver.isProbing()) return prober();
    return free().find(({ number }) => failed.dueMs(number) <= clock.now());
  }

  function done({ number, alert: { id, revision } }: PendingAlert<Item>, refusal?: string): void {
    window.done(number);
    failed.forget(number);
    if (refusal === undefined) return onOutcome('delivered');
    reporter.happened('delivery-given-up', { sink: name, code: refusal, id, revision });
    onOutcome({ id, revision, code: refusal, atMs: clock.now() });
  }

  function answered(alert: PendingAlert<Item>, outcome: Outcome & { kind: 'delivered' | 'refused' }): void {
    const wasFailing = receiver.code() !== undefined;
    const isClosed = receiver.passed();
    if (isClosed && wasFailing) reporter.happened('delivery-recovered', { sink: name });
    done(alert, outcome.kind === 'refused' ? outcome.code : undefined);
    if (isClosed && outcome.kind === 'delivered') failed.passed();
  }

  /** Where all are sent in order, the one behind a doubted one is tried in the same breath: later it might pass because the receiver came back. */
  function isJudgedByNext(number: number): boolean {
    if (!isOneByOne || !failed.isDoubted(number)) return false;
    const [first, second] = free();
    return first?.number === number && second !== undefined;
  }

  function unanswered(alert: PendingAlert<Item>, failure: Failure): void {
    const { number } = alert;
    const verdict = isOverload(failure) ? 'asked to wait' : failed.failed(number);
    if (verdict === 'certain') return done(alert, failure.code);
    if (verdict === 'asked to wait' || (verdict === 'unclear' && !isJudgedByNext(number))) {
      receiver.failed(failure);
      failed.endTrial();
    }
    const nextMs = Math.max(receiver.retryAtMs(), failed.dueMs(number));
    reporter.happened('delivery-failed', { sink: name, code: failure.code, waitMs: Math.max(0, nextMs - clock.now()) });
    onOutcome('failed');
  }

  return {
    begin() {
      const alert = next();
      if (alert === undefined) return false;
      window.begin(alert.number);
      void attempt(sink, alert).then((outcome) => {
        window.end(alert.number);
        if (outcome.kind === 'failed') unanswered(alert, outcome);
        else answered(alert, outcome);
      });
      return true;
    },
    underWay: () => window.underWay(),
    waitMs() {
      const nowMs = clock.now();
      if (receiver.retryAtMs() > nowMs) return receiver.retryAtMs() - nowMs;
      const due = hasRoom() ? free().map(({ number }) => failed.dueMs(number) - nowMs) : [];
      return due.length === 0 ? undefined : Math.max(0, Math.min(...due));
    },
    waiting: () => window.waiting(),
    // Who probes is chosen among all: those that are known may be the ones that fail.
    wantsBehind: () => (hasRoom() && window.hasRoom() && (receiver.isProbing() || next() === undefined) ? window.seen() : undefined),
    add: (found) => window.add(found),
    progress: () => ({ through: window.through(), ahead: window.ahead(), doubts: failed.noted(), attempts: receiver.attempts(), retryAtMs: receiver.retryAtMs() }),
    know(saved, both) {
      window.know(both.through, both.ahead);
      failed.know(both.doubts);
      receiver.know(saved.attempts, saved.retryAtMs);
    },
    failing() {
      const code = receiver.code();
      return code === undefined ? undefined : { code, retryAtMs: receiver.retryAtMs() };
    },
  };
}
