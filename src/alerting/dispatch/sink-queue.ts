/** One sink and the alerts that wait for it: sends in order, waits where it fails, notes how far it came. */
import { FargazerError, type Clock, type Deliverable, type PendingAlert, type PendingAlerts, type Reporter, type SinkHealth, type Store } from '#contract';
import { attempt, type Outcome, type Outlet } from './attempt.ts';
import { backOffMs, sensibleRetryAt } from './back-off.ts';
import { deliveryKey, nothingDelivered, readDelivery, saveDelivery, withProgress, type DeadLetter, type Delivery } from './delivery-item.ts';

export interface QueueSettings<Item extends Deliverable> {
  store: Store;
  sink: Outlet<Item>;
  pending: PendingAlerts<Item>;
  clock: Clock;
  reporter: Reporter;
  random: () => number;
  /** Told whenever what `health` says has changed. */
  onChange: () => void;
}

/** Alerts sent between two commits: after a crash so many, at most, are sent again. */
const batchAlerts = 10;

/**
 * Failed attempts after which the alert behind is tried too: if that one passes, the fault lies in the first, which is
 * given up; if not, the receiver is down, and nothing is given up however long it lasts. Eight attempts take some minutes.
 */
const doubtAfterAttempts = 8;

/**
 * So often it is then sent again before it is given up. Of a thousand alerts to a receiver that fails half of the time by
 * chance, four would fail eight times, and with these one in fifty such thousands is given up.
 */
const certainAfterAttempts = 6;

/** Others who write the same item at once; more in a row mean that the store does not do what it says. */
const mostRaces = 20;

export interface SinkQueue {
  /** Works until nothing waits, the clock reaches `untilMs`, or it is stopped. A call while it works moves the time. */
  work(untilMs: number): Promise<void>;
  /** Begins no more sends. */
  stop(): void;
  /** Leaves a send that has no answer yet to itself. */
  abandon(): void;
  /** Every pending alert up to this number is done with, as the store has it. */
  through(): number;
  health(): SinkHealth;
}

export function sinkQueue<Item extends Deliverable>({ store, sink, pending, clock, reporter, random, onChange }: QueueSettings<Item>): SinkQueue {
  let saved: Delivery = nothingDelivered;
  /** Of the item as it was last read or written; undefined for none yet, or before it was read. */
  let version: string | undefined;
  let isLoaded = false;
  /** What came of alerts since the last commit. */
  let through = 0;
  let attempts = 0;
  let retryAtMs = 0;
  let givenUp: DeadLetter[] = [];

  let untilMs = 0;
  let isStopped = false;
  let isAsked = false;
  let working: Promise<void> | undefined;
  let waiting = 0;
  let failure: string | undefined;
  /** Failures in a row of the store or of asking for alerts. */
  let storeFailures = 0;
  let resting = new AbortController();
  let answering = Promise.withResolvers<Outcome>();
  let isAbandoned = false;
  /** A send that was abandoned: its alert is not sent again while it may still be answered. */
  let flying: { number: number; outcome: Promise<Outcome> } | undefined;

  const mayGoOn = (): boolean => !isStopped && clock.now() < untilMs;

  /** False where there is no time for it. */
  async function rest(ms: number): Promise<boolean> {
    if (isStopped || clock.now() + ms >= untilMs) return false;
    await clock.sleep(ms, resting.signal);
    return true;
  }

  function interrupt(): void {
    resting.abort();
    resting = new AbortController();
  }

  /** Reads the item, and puts what came since on top of it. */
  async function load(): Promise<void> {
    const item = await store.item(deliveryKey(sink.name));
    saved = item === undefined ? nothingDelivered : readDelivery(item);
    version = item?.version;
    const merged = withProgress(saved, through, givenUp, attempts, retryAtMs);
    ({ through, attempts } = merged);
    retryAtMs = sensibleRetryAt(merged.retryAtMs, clock.now());
    isLoaded = true;
  }

  /** Commits what came of alerts; where another was first, reads what it saved and tries again. */
  async function save(): Promise<void> {
    for (let race = 0; race < mostRaces; race += 1) {
      const next = withProgress(saved, through, givenUp, attempts, retryAtMs);
      const written = await saveDelivery(store, sink.name, next, version);
      if (written !== undefined) {
        saved = next;
        version = written;
        givenUp = [];
        return;
      }
      reporter.happened('delivery-shared', { sink: sink.name });
      await load();
    }
    throw new FargazerError('store-failed', `How far ${sink.name} was delivered could not be noted: others write it all the time. Alerts may be sent again.`);
  }

  /** Does something with the store, again and again; false where its time is up before it worked. */
  async function insist(action: () => Promise<void>): Promise<boolean> {
    for (;;) {
      try {
        await action();
        storeFailures = 0;
        return true;
      } catch (error) {
        storeFailures += 1;
        reporter.happened('delivery-unsaved', { sink: sink.name, code: error instanceof FargazerError ? error.code : 'internal' });
        if (!(await rest(backOffMs(storeFailures, undefined, random)))) return false;
      }
    }
  }

  function send(alert: PendingAlert<Item>): Promise<Outcome> {
    const outcome = flying?.number === alert.number ? flying.outcome : attempt(sink, alert);
    flying = { number: alert.number, outcome };
    return Promise.race([outcome, answering.promise]).then((first) => {
      if (first.kind !== 'abandoned') flying = undefined;
      return first;
    });
  }

  function giveUp({ number, alert: { id, revision } }: PendingAlert<Item>, code: string): void {
    givenUp.push({ id, revision, code, atMs: clock.now() });
    pass(number);
    reporter.happened('delivery-given-up', { sink: sink.name, code, id, revision });
  }

  function pass(number: number): void {
    if (failure !== undefined) reporter.happened('delivery-recovered', { sink: sink.name });
    [through, attempts, retryAtMs, failure] = [number, 0, 0, undefined];
  }

  /** Sends a small batch; stops at the first that is to be tried again. */
  async function deliver(batch: readonly PendingAlert<Item>[]): Promise<void> {
    let delivered = 0;
    for (const [at, alert] of batch.entries()) {
      if (!mayGoOn()) break;
      let outcome = await send(alert);
      if (outcome.kind === 'failed' && !isOverload(outcome) && attempts + 1 >= doubtAfterAttempts) {
        const next = batch[at + 1];
        if (next !== undefined && mayGoOn() && (await send(next)).kind === 'delivered') {
          delivered += 1;
          // The receiver may have come back just between the two, or fail by chance.
          for (let again = 0; again < certainAfterAttempts && outcome.kind === 'failed' && mayGoOn(); again += 1) outcome = await send(alert);
          if (outcome.kind === 'failed' && mayGoOn()) outcome = { kind: 'refused', code: outcome.code };
        }
      }
      if (outcome.kind === 'delivered') {
        delivered += 1;
        pass(alert.number);
      } else if (outcome.kind === 'refused') giveUp(alert, outcome.code);
      else if (outcome.kind === 'abandoned') break;
      else {
        // Being asked to wait is no sign against the alert.
        attempts += isOverload(outcome) ? 0 : 1;
        const waitMs = backOffMs(attempts, outcome.retryAfterMs, random);
        retryAtMs = clock.now() + waitMs;
        failure = outcome.code;
        reporter.happened('delivery-failed', { sink: sink.name, code: outcome.code, waitMs });
        break;
      }
    }
    if (delivered > 0) reporter.happened('delivered', { sink: sink.name, alerts: delivered });
  }

  async function loop(): Promise<void> {
    while (mayGoOn()) {
      if (!isLoaded && !(await insist(load))) return;
      const waitMs = retryAtMs - clock.now();
      if (waitMs > 0) {
        if (!(await rest(waitMs))) return;
        continue;
      }
      let found: readonly PendingAlert<Item>[] = [];
      if (!(await insist(async () => void (found = await pending(through))))) return;
      const fresh = found.filter(({ number }) => number > through);
      waiting = fresh.length;
      onChange();
      if (fresh.length === 0) return;
      await deliver(fresh.slice(0, batchAlerts));
      waiting = fresh.filter(({ number }) => number > through).length;
      const isNoted = await insist(save);
      onChange();
      if (!isNoted || isAbandoned) return;
    }
  }

  async function run(): Promise<void> {
    try {
      // What an earlier run could not note is noted before anything else is sent.
      if (isLoaded && (givenUp.length > 0 || through !== saved.through) && !(await insist(save))) return;
      do {
        isAsked = false;
        await loop();
      } while (isAsked && mayGoOn());
    } finally {
      // Together with the last look at `isAsked`: a call in between would be lost.
      working = undefined;
    }
  }

  return {
    work(until) {
      untilMs = until;
      isAsked = true;
      if (isStopped) return working ?? Promise.resolve();
      if (isAbandoned) [isAbandoned, answering] = [false, Promise.withResolvers()];
      if (working === undefined) {
        working = run();
      } else if (Number.isFinite(until)) interrupt();
      return working;
    },
    stop() {
      isStopped = true;
      interrupt();
    },
    abandon() {
      isAbandoned = true;
      answering.resolve({ kind: 'abandoned' });
    },
    through: () => saved.through,
    health() {
      const state = failure !== undefined ? 'failing' : waiting > 0 ? 'delivering' : 'idle';
      return {
        sink: sink.name,
        state,
        pending: waiting,
        deadLetters: saved.deadLetters.length,
        ...(failure === undefined ? {} : { reason: `The last attempt failed (${failure}).`, retryAtMs }),
      };
    },
  };
}

/** The receiver says that it has too much to do. */
function isOverload({ code, retryAfterMs }: Outcome & { kind: 'failed' }): boolean {
  return code === 'rate-limited' || retryAfterMs !== undefined;
}
