/** One attempt to deliver one alert, and what came of it. */
import { SinkError, type Deliverable, type PendingAlert } from '#contract';

export type Outcome =
  | { kind: 'delivered' }
  | { kind: 'refused'; code: string }
  | { kind: 'failed'; code: string; retryAfterMs?: number };

/** Where an outlet says nothing: a receiver that takes a quarter of a second for each then gets sixteen a second; most allow more, and few are hurt by it. */
export const standardConcurrency = 4;

/** Where items of one kind go: alerts to a sink, notifications to a notifier. */
export interface Outlet<Item extends Deliverable> {
  name: string;
  /** As of a sink. */
  concurrency?: number;
  send(item: Item): Promise<void>;
  close?(): Promise<void>;
}

export function attempt<Item extends Deliverable>(outlet: Outlet<Item>, { alert }: PendingAlert<Item>): Promise<Outcome> {
  return (async () => outlet.send(alert))().then(
    (): Outcome => ({ kind: 'delivered' }),
    (error: unknown): Outcome => {
      // A sink that throws anything else has a defect, which another attempt meets again.
      if (!(error instanceof SinkError)) return { kind: 'refused', code: 'internal' };
      if (!error.isRetryable) return { kind: 'refused', code: error.code };
      return { kind: 'failed', code: error.code, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) };
    },
  );
}
