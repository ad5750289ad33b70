/** Alerts to sinks, at once: a straight pass, in order, one attempt each, for a replay that is told to deliver. */
import { SinkError, type Deliverable } from '#contract';
import type { Outlet } from './dispatch/attempt.ts';

/** Consecutive failures after which a sink is left alone: a dead endpoint must not hold up thousands of alerts for a time-out each. */
const patience = 3;

/** What came of one sink. Every alert is in exactly one of the counts. */
export interface Delivery {
  sink: string;
  delivered: number;
  failed: number;
  /** Not tried, because the sink had said that it is gone or failed three times in a row. */
  skipped: number;
  /** The first failure, as a sentence. */
  firstFailure?: { code: string; message: string; alertId: string };
}

/** Sends all alerts to all sinks; sinks work side by side, each gets the alerts in the order given. Never throws for a sink's failure. */
export function deliver<Item extends Deliverable>(alerts: readonly Item[], sinks: readonly Outlet<Item>[]): Promise<Delivery[]> {
  return Promise.all(sinks.map((sink) => deliverTo(sink, alerts)));
}

async function deliverTo<Item extends Deliverable>(sink: Outlet<Item>, alerts: readonly Item[]): Promise<Delivery> {
  const delivery: Delivery = { sink: sink.name, delivered: 0, failed: 0, skipped: 0 };
  let inARow = 0;
  for (const alert of alerts) {
    if (inARow >= patience) {
      delivery.skipped += 1;
      continue;
    }
    try {
      await sink.send(alert);
      delivery.delivered += 1;
      inARow = 0;
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      delivery.failed += 1;
      delivery.firstFailure ??= { code: error.code, message: error.message, alertId: alert.id };
      inARow = error.code === 'gone' ? patience : inARow + 1;
    }
  }
  await sink.close?.();
  return delivery;
}
