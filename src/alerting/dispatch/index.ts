/** The dispatcher: delivers pending alerts from the store to every sink, at least once, in order per incident, each sink at its own pace. */
import { silentReporter, systemClock, type Alert, type Clock, type Deliverable, type PendingAlerts, type Reporter, type SinkHealth, type Store } from '#contract';
import type { Outlet } from './attempt.ts';
import type { OrderOf } from './order.ts';
import { sinkQueue } from './sink-queue.ts';

export { deliveryKey, readDelivery, type DeadLetter, type Delivery } from './delivery-item.ts';
export { orderOfAlert, orderOfSending } from './order.ts';

export interface DispatcherSettings<Item extends Deliverable = Alert> {
  store: Store;
  sinks: readonly Outlet<Item>[];
  pending: PendingAlerts<Item>;
  /** By its id, where absent. */
  orderOf?: OrderOf<Item>;
  clock?: Clock;
  reporter?: Reporter;
  /** From 0 to below 1, for the jitter of back-off. */
  random?: () => number;
}

export interface Dispatcher {
  /** New alerts were committed: delivers in the background, and goes on until none waits. */
  wake(): void;
  /**
   * Delivers until none waits or the clock reaches the deadline, and has noted by then how far it came. Ends work in the
   * background too, until it is woken again.
   */
  drain(deadlineMs: number): Promise<void>;
  /** Begins no more; what is being sent has half of the time to be answered, noting it the other half. */
  stop(withinMs?: number): Promise<void>;
  /** Pending alerts up to this number are needed by no sink any more. */
  deliveredThrough(): number;
  health(): readonly SinkHealth[];
}

/** Of the ten seconds that a stop may take; a receiver that is well answers in less. */
const standardStopMs = 4_000;

/** Time kept for noting how far it came, at most; half of what there is where that is less. */
const notingMs = 2_000;

export function dispatcher<Item extends Deliverable = Alert>({
  store, sinks, pending, orderOf = ({ id }) => [id], clock = systemClock, reporter = silentReporter, random = Math.random,
}: DispatcherSettings<Item>): Dispatcher {
  const tell = (): void => {
    const all = queues.map((queue) => queue.health());
    reporter.stands('pending-alerts', all.map(({ sink, pending: value }) => ({ sink, value })));
    reporter.stands('dead-letters', all.map(({ sink, deadLetters: value }) => ({ sink, value })));
  };
  const queues = sinks.map((sink) => sinkQueue({ store, sink, pending, orderOf, clock, reporter, random, onChange: tell }));

  /** Waits for work that ends by itself; abandons sends at one time, and stops waiting at another. */
  async function finish(works: readonly Promise<void>[], abandonMs: number, deadlineMs: number): Promise<void> {
    const over = new AbortController();
    const all = Promise.all(works).then(() => undefined);
    const late = (async () => {
      await clock.sleep(Math.max(0, abandonMs - clock.now()), over.signal);
      if (over.signal.aborted) return;
      for (const queue of queues) queue.abandon();
      await clock.sleep(Math.max(0, deadlineMs - clock.now()), over.signal);
    })();
    await Promise.race([all, late]);
    over.abort();
  }

  return {
    wake() {
      for (const queue of queues) void queue.work(Number.POSITIVE_INFINITY);
    },
    async drain(deadlineMs) {
      const leftMs = deadlineMs - clock.now();
      if (leftMs <= 0) return;
      const abandonMs = deadlineMs - Math.min(notingMs, leftMs / 2);
      await finish(queues.map((queue) => queue.work(abandonMs)), abandonMs, deadlineMs);
    },
    async stop(withinMs = standardStopMs) {
      const startMs = clock.now();
      for (const queue of queues) queue.stop();
      await finish(queues.map((queue) => queue.work(0)), startMs + withinMs / 2, startMs + withinMs);
      await Promise.allSettled(sinks.map((sink) => sink.close?.()));
    },
    // Without a sink nobody waits for anything.
    deliveredThrough: () => queues.reduce((least, queue) => Math.min(least, queue.through()), Number.MAX_SAFE_INTEGER),
    health: () => queues.map((queue) => queue.health()),
  };
}
