/** One attempt to deliver one alert, and what came of it. */
import { SinkError, type PendingAlert, type Sink } from '#contract';

export type Outcome =
  | { kind: 'delivered' }
  | { kind: 'refused'; code: string }
  | { kind: 'failed'; code: string; retryAfterMs?: number }
  /** Its time was up before there was an answer; it may have arrived. */
  | { kind: 'abandoned' };

export function attempt(sink: Sink, { alert }: PendingAlert): Promise<Outcome> {
  return (async () => sink.send(alert))().then(
    (): Outcome => ({ kind: 'delivered' }),
    (error: unknown): Outcome => {
      // A sink that throws anything else has a defect, which another attempt meets again.
      if (!(error instanceof SinkError)) return { kind: 'refused', code: 'internal' };
      if (!error.isRetryable) return { kind: 'refused', code: error.code };
      return { kind: 'failed', code: error.code, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) };
    },
  );
}
