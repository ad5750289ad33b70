/** One sink and the alerts that wait for it: looks for them, sends as many at once as it takes, notes how far it came. */
import { FargazerError, type Clock, type Deliverable, type PendingAlerts, type Reporter, type SinkHealth, type Store } from '#contract';
import type { Outlet } from './attempt.ts';
import { backOffMs } from './back-off.ts';
import { ledger } from './ledger.ts';
import type { OrderOf } from './order.ts';
import { pause } from './pause.ts';
import { sends } from './sending.ts';

export interface QueueSettings<Item extends Deliverable> {
  store: Store;
  sink: Outlet<Item>;
  pending: PendingAlerts<Item>;
  orderOf: OrderOf<Item>;
  clock: Clock;
  reporter: Reporter;
  random: () => number;
  /** Told whenever what `health` says has changed. */
  onChange: () => void;
}

/** Outcomes between two commits: after a crash so many, at most, are sent again, and what was under way. */
const batchOutcomes = 10;

export interface SinkQueue {
  /** Works until nothing waits, the clock reaches `untilMs`, or it is stopped. A call while it works moves the time. */
  work(untilMs: number): Promise<void>;
  /** Begins no more sends. */
  stop(): void;
  /** Leaves sends that have no answer yet to themselves; none of them is sent again while it may still be answered. */
  abandon(): void;
  /** Every pending alert up to this number is done with, as the store has it. */
  through(): number;
  health(): SinkHealth;
}

export function sinkQueue<Item extends Deliverable>({ store, sink, pending, orderOf, clock, reporter, random, onChange }: QueueSettings<Item>): SinkQueue {
  const { name } = sink;
  let untilMs = 0;
  let isStopped = false;
  let isAbandoned = false;
  let isAsked = false;
  /** Alerts may stand behind those that were looked at. */
  let isMore = false;
  let working: Promise<void> | undefined;
  /** Failures in a row of the store or of asking for alerts. */
  let storeFailures = 0;
  /** Not told of yet. */
  let delivered = 0;
  const storeRest = pause(clock);
  const rest = pause(clock);

  const sending = sends({
    sink, orderOf, clock, reporter, random,
    onOutcome(outcome) {
      if (outcome === 'delivered') delivered += 1;
      noted.note(typeof outcome === 'string' ? undefined : outcome);
      rest.end();
    },
  });
  const noted = ledger({ store, sink: name, reporter, progress: sending.progress, onRead: sending.know });

  const isInTime = (ms = 0): boolean => !isStopped && clock.now() + ms < untilMs;
  const mayBegin = (): boolean => isInTime() && !isAbandoned && noted.unnoted() < batchOutcomes;

  /** Does something with the store, again and again; false where its time is up before it worked. */
  async function insist(action: () => Promise<void>): Promise<boolean> {
    for (;;) {
      try {
        await action();
        storeFailures = 0;
        return true;
      } catch (error) {
        storeFailures += 1;
        reporter.happened('delivery-unsaved', { sink: name, code: error instanceof FargazerError ? error.code : 'internal' });
        const waitMs = backOffMs(storeFailures, undefined, random);
        if (!isInTime(waitMs)) return false;
        await storeRest.wait(waitMs);
      }
    }
  }

  async function look(behind: number): Promise<void> {
    isMore = false;
    const found = await pending(behind);
    isMore ||= found.length > 0;
    sending.add(found);
    onChange();
  }

  async function save(): Promise<void> {
    if (delivered > 0) reporter.happened('delivered', { sink: name, alerts: delivered });
    delivered = 0;
    await noted.save();
    onChange();
  }

  /** What an earlier run could not note is noted before anything else is sent. */
  async function isReady(): Promise<boolean> {
    if (!noted.isRead()) return insist(noted.read);
    return noted.unnoted() === 0 || insist(save);
  }

  async function loop(): Promise<void> {
    for (;;) {
      const behind = isMore && mayBegin() ? sending.wantsBehind() : undefined;
      if (behind !== undefined) {
        if (!(await insist(() => look(behind)))) return;
        continue;
      }
      if (mayBegin() && sending.begin()) continue;
      const isQuiet = isAbandoned || sending.underWay() === 0;
      if (noted.unnoted() >= batchOutcomes || (isQuiet && noted.unnoted() > 0)) {
        if (!(await insist(save))) return;
        continue;
      }
      if (isQuiet) {
        const waitMs = sending.waitMs();
        if (isAbandoned || waitMs === undefined || !isInTime(waitMs)) return;
      }
      await rest.wait(isInTime() ? sending.waitMs() : undefined);
    }
  }

  async function run(): Promise<void> {
    try {
      do {
        isAsked = false;
        if (!(await isReady())) return;
        await loop();
      } while (isAsked && isInTime());
    } finally {
      // Together with the last look at `isAsked`: a call in between would be lost.
      working = undefined;
    }
  }

  return {
    work(until) {
      untilMs = until;
      isAsked = isMore = true;
      if (isStopped) return working ?? Promise.resolve();
      isAbandoned = false;
      if (working === undefined) {
        working = run();
      } else {
        rest.end();
        if (Number.isFinite(until)) storeRest.end();
      }
      return working;
    },
    stop() {
      isStopped = true;
      rest.end();
      storeRest.end();
    },
    abandon() {
      isAbandoned = true;
      rest.end();
    },
    through: () => noted.saved().through,
    health() {
      const failing = sending.failing();
      const waiting = sending.waiting();
      return {
        sink: name,
        state: failing !== undefined ? 'failing' : waiting > 0 ? 'delivering' : 'idle',
        pending: waiting,
        deadLetters: noted.saved().deadLetters.length,
        ...(failing === undefined ? {} : { reason: `The last attempt failed (${failing.code}).`, retryAtMs: failing.retryAtMs }),
      };
    },
  };
}
