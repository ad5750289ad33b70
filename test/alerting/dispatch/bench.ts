/** A dispatcher with a store, pending alerts and sinks in the test's hands. */
import { FargazerError, SinkError, type Alert, type HappeningName, type PendingAlert, type Reporter, type Sink, type Step, type Store } from '#contract';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { dispatcher, orderOfAlert, readDelivery, deliveryKey, type Delivery, type Dispatcher } from '../../../src/alerting/dispatch/index.ts';
import { steppedClock, type SteppedClock } from '../../support/stepped-clock.ts';
import { anAlert } from '../alert.ts';

/** `id revision`, as receivers tell repeats apart. */
export const named = ({ id, revision }: Alert): string => `${id} ${revision}`;

export function pendingAlerts(count: number, from = 1): PendingAlert[] {
  return Array.from({ length: count }, (_, at) => ({ number: from + at, alert: anAlert({ id: `alert-${from + at}`, revision: 1 }) }));
}

/** Alerts of so many incidents, in turns. */
export function alertsOf(incidents: number, count: number): PendingAlert[] {
  return pendingAlerts(count).map(({ number, alert }) => ({ number, alert: { ...alert, incident: incidentOf(number, incidents) } }));
}

export const incidentOf = (number: number, incidents: number): string => `incident-${number % incidents}`;

/** What arrives of so many alerts. */
export const names = (count: number, from = 1): string[] => pendingAlerts(count, from).map(({ alert }) => named(alert));

export interface TestSink extends Sink {
  /** What arrived, in order, repeats included. */
  arrived: string[];
  /** What the receiver answers from now on; what it throws is the answer. */
  answer: (alert: Alert) => void | Promise<void>;
  isClosed: boolean;
}

/** One that is sent as many at once as any, if nothing else is said. */
export function testSink(name = 'webhook', concurrency?: number): TestSink {
  const sink: TestSink = {
    name,
    ...(concurrency === undefined ? {} : { concurrency }),
    arrived: [],
    answer: () => undefined,
    isClosed: false,
    async send(alert) {
      await sink.answer(alert);
      sink.arrived.push(named(alert));
    },
    close: async () => void (sink.isClosed = true),
  };
  return sink;
}

export const fail = (code: string, isRetryable: boolean, retryAfterMs?: number) => (): never => {
  throw new SinkError(code, 'No.', isRetryable, retryAfterMs);
};

/** A memory store that can be told to fail, and that counts. */
export interface TestStore extends Store {
  commits: number;
  /** Asked before each commit; what it throws is the failure. */
  before: (step: Step) => void | Promise<void>;
  /** Asked after each commit was applied. */
  after: (step: Step) => void;
}

export function testStore(): TestStore {
  const inner = memoryStore();
  const store: TestStore = {
    ...inner,
    commits: 0,
    before: () => undefined,
    after: () => undefined,
    async commit(step) {
      await store.before(step);
      const version = await inner.commit(step);
      store.commits += 1;
      store.after(step);
      return version;
    },
  };
  return store;
}

export const storeDown = (): never => {
  throw new FargazerError('store-failed', 'The store does not answer.');
};

export interface Bench {
  clock: SteppedClock;
  store: TestStore;
  alerts: PendingAlert[];
  /** Told when alerts were looked up and the answer is on its way. */
  onAsked: (found: readonly PendingAlert[]) => void;
  happened: { name: HappeningName; fields: Record<string, unknown> }[];
  /** Another process on the same store and sinks. */
  start(sinks: readonly Sink[]): Dispatcher;
  item(sink?: string): Promise<Delivery | undefined>;
}

export function openBench(alerts: PendingAlert[]): Bench {
  const clock = steppedClock();
  const store = testStore();
  const happened: Bench['happened'] = [];
  const reporter: Reporter = { happened: (name, fields) => void happened.push({ name, fields: fields as Record<string, unknown> }), stands: () => undefined };
  const bench: Bench = {
    clock,
    store,
    alerts,
    happened,
    onAsked: () => undefined,
    // Pages of 25: there may be more than one answer holds.
    start: (sinks) =>
      dispatcher({
        store, sinks, clock, reporter, orderOf: orderOfAlert, random: () => 0.5,
        async pending(after) {
          const found = alerts.filter(({ number }) => number > after).slice(0, 25);
          bench.onAsked(found);
          return found;
        },
      }),
    async item(sink = 'webhook') {
      const item = await store.item(deliveryKey(sink));
      return item === undefined ? undefined : readDelivery(item);
    },
  };
  return bench;
}
